"""What is set aside is put right by a new event beside it, or let go, by a person with a reason."""

import html
import json
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from central.archive.postgres import PostgresArchive
from central.db.engine import driver_of, snapshot
from central.domain.body_text import body_of_text, body_text
from central.projections.rows import TABLES
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_decisions import verify_decisions
from central.usecases.proof.verify_journal import verify_journal
from central.usecases.proof.verify_projections import verify_projections
from sync.protocol.clock import Hlc
from sync.protocol.codec import KINDS, decode_fact, encode
from sync.protocol.facts import CustomerChanged, KindVersion, RetailTransaction
from sync.protocol.identity import CustomerId, EventId
from sync.protocol.shared import CustomerField, FieldChange
from tests.board_pages import load, send_form
from tests.central_fixtures import Served, postgres_template
from tests.head_office import Rows, apply_all, deliver, projections
from tests.integration.board_fixtures import acme, arrive, sales_of
from tests.shop_journal import ANNA, NOW_MS, Shop

__all__ = ["postgres_template"]


async def poisoned(served: Served) -> tuple[Shop, int, RetailTransaction]:
    """A day with a sale whose body says nothing, and a return that waits for it."""
    shop = Shop(1)
    shop.open()
    shop.append(shop.sale())
    meant = shop.sale()
    seq = len(shop.events) + 1
    shop.append_body("retail_transaction", 1, b"\xc1", EventId(meant.sale_id))
    shop.append(shop.sale((), None, [(meant, 1)]))
    shop.append(shop.sale())
    await arrive(served, shop)
    assert await aside(served) == [(seq, "error"), (seq + 1, "waiting")]
    return shop, seq, meant


async def aside(served: Served) -> list[tuple[object, ...]]:
    return await served.rows("SELECT seq, state FROM quarantine ORDER BY 1")


async def verified(served: Served) -> None:
    """The journals, the decisions and every projection come out; made anew, every row is there."""
    archive = PostgresArchive(served.engine)
    assert all(one.finding is None for one in await verify_journal(served.engine))
    async with snapshot(served.engine) as db:
        assert (await verify_decisions(await driver_of(db))).findings == ()
    assert await verify_projections(served.engine) == ()
    before: Rows = await projections(archive, served.engine)
    await rebuild_projections(served.engine)
    after = await projections(archive, served.engine)
    assert {name for name in TABLES if before[name] != after[name]} == set()


def text_of(meant: RetailTransaction) -> str:
    return body_text("retail_transaction", 1, encode(meant))


async def asked(served: Served, path: str, **fields: str) -> httpx.Response:
    page = await load(served, path.rpartition("/")[0])
    forms = [
        named for tag, named in page.elements if tag == "input" and named.get("name") == "csrf"
    ]
    token = forms[0]["value"] if forms else ""
    return await send_form(served, path, {"csrf": token or "", **fields})


async def sent(served: Served, path: str, **fields: str) -> int:
    return (await asked(served, path, **fields)).status_code


async def test_a_poisoned_sale_is_put_right_by_an_event_beside_it(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop, seq, meant = await poisoned(served)
        here = f"/attention/S01/{shop.epoch}/{seq}"
        assert here in (await load(served, "/attention")).links
        before = await served.rows("SELECT seq, hash, body FROM raw_event ORDER BY 1")
        fields = {"kind": "retail_transaction", "version": "1", "body": text_of(meant)}
        assert await sent(served, f"{here}/repair", **fields, reason="  ") == 400
        assert await aside(served) == [(seq, "error"), (seq + 1, "waiting")]
        told = "read from the till's paper"
        assert await sent(served, f"{here}/repair", **fields, reason=told) == 303
        assert await aside(served) == []
        assert await served.rows("SELECT seq, hash, body FROM raw_event ORDER BY 1") == before
        found = await served.rows(
            "SELECT receipt_number FROM sale WHERE sale_id = $1", meant.sale_id
        )
        assert found == [(meant.receipt_number,)]
        page = await load(served, here)
        assert page.words["decided"] == f"Put right by ann@example.com: {told}"
        assert "hex:c1" in page.words["came"]
        assert meant.receipt_number in page.words["counts"]
        audit = await served.rows(
            "SELECT who, act, subject, detail FROM audit WHERE act LIKE 'event%'"
        )
        assert audit == [("ann@example.com", "event_repaired", f"S01 {shop.epoch} {seq}", told)]
        await verified(served)


async def test_an_event_that_is_let_go_counts_nowhere_and_nothing_waits_for_it(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop, seq, _ = await poisoned(served)
        here = f"/attention/S01/{shop.epoch}/{seq}"
        assert await sent(served, f"{here}/release", reason="nobody bought it") == 303
        # The return goes on waiting: the sale that it names is nowhere.
        assert await aside(served) == [(seq + 1, "waiting")]
        assert await sent(served, f"{here}/release", reason="again") == 409
        await verified(served)
        assert await aside(served) == [(seq + 1, "waiting")]


async def test_what_was_let_go_can_be_put_right_after_all(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop, seq, meant = await poisoned(served)
        here = f"/attention/S01/{shop.epoch}/{seq}"
        assert await sent(served, f"{here}/release", reason="nobody bought it") == 303
        assert await sent(served, f"{here}/repair", body=text_of(meant), reason="they did") == 303
        assert await aside(served) == []
        assert await sent(served, f"{here}/repair", body=text_of(meant), reason="again") == 409
        await verified(served)


async def test_what_waits_behind_an_event_is_tried_again_when_that_is_let_go(
    postgres_url: str,
) -> None:
    """A change of a customer in another store's name, and an honest one of the same behind it."""
    async with acme(postgres_url) as served:
        shop = Shop(1)
        customer_id = CustomerId(UUID(int=0xE1))
        for source in (Shop(2).store_id, shop.store_id):
            stamp = Hlc((NOW_MS + len(shop.events)) << 16)
            change = FieldChange(CustomerField.CODE, stamp, source, "C-7", None)
            shop.append(CustomerChanged(customer_id, ANNA, (change,)))
        seq = len(shop.events) - 1
        await arrive(served, shop)
        assert await aside(served) == [(seq, "error"), (seq + 1, "waiting")]
        here = f"/attention/S01/{shop.epoch}/{seq}"
        assert await sent(served, f"{here}/release", reason="not its own to say") == 303
        assert await aside(served) == []
        assert await served.rows("SELECT value FROM customer_field") == [("C-7",)]
        await verified(served)


ANOTHER = "another sale's number"
REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "its number is taken": ({"receipt_number": ANOTHER}, "is another sale's"),
    "it does not balance": ({"rounding_minor": 7}, "cannot be read"),
    "it is another sale": ({"sale_id": str(UUID(int=7))}, "holds another sale's id"),
    "a field is none of ours": ({"no_such_field": 1}, "does not know"),
}


@pytest.mark.parametrize(("changes", "said"), REFUSED.values(), ids=list(REFUSED))
async def test_a_correction_that_cannot_be_counted_is_refused_and_leaves_nothing(
    postgres_url: str, changes: dict[str, object], said: str
) -> None:
    async with acme(postgres_url) as served:
        shop, seq, meant = await poisoned(served)
        document = json.loads(text_of(meant)) | changes
        if document["receipt_number"] == ANOTHER:
            document["receipt_number"] = sales_of(shop)[0].receipt_number
        answer = await asked(
            served,
            f"/attention/S01/{shop.epoch}/{seq}/repair",
            body=json.dumps(document),
            reason="as it was",
        )
        assert answer.status_code in {400, 422}
        assert said in html.unescape(answer.text)
        assert await aside(served) == [(seq, "error"), (seq + 1, "waiting")]
        assert await served.rows("SELECT count(*) FROM decision") == [(0,)]
        assert await served.rows("SELECT count(*) FROM correction") == [(0,)]


async def test_a_parked_kind_is_put_right_as_a_kind_that_is_known(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop = Shop(1)
        shop.open()
        meant = shop.sale()
        shop.append_body("sale_of_the_future", 1, encode(meant), EventId(meant.sale_id))
        seq = len(shop.events)
        await arrive(served, shop)
        assert await aside(served) == [(seq, "parked")]
        here = f"/attention/S01/{shop.epoch}/{seq}"
        fields = {"kind": "retail_transaction", "version": "1", "body": text_of(meant)}
        assert await sent(served, f"{here}/repair", **fields, reason="it is a sale") == 303
        assert await aside(served) == []
        # The same sale arrives again, under its own kind: it counts once.
        shop.append(meant)
        await deliver(served.office.archive, shop)
        await apply_all(served.office.archive)
        assert await served.rows("SELECT count(*) FROM sale") == [(1,)]
        await verified(served)


def test_every_body_is_a_text_and_comes_back_as_its_bytes() -> None:
    """What is put in its place is written as today: of an earlier version it is the same fact."""
    golden = json.loads((Path(__file__).parents[1] / "golden" / "bodies_1.json").read_text())
    assert len(golden) > 15
    for name, digits in golden.items():
        kind, _, version = name.partition(" ")
        body = bytes.fromhex(digits if isinstance(digits, str) else "".join(digits))
        text = body_text(kind, int(version), body)
        back = body_of_text(kind, int(version), text)
        today = KINDS[KindVersion(kind, int(version))].KIND.version == int(version)
        same = decode_fact(kind, int(version), back) == decode_fact(kind, int(version), body)
        assert back == body if today else same, name
