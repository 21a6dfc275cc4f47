"""Head office shortens a feed's log at its floor and gives a snapshot to who is below it."""

from uuid import UUID

from sqlalchemy import text

from central.db.engine import driver_of, snapshot, unit_of_work
from central.domain.feeds import FollowedFeed
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.compact_feeds import KEPT_MS, compact_feeds
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.read_snapshot import PART_KEPT_MS, feed_snapshot, snapshot_part
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.proof.verify_feeds import verify_feeds
from sync.protocol.codec import decode, encode
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedPage,
    FeedRow,
    Item,
    replace_in_set_hash,
)
from sync.protocol.snapshot import PART_ROWS_MAX, Snapshot, part_name, part_rows, unpack_part
from tests.central_fixtures import (
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)

__all__ = ["postgres_template"]

ITEMS = FollowedFeed(DataSet.ITEMS, "")


def row(key: str, name: str | None) -> PublishedRow:
    item = None if name is None else Item(ItemId(key), name, "d", TaxClass.ZERO, ())
    return PublishedRow(key, None if item is None else encode(item))


async def published(served: Served, company_id: CompanyId, *rows: PublishedRow) -> None:
    async with unit_of_work(served.engine) as db:
        await publish(db, company_id, DataSet.ITEMS, "", rows)
    await drain_publications(served.engine)


async def aged(served: Served, through: int, by_ms: int) -> None:
    """As if these items had been numbered earlier."""
    async with unit_of_work(served.engine) as db:
        await db.execute(
            text(
                "UPDATE feed_log SET at_ms = at_ms - :by_ms WHERE data_set = 'items'"
                " AND pub_seq <= :through"
            ),
            {"by_ms": by_ms, "through": through},
        )


async def numbered_ms(served: Served) -> int:
    """The first of them."""
    return int((await served.rows("SELECT min(at_ms) FROM feed_log"))[0][0])


async def whole(box: TestedBox, data_set: str = "items") -> tuple[Snapshot, list[FeedRow]]:
    """A snapshot with all its parts, as a box takes it; each part is what its name says."""
    path = f"/v1/stores/{box.me.store_id}/snapshot?data_set={data_set}&scope="
    found = decode(Snapshot, (await box.get(path)).content)
    rows: list[FeedRow] = []
    for part in found.parts:
        sent = unpack_part((await box.get(f"{path}&part={part.name.hex()}")).content)
        assert part_name(sent.content) == part.name
        rows += part_rows(sent.content)
    set_hash = EMPTY_SET_HASH
    for one in rows:
        set_hash = replace_in_set_hash(set_hash, one.key, None, one.body)
    assert (set_hash, len(rows)) == (found.set_hash, found.rows)
    return found, rows


async def test_a_snapshot_is_the_set_in_parts_by_key_and_proves_itself(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        box = await served.enrolled(await served.store(company_id, "S01"))
        many = [row(f"k{number:05}", "x") for number in range(PART_ROWS_MAX + 10)]
        await published(served, company_id, *many, row("ä", "umlaut"), row("Z", "upper"))
        await published(served, company_id, row("k00001", "newer"), row("k00002", None))
        found, rows = await whole(box)
        assert [part.rows for part in found.parts] == [PART_ROWS_MAX, 11]
        assert found.head == PART_ROWS_MAX + 14
        keys = [one.key for one in rows]
        assert keys == sorted(keys, key=str.encode)
        assert (keys[0], keys[-1]) == ("Z", "ä")
        assert "k00002" not in keys
        newer = next(one for one in rows if one.key == "k00001")
        assert newer.pub_seq == found.head - 1


async def test_one_snapshot_serves_many_boxes_until_its_feed_has_grown(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        await published(served, company_id, *[row(f"k{n}", "x") for n in range(50)])

        async def taken(at_ms: int) -> Snapshot:
            async with unit_of_work(served.engine) as db:
                return await feed_snapshot(db, company_id, ITEMS, at_ms)

        first = await taken(NOW_MS)
        await published(served, company_id, row("k1", "y"))
        assert await taken(NOW_MS) == first
        grown = [row(f"n{n:05}", "x") for n in range(PART_ROWS_MAX)]
        await published(served, company_id, *grown)
        second = await taken(NOW_MS + PART_KEPT_MS)
        assert second.head == 50 + 1 + PART_ROWS_MAX
        async with unit_of_work(served.engine) as db:
            kept = await snapshot_part(db, company_id, ITEMS, first.parts[0].name)
            assert part_name(kept.content) == first.parts[0].name
        await published(served, company_id, *grown, row("one more", "x"))
        await taken(NOW_MS + PART_KEPT_MS + 1)
        left = await served.rows("SELECT name FROM snapshot_part")
        assert first.parts[0].name not in {name for (name,) in left}


async def test_below_the_floor_only_what_was_in_the_set_stays_and_cursors_are_gone(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        box = await served.enrolled(await served.store(company_id, "S01"))
        await published(served, company_id, row("a", "1"), row("b", "1"), row("c", "1"))
        await published(served, company_id, row("a", "2"), row("b", None))
        await published(served, company_id, row("c", "2"), row("d", "1"), row("d", None))
        now_ms = await numbered_ms(served)
        assert await compact_feeds(served.engine, now_ms + KEPT_MS) == 0
        await aged(served, 5, KEPT_MS)
        assert await compact_feeds(served.engine, now_ms + KEPT_MS) == 3
        assert await compact_feeds(served.engine, now_ms + KEPT_MS) == 0
        left = await served.rows("SELECT pub_seq, key FROM feed_log WHERE data_set = 'items'")
        assert sorted(left) == [(3, "c"), (4, "a"), (6, "c"), (7, "d"), (8, "d")]
        assert problem(await box.feed("items", 0)) == (410, "cursor-gone")
        assert problem(await box.feed("items", 4)) == (410, "cursor-gone")
        page = decode(FeedPage, (await box.feed("items", 5)).content)
        assert [one.pub_seq for one in page.rows] == [6, 7, 8]
        found, rows = await whole(box)
        assert ([one.key for one in rows], found.head) == (["a", "c"], 8)
        async with snapshot(served.engine) as db:
            assert await verify_feeds(await driver_of(db)) == ()


async def test_a_row_below_the_floor_that_was_changed_is_noticed(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        await published(served, company_id, row("a", "1"), row("b", "1"), row("a", "2"))
        now_ms = await numbered_ms(served)
        await compact_feeds(served.engine, now_ms + 2 * KEPT_MS)
        async with unit_of_work(served.engine) as db:
            await db.execute(text("UPDATE feed_log SET body = 'x' WHERE key = 'b'"))
        async with snapshot(served.engine) as db:
            said = [finding.what for finding in await verify_feeds(await driver_of(db))]
        assert any("the rows through 3 are not what was published" in one for one in said)


async def test_a_part_of_customers_comes_with_the_keys_that_are_left(postgres_url: str) -> None:
    """A key stands beside what is named by its content: an erased one is not given."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        async with unit_of_work(served.engine) as db:
            sample = await load_sample(db, company_id, NOW_MS)
        await drain_publications(served.engine)
        box = await served.enrolled(await served.store(company_id, "S01"))
        gone = sample.customer_ids[0]
        async with unit_of_work(served.engine) as db:
            await db.execute(
                text("DELETE FROM personal_key WHERE customer_id = :gone"), {"gone": gone}
            )
        found, rows = await whole(box, "customers")
        path = f"/v1/stores/{box.me.store_id}/snapshot?data_set=customers&scope="
        sent = unpack_part((await box.get(f"{path}&part={found.parts[0].name.hex()}")).content)
        named = {UUID(bytes=key.customer_id.bytes) for key in sent.keys}
        assert named == {UUID(one.key) for one in rows} - {gone}


async def test_what_no_snapshot_has_is_gone_and_no_other_stores_feed_is_given(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        east = await served.store(company_id, "S01", price_zone="east")
        await served.store(company_id, "S02", price_zone="west")
        box = await served.enrolled(east)
        path = f"/v1/stores/{east}/snapshot"
        unknown = await box.get(f"{path}?data_set=items&part={'0' * 64}")
        assert problem(unknown) == (410, "cursor-gone")
        assert problem(await box.get(f"{path}?data_set=items")) == (410, "cursor-gone")
        west = await box.get(f"{path}?data_set=prices&scope=west")
        assert problem(west) == (403, "not-allowed")
        for query in ("data_set=wishes", "data_set=items&part=x", "scope="):
            assert problem(await box.get(f"{path}?{query}")) == (400, "invalid-field")
