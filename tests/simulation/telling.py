"""A simulated head office wishes goods to be sent, and tells stores of what they wrote: use cases
of production, whose reads are answered from the archive in memory and whose rows go to the world's
feeds."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.feeds import FollowedFeed
from central.usecases.telling.tell import TOLD, to_publish
from central.usecases.transfer import wish
from central.usecases.transfer.wish import Wanted, end_wish, wish_transfer
from sync.protocol.codec import decode, encode
from sync.protocol.feeds import ROWS
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.reference import DataSet
from sync.protocol.told import TransferNews, TransferTold
from tests.simulation.catalog import COMPANY, ITEMS, SHOPS, Row, shop_named
from tests.simulation.goods_answers import GoodsAnswers

if TYPE_CHECKING:
    from tests.simulation.office import HeadOffice
    from tests.simulation.world import World


async def tell_due(office: "HeadOffice") -> None:
    """As production does, everything that is marked at once."""
    due = office.archive.due
    if not due:
        return
    answers, marks = GoodsAnswers(office.archive), sorted(due)
    due.clear()
    for data_set, told in TOLD.items():
        subjects = [one.subject_id for one in marks if one.data_set == data_set.value]
        found = await told(answers, COMPANY, subjects) if subjects else ()
        wanted = {
            (str(store_id), ROWS[data_set].key_of(row)): encode(row) for store_id, row in found
        }
        said = _said(office, data_set, {str(one) for one in subjects})
        for scope, rows in to_publish(data_set, wanted, said).items():
            for row in rows:
                office.feeds.publish(Row(FollowedFeed(data_set, scope), row.key, row.body))


def _said(
    office: "HeadOffice", data_set: DataSet, subjects: set[str]
) -> dict[tuple[str, str], bytes | None]:
    return {
        (str(shop.store_id), key): body
        for shop in SHOPS
        for key, body in office.feeds.newest(FollowedFeed(data_set, str(shop.store_id))).items()
        if key.partition("@")[0] in subjects
    }


def wish_something(world: "World") -> None:
    """Head office wishes that goods are sent, or that some are sent no more."""
    random, office = world.random, world.office
    if not office.alive:
        return
    wished = [row for row in wished_rows(office) if row.news is TransferNews.WISHED]
    with _published_there(world):
        if wished and random.randrange(3) == 0:
            subject = random.choice(wished).subject_id
            run_now(end_wish(_DB, COMPANY, subject, ("not needed", "HQ"), world.scheduler.now_ms))
            world.seen["head office wishes no more"] += 1
        else:
            stores = cast("tuple[str, str]", tuple(random.sample([s.code for s in SHOPS], 2)))
            items = random.sample(range(ITEMS), random.randint(1, 3))
            wanted = [Wanted(f"I{number:03d}", random.randint(1, 5) * 1_000) for number in items]
            why = ("spread it", "HQ")
            run_now(wish_transfer(_DB, COMPANY, stores, wanted, why, world.scheduler.now_ms))
            world.seen["head office wishes"] += 1


def wished_rows(office: "HeadOffice", wish_id: UUID | None = None) -> list[TransferTold]:
    """What head office itself published, each row once."""
    rows = {
        key: decode(TransferTold, body)
        for shop in SHOPS
        for key, body in office.feeds.newest(_feed(shop.store_id)).items()
    }
    found = [row for row in rows.values() if row.store_id is None]
    return [row for row in found if wish_id in (None, row.subject_id)]


def _feed(store_id: StoreId | str) -> FollowedFeed:
    return FollowedFeed(DataSet.TRANSFERS, str(store_id))


_DB = cast("AsyncConnection", None)


@contextmanager
def _published_there(world: "World") -> Iterator[None]:
    """Inside the block, what the use cases of wishes ask and publish is the world's."""
    feeds = world.office.feeds

    async def find(_db: object, _company: CompanyId, code: str) -> StoreId:
        return shop_named(code).store_id

    async def lines(_db: object, _company: CompanyId, wanted: Any) -> Any:
        return await real_lines(_Catalogue(), COMPANY, wanted)

    async def rows_of(_db: object, _company: CompanyId, wish_id: UUID) -> list[TransferTold]:
        return wished_rows(world.office, wish_id)

    async def publish(
        _db: object, _company: CompanyId, data_set: DataSet, rows: Iterable[Any], scope: str
    ) -> None:
        for row in rows:
            key = ROWS[data_set].key_of(row)
            feeds.publish(Row(FollowedFeed(data_set, scope), key, encode(row)))

    async def nothing(*_: object) -> None:
        return None

    async def driver(db: object) -> object:
        return db

    real_lines: Any = wish._lines
    put = {
        "find_store": find,
        "_lines": lines,
        "wish_rows": rows_of,
        "publish_rows": publish,
        "lock_published": nothing,
        "driver_of": driver,
        "uuid4": world.ids.uuid,
    }
    with ExitStack() as stack:
        for name, value in put.items():
            stack.enter_context(patch.object(wish, name, value))
        yield


class _Catalogue:
    """Stands in for a connection: every item of the world is listed."""

    async def fetch(
        self, _statement: str, _company: UUID, items: list[str]
    ) -> list[dict[str, str]]:
        return [{"item_id": item} for item in items]


def run_now(coroutine: Any) -> None:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waits")
