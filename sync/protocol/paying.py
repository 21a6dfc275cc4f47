"""How tenders are taken, as head office publishes it beside the tenders themselves: who is asked
for the payment, what a voucher is, and what foreign cash is worth."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from sync.protocol.change import INSTANT_MS_MAX, Kind
from sync.protocol.currency import DECIMALS_MAX
from sync.protocol.identity import TenderId
from sync.protocol.reference import OptionalName

EXPIRES_S_DEFAULT = 900
EXPIRES_S_MAX = 86_400
RATE_MAX = 1_000_000_000
DEPARTMENTS_MAX = 200

CurrencyCode: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{3}\Z")]
RatePart: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=RATE_MAX)]


class Through(StrEnum):
    """Who is asked for a payment, as this version knows it. A row may say another word: then, and
    without a row, nobody is asked, and what the customer shows is typed."""

    TERMINAL = "terminal"
    PAYNOW = "paynow"


class PaymentWay(msgspec.Struct, frozen=True, array_like=True):
    """How a tender is taken. Key: the tender's id. ``through``: an open word (``Through``).
    ``online_only``: never without asking the bank, as NETS is. For PayNow, ``proxy`` is the UEN
    that is paid (``uen.py``), ``payee`` the name that the customer's bank shows (empty: the
    supplier's), and the code that is shown holds for ``expires_s``."""

    tender_id: TenderId
    through: Kind
    online_only: bool = False
    proxy: OptionalName = ""
    payee: OptionalName = ""
    expires_s: Annotated[int, msgspec.Meta(ge=60, le=EXPIRES_S_MAX)] = EXPIRES_S_DEFAULT


class VoucherMeaning(StrEnum):
    """``tender``: the company's own, sold without tax, and pays. ``receivable``: somebody else's,
    who owes it to the company, and pays. ``discount``: it lowers the price, and no tax is on it."""

    TENDER = "tender"
    DISCOUNT = "discount"
    RECEIVABLE = "receivable"


class VoucherType(msgspec.Struct, frozen=True, array_like=True):
    """What the vouchers are that a tender of kind ``voucher`` takes. Key: the tender's id.
    ``not_for``: departments that they do not buy. Without a row they pay, for anything."""

    tender_id: TenderId
    meaning: VoucherMeaning
    not_for: Annotated[tuple[OptionalName, ...], msgspec.Meta(max_length=DEPARTMENTS_MAX)] = ()


class ForeignCurrency(msgspec.Struct, frozen=True, array_like=True):
    """What cash of another currency is worth, from an instant until a later one begins. Key:
    currency, ``>``, own currency, ``@``, instant. ``own_minor`` minor units of the store's for
    ``foreign_minor`` of it, rounded half up; ``decimals`` are the foreign currency's."""

    currency: CurrencyCode
    own_currency: CurrencyCode
    effective_from_ms: Annotated[int, msgspec.Meta(ge=0, le=INSTANT_MS_MAX)]
    decimals: Annotated[int, msgspec.Meta(ge=0, le=DECIMALS_MAX)]
    own_minor: RatePart
    foreign_minor: RatePart
