"""What `edge doctor` says of printers, of what receipts are drawn with, of receipts by e-mail."""

import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from edge.box.folder import SETTINGS_FILE, database_of
from edge.doctor.checks import examine
from edge.doctor.scene import Scene
from sync.program.findings import Finding, State
from tests.doctors import of
from tests.edge_store import make_store

READY = {b"\x10\x04\x02": b"\x12", b"\x10\x04\x04": b"\x12"}
"""Epson's real-time status: the fixed bits, and nothing to report."""
PATIENCE_S = 30
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "S01"
    make_store(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "S01"))


def found(folder: Path, check: str) -> Finding:
    return of(examine(Scene(folder)), check)


def state(folder: Path, *lines: str) -> None:
    path = folder / SETTINGS_FILE
    path.write_text("\n".join((path.read_text(), *lines)) + "\n")


@contextmanager
def printer(answers: dict[bytes, bytes]) -> Iterator[str]:
    """One that answers so, and is silent to all else; where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_answer, args=(listening, answers), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)


def _answer(listening: socket.socket, answers: dict[bytes, bytes]) -> None:
    try:
        line, _ = listening.accept()
    except OSError:
        return
    with line:
        line.settimeout(PATIENCE_S)
        while asked := line.recv(3):
            line.sendall(answers.get(asked, b""))


@pytest.mark.parametrize(
    ("answers", "well", "says"),
    [
        (READY, True, "W1 is ready."),
        ({}, True, "W1 is reached, and says nothing of its paper."),
        ({b"\x10\x04\x02": b"\xff"}, True, "W1 is reached, and says nothing of its paper."),
        (READY | {b"\x10\x04\x04": b"\x72"}, False, "W1 has no paper."),
        (READY | {b"\x10\x04\x04": b"\x1e"}, False, "W1 is ready, and its paper ends soon."),
        (READY | {b"\x10\x04\x02": b"\x16"}, False, "W1 has its cover open."),
        (READY | {b"\x10\x04\x02": b"\x52"}, False, "W1 says that it has a fault."),
    ],
)
def test_a_printer_says_itself_how_it_is_where_it_can(
    answers: dict[bytes, bytes], well: bool, says: str, folder: Path
) -> None:
    with printer(answers) as address:
        state(folder, "[printers]", f'W1 = "{address}"')
        said = found(folder, "printers")
    assert (said.state, said.says) == (State.FINE if well else State.ATTENTION, says)


def test_each_printer_is_told_and_one_that_is_away_by_why(folder: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = f"127.0.0.1:{closed.getsockname()[1]}"
        device = folder.parent / "lp0"
        device.touch()
        state(folder, "[printers]", f'W1 = "{away}"', f'W2 = "{device}"', 'W3 = "/dev/nothing"')
        said = found(folder, "printers")
    assert said.state is State.ATTENTION
    assert said.says == (
        "W1 cannot be reached (connection refused); W2 is ready;"
        " W3 cannot be reached (no such file or directory)."
    )


def test_a_shop_without_printers_is_fine(folder: Path) -> None:
    assert found(folder, "printers").state is State.FINE


def test_a_logo_that_cannot_be_printed_is_told(folder: Path) -> None:
    state(folder, 'logo = "logo.png"')
    write_first(folder)
    said = found(folder, "drawing")
    assert (said.state, "No such file" in said.says) == (State.ATTENTION, True)
    (folder / "logo.png").write_bytes(b"no picture")
    assert "neither PNG nor JPEG" in found(folder, "drawing").says


def write_first(folder: Path) -> None:
    """What has no table stands before those that have one."""
    path = folder / SETTINGS_FILE
    lines = path.read_text().splitlines()
    path.write_text("\n".join(sorted(lines, key=lambda line: not line.startswith("logo"))) + "\n")


def test_scripts_that_no_font_has_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.program.pages.scripts_missing", lambda: ("Chinese", "Tamil"))
    said = found(folder, "drawing")
    assert said.state is State.ATTENTION
    assert said.says.startswith("No font here has Chinese or Tamil letters")


MAIL = ("[mail]", 'host = "localhost"', 'tls = "never"', 'sender = "r@shop.example"')


def put_mail(
    folder: Path, state: str, age_ms: int, failure: str | None = None, kind: str = "receipt"
) -> None:
    then_ms = Scene(folder).now_ms - age_ms
    with closing(sqlite3.connect(database_of(folder))) as db:
        db.execute(
            "INSERT INTO mail VALUES (?, ?, ?, NULL, ?, ?, 0, 1, ?, ?)",
            (uuid4().bytes, kind, bytes(16), state, then_ms, failure, then_ms),
        )
        db.commit()


def test_receipts_that_wait_long_or_were_given_up_are_told_with_why(folder: Path) -> None:
    assert "No server for e-mail" in found(folder, "mail").says
    state(folder, *MAIL)
    assert found(folder, "mail").says == "Nothing waits to go by e-mail."
    put_mail(folder, "waiting", 2 * HOUR_MS, "not-reached")
    said = found(folder, "mail")
    assert said.state is State.ATTENTION
    assert said.says.endswith("It said last: not-reached.")


def test_an_order_that_waits_is_a_letter_and_no_receipt(folder: Path) -> None:
    state(folder, *MAIL)
    put_mail(folder, "waiting", 2 * HOUR_MS, kind="order")
    assert found(folder, "mail").says.startswith("1 order waits to go by e-mail, since ")
    put_mail(folder, "waiting", 2 * HOUR_MS)
    put_mail(folder, "waiting", HOUR_MS)
    says = found(folder, "mail").says
    assert says.startswith("2 receipts and 1 order wait to go by e-mail, since ")


def status(first: str = "0,0", second: str = "0,0", hot: str = "0") -> bytes:
    """As ZPL's manual says it: paper and pause, head and ribbon."""
    one = f"030,{first},1245,000,0,0,0,000,0,0,{hot}"
    return f"\x02{one}\x03\r\n\x02000,0,{second},0,2,4,0,00000000,1,000\x03\r\n".encode()


@pytest.mark.parametrize(
    ("answer", "well", "says"),
    [
        (status(), True, "SHELF is ready."),
        (b"", True, "SHELF is reached, and says nothing of its paper."),
        (b"\x02no status\x03", True, "SHELF is reached, and says nothing of its paper."),
        (status(first="1,0"), False, "SHELF has no paper."),
        (status(second="1,0"), False, "SHELF has its cover open."),
        (status(second="0,1"), False, "SHELF says that it has a fault (it has no ribbon)."),
        (status(first="0,1"), False, "SHELF says that it has a fault (it is paused)."),
        (status(hot="1"), False, "SHELF says that it has a fault (it is too hot)."),
    ],
)
def test_a_label_printer_says_itself_how_it_is_where_it_can(
    answer: bytes, well: bool, says: str, folder: Path
) -> None:
    assert found(folder, "label_printers").state is State.FINE
    with printer({b"~HS": answer}) as address:
        state(folder, "[label_printers]", f'SHELF = "{address}"')
        said = found(folder, "label_printers")
    assert (said.state, said.says) == (State.FINE if well else State.ATTENTION, says)


def test_a_label_printer_that_is_away_is_told_by_why(folder: Path) -> None:
    state(folder, "[label_printers]", 'SHELF = "/dev/nothing"')
    said = found(folder, "label_printers")
    assert said.says == "SHELF cannot be reached (no such file or directory)."


def test_receipts_that_were_given_up_are_told_for_a_week(folder: Path) -> None:
    state(folder, *MAIL)
    put_mail(folder, "given_up", 24 * HOUR_MS, "smtp-550")
    said = found(folder, "mail")
    assert said.state is State.ATTENTION
    assert said.says == "1 receipt was given up in 7 days. It said last: smtp-550."


def test_a_password_file_that_cannot_be_read_stops_and_is_not_quoted(folder: Path) -> None:
    state(folder, *MAIL, 'user = "shop"', 'password_file = "/nowhere/password"')
    said = found(folder, "mail")
    assert (said.state, "cannot be read" in said.says) == (State.STOP, True)


def test_pages_that_nothing_can_set_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.program.pages.find_spec", lambda _: None)
    said = found(folder, "drawing")
    assert said.state is State.ATTENTION
    assert said.command == "pip install typst"
