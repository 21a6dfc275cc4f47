"""Head office's pages of stock as a browser without scripts reads them: each sum leads to the rows
that add up to it, and a file says what its page does."""

import csv
from collections.abc import Callable
from datetime import date
from io import StringIO

import msgspec

from central.usecases.journal.ingest_batch import ingest_batch
from sync.protocol.facts import (
    RetailTransaction,
    StockLine,
    StockMoved,
    StockMovementKind,
    StockTransferred,
    TransferDirection,
)
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.transfers import intent_of
from tests.board_pages import Cell, PageText, load, number_of
from tests.central_fixtures import Served, postgres_template
from tests.head_office import apply_all
from tests.integration.board_fixtures import acme, arrive
from tests.integration.test_central_attention import accept
from tests.shop_journal import ANNA, COMPANY, DAY, NOW_MS, Shop

__all__ = ["postgres_template"]
TEA = ItemId("I1")
RECEIPT, WASTE = StockMovementKind.RECEIPT, StockMovementKind.WASTE
DAYS = f"first={DAY}&last={DAY}"


def moved(shop: Shop, kind: StockMovementKind, *lines: StockLine) -> None:
    shop.append(StockMoved(MovementId(shop.new_id()), kind, ANNA, DAY, "because", lines))


def sold(shop: Shop, milli: int, serial: str | None = None) -> RetailTransaction:
    sale = shop.sale(((1, milli, 350),))
    (line,) = sale.lines
    said = msgspec.structs.replace(line, cost_minor=milli // 10, serial=serial)
    fact = msgspec.structs.replace(sale, lines=(said,))
    shop.append(fact)
    return fact


def back(shop: Shop, sale: RetailTransaction) -> None:
    gone = shop.sale((), None, [(sale, 1)])
    (line,) = gone.lines
    said = msgspec.structs.replace(line, serial=sale.lines[0].serial)
    shop.append(msgspec.structs.replace(gone, lines=(said,)))


def traded(number: int = 1) -> Shop:
    """Ten for 10.00, four sold, one spoilt, and five more for 9.00."""
    shop = Shop(number)
    shop.open()
    moved(shop, RECEIPT, StockLine(TEA, 10_000, None, None, 1_000))
    sold(shop, 3_000)
    sold(shop, 1_000)
    moved(shop, WASTE, StockLine(TEA, -1_000))
    moved(shop, RECEIPT, StockLine(TEA, 5_000, None, None, 900))
    return shop


async def more(served: Served, shop: Shop, write: Callable[[Shop], object]) -> None:
    """What a shop writes after head office heard of it."""
    known = len(shop.events)
    write(shop)
    for batch in shop.batches(after=known):
        archive = served.office.archive
        await ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
    await apply_all(served.office.archive)


def figures(row: list[Cell], *places: int) -> list[int]:
    return [number_of(row[place].text) for place in places]


async def test_the_worth_of_all_stores_leads_down_to_each_movement(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        for number in (1, 2):
            await arrive(served, traded(number))
        page = await load(served, "/stock")
        *_, first, second, whole = page.tables["stores-table"]
        assert figures(first, 4) == figures(second, 4) == [1_400]
        assert figures(whole, 1, 4) == [2, 2_800]
        assert "2 stores hold goods worth SGD 28.00" in page.words["summary"]
        store = await load(served, first[4].href or "")
        item, foot = store.tables["items-table"][1:]
        assert figures(item, 3, 4, 5, 6, 7) == [1_900, 100, 400, 0, 1_400]
        assert figures(foot, 3, 4, 5, 6, 7) == [1_900, 100, 400, 0, 1_400]
        for place, column, rows in ((3, 5, 2), (4, 6, 1), (5, 7, 2)):
            behind = await load(served, item[place].href or "")
            assert len(behind.tables["moves-table"]) == rows + 2
            foot = behind.tables["moves-table"][-1]
            assert figures(foot, column) == figures(item, place)
        history = (await load(served, item[7].href or "")).tables["moves-table"]
        assert figures(history[1], 4, 9) == [10, 1_400]
        receipts = [row[2].href for row in history if row[1].text == "sold"]
        assert len(receipts) == 2
        for address in receipts:
            await load(served, address or "")


async def test_a_margin_leads_down_to_the_lines_of_receipts(postgres_url: str) -> None:
    """Goods that were sold before anybody knew their cost are put right, and that row is named."""
    async with acme(postgres_url) as served:
        shop = traded()
        sold(shop, 12_000)
        moved(shop, RECEIPT, StockLine(TEA, 4_000, None, None, 800))
        await arrive(served, shop)
        page = await load(served, f"/stock/margin?{DAYS}")
        store, whole = page.tables["margin-table"][1:]
        assert [cell.text for cell in store[1:]] == [cell.text for cell in whole[1:]]
        net, cost, margin, right, left = figures(store, 1, 2, 3, 4, 5)
        assert (net - cost, margin - right) == (margin, left)
        assert right != 0
        items = await load(served, store[3].href or "")
        item, foot = items.tables["margin-table"][1:]
        assert figures(item, 2, 3, 4, 5, 6) == figures(foot, 2, 3, 4, 5, 6)
        assert figures(foot, 2, 3, 4, 5, 6) == [net, cost, margin, right, left]
        lines = await load(served, item[4].href or "")
        *rows, foot = lines.tables["lines-table"][1:]
        assert len(rows) == 3
        assert figures(foot, 3, 4, 5) == [net, cost, margin]
        assert sum(figures(row, 5)[0] for row in rows) == margin
        assert figures(lines.tables["right-table"][-1], 4) == [right]
        await load(served, rows[0][0].href or "")


async def test_lots_are_listed_by_what_is_over_first_with_their_worth(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        served.clock.now_ms = NOW_MS
        for number in (1, 2):
            shop = Shop(number)
            shop.open()
            lots = (
                (2_000, "A", date(2026, 3, 1)),
                (3_000, "B", date(2026, 3, 9)),
                (5_000, "C", None),
            )
            lines = [StockLine(TEA, milli, None, lot, milli // 10, on) for milli, lot, on in lots]
            moved(shop, RECEIPT, *lines)
            await arrive(served, shop)
        page = await load(served, "/stock/lots?days=7")
        *rows, foot = page.tables["lots-table"][1:]
        said = [[cell.text for cell in row[1:]] for row in rows]
        assert said == [
            ["S01", "A", "2026-03-01", "over for 1 day", "2", "2.00"],
            ["S02", "A", "2026-03-01", "over for 1 day", "2", "2.00"],
            ["S01", "B", "2026-03-09", "7 days", "3", "3.00"],
            ["S02", "B", "2026-03-09", "7 days", "3", "3.00"],
        ]
        assert figures(foot, 6) == [1_000]
        assert "2 lots are over, worth SGD 4.00" in page.words["summary"]
        alone = await load(served, "/stock/lots?days=-1&store=S01")
        assert [row[2].text for row in alone.tables["lots-table"][1:-1]] == ["A", "B", "C"]
        assert "over for" not in (await load(served, "/stock/lots?days=-1")).words["summary"]
        today = await load(served, "/stock/lots?days=0")
        assert len(today.tables["lots-table"]) == 4


async def test_a_serial_number_that_two_shops_sold_is_to_be_looked_at_until_one_comes_back(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shops = Shop(1), Shop(2)
        for shop in shops:
            shop.open()
            moved(shop, RECEIPT, StockLine(TEA, 1_000, None, None, None, None, "SN-1"))
        sold(shops[0], 1_000, "SN-1")
        await arrive(served, shops[0])
        assert "serial-twice" not in (await load(served, "/attention")).words
        other = sold(shops[1], 1_000, "SN-1")
        sold(shops[1], 1_000, "SN-2")
        await arrive(served, shops[1])
        page = await load(served, "/stock/serials")
        (row,) = page.tables["twice-table"][1:]
        assert [cell.text for cell in row] == ["SN-1", "I1 I1", "S01, S02", "2", "0"]
        behind = (await load(served, row[3].href or "")).tables["met-table"][1:]
        assert sorted(cell[3].text for cell in behind) == ["received", "received", "sold", "sold"]
        for cells in behind:
            if cells[4].href:
                await load(served, cells[4].href)
        told = await load(served, "/attention")
        assert "serial number SN-1 was sold 2 times more often" in told.words["serial-twice"]
        assert "SN-2" not in told.words["serial-twice"]
        assert "1 thing for a person to look into" in told.words["summary"]
        await more(served, shops[1], lambda shop: back(shop, other))
        assert "serial-twice" not in (await load(served, "/attention")).words


async def test_a_serial_number_that_was_accepted_comes_back_when_it_is_sold_once_more(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        for _ in range(2):
            sold(shop, 1_000, "SN-1")
        await arrive(served, shop)
        await accept(served, (await load(served, "/attention")).html, "two of that number")
        assert "serial-twice" not in (await load(served, "/attention")).words
        await more(served, shop, lambda shop: sold(shop, 1_000, "SN-1"))
        assert "SN-1 was sold 3 times" in (await load(served, "/attention")).words["serial-twice"]


def sent(shop: Shop, other: str, milli: int, at: int) -> str:
    number = f"{shop.code}-{other}-1AABBCCDD-{at}"
    line = StockLine(TEA, -milli, None, None, -milli // 10)
    what = (intent_of(COMPANY, number), None, ANNA, DAY, "they ran out", (line,), number)
    shop.append(StockTransferred(MovementId(shop.new_id()), TransferDirection.OUT, *what))
    return number


def came(shop: Shop, number: str, milli: int) -> None:
    what = (intent_of(COMPANY, number), None, ANNA, DAY, "here", (StockLine(TEA, milli),), number)
    shop.append(StockTransferred(MovementId(shop.new_id()), TransferDirection.IN, *what))


async def test_what_each_state_of_transfers_comes_to_leads_to_its_rows(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        served.clock.now_ms = NOW_MS
        first, second, third = Shop(1), Shop(2), Shop(3)
        for shop in (first, second, third):
            shop.open()
        moved(first, RECEIPT, StockLine(TEA, 90_000, None, None, 9_000))
        sent(first, "S02", 5_000, 7)
        sent(first, "S03", 2_000, 8)
        came(second, sent(first, "S02", 10_000, 9), 8_000)
        for shop in (first, second, third):
            await arrive(served, shop)
        page = await load(served, "/transfers")
        way, differs, foot = page.tables["states-table"][1:]
        assert figures(way, 2, 3, 4) == [2, 700, 700]
        assert figures(differs, 2, 3, 4) == [1, 1_000, 200]
        assert figures(foot, 2, 3, 4) == [3, 1_700, 900]
        assert "2 transfers on the way, SGD 7.00 not there" in page.words["summary"]
        for state in (way, differs):
            rows = (await load(served, state[2].href or "")).tables["transfers"][1:]
            assert len(rows) == int(state[2].text)
            assert sum(figures(row, 5)[0] for row in rows) == figures(state, 4)[0]
        alone = await load(served, "/transfers?store=S03")
        assert [row[0].text for row in alone.tables["transfers"][1:]] == ["S01 → S03"]


async def as_csv(served: Served, page: PageText) -> list[list[str]]:
    address = next(link for link in page.links if "as=csv" in link)
    answer = await served.client.get(address)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))


def plain(row: list[str]) -> list[str]:
    """Numbers as a file has them; what a cell spans is left out."""
    said = [text.replace(",", "").lstrip("'") for text in row]
    return said[:1] if not any(said[1:]) else said


async def test_each_page_of_stock_is_a_file_as_it_is_shown(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = traded()
        sent(shop, "S02", 1_000, 9)
        await arrive(served, shop)
        for path, table in (
            ("/stock", "stores-table"),
            ("/stock/value?store=S01", "items-table"),
            ("/stock/item?store=S01&item=I1", "moves-table"),
            (f"/stock/margin?{DAYS}", "margin-table"),
            (f"/stock/margin/lines?store=S01&item=I1&{DAYS}", "lines-table"),
            ("/stock/lots", "lots-table"),
            ("/stock/serials?serial=SN-1", "met-table"),
            ("/transfers", "states-table"),
        ):
            page = await load(served, path)
            told = [plain(row) for row in await as_csv(served, page)]
            shown = [plain([cell.text for cell in row]) for row in page.tables[table]]
            begins = told.index(shown[0])
            assert told[begins : begins + len(shown)] == shown, path


async def test_what_nobody_has_is_said_and_no_error(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        for path in ("/stock", "/stock/margin", "/stock/lots", "/stock/serials", "/transfers"):
            await load(served, path)
        for path, status in (
            ("/stock/value?store=S99", 404),
            ("/stock/item?store=S99&item=I1", 404),
            ("/stock/margin?first=2026-03-02&last=2026-03-01", 400),
            ("/stock/margin?first=yesterday", 400),
            ("/stock/lots?days=-2", 400),
            ("/transfers?known=lost", 400),
        ):
            answer = await served.client.get(path, headers={"Accept": "text/html"})
            assert answer.status_code == status, path
