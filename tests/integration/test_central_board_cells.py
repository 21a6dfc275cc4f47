"""The board's stores by business date: the worst first, a word each, and sums that say what of them
is proven and what nobody was heard of."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import snapshot, unit_of_work
from central.reports.board import board
from central.reports.company import store_of_company
from central.reports.day_cells import AWAY_MS
from central.usecases.day.sign_off import sign_off
from central.usecases.journal.settle_days import settle_days
from sync.protocol.facts import BusinessDayClosed
from sync.protocol.figures import Tally
from sync.protocol.money import format_minor
from tests.board_pages import Cell, PageText, load, number_of
from tests.central_fixtures import Served, postgres_template
from tests.head_office import apply_all, deliver
from tests.integration.board_fixtures import acme, arrive, sales_of, traded
from tests.shop_journal import ANNA, COMPANY, DAY, NOW_MS, Shop
from tests.shop_sales import tally

__all__ = ["postgres_template"]
NEXT_DAY = DAY + timedelta(days=1)


def total_of(tallied: Tally) -> str:
    said = tallied.totals()
    return format_minor(said.gross_minor - said.refunds_minor + said.tax_added_minor)


def cells(page: PageText) -> dict[str, list[Cell]]:
    return {row[0].text.split()[0]: row[1:] for row in page.tables["cells"][1:]}


async def sign(served: Served) -> None:
    async with unit_of_work(served.engine) as db:
        store = await store_of_company(db, COMPANY, "S01")
        await sign_off(db, COMPANY, store, DAY, None, "ben@example.com", NOW_MS)


async def cents(served: Served, shop: Shop, by: int) -> None:
    """Behind head office's back."""
    await served.rows(
        "UPDATE sale_line SET amount_minor = amount_minor + $2"
        " WHERE sale_id = $1 AND line_no = 1 RETURNING 1",
        sales_of(shop)[0].sale_id,
        by,
    )


async def test_each_day_has_a_word_the_worst_store_stands_first_and_sums_stand_below(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        served.clock.now_ms = NOW_MS
        proven, unclosed, differs = traded(1, 20), traded(2, 20, close=False), traded(3, 20)
        for shop in (proven, unclosed, differs):
            await arrive(served, shop)
        await cents(served, differs, -5)
        page = await load(served, "/")
        table = page.tables["cells"]
        assert [row[0].text.split()[0] for row in table[1:4]] == ["S03", "S02", "S01"]
        assert table[0][1].text == "Mon 2 Mar"
        by_store = cells(page)
        assert by_store["S03"][0].text.startswith("differs -0.05, ")
        assert by_store["S03"][0].href == f"/stores/S03/{DAY}"
        assert by_store["S02"][0].text.startswith(("not closed", "not heard"))
        said = total_of(tally(proven.facts, DAY))
        assert by_store["S01"][0].text == f"proven {said} cash 0.04 over"
        assert {one.text for one in by_store["S01"][1:]} <= {"\N{EN DASH}", "not heard never"}
        total, of_proven = (number_of(row[1].text) for row in table[4:6])
        assert of_proven == number_of(said)
        others = [total_of(tally(shop.facts, DAY)) for shop in (unclosed, differs)]
        assert total - of_proven == sum(map(number_of, others)) - 5
        assert page.words["summary"].startswith("1 of ")
        assert "differs, by -0.05" in page.words["summary"]


async def test_a_signed_day_reads_signed_until_something_of_it_comes(postgres_url: str) -> None:
    """Whether it was counted again since or not, and what came is said in receipts and money."""
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        await arrive(served, shop)
        served.clock.now_ms = NOW_MS
        await sign(served)
        for _ in range(2):
            assert cells(await load(served, "/"))["S01"][0].text.startswith("signed ")
            assert (await load(served, "/")).tables[""][1][7].text.startswith("signed")
            await settle_days(served.engine, served.clock.now_ms)
        await served.rows("UPDATE day_standing SET as_signed = NULL RETURNING 1")
        assert cells(await load(served, "/"))["S01"][0].text.startswith("signed ")
        await settle_days(served.engine, served.clock.now_ms + 600_000)
        assert await served.rows("SELECT as_signed FROM day_standing") == [(True,)]
        late = shop.sale()
        shop.append(late)
        shop.append(BusinessDayClosed(DAY, ANNA, shop.manifest()))
        await deliver(served.office.archive, shop)
        await apply_all(served.office.archive)
        said = format_minor(sum(line.amount_minor for line in late.lines))
        for _ in range(2):
            page = await load(served, "/")
            assert cells(page)["S01"][0].text.startswith(f"reopened +1 receipt, +{said}")
            assert "1 reopened since signed" in page.words["summary"]
            assert (
                (await load(served, "/stores/S01"))
                .tables["days-table"][1][4]
                .text.startswith("reopened")
            )
            await settle_days(served.engine, served.clock.now_ms)


async def test_a_signed_day_that_is_changed_behind_head_office_reads_reopened(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(1, 20)
        await arrive(served, shop)
        served.clock.now_ms = NOW_MS
        await sign(served)
        await settle_days(served.engine, served.clock.now_ms)
        await cents(served, shop, 1)
        await settle_days(served.engine, served.clock.now_ms + 1)
        assert cells(await load(served, "/"))["S01"][0].text.startswith("reopened")


async def test_what_a_day_comes_to_stands_beside_it_until_something_of_it_comes(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So its cell says the same by that as by its figures, and what came late at once."""
    for looked_at in ("LOOKED_AT_MAX", "UNRESOLVED_MAX"):
        monkeypatch.setattr(f"central.reports.board.{looked_at}", 0)
    async with acme(postgres_url) as served:
        served.clock.now_ms = NOW_MS
        shop = traded(1, 20)
        shop.open(NEXT_DAY)
        shop.append(shop.sale(day=NEXT_DAY))
        shop.close(NEXT_DAY)
        await arrive(served, shop)
        summed = f"SELECT owed_minor FROM day_standing WHERE business_date = '{DAY}'"
        assert await served.rows(summed) == [(None,)]
        said = total_of(tally(shop.facts, DAY))
        before = cells(await load(served, "/"))["S01"][1].text
        assert before == f"received {said} cash 0.04 over"
        await settle_days(served.engine, served.clock.now_ms)
        assert await served.rows(summed) == [(int(said.replace(",", "").replace(".", "")),)]
        after = cells(await load(served, "/"))["S01"][1].text
        assert after == f"proven {said} cash 0.04 over"
        shop.append(shop.sale())
        await deliver(served.office.archive, shop)
        await apply_all(served.office.archive)
        assert await served.rows(summed) == [(None,)]
        more = total_of(tally(shop.facts, DAY))
        assert more != said
        late = cells(await load(served, "/"))["S01"][1].text
        assert late == f"received {more} cash 0.04 over"


async def test_a_store_that_was_not_heard_since_a_day_began_is_missed_on_it_after_a_while(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        served.clock.now_ms = NOW_MS
        quiet, sells = traded(1, 5), Shop(2)
        sells.open()
        sells.append(sells.sale())
        sells.close()
        sells.new_tills()
        sells.open(NEXT_DAY)
        sells.append(sells.sale(day=NEXT_DAY))
        for shop in (quiet, sells):
            await arrive(served, shop)
        assert cells(await load(served, f"/?date={NEXT_DAY}"))["S01"][0].text == "–"
        # Heard a moment ago, and it says that there is more: that may be of this date.
        more = "UPDATE stream SET sender_seq = sender_seq + {} WHERE store_id = $1 RETURNING 1"
        await served.rows(more.format(3), quiet.store_id)
        said = cells(await load(served, f"/?date={NEXT_DAY}"))["S01"]
        assert said[0].text.startswith("not heard")
        await served.rows(more.format(-3), quiet.store_id)
        served.clock.now_ms += AWAY_MS + 1
        page = await load(served, f"/?date={NEXT_DAY}")
        by_store = cells(page)
        assert by_store["S01"][0].text.startswith("not heard")
        assert by_store["S01"][1].text.startswith("proven")
        foot = page.tables["cells"][-1]
        assert foot[0].text == "of which not heard"
        assert foot[1].text.endswith("not known")


async def test_however_many_stores_and_days_the_statements_are_as_many(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with acme(postgres_url) as served:
        counts: list[int] = []
        for stores in (range(1, 2), range(2, 7)):
            for number in stores:
                await arrive(served, traded(number, 4))
            if not counts:
                await sign(served)
            asked: list[str] = []
            with monkeypatch.context() as patch:
                async with snapshot(served.engine) as db:
                    await _listened(db, asked, patch)
                    found = await board(db, COMPANY, None, now_ms=NOW_MS, days=31)
            assert len(found.rows) == stores.stop - 1
            counts.append(len(asked))
        assert counts[0] == counts[1]


async def _listened(db: AsyncConnection, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    connection = (await db.get_raw_connection()).driver_connection
    assert connection is not None
    fetch = type(connection).fetch

    async def noted(self: object, query: str, *arguments: object, **more: object) -> object:
        asked.append(query)
        return await fetch(self, query, *arguments, **more)

    monkeypatch.setattr(type(connection), "fetch", noted)


def sheet_of(raw: bytes, number: int) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(raw))
    return book.get_sheet_by_index(number).to_python()


async def test_a_workbook_has_the_figures_of_the_page(postgres_url: str) -> None:
    """As numbers, cell for cell; and what nobody knows as the words that the page has."""
    async with acme(postgres_url) as served:
        shop, unclosed = traded(1, 20), traded(2, 20, close=False)
        for each in (shop, unclosed):
            await arrive(served, each)
        served.clock.now_ms = NOW_MS
        for path, table in (
            ("/", "cells"),
            (f"/?date={DAY}&days=14", "cells"),
            ("/stores/S01", "days-table"),
            (f"/stores/S01/{DAY}", "figures-table"),
            (f"/stores/S01/{DAY}/rows?figure=total", "rows-table"),
            (f"/stores/S01/{DAY}/sequence", "sequence-table"),
            (f"/stores/S02/{DAY}", "figures-table"),
        ):
            page = await load(served, path)
            address = next(link for link in page.links if "as=xlsx" in link)
            answer = await served.client.get(address)
            assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
            shown = [[cell.text for cell in row] for row in page.tables[table]]
            for said, written in zip(shown, sheet_of(answer.content, 1), strict=True):
                if len(said) < len(shown[0]):
                    continue  # one of its cells spans several columns
                for text, value in zip(said, written, strict=True):
                    if isinstance(value, float):
                        assert Decimal(text.replace(",", "")) == Decimal(str(value))
                    else:
                        assert value == text
            first = [str(row[0]) for row in sheet_of(answer.content, 0)]
            assert any(line.startswith("As of 2026-03-02 ") for line in first)


async def test_a_long_page_travels_packed_where_the_browser_takes_that(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with acme(postgres_url) as served:
        served.clock.now_ms = NOW_MS
        await arrive(served, traded(1, 20))
        monkeypatch.setattr("sync.http.page.PACKED_LETTERS_MIN", 1_000)
        said = {}
        by = {
            **dict.fromkeys(("identity", "br", "gzip;q=0", "zstd;q=0, br")),
            **dict.fromkeys(("gzip", "gzip;q=0.5, br", "gzip, zstd;q=0.0"), "gzip"),
            **dict.fromkeys(("zstd", "gzip, br, zstd", "zstd;q=0.3, gzip"), "zstd"),
        }
        for taken in by:
            answer = await served.client.get("/?days=31", headers={"Accept-Encoding": taken})
            said[taken] = answer.headers.get("content-encoding")
            assert "Accept-Encoding" in answer.headers["vary"]
            assert "of which proven" in answer.text
        assert said == by
