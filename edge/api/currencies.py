"""Foreign cash: which is taken, and what an amount of it is worth here."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from edge.api.described import Described
from edge.api.parameters import TextInPath, TheBox
from edge.usecases.sale.worth import ForeignCash, foreign_cash
from sync.protocol.errors import NotFound
from sync.protocol.money import MINOR_MAX

AmountInQuery = Annotated[int, QueryParameter(ge=1, le=MINOR_MAX)]


class WorthHere(msgspec.Struct, frozen=True):
    """``amount_minor`` of ``currency`` is worth ``worth_minor`` of the store's money: what the
    receipt's tender states as its amount."""

    currency: str
    amount_minor: int
    worth_minor: int


@get("/currencies", operation_class=Described)
async def currencies(box: TheBox) -> tuple[ForeignCash, ...]:
    """Those that are taken now, by their codes."""
    now_ms = box.clock.moment().wall_ms
    return await box.reader.read(lambda db: foreign_cash(db, now_ms))


@get("/currencies/{currency:str}/worth", operation_class=Described)
async def worth(currency: TextInPath, amount_minor: AmountInQuery, box: TheBox) -> WorthHere:
    """What an amount is worth now; change is given in the store's own money."""
    now_ms = box.clock.moment().wall_ms
    for taken in await box.reader.read(lambda db: foreign_cash(db, now_ms)):
        if taken.currency == currency:
            return WorthHere(currency, amount_minor, taken.worth(amount_minor))
    raise NotFound(
        f"The store has no rate for {currency!r}.",
        remedy="Take the store's own money, or a currency of GET /currencies.",
        field="currency",
    )


ROUTES = (currencies, worth)
