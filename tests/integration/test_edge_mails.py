"""Receipts by e-mail, through a real server on loopback: sent once, tried again, given up; and
where they went nobody reads afterwards."""

import asyncio
import sqlite3
import ssl
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from edge.box.box import Box
from edge.box.folder import database_of
from edge.box.mailing import send_mails
from edge.domain.mail import MAILS_WAITING_MAX
from edge.server.background import exchanging
from edge.usecases.mail.settle import KEPT_MS
from tests.doubles.mail_server import mail_server
from tests.edge_store import act, open_store, row_counts, sale
from tests.integration.mail_fixtures import ADDRESS, asked, mailing_shop
from tests.own_root import Root
from tests.patience import PATIENCE_S

HOUR_MS = 3_600_000


def rows(box: Box, statement: str = "SELECT * FROM mail") -> list[sqlite3.Row]:
    with closing(sqlite3.connect(database_of(box.folder))) as db:
        db.row_factory = sqlite3.Row
        return db.execute(statement).fetchall()


async def due_again(box: Box, earlier_ms: int = 0) -> None:
    """The next try's time has come, ``earlier_ms`` after it was asked for."""
    await box.writer.run(
        lambda db: db.execute(
            "UPDATE mail SET next_try_ms = 0, asked_at_ms = asked_at_ms - ?", (earlier_ms,)
        )
    )


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    said: str = body.get_content()
    return said


async def test_a_receipt_goes_once_as_text_and_as_a_page_and_its_address_is_forgotten(
    tmp_path: Path,
) -> None:
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till:
            answer = await asked(till)
            assert answer.status_code == 201, answer.text
            assert ADDRESS not in answer.text
            assert await send_mails(till.box) == 1
            assert await send_mails(till.box) == 0
            (row,) = rows(till.box)
            assert (row["state"], row["address"], row["failure"]) == ("sent", None, None)
            receipt = (await till.call("GET", f"/sales/{answer.json()['sale_id']}")).json()
        ((to, letter),) = server.taken
        assert (to, letter["To"], letter["From"]) == (ADDRESS, ADDRESS, "receipts@shop.example")
        assert letter["Subject"] == f"Harbour: {receipt['receipt_number']}"
        assert letter["Message-ID"] == f"<{row_id(row)}@shop.example>"
        assert text_of(letter).split() == receipt["receipt"].split()
        (page,) = letter.iter_attachments()
        assert (page.get_content_type(), page.get_filename()) == (
            "application/pdf",
            f"{receipt['receipt_number']}.pdf",
        )


def row_id(row: sqlite3.Row) -> str:
    return str(UUID(bytes=row["mail_id"]))


async def test_what_is_given_out_after_it_was_sent_is_a_copy(tmp_path: Path) -> None:
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till:
            sale_id = (await asked(till)).json()["sale_id"]
            await send_mails(till.box)
            await asked(till, sale_id)
            await send_mails(till.box)
        first, second = (text_of(letter).split("\n")[0] for _, letter in server.taken)
        assert ("COPY" in first, second.strip()) == (False, "*** COPY ***")


async def test_a_request_that_is_sent_again_is_one_letter(tmp_path: Path) -> None:
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till:
            same = {"event_id": "01a2228a-9240-77d7-84aa-4d87318c6963"}
            sale_id = (await asked(till, **same)).json()["sale_id"]
            assert (await asked(till, sale_id, **same)).status_code == 200
            assert len(rows(till.box)) == 1


async def test_a_server_that_is_away_is_tried_again_ever_later_and_then_given_up(
    tmp_path: Path,
) -> None:
    with mail_server() as server:
        gone = server.port
    with mail_server() as server:
        server.port = gone
        async with mailing_shop(tmp_path / "S01", server) as till:
            await asked(till)
            for failures in (1, 2, 3):
                await due_again(till.box)
                assert await send_mails(till.box) == 0
                (row,) = rows(till.box)
                assert (row["state"], row["failures"]) == ("waiting", failures)
                assert row["failure"] == "not-reached"
            assert (await till.call("GET", "/sync")).json()["mails_waiting"] == 1
            await due_again(till.box, 72 * HOUR_MS)
            await send_mails(till.box)
            (row,) = rows(till.box)
            assert (row["state"], row["address"]) == ("given_up", None)
            told = (await till.call("GET", "/sync")).json()
            assert (told["mails_waiting"], told["mails_given_up"]) == (0, 1)


async def test_a_letter_whose_answer_was_lost_goes_again_under_the_same_message_id(
    tmp_path: Path,
) -> None:
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till:
            await asked(till)
            server.breaks_off = True
            assert await send_mails(till.box) == 0
            server.breaks_off = False
            await due_again(till.box)
            assert await send_mails(till.box) == 1
        assert len(server.taken) == 1


@pytest.mark.parametrize(("code", "state"), [(550, "given_up"), (450, "waiting")])
async def test_an_address_that_is_refused_for_ever_is_given_up_at_once_and_stops_no_other(
    code: int, state: str, tmp_path: Path
) -> None:
    with mail_server() as server:
        server.refuses["nobody@example.org"] = code
        async with mailing_shop(tmp_path / "S01", server) as till:
            first = await till.call("POST", "/sales", sale())
            path = f"/sales/{first.json()['sale_id']}/mails"
            await till.call("POST", path, act(address="nobody@example.org"))
            await asked(till)
            assert await send_mails(till.box) == 1
            found = {row["state"]: row["failure"] for row in rows(till.box)}
            assert found == {state: f"smtp-{code}", "sent": None}


async def test_neither_address_nor_password_enters_logs_journal_or_answers(tmp_path: Path) -> None:
    secret = "correct horse battery"
    with mail_server(password=secret) as server, capture_logs() as logs:
        folder = tmp_path / "S01"
        async with mailing_shop(folder, server, secret, user="receipts") as till:
            await asked(till)
            assert await send_mails(till.box) == 1
            assert secret not in repr(till.box.settings)
            refused = await till.call("POST", "/sales/x/mails", act(address=ADDRESS))
            assert ADDRESS not in refused.text
        assert ADDRESS not in repr(logs)
        assert secret not in repr(logs)
        journal = [row["body"] for row in rows(till.box, "SELECT body FROM journal")]
        assert not any(ADDRESS.encode() in body for body in journal)
        kept = [path.read_bytes() for path in folder.iterdir() if path.is_file()]
        assert not any(secret.encode() in content for content in kept)


async def test_a_password_that_is_wrong_is_told_and_tried_again(tmp_path: Path) -> None:
    with mail_server(password="right") as server:
        async with mailing_shop(tmp_path / "S01", server, "wrong", user="receipts") as till:
            await asked(till)
            assert await send_mails(till.box) == 0
            (row,) = rows(till.box)
            assert (row["state"], row["failure"]) == ("waiting", "sign-in-refused")
        assert server.taken == []


async def test_a_password_may_stand_in_a_file_that_is_read_at_each_round(tmp_path: Path) -> None:
    path = tmp_path / "password"
    with mail_server(password="right") as server:
        by_file: dict[str, Any] = {"user": "receipts", "password_file": path}
        async with mailing_shop(tmp_path / "S01", server, **by_file) as till:
            await asked(till)
            await send_mails(till.box)
            assert rows(till.box)[0]["failure"] == "password-unreadable"
            path.write_text("right\n")
            await due_again(till.box)
            assert await send_mails(till.box) == 1


@pytest.mark.parametrize("trusted", [True, False])
async def test_nothing_is_said_in_plain_to_a_server_that_is_asked_for_tls(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, other = Root(), Root("Another root")
    ca = tmp_path / "ca.pem"
    ca.write_bytes((root if trusted else other).pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(*root.write(tmp_path, "127.0.0.1"))
    with mail_server(password="right", tls=shown) as server:
        tls = {"user": "receipts", "tls": "starttls"}
        async with mailing_shop(tmp_path / "S01", server, "right", **tls) as till:
            await asked(till)
            assert await send_mails(till.box) == int(trusted)
            failure = None if trusted else "tls-failed"
            assert rows(till.box)[0]["failure"] == failure
        assert server.encrypted == [True] * int(trusted)
        in_plain = [said.split()[0] for said in server.said]
        if not trusted:
            assert "AUTH" not in in_plain


async def test_without_a_server_it_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        assert (await till.call("GET", "/till")).json()["sends_mail"] is False
        sold = await till.call("POST", "/sales", sale())
        before = row_counts(till.box.folder)
        answer = await asked(till, sold.json()["sale_id"])
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "no-mail")
        assert rows(till.box) == []
        assert row_counts(till.box.folder) == before


async def test_more_than_may_wait_are_refused_and_nothing_of_them_is_kept(tmp_path: Path) -> None:
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till:
            sale_id = (await asked(till)).json()["sale_id"]
            await till.box.writer.run(
                lambda db: db.executemany(
                    "INSERT INTO mail (mail_id, kind, subject_id, state, asked_at_ms, next_try_ms,"
                    " failures) VALUES (?, 'receipt', ?, 'waiting', 1, ?, 0)",
                    [(bytes([n // 250, n % 250]), b"x", 1 << 52) for n in range(MAILS_WAITING_MAX)],
                )
            )
            answer = await asked(till, sale_id)
            assert answer.json()["type"].rpartition(":")[2] == "mails-wait"
            assert len(rows(till.box)) == MAILS_WAITING_MAX + 1


@pytest.mark.parametrize(
    "address",
    ["", "x", "a@b", "a b@c.example", "a@b.example\nBcc: d@e.example", "a@b.example,c@d.example"],
)
async def test_what_is_no_address_is_refused(address: str, tmp_path: Path) -> None:
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till:
            sale_id = (await asked(till)).json()["sale_id"]
            path = f"/sales/{sale_id}/mails"
            answer = await till.call("POST", path, act(address=address))
            assert (answer.status_code, len(rows(till.box))) == (400, 1)


async def test_the_timer_sends_what_waits_also_while_head_office_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.server.background.MAIL_EVERY_S", 1)
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till, exchanging(till.box):
            await asked(till)
            assert await asyncio.to_thread(server.came.wait, PATIENCE_S)


async def test_what_ended_is_forgotten_after_five_weeks(tmp_path: Path) -> None:
    with mail_server() as server:
        async with mailing_shop(tmp_path / "S01", server) as till:
            await asked(till)
            await send_mails(till.box)
            await till.box.writer.run(
                lambda db: db.execute(
                    "UPDATE mail SET ended_at_ms = ended_at_ms - ?", (KEPT_MS + 60_000,)
                )
            )
            await asked(till)
            await send_mails(till.box)
            assert [row["state"] for row in rows(till.box)] == ["sent"]
