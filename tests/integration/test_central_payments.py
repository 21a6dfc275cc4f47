"""An acquirer's file is held against the tenders of receipts; what is left needs a person."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.board_pages import load, row_of, send_form
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme, arrive, traded
from tests.integration.test_central_cli import central

__all__ = ["postgres_template"]

_CARDS = """
SELECT t.amount_minor, s.tendered_at_ms, t.reference FROM sale_tender AS t
JOIN sale AS s USING (store_id, sale_id) WHERE t.kind = 'card' AND NOT s.training
ORDER BY s.tendered_at_ms, s.sale_id
"""
BRING = ("import", "payments")


def german(minor: int) -> str:
    """As a bank there writes it: 1.234,50"""
    sign, whole = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{whole // 100:,}".replace(",", ".") + f",{whole % 100:02d}"


def clock(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms // 1_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


async def file_of(served: Served, folder: Path) -> tuple[Path, int]:
    """What the acquirer paid: of the first receipt too little by 1.00, one that nobody sold, one
    without its amount; a sum at the end. How many card tenders it names rightly."""
    cards = await served.rows(_CARDS)
    assert len(cards) > 5
    rows = [f"{clock(at)};{german(minor)};{ref or ''}" for minor, at, ref in cards]
    first = cards[0]
    rows[0] = f"{clock(first[1])};{german(first[0] - 100)};{first[2] or ''}"
    rows += ["2026-03-01T09:00:00Z;987.654,32;NOBODY", ";;Summe"]
    path = folder / "November.csv"
    path.write_bytes(("\r\n".join(["Datum;Umsatz;Auftrag", *rows]) + "\r\n").encode("cp1252"))
    return path, len(cards) - 1


async def test_a_file_is_matched_and_its_exceptions_are_decided_on(
    postgres_url: str, tmp_path: Path
) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, traded(close=False))
        send = partial(sent, served)
        path, right = await file_of(served, tmp_path)
        said = (*BRING, str(path), "--source", "Acquirer", "--map", "reference=Auftrag")
        tried = await central(*said, "--dry-run", url=postgres_url)
        assert (tried.code, (await load(served, "/payments")).tables) == (0, {})
        brought = await central(*said, url=postgres_url)
        assert brought.code == 1
        assert "1 lines have no amount" in brought.shown
        assert f"{right:,} more are matched, 2 exceptions need a decision" in brought.shown
        address = brought.shown.split()[-1].partition("/payments/")[2]
        here = f"/payments/{address}"
        page = await load(served, here)
        lines = page.tables["exceptions"][1:]
        assert len(lines) == 2
        [unknown] = [row for row in lines if row[1].text == "NOBODY"]
        assert "no receipt is known" in unknown[5].text
        assert page.words["summary"].startswith("2 exceptions need a decision")
        for line in lines:
            form = {"line_no": line[0].text, "decision": "dispute", "reason": ""}
            refused = await send(f"{here}/decide", form)
            assert refused.status_code == 400, refused.text
            form["reason"] = "Asked the acquirer"
            assert (await send(f"{here}/decide", form)).status_code == 303
        form["decision"] = "accept"
        assert (await send(f"{here}/decide", form)).status_code == 303
        assert (await send(f"{here}/decide", form)).status_code == 404
        page = await load(served, here)
        assert page.words["summary"] == "Every line is what a shop took, or was decided on."
        assert "Asked the acquirer (ann@" in page.words["exceptions"]
        listed = row_of((await load(served, "/payments")).tables["files"], "November.csv")
        assert [cell.text for cell in listed[6:8]] == [str(right), "0"]
        again = await central(*BRING, str(path), "--source", "Acquirer", url=postgres_url)
        assert again.code == 0
        assert "as an earlier file was" in again.shown
        assert "brought in before; 0 more are matched, 0 exceptions" in again.shown
        acts = await served.rows("SELECT act FROM audit WHERE act LIKE 'payment%' ORDER BY 1")
        assert acts == [("payment_decided",)] * 3 + [("payments_brought",)] * 2


async def test_a_receipt_that_arrives_later_is_matched_then(
    postgres_url: str, tmp_path: Path
) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, traded(close=False))
        send = partial(sent, served)
        path, right = await file_of(served, tmp_path)
        await served.rows("UPDATE sale_tender SET kind = 'voucher' RETURNING 1")
        said = (*BRING, str(path), "--source", "Acquirer", "--map", "reference=Auftrag")
        brought = await central(*said, url=postgres_url)
        assert f"0 more are matched, {right + 2} exceptions" in brought.shown
        await served.rows("UPDATE sale_tender SET kind = 'card' RETURNING 1")
        here = f"/payments/{brought.shown.split()[-1].partition('/payments/')[2]}"
        assert (await send(f"{here}/match", {})).status_code == 303
        assert len((await load(served, here)).tables["exceptions"]) - 1 <= 3


async def sent(served: Served, path: str, form: dict[str, str]) -> httpx.Response:
    """A form of a file's page, by who has loaded it."""
    shown = await load(served, path.rpartition("/")[0])
    [csrf, *_] = [named["value"] for _, named in shown.elements if named.get("name") == "csrf"]
    return await send_form(served, path, {"csrf": csrf or "", **form})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("a;b\n1;2\n", "No row names a column amount"),
        ("Amount\n", "0 payments"),
        ("Amount\n1.234\n", "it may be thousands or a fraction"),
    ],
)
async def test_a_file_that_says_nothing_is_refused_or_told(
    postgres_url: str, tmp_path: Path, content: str, complaint: str
) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, traded(count=1, close=False))
        path = tmp_path / "file.csv"
        path.write_text(content)
        done = await central(*BRING, str(path), "--source", "Bank", url=postgres_url)
        assert complaint in done.shown + done.complaint
