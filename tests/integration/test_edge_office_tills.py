"""The back office's pages of tills and of the safe: whole without scripts, blind until counted."""

import re
from uuid import uuid4

from edge.pages.words import LANGUAGES
from sync.protocol.codec import decode
from sync.protocol.denominations import Pieces
from tests.edge_store import sale
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]


async def at_a_till(browser: Browser, who: str = "anna") -> str:
    """Its page, with a float of 100.00 and one sale in cash of 3.45."""
    session = await browser.till.open_shop()
    sold = await browser.till.call("POST", "/sales", sale())
    assert sold.status_code == 201, sold.text
    await browser.enter(who)
    return f"/office/tills/{session}"


def table(page: str, name: str) -> str:
    found = re.search(rf'<table[^>]*id="{name}".*?</table>', page, re.S)
    assert found is not None, page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


async def test_the_tills_of_the_day_stand_in_a_table_that_leads_to_each(browser: Browser) -> None:
    till = await at_a_till(browser)
    page = await browser.text("/office/tills")
    assert "Not settled: 1 of 1 tills." in page
    assert f'href="{till}"' in page
    assert 'aria-current="page"' in page
    await browser.send("/office/language", language=LANGUAGES[1], next="/office/tills")
    assert "1 台中 1 台未结算。" in await browser.text("/office/tills")


async def test_a_till_is_counted_by_notes_told_what_was_expected_and_settled_by_that(
    browser: Browser,
) -> None:
    till = await at_a_till(browser)
    counted = {"face_10000": "1", "face_200": "1", "face_20": "7", "slip_card": "0.00"}
    told = await browser.send_from(till, f"{till}/count", **counted)
    assert told.status_code in (200, 303), told.text
    assert "Counted 103.40; 103.45 was expected: -0.05." in told.text
    settled = await browser.send_from(till, f"{till}/settle")
    assert settled.status_code == 303, settled.text
    page = await browser.text(till)
    assert "settled" in page
    assert "-0.05" in table(page, "sums-table")
    again = await browser.send_from(till, f"{till}/settle")
    assert again.status_code == 303


async def test_whoever_counts_blind_sees_no_expected_cash_on_any_page_of_it(
    browser: Browser,
) -> None:
    till = await at_a_till(browser, "ben")
    page = await browser.text(till)
    assert 'id="hidden"' in page
    assert "103.45" not in page
    assert "103.45" not in await browser.text("/office/tills")
    told = await browser.send_from(till, f"{till}/count", counted="100.00")
    assert "103.45 was expected" in told.text


async def test_cash_is_moved_and_what_was_typed_stays_where_it_is_refused(
    browser: Browser,
) -> None:
    till = await at_a_till(browser)
    wrong = {"kind": "loan", "amount": "a lot", "reason": "coins", "event_id": str(uuid4())}
    refused = await browser.send_from(till, f"{till}/move", **wrong)
    assert refused.status_code == 400
    assert 'value="a lot"' in refused.text
    once = {**wrong, "amount": "50.00"}
    for _ in range(2):
        assert (await browser.send_from(till, f"{till}/move", **once)).status_code == 303
    page = await browser.text(till)
    assert table(page, "moves-table").count("50.00") == 1
    assert "153.45" in table(page, "sums-table")


async def test_a_pickup_is_told_by_its_notes_and_may_leave_its_amount_empty(
    browser: Browser,
) -> None:
    till = await at_a_till(browser)
    typed = {"kind": "pickup", "amount": "", "reason": "large notes", "face_5000": "1"}
    wrong = await browser.send_from(till, f"{till}/move", **{**typed, "amount": "49.00"})
    assert wrong.status_code == 422, wrong.text
    assert 'name="face_5000" inputmode="numeric" maxlength="6" size="4"' in wrong.text
    assert (await browser.send_from(till, f"{till}/move", **typed)).status_code == 303
    assert "-50.00" in table(await browser.text(till), "moves-table")
    [(pieces,)] = await browser.till.box.reader.read(
        lambda db: db.execute("SELECT pieces FROM cash_moved WHERE kind = 'pickup'").fetchall()
    )
    assert decode(tuple[Pieces, ...], pieces) == (Pieces(5_000, 1),)


async def test_a_cashier_who_may_not_move_cash_is_asked_for_somebody_elses_word(
    browser: Browser,
) -> None:
    till = await at_a_till(browser, "ben")
    typed = {"kind": "pickup", "amount": "20.00", "reason": "too much", "event_id": str(uuid4())}
    asked = await browser.send_from(till, f"{till}/move", **typed)
    assert asked.status_code == 403
    assert "move cash of this amount: SGD 20.00" in asked.text
    word = {"allowed_by": "cleo", "allowed_pin": "7391", "allowed_why": "full drawer"}
    done = await browser.send_from(till, f"{till}/move", **typed, **word)
    assert done.status_code == 303, done.text


async def test_a_till_is_handed_over(browser: Browser) -> None:
    till = await at_a_till(browser)
    done = await browser.send_from(till, f"{till}/hand-over", to_operator_id="ben")
    assert done.status_code == 303, done.text
    assert "ben" in table(await browser.text("/office/tills"), "tills-table-1")


async def test_the_safe_is_counted_and_emptied_and_the_days_figures_lead_to_the_bag(
    browser: Browser,
) -> None:
    await at_a_till(browser)
    safe = "/office/tills/safe"
    assert "never counted" in await browser.text(safe)
    counted = await browser.send_from(safe, f"{safe}/count", counted="600.00")
    assert "Counted 600.00; -100.00 was expected: 700.00." in counted.text
    bag = {"bag_number": "SB-1", "amount": "400.00", "event_id": str(uuid4())}
    for _ in range(2):
        assert (await browser.send_from(safe, f"{safe}/deposit", **bag)).status_code == 303
    page = await browser.text(safe)
    assert "200.00" in page
    assert "SB-1" in table(page, "safe-table")
    day = (await browser.client.get("/office/day")).headers["location"]
    assert "400.00" in await browser.text(day)
    rows = await browser.text(f"{day}/rows?figure=deposits")
    assert "SB-1" in rows
    assert "400.00" in rows


async def test_a_bag_for_the_bank_is_told_by_its_notes_and_may_leave_its_amount_empty(
    browser: Browser,
) -> None:
    await at_a_till(browser)
    safe = "/office/tills/safe"
    await browser.send_from(safe, f"{safe}/count", counted="600.00")
    form = (await browser.text(safe)).split("safe/deposit")[1].split("</form>")[0]
    assert 'name="face_5000"' in form
    bag = {"bag_number": "SB-2", "face_5000": "3", "face_1000": "1", "event_id": str(uuid4())}
    wrong = await browser.send_from(safe, f"{safe}/deposit", **bag, amount="161.00")
    assert wrong.status_code == 422
    assert re.search(r'name="face_5000"[^>]* value="3"', wrong.text)
    several = await browser.send_from(safe, f"{safe}/deposit", **{**bag, "face_5000": "3.5"})
    assert "<strong>50.00: it must be a number of notes or coins.</strong>" in several.text
    await browser.send("/office/language", language=LANGUAGES[1], next=safe)
    chinese = await browser.send_from(safe, f"{safe}/deposit", **bag, amount="much")
    assert "“或总额”所填的内容不符合要求。" in chinese.text
    assert (await browser.send_from(safe, f"{safe}/deposit", **bag)).status_code == 303
    [(amount, pieces)] = await browser.till.box.reader.read(
        lambda db: db.execute(
            "SELECT safe_minor, pieces FROM cash_moved WHERE kind = 'deposit'"
        ).fetchall()
    )
    assert amount == -16_000
    assert decode(tuple[Pieces, ...], pieces) == (Pieces(5_000, 3), Pieces(1_000, 1))
