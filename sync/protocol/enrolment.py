"""What head office gives a box that it lets in (protocol.md, Enrolment): who it is, and then its
certificate with the keys that go with it.

``POST /v1/enrol`` takes JSON ``{code, public_key}`` (base64) and answers the msgpack of
``EnrolmentAnswer``. ``POST /v1/stores/{store}/certificate``, signed like every later request, takes
the msgpack of ``CertificateRequest`` and answers that of ``BoxKeys``; a box asks again before its
certificate expires.
"""

from typing import Annotated

import msgspec

from sync.protocol.identity import CompanyId, DeviceId, Incarnation, StoreId


class EnrolmentAnswer(msgspec.Struct, frozen=True, array_like=True):
    """Who the box is from now on. ``genesis`` is the msgpack of a ``change.Genesis`` as it was
    signed: the box keeps these very bytes. ``central_key``: Ed25519, 32 bytes."""

    genesis: bytes
    signature: bytes
    central_key: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    incarnation: Incarnation
    company_id: CompanyId
    store_id: StoreId
    store_code: str
    device_id: DeviceId


CSR_BYTES_MAX = 4 * 1024
PEM_BYTES_MAX = 8 * 1024
KEY_BYTES = 32
_Pem = Annotated[bytes, msgspec.Meta(min_length=1, max_length=PEM_BYTES_MAX)]
_Key = Annotated[bytes, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]


class CertificateRequest(msgspec.Struct, frozen=True, array_like=True):
    """``csr``: PKCS #10 in DER, with an ECDSA P-256 key and the names and addresses as subject
    alternative names; nothing else of it is used."""

    csr: Annotated[bytes, msgspec.Meta(min_length=1, max_length=CSR_BYTES_MAX)]


class BoxKeys(msgspec.Struct, frozen=True, array_like=True):
    """``certificate``: the box's, ``authority``: the company's, both PEM. ``sealing_key``: head
    office's X25519 public key. ``unlock_key``: shared by head office and this box alone."""

    certificate: _Pem
    authority: _Pem
    sealing_key: _Key
    unlock_key: _Key
