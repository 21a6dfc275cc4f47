"""The store server's commands: a technician's way, every mistake in one sentence, exit codes."""

import contextlib
import json
import re
import shlex
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from edge.box.folder import KEY_FILE, SETTINGS_FILE, database_of
from edge.box.settings import LOOPBACK
from edge.db.connection.engine import open_connection
from edge.server.ports import bind
from sync.engine.transport import Request, Response
from tests.edge_store import act, sale
from tests.fake_central import FakeCentral, problem
from tests.integration.command_fixtures import (
    central,
    paired_id,
    provision,
    refusal,
    run,
    running,
    sign_in,
    url,
)
from tests.pins import give_pins

__all__ = ["central", "url"]


def test_a_technician_puts_a_box_into_a_shop_and_it_sells(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "shop" / "S01"
    made = provision(url, folder)
    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines()[-1].endswith(f"edge serve --data {folder}`.")
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    give_pins(folder)
    with running(folder) as addresses, httpx.Client(base_url=addresses["S01"]) as client:
        assert stat.S_IMODE((folder / "edge.sock").stat().st_mode) == 0o600
        code, link, said = run("pair", "W1", "--data", folder).stdout.splitlines()
        assert link == f"Till page: {addresses['S01']}/#pair=W1:{code}"
        assert "open the link in W1's browser" in said
        sign_in(client, "W1", code)
        client.post("/business-days", json=act()).raise_for_status()
        opening = {"operator_id": "anna", "float_minor": 0, "till_session_id": paired_id()}
        client.post("/till-sessions", json=opening).raise_for_status()
        sold = client.post("/sales", json=sale())
        assert sold.status_code == 201, sold.text
        assert "is in use by process" in refusal(run("serve", "--data", folder))
        told = json.loads(run("totals", "--data", folder, "--receipts").stdout)
        assert told["head_hash"] == sold.json()["hash"]
        assert [receipt[0] for receipt in told["receipts"]] == [sold.json()["receipt_number"]]
    assert not (folder / "edge.sock").exists()
    verified = run("verify", "--data", folder)
    assert (verified.exit_code, "6 events" in verified.stdout) == (0, True)
    assert json.loads(run("totals", "--data", folder, "--json").stdout)["totals"] == told["totals"]
    status = run("status", "--data", folder)
    assert (status.exit_code, "S01: " in status.stdout) == (0, True)
    assert central.kinds[0] == "device_recorded"


def test_provisioning_again_goes_on_where_it_stopped(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "S01"

    def cut(request: Request) -> Response | None:
        return Response(503, {}, b"") if "data_set=prices" in request.path else None

    central.instead = cut
    assert "run the same command again" in refusal(provision(url, folder))
    key = (folder / KEY_FILE).read_bytes()
    central.instead = lambda _request: None
    pulled = len(central.pulled)
    again = provision(url, folder)
    assert again.exit_code == 0, again.output
    assert central.pulled[pulled:] == ["prices after 0", "prices after 2", "prices after 4"]
    assert (folder / KEY_FILE).read_bytes() == key
    with closing(open_connection(database_of(folder))) as db:
        assert db.execute("SELECT count(*) FROM box").fetchone() == (1,)


def test_an_answer_that_was_lost_on_its_way_costs_no_new_code(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    def lose(request: Request) -> Response | None:
        if request.path == "/v1/enrol":
            central.enrol(__import__("base64").b64decode(json.loads(request.body)["public_key"]))
            return Response(502, {}, b"")
        return None

    central.instead = lose
    refusal(provision(url, tmp_path / "S01"))
    central.instead = lambda _request: None
    assert provision(url, tmp_path / "S01").exit_code == 0


def hotel(_request: Request) -> Response:
    return Response(200, {"content-type": "text/html"}, b"<h1>Welcome</h1>")


def late(_request: Request) -> Response:
    return Response(200, {"date": "Mon, 01 Jan 2024 00:00:00 GMT"}, b'{"status": "ok"}')


def another_program(_request: Request) -> Response:
    return Response(200, {"content-type": "application/json"}, b'{"ok": true}')


def moved(_request: Request) -> Response:
    return Response(302, {"location": "http://127.0.0.1:1/"}, b"")


def database_away(_request: Request) -> Response:
    return problem(503, "database-away", "Nothing is known to have changed.")


def broken(request: Request) -> Response | None:
    return Response(500, {}, b"<h1>oops</h1>") if request.path == "/v1/enrol" else None


MISTAKES: list[tuple[Callable[[Request], Response | None], str]] = [
    (hotel, "it is not head office: check the address.*the code is still good"),
    (another_program, "it is not head office"),
    (moved, "it is not head office"),
    (database_away, "fails .503.: Nothing is known.*Run this again in a minute"),
    (broken, "fails .500.: it does not say why.*the code is still good.*log of `central serve`"),
    (late, "clock is .* ahead of head office's.*: set .*the code is still good"),
]


@pytest.mark.parametrize(
    ("instead", "says"), MISTAKES, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_wrong_with_the_other_side_is_said_with_what_to_do(
    central: FakeCentral,
    url: str,
    tmp_path: Path,
    instead: Callable[[Request], Response | None],
    says: str,
) -> None:
    central.instead = instead
    assert re.search(says, refusal(provision(url, tmp_path / "S01")))
    assert central.enrolled is None


def test_a_code_that_head_office_refuses_is_told_in_its_own_words(url: str, tmp_path: Path) -> None:
    assert "The code is not known." in refusal(provision(url, tmp_path / "a", code="WRONG"))
    again = provision(url, tmp_path / "a")
    assert again.exit_code == 0, again.output


@contextmanager
def answering(said: bytes) -> Iterator[str]:
    """Something at a port that says this to whoever connects, and hangs up."""
    with socket.create_server((LOOPBACK, 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(4_096)
                    connection.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"{LOOPBACK}:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_how_far_the_line_came_to_an_absent_head_office_is_said(tmp_path: Path) -> None:
    with bind(0) as silent:
        nobody = f"http://{LOOPBACK}:{silent.getsockname()[1]}"
    for address, says in (
        (nobody, "nothing listens there. Check the address, and that `central serve` runs there"),
        ("http://no-such-host.invalid", "its name does not resolve"),
        (nobody.replace("http:", "https:"), "nothing listens there"),
    ):
        said = refusal(provision(address, tmp_path / "S01"))
        assert f"Head office does not answer at {address}: " in said
        assert says in said
        assert said.endswith("then run this again; the code is still good.")
    assert "begins with http" in refusal(provision("hq.example", tmp_path / "S01"))


def test_tls_spoken_to_what_speaks_none_and_the_other_way_round_is_said(tmp_path: Path) -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as plain:
        said = refusal(provision(f"https://{plain}", tmp_path / "S01"))
    assert "does not speak TLS. Check the port, or begin the address with http://" in said
    with answering(b"\x15\x03\x01\x00\x02\x02\x46") as encrypted:
        said = refusal(provision(f"http://{encrypted}", tmp_path / "S01"))
    assert "does not speak HTTP. Check the port, or begin the address with https://" in said


def test_provisioning_a_store_again_says_that_it_is_one(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "a store's folder"
    assert provision(url, folder).exit_code == 0
    settings = (folder / SETTINGS_FILE).read_text() + "push_every_s = 7\n"
    (folder / SETTINGS_FILE).write_text(settings)
    again = provision(url, folder, code="USED-UP")
    assert again.exit_code == 0
    assert "S01 was provisioned already and is ready to sell" in again.stdout
    assert again.stdout.endswith(f"edge serve --data {shlex.quote(str(folder))}`.\n")
    assert (folder / SETTINGS_FILE).read_text() == settings
    with running(folder):
        at_work = provision(url, folder, code="USED-UP")
        assert (at_work.exit_code, at_work.stderr) == (0, "")
        assert "S01 is provisioned already and at work; nothing was changed." in at_work.stdout
        assert "belongs to a store of" in refusal(provision("http://127.0.0.1:1", folder))
