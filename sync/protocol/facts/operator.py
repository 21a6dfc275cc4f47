"""What the people of a shop did that is no sale: signing in, being refused, allowing an act."""

from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from sync.protocol.bounds import Minor, Text
from sync.protocol.facts.base import Fact, KindVersion, refuse_date
from sync.protocol.identity import OperatorId, WorkstationId

SEALED_BYTES_MAX = 1_024
SealedPin: TypeAlias = Annotated[bytes, msgspec.Meta(max_length=SEALED_BYTES_MAX)]


class OperatorAct(StrEnum):
    """What this version writes. A reader meets others: the act is open."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED_OUT = "locked_out"
    UNLOCKED = "unlocked"
    UNLOCKED_BY_HEAD_OFFICE = "unlocked_by_head_office"
    PIN_SET = "pin_set"
    STARTING_PIN_GIVEN = "starting_pin_given"
    OVERRIDE_GIVEN = "override_given"
    OVERRIDE_REFUSED = "override_refused"
    NO_SALE = "no_sale"


class OperatorActed(Fact, frozen=True, array_like=True):
    """Somebody signed in or out, was refused, locked or let in again, or allowed what another did.

    ``operator_id``: whom it is about; ``by_operator_id``: who allowed or unlocked it. ``subject``:
    the permission or id that it is bound to, such as a sale's id; ``amount_minor``: up to how much.
    """

    KIND = KindVersion("operator_acted", 1)
    OWN_ID = "act_id"

    act_id: UUID
    act: Text
    operator_id: OperatorId
    workstation_id: WorkstationId | None
    by_operator_id: OperatorId | None
    subject: Text
    amount_minor: Minor | None
    reason: Text
    business_date: date | None

    def __post_init__(self) -> None:
        refuse_date(self.business_date)


class PinSet(Fact, frozen=True, array_like=True):
    """Somebody chose a PIN at a till. ``sealed``: its argon2id text, sealed to head office
    (``sync/engine/sealed_box.py``): a PIN of four digits does not withstand its hash, so no
    journal, log or backup may hold that."""

    KIND = KindVersion("pin_set", 1)
    OWN_ID = None

    operator_id: OperatorId
    sealed: SealedPin
