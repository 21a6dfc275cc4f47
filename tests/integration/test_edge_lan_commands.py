"""A technician gives a box its name: provisioned, served and paired by command, over real TLS to a
real process."""

import contextlib
import re
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from central.demo.children import free_port
from edge.box.settings import read_settings
from tests.certificates import trusting
from tests.fake_authority import AUTHORITY
from tests.fake_central import FakeCentral, problem
from tests.integration.command_fixtures import central, provision, refusal, run, sign_in, url
from tests.own_root import Root
from tests.patience import PATIENCE_S
from tests.pins import give_pins
from tests.servers import Server, edge_process

__all__ = ["central", "url"]

NAME, HERE = "s01.shop.internal", "127.0.0.2"
PLACE = ("--name", NAME, "--address", HERE, "--port")
FINGERPRINT = re.compile(r"^(?:[0-9A-F]{4} ){15}[0-9A-F]{4}$", re.MULTILINE)


@pytest.fixture
def lan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_LAN", "true")


@contextlib.contextmanager
def client_of(server: Server, context: ssl.SSLContext) -> Iterator[httpx.Client]:
    """Over HTTPS by the box's name, which leads to HERE."""
    with httpx.Client(verify=context, trust_env=False) as client:
        client.headers["Host"] = f"{NAME}:{server.port}"
        client.base_url = httpx.URL(f"https://{HERE}:{server.port}")
        yield client


def company() -> ssl.SSLContext:
    return trusting(AUTHORITY.public_bytes(Encoding.PEM))


@pytest.mark.usefixtures("lan")
def test_a_box_that_was_given_a_name_is_paired_and_answers_by_https(
    url: str, tmp_path: Path
) -> None:
    folder, trust = tmp_path / "S01", free_port()
    made = provision(url, folder, *PLACE, "0")
    assert (made.exit_code, "certificate" in made.output) == (0, False), made.output
    give_pins(folder)
    with edge_process(folder, EDGE_TRUST_PORT=str(trust)) as server:
        paired = run("pair", "W2", "--data", folder).stdout
        code = paired.splitlines()[0]
        links = re.findall(r"^On another machine: (\S+)$", paired, re.MULTILINE)
        assert links == [f"https://{host}:{server.port}/#pair=W2:{code}" for host in (NAME, HERE)]
        fingerprint = FINGERPRINT.search(paired)
        assert fingerprint is not None
        page = httpx.get(f"http://{HERE}:{trust}/", trust_env=False).text
        assert re.findall(r"<span>(\w{4})</span>", page) == fingerprint[0].split()
        with client_of(server, company()) as client:
            asked = {"extensions": {"sni_hostname": NAME}}
            sign_in(client, "W2", code, **asked)
            first = client.get("/items", **asked)  # type: ignore[arg-type]  # of many kinds
            assert first.status_code == 200
            assert run("unpair", "W2", "--data", folder).exit_code == 0
            after = client.get("/items", **asked)  # type: ignore[arg-type]  # of many kinds
            assert after.status_code == 401  # the connection is open still: its token is not
            streams = (one.extensions["network_stream"] for one in (first, after))
            assert len(set(map(id, streams))) == 1
        told = run("status", "--data", folder).stdout
        assert f"https://{NAME}:{server.port}/" in told


@pytest.mark.usefixtures("lan")
def test_a_name_that_head_office_refuses_leaves_a_shop_that_sells_and_is_mended_by_another(
    url: str, central: FakeCentral, tmp_path: Path
) -> None:
    folder, said = tmp_path / "S01", f"{NAME} is another store's."
    central.instead = lambda request: (
        problem(409, "name-taken", said) if request.path.endswith("/certificate") else None
    )
    made = provision(url, folder, *PLACE, "0")
    assert made.exit_code == 0
    assert said.rstrip(".") in made.stdout
    assert "S01 is ready to sell" in made.stdout
    central.instead = lambda _request: None
    again = provision(url, folder, "--name", "s02.shop.internal")
    assert (again.exit_code, "certificate" in again.output) == (0, False)
    settings = read_settings(folder)
    assert (settings.names, [*map(str, settings.addresses)]) == (("s02.shop.internal",), [HERE])


@pytest.mark.usefixtures("lan")
def test_a_box_that_serves_takes_another_name_and_address_without_a_restart(
    url: str, tmp_path: Path
) -> None:
    folder, there = tmp_path / "the shop's box", "127.0.0.3"
    assert provision(url, folder, *PLACE, "0").exit_code == 0
    with edge_process(folder, EDGE_TRUST_PORT="0") as server:
        again = provision(url, folder, "--name", "s02.shop.internal", "--address", there)
        assert again.exit_code == 0, again.output
        assert "at work; asks head office for a certificate of this place at once" in again.stdout
        ends_at = time.monotonic() + PATIENCE_S
        while not answered_by_https(server, there, "s02.shop.internal"):
            assert time.monotonic() < ends_at
        assert not answered_by_https(server, HERE, NAME)
        told = run("status", "--data", folder).stdout
        assert f"https://s02.shop.internal:{server.port}/" in told
        moved = provision(url, folder, "--name", "s02.shop.internal", "--port", "8199")
        assert "serves at port 0 until it is stopped and this is run again" in moved.stdout
        assert "at work; nothing was changed" in moved.stdout
        assert "s01.shop.internal" in refusal(provision(url, folder, "--name", "S01"))
    settings = read_settings(folder)
    assert (settings.names, [*map(str, settings.addresses)]) == (("s02.shop.internal",), [there])


def answered_by_https(server: Server, address: str, name: str) -> bool:
    """Whether the box listens there with a certificate for the name."""
    with httpx.Client(verify=company(), trust_env=False) as client:
        try:
            answer = client.get(
                f"https://{address}:{server.port}/health",
                headers={"Host": f"{name}:{server.port}"},
                extensions={"sni_hostname": name},
            )
        except httpx.ConnectError:
            return False
        return answer.status_code == 200


@pytest.mark.parametrize("more", [("--name", "S01"), ("--name", "*.internal"), ("--address", "x")])
def test_what_cannot_be_a_name_or_an_address_is_refused_before_the_code_is_used(
    url: str, central: FakeCentral, tmp_path: Path, more: tuple[str, str]
) -> None:
    told = refusal(provision(url, tmp_path / "S01", *more))
    assert "s01.shop.internal" in told
    assert central.genesis is None


@pytest.mark.usefixtures("lan")
def test_files_of_the_shops_own_go_with_serve(url: str, tmp_path: Path) -> None:
    folder, root = tmp_path / "S01", Root("A public authority")
    assert provision(url, folder, *PLACE, "0").exit_code == 0
    chain, key = root.write(tmp_path / "own", HERE)
    more = {"EDGE_TLS_CERT": str(chain), "EDGE_TLS_KEY": str(key), "EDGE_TRUST_PORT": "0"}
    with edge_process(folder, **more) as server:
        answer = httpx.get(
            f"https://{HERE}:{server.port}/health", verify=root.trusted(), trust_env=False
        )
        assert answer.status_code == 200
    told = refusal(run("serve", "--data", folder, "--tls-cert", str(chain)))
    assert "`--tls-cert` and `--tls-key` go together" in told


def test_without_a_certificate_serve_says_that_it_answers_this_machine_only(
    url: str, central: FakeCentral, tmp_path: Path
) -> None:
    folder = tmp_path / "S01"
    central.instead = lambda request: (
        problem(404, "not-found") if request.path.endswith("/certificate") else None
    )
    made = provision(url, folder, *PLACE, "0")
    assert "Only this machine's own tills can be answered" in made.stdout
    with edge_process(folder, EDGE_LAN="true") as server:
        assert httpx.get(f"http://127.0.0.1:{server.port}/health").status_code == 200
        assert "On another machine" not in run("pair", "W1", "--data", folder).stdout
