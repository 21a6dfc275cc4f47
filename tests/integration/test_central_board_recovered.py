"""A receipt that came home by another box: what its page and its day's page say of it."""

from tests.board_pages import load
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive, day_path, sales_of, traded
from tests.shop_journal import WORKSTATIONS, Shop

__all__ = ["postgres_template"]


async def test_a_recovered_receipt_has_its_own_place_and_says_from_where_it_came(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        first = traded(1, close=False)
        last = first.append(first.sale())
        new = Shop(1, epoch_number=2)
        new.recover(first, last.seq, WORKSTATIONS[1])
        first.events.pop()  # the box burnt before it sent it
        await arrive(served, first)
        await arrive(served, new)
        sale = sales_of(first)[-1]
        page = await load(served, f"/stores/S01/receipts/{sale.sale_id}")
        assert page.words["verdict"].startswith("equal")
        assert page.words["recovered"] == f"recovered from W2, as event 1 of epoch {new.epoch}"
        assert f"E{first.epoch}-{last.seq}" in page.words["journal"]
        linked = await load(served, f"/stores/S01/journal/{new.epoch}/1")
        assert linked.words["recovered"] == page.words["recovered"]
        assert "differing" not in (await load(served, day_path(first))).words
