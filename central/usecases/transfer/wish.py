"""What head office wishes: that one store sends goods to another. It is published to both, and
stays a wish: the sender fulfils it in as many parts as it likes, or says that it will not."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.fields import plain_text
from central.reports.wishes import wish_rows
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published
from central.usecases.store.add import find_store
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import NAME_CHARACTERS_MAX, DataSet
from sync.protocol.told import ToldLine, TransferNews, TransferTold, in_parts
from sync.protocol.transfers import end_of_wish

WISH_LINES_MAX = 300
_ITEMS = "SELECT item_id FROM listed_item WHERE company_id = $1 AND item_id = ANY($2::text[])"


class Wanted(NamedTuple):
    """So much of an item, in thousandths."""

    item_id: str
    quantity_milli: int


async def wish_transfer(
    db: AsyncConnection,
    company_id: CompanyId,
    stores: tuple[str, str],
    wanted: Sequence[Wanted],
    why: tuple[str, str],
    now_ms: int,
) -> UUID:
    """The wish's id. ``stores``: codes, sender first; ``why``: reason, and who says so.

    Raises NotFound for a store, InvalidField.
    """
    ids = [await find_store(db, company_id, code) for code in stores]
    if ids[0] == ids[1]:
        raise InvalidField(
            "to: a store sends nothing to itself.", field="to", remedy="Name two stores."
        )
    lines = await _lines(db, company_id, wanted)
    reason, person = plain_text(why[0], "reason")[:NAME_CHARACTERS_MAX], why[1]
    wish_id = uuid4()
    asked = TransferTold(
        *(wish_id, wish_id, 0, TransferNews.WISHED, None, ids[0], stores[0], ids[1], stores[1]),
        *(None, "", person[:NAME_CHARACTERS_MAX], reason, now_ms, ()),
    )
    parts = enumerate(in_parts(lines))
    await _publish(db, company_id, [replace(asked, part=at, lines=some) for at, some in parts])
    return wish_id


async def end_wish(
    db: AsyncConnection,
    company_id: CompanyId,
    wish_id: UUID,
    why: tuple[str, str],
    now_ms: int,
) -> bool:
    """Nobody waits for it any more; what was sent for it stands. False: it had ended. ``why``:
    reason, and who says so. Raises NotFound for what is no wish of head office's."""
    await lock_published(db, company_id)
    rows = await wish_rows(db, company_id, wish_id)
    asked = next((row for row in rows if row.news is TransferNews.WISHED), None)
    if asked is None:
        raise NotFound(
            f"Head office has no wish {wish_id}.",
            field="wish",
            remedy="See which there are with `central transfer list`; a store ends its own.",
        )
    if any(row.news is TransferNews.WISH_ENDED for row in rows):
        return False
    reason = plain_text(why[0], "reason")[:NAME_CHARACTERS_MAX]
    ended = replace(
        asked,
        event_id=end_of_wish(wish_id),
        part=0,
        news=TransferNews.WISH_ENDED,
        said_by=why[1][:NAME_CHARACTERS_MAX],
        reason=reason,
        at_ms=now_ms,
        lines=(),
    )
    await _publish(db, company_id, [ended])
    return True


async def _publish(
    db: AsyncConnection, company_id: CompanyId, rows: Iterable[TransferTold]
) -> None:
    """To both stores."""
    some = tuple(rows)
    for store_id in (some[0].from_store_id, some[0].to_store_id):
        await publish_rows(db, company_id, DataSet.TRANSFERS, some, str(store_id))


async def _lines(
    db: AsyncConnection, company_id: CompanyId, wanted: Sequence[Wanted]
) -> list[ToldLine]:
    """Raises InvalidField."""
    items = [one.item_id for one in wanted]
    if not 1 <= len(items) <= WISH_LINES_MAX or len(set(items)) != len(items):
        raise InvalidField(
            f"items: a wish names each item once, at least one and at most {WISH_LINES_MAX}.",
            field="items",
            remedy="Name each item once, with all that is wanted of it.",
        )
    found = await (await driver_of(db)).fetch(_ITEMS, company_id, items)
    known = {row["item_id"] for row in found}
    for one in wanted:
        if one.item_id not in known or one.quantity_milli <= 0:
            raise InvalidField(
                f"items: there is no item {one.item_id}, or none of it is wanted.",
                field="items",
                remedy="Name items by their ids, each with how many: BUN=12.",
            )
    return [
        ToldLine(number, ItemId(one.item_id), one.quantity_milli)
        for number, one in enumerate(wanted, start=1)
    ]
