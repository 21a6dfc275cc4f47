"""What goes out by file comes in again as the same rows, whatever it is; and no spreadsheet takes
any of it for a formula."""

import csv
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.importing.customer_changes import Known as KnownCustomer
from central.domain.importing.customer_changes import customer_changes
from central.domain.importing.customer_rows import customers_header, read_customers
from central.domain.importing.item_changes import Goods, item_changes
from central.domain.importing.item_questions import Known
from central.domain.importing.item_rows import items_header, read_items
from central.domain.importing.said import NOTHING_SAID
from central.domain.importing.sheet import FileRefused
from central.domain.importing.written import (
    CUSTOMER_COLUMNS,
    customer_rows,
    item_header,
    item_rows,
)
from central.usecases.goods.read_sheet import read_sheet
from central.usecases.goods.write_table import refuse_name, write_table
from sync.protocol.card import card_number_in
from sync.protocol.content import Content
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CustomerId, ItemId
from sync.protocol.money import MINOR_MAX
from sync.protocol.reference import Item, Price
from sync.protocol.scan_code import code_key
from sync.protocol.shared import CustomerField
from sync.protocol.text import is_plain
from sync.protocol.units import Unit, divides
from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import central
from tests.integration.test_central_import import rows as sql

__all__ = ["postgres_template"]

ZONES = ("airport", "main")
STORES = {"s01": "S01", "s02": "S02"}
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True)
FORMULA = ("=", "+", "-", "@")


def plain(text: str) -> bool:
    return bool(text.strip()) and text == text.strip() and is_plain(text)


TEXTS = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(
        ["=1+1", "-", "--", "'-", "''", "@SUM(A1)", "+1", 'a"b', "a;b,c|d", "1.234", "\\;"]
    ),
).filter(plain)
NAMES = TEXTS.filter(lambda text: not card_number_in(text))
AMOUNTS = st.integers(0, MINOR_MAX)
CONTENTS = st.builds(
    Content, st.integers(1, 999_999_999), st.sampled_from([Unit.MILLILITRE, Unit.KILOGRAM])
)
INSTANTS = st.one_of(st.just(0), st.integers(946_684_800_000, 4_102_444_800_000))


@st.composite
def all_goods(draw: st.DrawFn) -> Goods:
    ids = draw(st.lists(IDS, unique=True, max_size=4))
    codes = draw(
        st.lists(TEXTS.filter(lambda text: len(text) <= 64), unique_by=code_key, max_size=6)
    )
    items: dict[str, Item] = {}
    prices: dict[str, dict[str, list[Price]]] = {zone: {} for zone in ZONES}
    opened: dict[str, dict[str, int]] = {store: {} for store in STORES.values()}
    for item_id in ids:
        mine = [codes.pop() for _ in range(draw(st.integers(0, len(codes))))]
        unit = draw(st.sampled_from(Unit))
        items[item_id] = Item(
            ItemId(item_id),
            draw(NAMES),
            draw(st.one_of(st.just(""), NAMES)),
            draw(st.sampled_from(TaxClass)),
            tuple(mine),
            unit,
            draw(st.booleans()),
            draw(st.none() | AMOUNTS),
            draw(st.booleans()),
            draw(st.none() | CONTENTS),
        )
        for zone in ZONES:
            dated = draw(st.dictionaries(INSTANTS, AMOUNTS, max_size=3))
            if dated:
                prices[zone][item_id] = [
                    Price(ItemId(item_id), *one) for one in sorted(dated.items())
                ]
        for store in opened:
            milli = draw(st.integers(-99_999, 9_999_999)) * divides(unit)
            if milli and draw(st.booleans()):
                opened[store][item_id] = milli
    return Goods(items, prices, opened, draw(st.sampled_from([0, 2, 3])))


@given(all_goods(), st.sampled_from([".csv", ".tsv", ".xlsx"]))
def test_goods_come_in_again_as_they_went_out(goods: Goods, ending: str) -> None:
    stores = tuple(STORES.values())
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"out{ending}"
        write_table(path, item_header(stores), item_rows(goods, stores))
        sheet = read_sheet(path)
    known = Known(goods.decimals, {}, ZONES, STORES, None, UTC)
    header = items_header(sheet, NOTHING_SAID, known)
    assert header.unused == ()
    said = read_items(sheet, header, known, lambda _: None)
    assert said.faults == []
    nothing: dict[str, dict[str, list[Price]]] = {zone: {} for zone in ZONES}
    anew = item_changes(said.drafts, Goods({}, nothing, {}, goods.decimals), 1_795_900_000_000)
    assert anew.faults == []
    assert {item.item_id: item for item in anew.items} == goods.items
    for zone in ZONES:
        found = sorted(
            anew.prices.get(zone, []), key=lambda one: (one.item_id, one.effective_from_ms)
        )
        wanted = [price for _, each in sorted(goods.prices[zone].items()) for price in each]
        assert found == wanted
    assert anew.stock == {store: opened for store, opened in goods.opened.items() if opened}
    again = item_changes(said.drafts, goods, 1_795_900_000_000)
    assert (again.rows, again.faults) == (0, [])


PEOPLE = st.lists(
    st.tuples(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}", fullmatch=True),
        st.none() | NAMES,
        st.none() | st.from_regex(r"[a-z=+'-]{1,9}@[a-z]{1,9}\.example", fullmatch=True),
        st.none() | st.sampled_from(["+6591234567", "+4915112345678", "12345"]),
        st.booleans(),
        st.integers(0, 10_000),
    ),
    unique_by=(lambda one: one[0], lambda one: one[2] or one[0]),
    max_size=5,
)


@given(PEOPLE, st.sampled_from([".csv", ".xlsx"]))
def test_customers_come_in_again_as_they_went_out(
    people: list[tuple[str, str | None, str | None, str | None, bool, int]], ending: str
) -> None:
    known = []
    for number, (code, name, email, phone, active, opened) in enumerate(people):
        values = {
            CustomerField.CODE: code,
            CustomerField.NAME: name,
            CustomerField.EMAIL: email,
            CustomerField.PHONE: phone,
            CustomerField.ACTIVE: "true" if active else "false",
        }
        there = {field: value for field, value in values.items() if value is not None}
        known.append(KnownCustomer(CustomerId(UUID(int=number)), there, opened))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"out{ending}"
        write_table(path, CUSTOMER_COLUMNS, customer_rows(known))
        sheet = read_sheet(path)
    header = customers_header(sheet, NOTHING_SAID)
    said = read_customers(sheet, header, NOTHING_SAID, "SG", lambda _: None)
    assert said.faults == []
    again = customer_changes(said.drafts, known)
    assert (again.wanted, again.faults, again.same) == ([], [], len(known))
    anew = customer_changes(said.drafts, [])
    assert [dict(one.fields) for one in anew.wanted] == [dict(one.values) for one in known]
    assert [one.points for one in anew.wanted] == [one.opened for one in known]


def test_nothing_that_goes_out_is_a_formula(tmp_path: Path) -> None:
    hostile = Item(
        *(ItemId("A"), "=cmd|' /C calc'!A0", "@SUM(1)", TaxClass.ZERO, ("+1", "-2+3")),
    )
    goods = Goods({"A": hostile}, {"main": {"A": [Price(ItemId("A"), 0, 5)]}}, {}, 2)
    path = tmp_path / "out.csv"
    write_table(path, item_header(()), item_rows(goods, ()))
    with path.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert [cell for row in written for cell in row if cell[:1] in FORMULA and cell != "-"] == []


def test_a_file_is_written_as_its_name_says_or_not_at_all(tmp_path: Path) -> None:
    for name in ("out.ods", "out", "out.csv.gz"):
        with pytest.raises(FileRefused):
            refuse_name(tmp_path / name)


async def test_customers_come_in_sealed_and_go_out_by_command(
    postgres_url: str, tmp_path: Path
) -> None:
    for words in (("company", "add", "Acme"), ("store", "add", "S01"), ("load-sample",)):
        assert (await central(*words, url=postgres_url)).code == 0
    path = tmp_path / "people.csv"
    path.write_text(
        "Kundennummer;Vorname;Nachname;E-Mail;Telefon;Punkte\n"
        "K-1;Ann;Ng;Ann@Example.com;9123 4567;150\n"
        "K-2;Card;4111 1111 1111 1111;;;\n"
        "K-3;Bo;Li;ann@example.com;;\n"
        "K-4;Cy;Ho;;+65 8123 4567;\n"
    )
    done = await central("import", "customers", str(path), url=postgres_url)
    assert done.code == 1
    assert done.shown.splitlines()[-1].startswith("2 new, 0 changed, 0 the same; 2 faulty lines")
    assert "line 4: email 'ann@example.com': line 2 has it." in done.shown
    sealed = await sql(
        postgres_url,
        "SELECT value FROM customer_field WHERE field IN ('name', 'email', 'phone')"
        " AND value IS NOT NULL",
    )
    assert sealed == []
    again = await central("import", "customers", str(path), url=postgres_url)
    assert "0 new, 0 changed, 2 the same" in again.shown
    out = tmp_path / "out.csv"
    done = await central("export", "customers", str(out), url=postgres_url)
    assert (done.code, done.complaint) == (0, "")
    assert out.stat().st_mode & 0o077 == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        told = {row[0]: row[1:] for row in csv.reader(file)}
    assert told["K-1"] == ["Ann Ng", "ann@example.com", "'+6591234567", "yes", "150"]
    back = await central("import", "customers", str(out), url=postgres_url)
    assert back.shown.splitlines()[-1].startswith("0 new, 0 changed, 202 the same.")


async def test_items_go_out_by_command_and_come_in_as_nothing_new(
    postgres_url: str, tmp_path: Path
) -> None:
    for words in (("company", "add", "Acme"), ("store", "add", "S01"), ("load-sample",)):
        assert (await central(*words, url=postgres_url)).code == 0
    for ending in ("csv", "xlsx"):
        out = str(tmp_path / f"out.{ending}")
        done = await central("export", "items", out, url=postgres_url)
        assert (done.code, done.complaint) == (0, "")
        back = await central("import", "items", out, url=postgres_url)
        assert back.shown.splitlines()[-1].startswith("0 new, 0 changed, 306 the same."), back
    refused = await central("export", "items", str(tmp_path / "out.pdf"), url=postgres_url)
    assert (refused.code, ".csv, .tsv or .xlsx" in refused.complaint) == (2, True)
