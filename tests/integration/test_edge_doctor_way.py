"""What `edge doctor` says of the way to head office when one step of it is really broken."""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

import tests.fake_central
from edge.box.settings import write_settings
from edge.doctor.checks import examine
from edge.doctor.scene import Scene
from sync.engine.transport import Request, Response
from sync.program.findings import Finding, State
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet, Item
from sync.protocol.trust import Trust
from tests.certificates import new_key, pem_of
from tests.doctors import of
from tests.fake_central import FakeCentral, problem
from tests.integration.command_fixtures import central, provision, url
from tests.patience import PATIENCE_S

__all__ = ["central", "url"]

STEPS = ("name", "connection", "tls", "answer", "signature")
HOTEL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<h1>Pay</h1>\r\n"


@pytest.fixture
def folder(url: str, tmp_path: Path) -> Path:
    """A box that head office knows."""
    made = tmp_path / "S01"
    result = provision(url, made)
    assert result.exit_code == 0, result.output
    return made


def found(folder: Path, check: str) -> Finding:
    """What is said of one step, where all that are before it are fine and none after it is."""
    told = examine(Scene(folder))
    said = of(told, check)
    if check in STEPS and said.state is not State.FINE:
        at = STEPS.index(check)
        before = [of(told, each).state for each in STEPS[:at]]
        after = [of(told, each).state for each in STEPS[at + 1 :]]
        assert before == [State.FINE] * at, before
        assert after == [State.UNKNOWN] * (len(STEPS) - at - 1), after
    return said


@contextmanager
def listening(
    answer: bytes, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[int]:
    """A real listener that says the same to everybody; its port."""
    with socket.create_server((host, 0)) as bound:
        stopping = threading.Event()

        def serve() -> None:
            while not stopping.is_set():
                taken, _ = bound.accept()
                with suppress(OSError), taken:
                    taken.settimeout(PATIENCE_S)
                    speaking = taken if context is None else context.wrap_socket(taken, True)
                    speaking.recv(65_536)
                    speaking.sendall(answer)
                    if speaking is taken:  # closed before all was read, it would be a reset
                        taken.shutdown(socket.SHUT_WR)
                        while taken.recv(65_536):
                            pass
                    speaking.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            stopping.set()
            socket.create_connection(bound.getsockname()).close()
            thread.join(PATIENCE_S)


def self_signed(folder: Path, *names: str) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    key, now = new_key(), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    stated = [x509.DNSName(each) for each in names]
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 7, now, now + datetime.timedelta(1)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName(stated), critical=False)
    made = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    (folder / "self.pem").write_bytes(made + pem_of(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "self.pem")
    return context


def test_every_step_to_a_head_office_that_is_there_is_fine(folder: Path) -> None:
    told = examine(Scene(folder))
    assert [of(told, each).state for each in STEPS] == [State.FINE] * len(STEPS)


def test_a_name_that_does_not_resolve_is_told(folder: Path) -> None:
    write_settings(folder, "http://head-office.invalid:8100", 0)
    said = found(folder, "name")
    assert (said.state, "does not resolve" in said.says) == (State.ATTENTION, True)
    assert said.command == "getent hosts head-office.invalid"


def test_a_port_that_nobody_listens_on_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    write_settings(folder, f"http://127.0.0.1:{port}", 0)
    said = found(folder, "connection")
    assert said.state is State.ATTENTION
    assert f"nothing listens on its port {port}" in said.says


def test_an_address_that_no_way_leads_to_is_told(folder: Path) -> None:
    write_settings(folder, "http://224.0.0.1:8100", 0)
    said = found(folder, "connection")
    assert (said.state, "cannot be reached" in said.says) == (State.ATTENTION, True)
    assert said.command == "ip route"


def test_a_certificate_that_nobody_vouches_for_is_told(folder: Path, tmp_path: Path) -> None:
    with listening(HOTEL, self_signed(tmp_path, "localhost")) as port:
        write_settings(folder, f"https://localhost:{port}", 0)
        said = found(folder, "tls")
    assert said.state is State.ATTENTION
    assert "Nothing is sent to it" in said.says
    assert said.command == (f"openssl s_client -connect localhost:{port} -servername localhost")


def test_who_does_not_prove_to_have_head_offices_key_is_told(folder: Path, tmp_path: Path) -> None:
    with listening(HOTEL, self_signed(tmp_path, "localhost")) as port:
        write_settings(folder, f"https://localhost:{port}", 0, trust=Trust.PIN)
        said = found(folder, "tls")
    assert (said.state, "what it answers is not head office's" in said.says) == (
        State.ATTENTION,
        True,
    )


def test_a_listener_that_speaks_no_tls_is_told(folder: Path) -> None:
    with listening(HOTEL) as port:
        write_settings(folder, f"https://localhost:{port}", 0)
        said = found(folder, "tls")
    assert (said.state, "does not speak TLS" in said.says) == (State.ATTENTION, True)


def test_an_address_in_the_clear_beyond_this_machine_is_told(folder: Path) -> None:
    own = socket.gethostname()
    with listening(HOTEL, host=own) as port:
        write_settings(folder, f"http://{own}:{port}", 0)
        said = of(examine(Scene(folder)), "tls")
    assert (said.state, "whoever is on the line can read along" in said.says) == (
        State.ATTENTION,
        True,
    )


def test_a_login_page_in_the_way_is_told(folder: Path) -> None:
    with listening(HOTEL) as port:
        write_settings(folder, f"http://127.0.0.1:{port}", 0)
        said = found(folder, "answer")
    assert (said.state, "a login page of this network" in said.says) == (State.ATTENTION, True)
    assert said.command == f"curl --include http://127.0.0.1:{port}/health"


def test_a_listener_that_speaks_no_http_is_told(folder: Path) -> None:
    with listening(b"SSH-2.0-OpenSSH_9.9\r\n\r\n") as port:
        write_settings(folder, f"http://127.0.0.1:{port}", 0)
        said = found(folder, "answer")
    assert (said.state, "does not speak HTTP" in said.says) == (State.ATTENTION, True)


def test_a_head_office_that_fails_is_told(folder: Path, central: FakeCentral) -> None:
    central.instead = lambda _request: problem(503, "database-away")
    said = found(folder, "answer")
    assert (said.state, "fails (status 503)" in said.says) == (State.ATTENTION, True)


def test_an_answer_that_head_office_did_not_sign_is_told(
    folder: Path, central: FakeCentral
) -> None:
    central.signs = False
    said = found(folder, "signature")
    assert (said.state, "did not sign the answer" in said.says) == (State.ATTENTION, True)


def refusing(status: int, detail: str) -> Callable[[Request], Response | None]:
    """Health as ever, and this to whatever is signed."""

    def instead(request: Request) -> Response | None:
        return None if request.path == "/health" else problem(status, "no", detail)

    return instead


def test_a_box_that_head_office_does_not_take_is_told(folder: Path, central: FakeCentral) -> None:
    central.instead = refusing(403, "This box was revoked.")
    said = found(folder, "signature")
    assert (said.state, "This box was revoked" in said.says) == (State.STOP, True)


def test_a_head_office_of_another_version_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tests.fake_central, "PROTOCOL_VERSION", 2)
    said = found(folder, "versions")
    assert (said.state, "head office speaks 2" in said.says) == (State.STOP, True)


def test_a_clock_that_head_office_does_not_share_is_told(
    folder: Path, central: FakeCentral
) -> None:
    central.server_ms += 3_600_000
    said = found(folder, "clock")
    assert (said.state, "s behind head office's" in said.says) == (State.ATTENTION, True)
    assert said.command == "sudo timedatectl set-ntp true"


def test_a_feed_that_is_behind_is_told(folder: Path, central: FakeCentral) -> None:
    assert found(folder, "feeds").state is State.FINE
    row = Item(ItemId("new"), "New", "grocery", TaxClass.STANDARD, ("1",))
    central.publish(DataSet.ITEMS, "new", row)
    said = found(folder, "feeds")
    assert (said.state, said.says) == (State.ATTENTION, "Not here yet: 1 of items.")


def test_a_row_that_this_version_cannot_take_is_told(folder: Path, central: FakeCentral) -> None:
    central.publish(DataSet.ITEMS, "odd", ("no item",))
    assert provision(Scene(folder).settings.central_url, folder).exit_code == 0
    said = found(folder, "feeds")
    assert said.state is State.ATTENTION
    assert "cannot be used by this version, such as items odd" in said.says
