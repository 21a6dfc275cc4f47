"""The board: what a controller reads, and that every figure leads to the rows that it is the sum
of."""

from datetime import timedelta

from central.reports.figure_rows import PAGE_ROWS_MAX
from central.reports.store_days import DAYS_MAX
from sync.protocol.money import format_minor
from tests.board_pages import PageText, load, number_of, row_of
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme, arrive, day_path, sales_of, traded
from tests.shop_journal import COMPANY, DAY
from tests.shop_sales import tally

__all__ = ["postgres_template"]
NEXT_DAY = DAY + timedelta(days=1)


async def test_a_proven_day_reads_zero_and_an_open_one_not_known(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        proven, unclosed = traded(1), traded(2, close=False)
        for shop in (proven, unclosed):
            await arrive(served, shop)
        await served.store(COMPANY, "S09")
        page = await load(served, "/")
        said = tally(proven.facts, DAY).totals()
        total = format_minor(said.gross_minor - said.refunds_minor)
        rows = {row[0].text.split()[0]: row for row in page.tables[""][1:]}
        assert [cell.text for cell in rows["S01"][3:7]] == [str(DAY), total, total, "0.00"]
        assert rows["S01"][7].text.startswith("proven")
        said = tally(unclosed.facts, DAY).totals()
        here = format_minor(said.gross_minor - said.refunds_minor)
        assert [cell.text for cell in rows["S02"][4:7]] == ["not known", here, "not known"]
        assert rows["S02"][7].text.startswith("not heard")
        assert [cell.text for cell in rows["S09"][1:4]] == ["never", "no box enrolled", "none yet"]
        assert rows["S09"][7].text.startswith("no receipts yet")
        assert [cell.text for cell in rows["Sum"][1:4:2]] == ["not known", "not known"]
        assert page.words["summary"] == (
            "None of 2 days differs; 1 store not heard. 3 stores: 1 proven, 1 not heard."
        )


async def test_the_chain_s_sums_are_those_of_the_rows_above(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        for number in (1, 2, 3):
            await arrive(served, traded(number, 20))
        *stores, foot = (await load(served, f"/?date={DAY}")).tables[""][1:]
        for column, in_foot in ((4, 1), (5, 2), (6, 3)):
            figures = [number_of(row[column].text) for row in stores]
            assert sum(figures) == number_of(foot[in_foot].text)
        assert number_of(foot[1].text) > 0
        *stores, foot = (await load(served, f"/?date={NEXT_DAY}")).tables[""][1:]
        assert {row[5].text for row in stores} == {"0.00"}
        assert {row[4].text for row in stores} == {"not known"}


async def test_a_store_s_older_days_stay_in_sight(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        days = [DAY + timedelta(days=number) for number in range(1, DAYS_MAX + 2)]
        for day in days:
            shop.new_tills()
            shop.open(day)
            shop.trade(4, day)
            shop.append(shop.sale(day=day))
            shop.close(day)
        await arrive(served, shop)
        sale = sales_of(shop)[0]
        await served.rows(
            "UPDATE sale_line SET amount_minor = amount_minor + 1"
            " WHERE sale_id = $1 AND line_no = 1",
            sale.sale_id,
        )
        assert (await load(served, "/")).tables[""][1][7].text.startswith("proven")
        newest = await load(served, "/stores/S01")
        *rows, foot = newest.tables["days-table"][1:]
        assert [row[0].text for row in rows] == [str(day) for day in days[::-1][:DAYS_MAX]]
        for column in (1, 2, 3):
            shown = [number_of(row[column].text) for row in rows]
            assert sum(shown) == number_of(foot[column].text)
        older = await load(served, next(link for link in newest.links if "before=" in link))
        *rows, foot = older.tables["days-table"][1:]
        assert [row[0].text for row in rows] == [str(days[0]), str(DAY)]
        assert (rows[-1][3].text, rows[-1][4].text[:7]) == ("0.01", "differs")
        page = await load(served, rows[-1][0].href or "")
        assert f"receipt {sale.receipt_number}" in page.words["verdict"]


async def rows_behind(served: Served, address: str) -> tuple[int, int, list[int]]:
    """The stated count and sum, and the amounts of every page."""
    page = await load(served, address)
    stated = number_of(page.words["row-count"]), number_of(page.words["row-sum"])
    amounts: list[int] = []
    for _ in range(100):
        rows = [row for row in page.tables["rows-table"][1:] if len(row) == 6]
        assert len(rows) <= PAGE_ROWS_MAX + 1
        amounts += [number_of(row[5].text) for row in rows[:-1]]
        following = [link for link in page.links if "after=" in link and "as=" not in link]
        if not following:
            return (*stated, amounts)
        page = await load(served, following[0])
        again = number_of(page.words["row-count"]), number_of(page.words["row-sum"])
        assert again == stated
    raise AssertionError("the pages do not end")


COUNTED = {"Receipts", "Lines"}
MILLI = "Stock units moved"


def in_thousandths(text: str) -> int:
    whole, _, part = text.replace(",", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole)) * 1_000 + int(part.ljust(3, "0")))


async def walk_figures(served: Served, page: PageText) -> set[str]:
    """Every figure of a day's page against the rows behind it; the figures that are not zero."""
    moved = set()
    for name, store, central, difference in page.tables["figures-table"][1:]:
        assert central.href is not None
        if name.text == MILLI:
            rows = await load(served, central.href)
            assert rows.words["row-sum"] == central.text
            continue
        count, total, amounts = await rows_behind(served, central.href)
        shown = number_of(central.text)
        assert (name.text, sum(amounts), len(amounts)) == (name.text, total, count)
        assert (name.text, count if name.text in COUNTED else total) == (name.text, shown)
        assert (store.text, number_of(difference.text)) == (central.text, 0)
        if shown:
            moved.add(name.text)
    return moved


async def test_every_figure_of_a_day_leads_to_the_rows_that_it_is_the_sum_of(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 150)
        await arrive(served, shop)
        page = await load(served, day_path(shop))
        moved = await walk_figures(served, page)
        assert {"Total", "Receipts", "Lines", "Gross sales", "Refunds", "Change given"} <= moved
        assert {"Tender card", "Tender cash", "Tender points", "Tax 9.00 % standard"} <= moved
        assert {"Float", "Cash expected", "Cash counted", "Cash over or short"} <= moved
        assert {"Points earned", "Points spent", "Points taken back"} <= moved
        said = tally(shop.facts, DAY).totals()
        stock = row_of(page.tables["figures-table"], MILLI)
        assert in_thousandths(stock[2].text) == said.stock_milli
        assert said.lines > PAGE_ROWS_MAX


async def test_a_workstation_s_figures_are_its_part_of_the_store_s(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 60)
        await arrive(served, shop)
        page = await load(served, day_path(shop))
        whole = row_of(page.tables["figures-table"], "Total")[2].text
        *stations, foot = page.tables["workstations-table"][1:]
        assert [cell.text for cell in foot[2:]] == [whole, whole, "0.00"]
        assert [row[0].text for row in stations] == ["W1", "W2"]
        assert sum(number_of(row[3].text) for row in stations) == number_of(whole)
        for row in stations:
            for cell in (row[1], row[3]):
                assert cell.href is not None
            count, total, _ = await rows_behind(served, row[3].href or "")
            assert (count, total) == (number_of(row[1].text), number_of(row[3].text))
            part = await load(served, row[0].href or "")
            assert row_of(part.tables["figures-table"], "Total")[2].text == row[3].text
            await walk_figures(served, part)
        missing = await served.client.get(f"{day_path(shop)}?workstation=W9")
        assert missing.status_code == 404


async def test_tax_on_top_leads_to_receipts_too(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        await arrive(served, shop)
        await served.rows("UPDATE sale_tax SET tax_included = false")
        page = await load(served, day_path(shop))
        rows = page.tables["figures-table"]
        for name in ("Tax on top", "Total"):
            cell = row_of(rows, name)[2]
            _, total, amounts = await rows_behind(served, cell.href or "")
            assert (name, total, sum(amounts)) == (name, number_of(cell.text), total)
            assert total > 0
