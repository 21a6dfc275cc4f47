"""What head office gives a box that it lets in (protocol.md, Enrolment): an invitation with a
one-time code, who it is, and then its certificate with the keys that go with it.

``POST /v1/enrol`` takes JSON ``{code, public_key}`` (base64) and answers the msgpack of
``EnrolmentAnswer``. ``POST /v1/stores/{store}/epochs`` takes the msgpack of ``ProvisionalEpoch``
and answers that of an ``Acknowledgement``. ``POST /v1/stores/{store}/certificate`` takes the
msgpack of ``CertificateRequest`` and answers that of ``BoxKeys``; a box asks again before its
certificate expires. ``GET /v1/stores/{store}/predecessor`` answers the msgpack of ``Predecessor``.
``POST /v1/stores/{store}/lineage`` takes the msgpack of ``LineageAsked`` and answers that of
``Lineage``.
``POST /v1/stores/{store}/readmission`` takes the msgpack of ``Readmission`` and answers that of an
``Acknowledgement``. All but the first are signed.
"""

import base64
import binascii
import hashlib
from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import Text
from sync.protocol.change import Epoch, Head, Kind
from sync.protocol.codec import decode, encode
from sync.protocol.errors import Undecodable
from sync.protocol.facts.escrow import Amount
from sync.protocol.identity import CompanyId, DeviceId, Incarnation, StoreId, WorkstationId
from sync.protocol.reference import Goodwill, Grant
from sync.protocol.text import TEXT_PATTERN

KEY_BYTES = 32
_Key = Annotated[bytes, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
INVITATION_PREFIX = "HF1:"
INVITATION_LETTERS_MAX = 3_000
URL_LETTERS_MAX = 2_000
TLS_KEYS_MAX = 16


class Invitation(msgspec.Struct, frozen=True, array_like=True):
    """All that a box needs to find head office and to know it: ``url``, the one-time ``code``, and
    ``pin``, the SHA-256 of head office's Ed25519 key. Whoever reads it may enrol one box."""

    url: Annotated[str, msgspec.Meta(max_length=URL_LETTERS_MAX, pattern=r"\Ahttps?://[!-~]+\Z")]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=TEXT_PATTERN)]
    pin: _Key


def write_invitation(url: str, code: str, central_key: bytes) -> str:
    """``HF1:`` and base64url of its msgpack, without filling: one word for a QR code."""
    packed = encode(Invitation(url, code, pin_of(central_key)))
    return INVITATION_PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_invitation(typed: str) -> Invitation:
    """The reverse, however it was broken into lines on its way. Raises Undecodable."""
    text = "".join(typed.split())
    if len(text) > INVITATION_LETTERS_MAX or not text.startswith(INVITATION_PREFIX):
        raise Undecodable(f"an enrolment string begins with {INVITATION_PREFIX}")
    letters = text.removeprefix(INVITATION_PREFIX)
    try:
        packed = base64.b64decode(
            letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError) as error:
        raise Undecodable("a letter of the enrolment string is missing or wrong") from error
    return decode(Invitation, packed)


def pin_of(central_key: bytes) -> bytes:
    """What stands in an invitation for head office's key."""
    return hashlib.sha256(central_key).digest()


class Hello(msgspec.Struct, frozen=True, array_like=True):
    """What head office says of itself to whoever asks ``GET /v1/hello``, signed over the question's
    nonce. ``tls_keys``: the SHA-256 of each public key (SubjectPublicKeyInfo) that its certificates
    have; empty where others end its TLS and it was not told."""

    central_key: _Key
    tls_keys: Annotated[tuple[_Key, ...], msgspec.Meta(max_length=TLS_KEYS_MAX)] = ()


class EnrolmentAnswer(msgspec.Struct, frozen=True, array_like=True):
    """Who the box is from now on. ``genesis`` is the msgpack of a ``change.Genesis`` as it was
    signed: the box keeps these very bytes. ``central_key``: Ed25519, 32 bytes."""

    genesis: bytes
    signature: bytes
    central_key: _Key
    incarnation: Incarnation
    company_id: CompanyId
    store_id: StoreId
    store_code: str
    device_id: DeviceId


GENESIS_BYTES_MAX = 4 * 1024


class ProvisionalEpoch(msgspec.Struct, frozen=True, array_like=True):
    """An epoch that a box opened by itself, for head office to take as a side branch. ``genesis``:
    the msgpack of a ``change.ProvisionalGenesis`` as the box's key signed it
    (``signing.PROVISIONAL_SIGNED``), and the ``signature``."""

    genesis: Annotated[bytes, msgspec.Meta(min_length=1, max_length=GENESIS_BYTES_MAX)]
    signature: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]


PREDECESSOR_NAMES_MAX = 8
PREDECESSOR_WORKSTATIONS_MAX = 500


class Predecessor(msgspec.Struct, frozen=True, array_like=True):
    """What a store's new box takes over of those before it: the ``names`` that the store's box has
    a certificate for, and the ``workstations`` that ever sold in the store, by their ids."""

    names: Annotated[tuple[Text, ...], msgspec.Meta(max_length=PREDECESSOR_NAMES_MAX)]
    workstations: Annotated[
        tuple[WorkstationId, ...], msgspec.Meta(max_length=PREDECESSOR_WORKSTATIONS_MAX)
    ]


LINEAGE_EVENTS_MAX = 200
LINEAGE_KEYS_MAX = 1_000


class LineageAsked(msgspec.Struct, frozen=True, array_like=True):
    """``events`` of the store's epochs, as tills were told them by boxes before this one: does head
    office hold these very ones?"""

    events: Annotated[tuple[Head, ...], msgspec.Meta(max_length=LINEAGE_EVENTS_MAX)]


class EpochKey(msgspec.Struct, frozen=True, array_like=True):
    """The Ed25519 key of the box that wrote in an epoch."""

    epoch: Epoch
    device_key: _Key


class Lineage(msgspec.Struct, frozen=True, array_like=True):
    """``keys`` of the store's epochs that head office knows, the newest first; of each event that
    was asked for whether it is ``held``, in the question's order."""

    keys: Annotated[tuple[EpochKey, ...], msgspec.Meta(max_length=LINEAGE_KEYS_MAX)]
    held: Annotated[tuple[bool, ...], msgspec.Meta(max_length=LINEAGE_EVENTS_MAX)]


RIGHTS_SHOWN_MAX = 5_000
GOODWILL_SHOWN_MAX = 500
SETTINGS_BYTES_MAX = 64 * 1024


class AnswerShown(msgspec.Struct, frozen=True, array_like=True):
    """A right of any kind that the epoch asked for (``rights.RightAsked``), and what of it head
    office granted."""

    request_id: UUID
    kind: Kind
    account_id: UUID
    asked: Amount
    granted: Amount


class Readmission(msgspec.Struct, frozen=True, array_like=True):
    """What a box shows to a head office that was put back to its past, or that does not know it:
    the ``genesis`` record that head office signed, and its ``signature``; the ``incarnation`` that
    it knew; the last event that was ``acknowledged`` to it, of one of its epochs; the msgpack of
    its store's ``settings``; and what it was given to spend in that record's epoch, spent or not:
    ``rights`` to points by ascending id, those among them that it asked for, too; ``answers``, all
    that it asked for, those of points first, then by ascending id; ``goodwill``, as it was told
    last. ``more``: of rights or answers some follow in another one."""

    genesis: Annotated[bytes, msgspec.Meta(min_length=1, max_length=GENESIS_BYTES_MAX)]
    signature: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
    incarnation: Incarnation
    acknowledged: Head
    settings: Annotated[bytes, msgspec.Meta(max_length=SETTINGS_BYTES_MAX)]
    rights: Annotated[tuple[Grant, ...], msgspec.Meta(max_length=RIGHTS_SHOWN_MAX)]
    more: bool
    answers: Annotated[tuple[AnswerShown, ...], msgspec.Meta(max_length=RIGHTS_SHOWN_MAX)] = ()
    goodwill: Annotated[tuple[Goodwill, ...], msgspec.Meta(max_length=GOODWILL_SHOWN_MAX)] = ()


CSR_BYTES_MAX = 4 * 1024
PEM_BYTES_MAX = 8 * 1024
INNER_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",  # behind a provider's translation, and in virtual private networks
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
"""Where a box answers tills: the only addresses that the company's authority vouches for."""
_Pem = Annotated[bytes, msgspec.Meta(min_length=1, max_length=PEM_BYTES_MAX)]


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
