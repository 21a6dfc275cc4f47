"""Tenders that nobody has confirmed are marked at head office, until a file is about them."""

from pathlib import Path

import msgspec

from sync.protocol.facts import Outcome, RetailTransaction, TenderKind, TenderLine
from sync.protocol.identity import TenderId
from tests.board_pages import load, row_of
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive
from tests.integration.test_central_board_cells import sheet_of
from tests.integration.test_central_cli import central
from tests.shop_journal import Shop

__all__ = ["postgres_template"]

OFFLINE = "offline: the bank was not asked, and may refuse it yet"
ON_SIGHT = "on sight, of the customer's telephone"


def paid(shop: Shop, kind: TenderKind, reference: str, outcome: str) -> RetailTransaction:
    """A receipt over 3.50 that one tender paid, appended."""
    tender = TenderLine(
        TenderId(kind.value), kind.value, kind, 350, reference, outcome=outcome, approval="A1"
    )
    sale = msgspec.structs.replace(shop.sale(), tenders=(tender,), change_minor=0)
    shop.append(sale)
    return sale


async def test_what_was_taken_offline_or_on_sight_is_marked_until_a_file_is_about_it(
    postgres_url: str, tmp_path: Path
) -> None:
    shop = Shop(1)
    shop.open()
    offline = paid(shop, TenderKind.CARD, "OFF00000001", Outcome.OFFLINE)
    seen = paid(shop, TenderKind.QR, "SEEN0000001", Outcome.ON_SIGHT)
    sure = paid(shop, TenderKind.CARD, "SURE0000001", Outcome.APPROVED)
    confirmed = paid(shop, TenderKind.QR, "CONF0000001", Outcome.CONFIRMED)
    async with acme(postgres_url) as served:
        assert "unsure" not in (await load(served, "/payments")).tables
        await arrive(served, shop)
        page = await load(served, "/payments")
        rows = page.tables["unsure"]
        assert len(rows) == 3
        row = row_of(rows, offline.receipt_number)
        assert [cell.text for cell in row[4:]] == ["OFF00000001", "3.50", OFFLINE]
        assert row_of(rows, seen.receipt_number)[6].text == ON_SIGHT
        address = next(link for link in page.links if "as=xlsx" in link)
        written = sheet_of((await served.client.get(address)).content, 1)
        assert {row[0]: row[6] for row in written[1:]} == {
            offline.receipt_number: OFFLINE,
            seen.receipt_number: ON_SIGHT,
        }
        for sale, said in ((offline, OFFLINE), (seen, ON_SIGHT), (sure, ""), (confirmed, "")):
            address = f"/stores/S01/receipts/{sale.sale_id}"
            answer = await served.client.get(address)
            shown = answer.text.replace("&#39;", "'")
            assert {one: one in shown for one in (OFFLINE, ON_SIGHT)} == {
                one: one == said for one in (OFFLINE, ON_SIGHT)
            }
        path = tmp_path / "November.csv"
        path.write_text("Amount,Reference\n3.40,OFF00000001\n3.50,SEEN0000001\n")
        brought = await central(
            "import", "payments", str(path), "--source", "Bank", url=postgres_url
        )
        assert "1 more are matched, 1 exceptions" in brought.shown
        assert "unsure" not in (await load(served, "/payments")).tables
        page = await load(
            served, f"/payments/{brought.shown.split()[-1].partition('/payments/')[2]}"
        )
        [differs] = page.tables["exceptions"][1:]
        assert differs[4].text == f"3.50 {OFFLINE}"
        address = next(link for link in page.links if "as=xlsx" in link)
        [_, written_row] = sheet_of((await served.client.get(address)).content, 1)
        assert written_row[4] == f"3.50 {OFFLINE}"
