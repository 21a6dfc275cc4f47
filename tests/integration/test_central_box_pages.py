"""Stores and their boxes on the board, a code for a new one, and what points may come to."""

import re
from functools import partial
from pathlib import Path

from central.db.engine import unit_of_work
from central.usecases.feed.publish_reference import publish_items
from central.usecases.feed.sequence_publications import drain_publications
from sync.protocol.batch import Health
from sync.protocol.codec import encode
from sync.protocol.enrolment import read_invitation
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import Item
from tests.board_pages import load, row_of, send_form
from tests.central_fixtures import postgres_template, serving
from tests.head_office import apply_all
from tests.integration.board_fixtures import acme, arrive, sign_in, user_of
from tests.integration.edge_fixtures import SETTINGS
from tests.integration.test_central_attention import hidden
from tests.integration.test_central_cli import central
from tests.shop_journal import CUSTOMERS, Shop

__all__ = ["postgres_template"]


async def test_a_box_that_was_heard_says_how_it_is(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company = await served.company()
        await user_of(served, company, "ann@example.com")
        await sign_in(served)
        store = await served.store(company, "S01")
        await served.store(company, "S02")
        box = await served.enrolled(store)
        health = Health("holdfast 1.2", 4, 5 << 30, served.clock.now_ms + 90_000)
        await served.rows(
            "UPDATE stream SET health = $1, health_at_ms = $2, last_contact_ms = $2, sender_seq = 4"
            " RETURNING 1",
            encode(health),
            served.clock.now_ms,
        )
        async with unit_of_work(served.engine) as db:
            items = [Item(ItemId(name), name, "", TaxClass.ZERO, ()) for name in ("a", "b", "c")]
            await publish_items(db, company, items)
        await drain_publications(served.engine)
        page = await load(served, "/boxes")
        rows = page.tables[""]
        heard = [cell.text for cell in row_of(rows, "S01 S01")]
        assert heard[1:4] == ["clock off", "0 s ago", "4 events, 0 min"]
        assert heard[5:8] == ["holdfast 1.2", "5.0 GiB", "90 s ahead"]
        assert heard[8] == "items: 3 behind, and 2 other sets"
        assert [cell.text for cell in row_of(rows, "S02 S02")][1:3] == ["no box", "never"]
        assert "2 of 2 stores need a look" in page.words["summary"]
        await box.feed("items", 0)
        page = await load(served, "/boxes/S01")
        assert re.findall(r'<a href="([^"]+)" aria-current="page"', page.html) == ["/boxes"]
        assert "items 3 3 0 s ago" in page.words["books"]
        assert "speaks for the store" in page.words["epochs"]
        assert (await served.client.get("/boxes/S99")).status_code == 404


async def test_a_box_beside_the_line_of_its_store_is_seen_as_it_is_and_can_be_revoked(
    postgres_url: str, tmp_path: Path
) -> None:
    """A copy of its disk was heard before it, and given up: no epoch speaks for the store."""
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with serving(postgres_url) as served:
        company = await served.company()
        await user_of(served, company, "ann@example.com")
        await sign_in(served)
        box = await served.enrolled(await served.store(company, "S01"))
        twin = box.branched()
        assert (await twin.ratify()).status_code == 200
        branch = box.branched()
        assert (await branch.ratify()).status_code == 200
        branch.record(1)
        assert (await branch.push_events(1, 1)).status_code == 200
        await apply_all(served.office.archive)
        await served.rows("UPDATE stream SET health = NULL RETURNING 1")  # its disk is as it is
        why = ("--reason", "a copy, switched off")
        assert (await typed("seal", "S01", *why)).code == 0
        given_up = ("write-off", "S01", str(twin.epoch), "--yes", *why)
        assert (await typed(*given_up)).code == 0
        page = await load(served, "/boxes")
        assert [cell.text for cell in row_of(page.tables[""], "S01 S01")][1:3] == [
            "side branch",
            "0 s ago",
        ]
        page = await load(served, "/boxes/S01")
        assert "sells beside the store's line" in page.words["beside"]
        said = (await typed("epochs", "S01")).shown
        assert f"{branch.epoch}  Its box sells beside the store's line" in said
        assert "none speaks for it. Next: `uv run central enrol-code S01" in said
        listed = (await typed("box", "list")).shown
        assert "  in use, enrolled " in listed
        assert "is revoked: head office takes nothing" in (await typed("revoke", "S01")).shown
        page = await load(served, "/boxes")
        assert [cell.text for cell in row_of(page.tables[""], "S01 S01")][1:3] == [
            "no box",
            "never",
        ]


async def test_an_administrator_makes_a_code_as_text_and_as_a_picture(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company = await served.company()
        await user_of(served, company, "ann@example.com")
        await sign_in(served)
        await served.store(company, "S01")
        form = hidden(await load(served, "/boxes/S01"))
        answer = await send_form(served, "/boxes/S01/enrol", form)
        assert answer.status_code == 200
        found = re.search(r"HF1:[^<\s]+", answer.text)
        assert found is not None
        invitation = read_invitation(found[0])
        assert invitation.code in answer.text
        assert 'src="data:image/svg+xml' in answer.text
        assert "HF1:" not in (await load(served, "/boxes/S01")).html
        acts = await served.rows("SELECT act, subject FROM audit WHERE act LIKE 'enrol%'")
        assert acts == [("enrol_code_made", "S01")]
        assert (await served.rows("SELECT count(*) FROM enrol_code")) == [(1,)]


async def test_points_and_where_they_may_be_spent(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        shop.append(shop.sale(((1, 1_000, 5_000),), CUSTOMERS[0]))
        await arrive(served, shop)
        await served.rows("UPDATE store SET settings = $1 RETURNING 1", encode(SETTINGS))
        page = await load(served, "/loyalty")
        assert page.words["summary"].startswith("1 customer has 5 points. At worst 0")
        cells = [cell.text for cell in row_of(page.tables["stores"], "S01 S01")][1:]
        assert cells == ["5", "0", "–", "0", "0"]
        await served.rows("UPDATE stream SET state = 'written_off' RETURNING 1")
        page = await load(served, "/loyalty")
        assert "At worst 5 may be spent beyond" in page.words["summary"]
