"""Whose a request is and by what it came: a proxy's word counts where it is trusted, nobody
else's ever."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from central.api.reached import reached
from central.domain.forwarded import client_address, host_name, is_one_of, read_network
from central.office.reach import CannotBeReached, Reach, read_reach
from central.office.settings import CentralSettings
from sync.http.tls import ServedCertificate
from tests.own_root import Root

EVERYWHERE = "0.0.0.0"  # noqa: S104  the address that is tested
PROXIES = (read_network("10.0.0.0/24"), read_network("fd00::/8"))
BEHIND = Reach(PROXIES, None, ("head.example",))


async def through(
    reach: Reach,
    peer: str,
    *headers: tuple[str, str],
    host: str = "head.example",
    path: str = "/x",
    scheme: str = "http",
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and scope of a request as the application got it."""
    seen: dict[str, Any] = {}
    sent: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send(message: Any) -> None:
        sent.append(message)

    told = [(b"host", host.encode()), *((n.lower().encode(), v.encode()) for n, v in headers)]
    scope: Any = {"type": "http", "path": path, "scheme": scheme, "headers": told}
    await reached(reach)(app)({**scope, "client": (peer, 1)}, None, send)  # type: ignore[arg-type]  # nothing is received
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    if sent[0]["status"] != 200:
        problem = msgspec.json.decode(sent[1]["body"])
        assert problem["status"] == sent[0]["status"]
        assert problem["detail"]
        assert problem["remedy"]
    return sent[0]["status"], answered, seen


FORWARDED = (
    ("X-Forwarded-For", "198.51.100.1, 203.0.113.7"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "head.example"),
)


async def test_a_trusted_proxy_says_who_asks_and_how_they_came() -> None:
    status, answered, scope = await through(BEHIND, "10.0.0.5", *FORWARDED, host="inner:8100")
    assert status == 200
    assert scope["client"][0] == "203.0.113.7", "what stands left of it is the client's own word"
    assert scope["scheme"] == "https"
    assert dict(scope["headers"])[b"host"] == b"head.example"
    assert answered["strict-transport-security"] == "max-age=31536000"


async def test_nobody_else_s_word_is_read() -> None:
    for reach in (BEHIND, Reach()):
        status, answered, _ = await through(reach, "203.0.113.9", *FORWARDED)
        assert status == 403
        assert "strict-transport-security" not in answered
    status, _, scope = await through(Reach(), "127.0.0.1", *FORWARDED, host="localhost:8100")
    assert (status, scope["scheme"], scope["client"][0]) == (200, "http", "127.0.0.1")


async def test_what_came_to_the_proxy_in_the_clear_is_not_taken() -> None:
    for said in ((), (("X-Forwarded-Proto", "http"),), (("X-Forwarded-Proto", "https, http"),)):
        headers = (("X-Forwarded-For", "203.0.113.7"), *said)
        assert (await through(BEHIND, "10.0.0.5", *headers))[0] == 403
    assert (await through(BEHIND, "10.0.0.5", path="/health"))[0] == 200


async def test_a_name_that_is_not_head_office_s_gets_nothing() -> None:
    forwarded = FORWARDED[:2]
    for host in ("evil.example", "head.example.evil.example", "", "10.0.0.9"):
        assert (await through(BEHIND, "10.0.0.5", *forwarded, host=host))[0] == 421
    for host in ("head.example", "HEAD.example:443", "localhost:9000", "127.0.0.1"):
        assert (await through(BEHIND, "10.0.0.5", *forwarded, host=host))[0] == 200
    assert (await through(Reach(), "127.0.0.1", host="rebound.example"))[0] == 421
    twice = (("X-Forwarded-Host", "evil.example"),)
    assert (await through(BEHIND, "10.0.0.5", *forwarded, *twice))[0] == 421


@pytest.mark.parametrize(
    ("stated", "client"),
    [
        ([], "10.0.0.5"),
        (["203.0.113.7"], "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7, 10.0.0.6"], "203.0.113.7"),
        (["1.1.1.1", "203.0.113.7", "10.0.0.6"], "203.0.113.7"),
        (["203.0.113.7:4711"], "203.0.113.7"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["2001:db8::7, fd00::1"], "2001:db8::7"),
        (["10.0.0.7"], "10.0.0.7"),
        (["203.0.113.7, unknown"], "10.0.0.5"),
        (["203.0.113.7, 10.0.0.6, "], "10.0.0.5"),
        (["::ffff:10.0.0.6"], "::ffff:10.0.0.6"),
    ],
)
def test_the_client_is_the_rightmost_that_is_no_proxy(stated: list[str], client: str) -> None:
    assert client_address("10.0.0.5", stated, PROXIES) == client


def test_a_host_is_its_name_without_a_port() -> None:
    for host, name in (
        ("Head.example:8100", "head.example"),
        ("[::1]:8100", "::1"),
        ("::1", "::1"),
        ("127.0.0.1", "127.0.0.1"),
        ("", ""),
    ):
        assert host_name(host) == name


def test_a_star_stands_for_one_label() -> None:
    allowed = ("*.head.example",)
    assert is_one_of("a.head.example", allowed)
    assert not any(is_one_of(name, allowed) for name in ("head.example", "a.b.head.example", ""))


def test_beyond_this_machine_nothing_is_served_in_the_clear(tmp_path: Path) -> None:
    chain, key = Root().write(tmp_path, "head.example")
    for given, said in (
        ({"host": EVERYWHERE}, "--tls-cert"),
        ({"host": "::"}, "--tls-cert"),
        ({"host": "everywhere"}, "does not appear to be"),
        ({"trusted_proxy": ("10.0.0.5",)}, "--name"),
        ({"trusted_proxy": ("proxy",), "name": ("head.example",)}, "does not appear to be"),
        ({"tls_cert": chain}, "belong together"),
    ):
        with pytest.raises(CannotBeReached, match=said):
            read_reach(CentralSettings(**given))
    read_reach(CentralSettings(host="127.0.0.2"))
    read_reach(CentralSettings(host=EVERYWHERE, tls_cert=chain, tls_key=key))
    read_reach(CentralSettings(host="::", trusted_proxy=("10.0.0.5",), name=("head.example",)))


def test_its_address_is_the_one_that_people_type(tmp_path: Path) -> None:
    certificate = ServedCertificate(*Root().write(tmp_path, "*.head.example", "head.example"))
    six = ServedCertificate(*Root().write(tmp_path / "6", "2001:db8::7"))
    for reach, port, address in (
        (Reach(), 8100, "http://127.0.0.1:8100"),
        (Reach((), None, ("head.example",)), 8100, "http://127.0.0.1:8100"),
        (BEHIND, 8100, "https://head.example"),
        (Reach(PROXIES, None, ("head.example:8443",)), 8100, "https://head.example:8443"),
        (Reach((), certificate), 8100, "https://head.example:8100"),
        (Reach((), certificate), 443, "https://head.example"),
        (Reach((), certificate, ("other.example",)), 8100, "https://other.example:8100"),
        (Reach((), certificate, ("other.example:444",)), 8100, "https://other.example:444"),
        (Reach((), six), 443, "https://[2001:db8::7]"),
        (Reach((), six), 8100, "https://[2001:db8::7]:8100"),
    ):
        assert reach.address("127.0.0.1", port) == address
    assert BEHIND.listening("127.0.0.1", 8100) == "http://127.0.0.1:8100"
    assert Reach((), certificate).listening("127.0.0.1", 443) == "https://head.example"
