"""Says how a tender is taken: who is asked for it, what its vouchers are, what foreign cash is
worth."""

from decimal import Decimal, InvalidOperation

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import optional_text
from central.domain.typed import one_of
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.tender.set import tender_of_company
from sync.protocol.currency import decimals_of
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.feeds import ROWS, SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.paying import (
    RATE_MAX,
    ForeignCurrency,
    PaymentWay,
    Through,
    VoucherMeaning,
    VoucherType,
)
from sync.protocol.reference import DataSet
from sync.protocol.uen import is_paynow_proxy


async def set_way(
    db: AsyncConnection,
    company_id: CompanyId,
    tender_id: str,
    through: str,
    *,
    online_only: bool = False,
    uen: str = "",
    payee: str = "",
) -> tuple[PaymentWay, Put]:
    """Who is asked for what the tender pays. Raises NotFound, InvalidField."""
    tender = await tender_of_company(db, company_id, tender_id)
    way = one_of(Through, through, "through")
    if way is Through.PAYNOW and not is_paynow_proxy(uen):
        raise InvalidField(
            "uen: it must be a UEN with its check letter, such as 201403121W.",
            field="uen",
            remedy="Type it in capitals, with the receiver's three characters behind it if any.",
        )
    name = optional_text(payee, "payee")
    wanted = PaymentWay(tender.tender_id, way.value, online_only, uen, name)
    return wanted, await put_row(db, company_id, DataSet.PAYMENT_WAYS, wanted)


async def set_voucher(
    db: AsyncConnection,
    company_id: CompanyId,
    tender_id: str,
    meaning: str,
    not_for: tuple[str, ...] = (),
) -> tuple[VoucherType, Put]:
    """What the tender's vouchers are. Raises NotFound, InvalidField."""
    tender = await tender_of_company(db, company_id, tender_id)
    means = one_of(VoucherMeaning, meaning, "means")
    departments = tuple(optional_text(one, "not-for") for one in not_for)
    wanted = VoucherType(tender.tender_id, means, departments)
    return wanted, await put_row(db, company_id, DataSet.VOUCHER_TYPES, wanted)


async def take_by_hand(db: AsyncConnection, company_id: CompanyId, tender_id: str) -> str:
    """Nobody is asked any more. Raises NotFound."""
    await lock_published(db, company_id)
    found = await published_rows(db, company_id, DataSet.PAYMENT_WAYS, keys=[tender_id])
    if tender_id not in found:
        raise NotFound(
            f"Nobody is asked for {tender_id} as it is.",
            field="tender_id",
            remedy="See which tenders there are with `central tender list`.",
        )
    gone = [PublishedRow(tender_id, None)]
    await publish(db, company_id, DataSet.PAYMENT_WAYS, SHARED, gone)
    return tender_id


async def set_currency(
    db: AsyncConnection,
    company_id: CompanyId,
    currency: str,
    own_currency: str,
    rate: str,
    from_ms: int,
) -> tuple[ForeignCurrency, Put]:
    """``rate``: what one unit of it is worth in the store's own, as typed; one that holds already
    is published no second time. Raises InvalidField."""
    foreign, own = _decimals(currency, "currency"), _decimals(own_currency, "into")
    own_minor, foreign_minor = _parts(rate, foreign, own)
    wanted = ForeignCurrency(currency, own_currency, from_ms, foreign, own_minor, foreign_minor)
    await lock_published(db, company_id)
    before = [
        rate
        for rate in await list_currencies(db, company_id)
        if (rate.currency, rate.own_currency) == (currency, own_currency)
        and rate.effective_from_ms <= from_ms
    ]
    newest = max(before, key=lambda rate: rate.effective_from_ms, default=None)
    if newest is not None and (newest.own_minor, newest.foreign_minor) == (
        own_minor,
        foreign_minor,
    ):
        return newest, Put.SAME
    return wanted, await put_row(db, company_id, DataSet.CURRENCIES, wanted)


async def list_currencies(
    db: AsyncConnection, company_id: CompanyId
) -> tuple[ForeignCurrency, ...]:
    """Every rate, by its key."""
    return tuple((await published_rows(db, company_id, DataSet.CURRENCIES)).values())


async def retire_currency(
    db: AsyncConnection, company_id: CompanyId, currency: str, own_currency: str
) -> int:
    """All its rates go: it is taken no more. How many there were. Raises NotFound."""
    await lock_published(db, company_id)
    rates = [
        ROWS[DataSet.CURRENCIES].key_of(rate)
        for rate in await list_currencies(db, company_id)
        if (rate.currency, rate.own_currency) == (currency, own_currency)
    ]
    if not rates:
        raise NotFound(
            f"{currency} has no rate into {own_currency}.",
            field="currency",
            remedy="See which there are with `central currency list`.",
        )
    gone = [PublishedRow(key, None) for key in rates]
    await publish(db, company_id, DataSet.CURRENCIES, SHARED, gone)
    return len(rates)


def _decimals(currency: str, field: str) -> int:
    found = decimals_of(currency)
    if found is None:
        raise InvalidField(
            f"{field}: {currency!r} is no currency.",
            field=field,
            remedy="Type its three letters (ISO 4217), such as USD.",
        )
    return found


def _parts(rate: str, decimals: int, own_decimals: int) -> tuple[int, int]:
    """As whole minor units of both."""
    try:
        value = Decimal(rate.strip())
        own, foreign = value.scaleb(own_decimals - decimals).as_integer_ratio()
    except (InvalidOperation, OverflowError, ValueError):
        own, foreign = 0, 0
    if not (1 <= own <= RATE_MAX and 1 <= foreign <= RATE_MAX):
        raise InvalidField(
            "rate: it must be what one unit is worth, such as 1.3456.",
            field="rate",
            remedy="Type it with digits and a point.",
        )
    return own, foreign
