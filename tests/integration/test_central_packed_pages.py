"""Pages of feeds travel packed to boxes that ask for it, and as ever to those that do not."""

from central.api.sync import PAGE_TYPE
from central.db.engine import unit_of_work
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.sequence_publications import drain_publications
from sync.engine.signing import NONCE_HEADER, verify_answer
from sync.protocol.codec import decode, encode, unpack_page
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet, FeedPage, Item
from tests.central_fixtures import postgres_template, problem, serving

__all__ = ["postgres_template"]

ROWS = 500


async def test_a_box_that_asks_gets_the_same_page_in_less_signed_as_it_was_sent(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        box = await served.enrolled(await served.store(company_id, "S01"))
        items = [Item(ItemId(f"i{n}"), f"Tea {n}", "d", TaxClass.ZERO, ()) for n in range(ROWS)]
        async with unit_of_work(served.engine) as db:
            rows = [PublishedRow(item.item_id, encode(item)) for item in items]
            await publish(db, company_id, DataSet.ITEMS, "", rows)
        await drain_publications(served.engine)
        plain, packed = await box.feed("items"), await box.feed("items", pack="zstd")
        unknown = await box.feed("items", pack="later")
        assert plain.content == unknown.content
        assert packed.headers["content-type"] == PAGE_TYPE
        page = unpack_page(packed.content)
        assert page == decode(FeedPage, plain.content)
        assert len(page.rows) == ROWS
        assert len(packed.content) < len(plain.content) / 3
        request = packed.request
        path = request.url.raw_path.decode()
        nonce, headers = request.headers[NONCE_HEADER], dict(packed.headers)
        signed = (box.me.central_key, "GET", path, nonce, 200)
        assert verify_answer(*signed, packed.content, headers)
        assert not verify_answer(*signed, plain.content, headers)
        assert problem(await box.feed("items", pack="x" * 17)) == (400, "invalid-field")
