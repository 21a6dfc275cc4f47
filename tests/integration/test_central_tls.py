"""Head office by TLS of its own: a real process on every address of the machine, its certificate
renewed while it serves."""

import json
import ssl
from pathlib import Path

import httpx
import pytest

from central.database.embedded import PostgresServer
from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import central
from tests.own_root import Root
from tests.patience import PATIENCE_S
from tests.servers import central_process, new_database

__all__ = ["postgres_template"]

ROOT = Root()
EVERYWHERE = "0.0.0.0"  # noqa: S104  the address that is tested


def leaf(port: int) -> str:
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=PATIENCE_S)


def test_it_serves_by_https_and_shows_a_renewed_certificate_without_a_restart(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    chain, key = ROOT.write(tmp_path / "tls", "localhost")
    url = new_database(postgres_server, postgres_template)
    tls = {"CENTRAL_TLS_CERT": str(chain), "CENTRAL_TLS_KEY": str(key), "CENTRAL_HOST": EVERYWHERE}
    folder = tmp_path / "office"
    with central_process(folder, url, **tls) as server:
        address = (folder / "central.url").read_text().strip()
        assert address == f"https://localhost:{server.port}"
        with httpx.Client(verify=ROOT.trusted(), base_url=address, trust_env=False) as client:
            answer = client.get("/health")
            assert answer.status_code == 200
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
            form = {"company": "Acme", "email": "ann@example.com", "password": "wrong horse"}
            for origin, status in ((address, 401), ("https://evil.example", 403)):
                sent = client.post("/sign-in", data=form, headers={"Origin": origin})
                assert sent.status_code == status, sent.text
            assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 421
            before = leaf(server.port)
            ROOT.write(tmp_path / "tls", "localhost")
            while leaf(server.port) == before:
                assert client.get("/health").status_code == 200


def test_beside_https_it_answers_this_machine_in_plain_where_it_is_asked_to(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    chain, key = ROOT.write(tmp_path / "tls", "localhost")
    url = new_database(postgres_server, postgres_template)
    tls = {"CENTRAL_TLS_CERT": str(chain), "CENTRAL_TLS_KEY": str(key), "CENTRAL_HOST": EVERYWHERE}
    folder = tmp_path / "office"
    with central_process(folder, url, CENTRAL_PLAIN_PORT="0", **tls) as server:
        assert server.process.stdout is not None
        ready, name, plain = server.process.stdout.readline().split()
        assert (ready, name, plain[:17]) == ("ready", "plain", "http://127.0.0.1:")
        assert (folder / "central.url").read_text() == f"https://localhost:{server.port}\n"
        with httpx.Client(base_url=plain, trust_env=False) as client:
            answer = client.get("/sign-in")
            assert answer.status_code == 200
            assert "Strict-Transport-Security" not in answer.headers
            assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 421
            form = {"company": "Acme", "email": "ann@example.com", "password": "wrong horse"}
            for origin, status in ((plain, 401), ("https://evil.example", 403)):
                sent = client.post("/sign-in", data=form, headers={"Origin": origin})
                assert sent.status_code == status, sent.text
        assert leaf(server.port)
        server.process.terminate()
        assert server.process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--host", EVERYWHERE), "give `--tls-cert FILE --tls-key FILE`, or put a proxy"),
        (("--host", "203.0.113.1", "--trusted-proxy", "10.0.0.5"), "add `--name head.example`"),
        (("--host", "127.0.0.300"), "does not appear to be an IPv4 or IPv6 address"),
        (("--tls-cert", "no.crt", "--tls-key", "no.key"), "no.crt: No such file"),
        (("--tls-cert", "no.crt"), "belong together"),
        (("--plain-port", "0"), "`--port` is in plain already"),
    ],
)
async def test_what_would_leave_people_unsafe_is_refused_in_a_sentence(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    refused = await central("serve", "--port", "0", *arguments, data=tmp_path)
    assert (refused.code, refused.shown) == (2, "")
    assert said in refused.complaint
    assert refused.complaint.count("\n") == 1


def test_settings_of_the_network_may_stand_in_the_environment(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres_server, postgres_template)
    named = {
        "CENTRAL_TRUSTED_PROXY": json.dumps(["127.0.0.1"]),
        "CENTRAL_NAME": json.dumps(["head.example:8443"]),
    }
    with central_process(tmp_path / "office", url, **named):
        address = (tmp_path / "office" / "central.url").read_text().strip()
    assert address == "https://head.example:8443"
