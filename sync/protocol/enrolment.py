"""What head office answers to a box that redeems a one-time code (protocol.md, Enrolment).

``POST /v1/enrol`` takes JSON ``{code, public_key}`` (base64) and answers the msgpack of this.
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
