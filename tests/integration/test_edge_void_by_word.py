"""A void that takes somebody's word takes it before its terminal gives anything back: once, for all
that goes back by the terminal and for the receipt itself."""

from pathlib import Path
from typing import Any

from sync.protocol.facts import RetailTransaction
from tests.edge_store import row_counts, sale
from tests.integration.payment_fixtures import counter, document, paid_by
from tests.integration.people_fixtures import Counter, publish
from tests.integration.test_edge_refunds import MILK_MINOR, bought, refunding
from tests.integration.test_edge_sign_in import slug


async def test_a_manager_s_word_holds_for_the_terminal_and_for_the_void(tmp_path: Path) -> None:
    async with counter(tmp_path / "S01") as (till, terminal):
        sold, payment = await bought(till)
        await till.box.writer.run(publish)
        people = Counter(till, {})
        await people.sign_in("ben")
        body = refunding(payment, post_void_of=sold["sale_id"], operator_id="ben")
        before = row_counts(till.box.folder), terminal.charged_minor
        refused = await people.call("POST", "/payments/refunds", body)
        assert slug(refused) == "permission-needed"
        asks: dict[str, Any] = refused.json()["asks"]
        assert (asks["permission"], asks["subject"]) == ("void", body["sale_id"])
        assert (row_counts(till.box.folder), terminal.charged_minor) == before
        other = await people.allow("anna", act="void", **{**asks, "amount_minor": 1})
        less = body | {"override_id": other.json()["override_id"]}
        assert slug(await people.call("POST", "/payments/refunds", less)) == "override-refused"
        assert terminal.charged_minor == before[1]
        word = await people.allow("anna", act="void", **asks)
        assert word.status_code == 201, word.text
        allowed = body | {"override_id": word.json()["override_id"]}
        refund = document(await people.call("POST", "/payments/refunds", allowed))
        assert (refund["state"], terminal.charged_minor) == ("approved", 0)
        void = sale(
            total_minor=-MILK_MINOR,
            tenders=[paid_by(refund)],
            post_void_of=sold["sale_id"],
            note="rang up for the wrong person",
            lines=[],
            operator_id="ben",
            sale_id=body["sale_id"],
        )
        done = await people.call("POST", "/sales", void)
        assert done.status_code == 201, done.text
        facts = [fact for fact in await people.facts() if isinstance(fact, RetailTransaction)]
        assert [(one.act, one.operator_id) for one in facts[-1].overrides] == [("void", "anna")]


async def test_a_word_that_was_given_for_one_receipt_voids_no_other(tmp_path: Path) -> None:
    async with counter(tmp_path / "S01") as (till, _):
        sold, payment = await bought(till)
        await till.box.writer.run(publish)
        people = Counter(till, {})
        await people.sign_in("ben")
        body = refunding(payment, post_void_of=sold["sale_id"], operator_id="ben")
        refused = await people.call("POST", "/payments/refunds", body)
        word = await people.allow("anna", act="void", **refused.json()["asks"])
        allowed = body | {"override_id": word.json()["override_id"]}
        refund = document(await people.call("POST", "/payments/refunds", allowed))
        void = sale(
            total_minor=-MILK_MINOR,
            tenders=[paid_by(refund)],
            post_void_of=sold["sale_id"],
            note="rang up for the wrong person",
            lines=[],
            operator_id="ben",
        )
        assert void["sale_id"] != body["sale_id"]
        assert slug(await people.call("POST", "/sales", void)) == "permission-needed"
