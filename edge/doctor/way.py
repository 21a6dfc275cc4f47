"""The way to head office, step by step: each is looked at where the ones before it were fine."""

import socket
import ssl
from collections import Counter
from urllib.parse import SplitResult, urlsplit

import httpx

from edge.box.box import SOFTWARE
from edge.db.pushing import read_push_state
from edge.db.reference import Cursor, Feed, count_aside, read_cursors, rows_aside
from edge.doctor.scene import Scene
from edge.exchange.why_away import causes_of, why_away
from sync.engine.pull import known_feeds
from sync.engine.transport import CONNECT_TIMEOUT_S
from sync.program.command_line import command, shell
from sync.program.findings import Found, State, attention, fine, stop, unknown
from sync.program.frame import instant
from sync.protocol.answers import NOT_SIGNED, read_refusal
from sync.protocol.batch import PROTOCOL_VERSION
from sync.protocol.counted import counted
from sync.protocol.errors import NotSent
from sync.protocol.reference import DataSet, FeedHead
from sync.protocol.text import shown

_OK = 200
_FAILING = 500
_PORTS = {"http": 80, "https": 443}
SELLING = "Selling goes on."
OF_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def _at(scene: Scene) -> tuple[SplitResult, str, int]:
    """Head office's address: its parts, its host and its port."""
    at = urlsplit(scene.settings.central_url)
    return at, at.hostname or "", at.port or _PORTS[at.scheme]


def _after(scene: Scene, *steps: str) -> Found | None:
    """Why there is nothing to look at yet: the first of the earlier ``steps`` that is not fine."""
    for step in steps:
        if scene.earlier[step].state in (State.UNKNOWN, State.STOP, State.ATTENTION):
            return unknown("Not looked at: the step before it is not fine.")
    return None


def name(scene: Scene) -> Found:
    """Its name resolves."""
    _, host, port = _at(scene)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return attention(
            f"The name {host} does not resolve ({why}). {SELLING}",
            "Check the name in edge.toml, and this network's DNS:",
            shell("getent", "hosts", host),
        )
    addresses = ", ".join(dict.fromkeys(str(each[4][0]) for each in found))
    return fine(f"{host} is {addresses}.")


def connection(scene: Scene) -> Found:
    """Something takes a connection there."""
    after = _after(scene, "name")
    if after is not None:
        return after
    _, host, port = _at(scene)
    try:
        socket.create_connection((host, port), CONNECT_TIMEOUT_S).close()
    except ConnectionRefusedError:
        return attention(
            f"{host} is there, and nothing listens on its port {port}. {SELLING}",
            "Check the address in edge.toml; at head office, see whether it serves:",
            command("central", "doctor"),
        )
    except OSError as error:
        why = error.strerror or f"no answer within {CONNECT_TIMEOUT_S} s"
        return attention(
            f"{host} cannot be reached on port {port} ({why}). {SELLING}",
            "Check the cable, the router and what filters its port; this is the way there:",
            shell("ip", "route"),
        )
    return fine(f"{host} takes connections on port {port}.")


def tls(scene: Scene) -> Found:
    """Its certificate is one that this box trusts."""
    after = _after(scene, "connection")
    if after is not None:
        return after
    at, host, port = _at(scene)
    if at.scheme != "https":
        return _in_the_clear(host)
    health = scene.health
    if isinstance(health, httpx.HTTPError) and _is_of_tls(health):
        why, remedy = why_away(health)
        return attention(
            f"{host} is not trusted: {why}. Nothing is sent to it. {SELLING}",
            f"{remedy}; this shows what it presents:",
            shell("openssl", "s_client", "-connect", f"{host}:{port}", "-servername", host),
        )
    return fine(f"{host} shows a certificate that this box trusts.")


def _is_of_tls(error: httpx.HTTPError) -> bool:
    return any(isinstance(cause, ssl.SSLError) for cause in causes_of(error))


def _in_the_clear(host: str) -> Found:
    if host in OF_THIS_MACHINE:
        return fine("Without TLS, which nothing leaves this machine for.")
    return attention(
        "Head office's address begins with http://: whoever is on the line can read along.",
        "Let head office serve by HTTPS, and change the address in edge.toml; there:",
        command("central", "serve", "--help"),
    )


def answer(scene: Scene) -> Found:
    """Who answers there is a head office."""
    after = _after(scene, "connection") or _after_tls(scene)
    if after is not None:
        return after
    url, health = scene.settings.central_url, scene.health
    seeing = shell("curl", "--include", f"{url}/health")
    if isinstance(health, httpx.HTTPError):
        why, remedy = why_away(health)
        return attention(f"{url} does not answer: {why}. {SELLING}", f"{remedy}:", seeing)
    if health.is_head_office:
        return fine(f"Head office answers at {url}.")
    if health.status >= _FAILING:
        says = f"Head office at {url} fails (status {health.status}). {SELLING}"
        return attention(says, "There, see why:", command("central", "doctor"))
    return attention(
        f"Something answers at {url}, but it is not head office (status {health.status}): a login "
        f"page of this network, or another server. {SELLING}",
        "Sign in to the network in a browser of this machine, or check the address; it says:",
        seeing,
    )


def _after_tls(scene: Scene) -> Found | None:
    """An address in the clear is worth a look, and answers all the same."""
    return _after(scene, "tls") if _at(scene)[0].scheme == "https" else None


def signature(scene: Scene) -> Found:
    """Head office takes this box's signature, and signs its answer."""
    after = _after(scene, "answer")
    if after is not None:
        return after
    try:
        heard = scene.heard
    except NotSent as error:
        says = f"Head office did not answer this box's signed request: {error}. {SELLING}"
        return attention(says, "Look again in a minute:", scene.command("doctor"))
    status, headers, body = heard.response
    if status == _OK and heard.signed:
        return fine("Head office takes this box's signature, and signs its answer.")
    if not heard.signed:
        return attention(
            f"{NOT_SIGNED[:1].upper()}{NOT_SIGNED[1:]}. {SELLING}",
            "Check the address in edge.toml, and what stands between:",
            shell("curl", "--include", f"{scene.settings.central_url}/health"),
        )
    refused = read_refusal(status, headers, body, signed=heard.signed).detail
    return stop(
        f"{refused[:1].upper()}{refused[1:].rstrip('.')}.",
        "Call head office, who sees this box with:",
        command("central", "box", "list"),
    )


def versions(scene: Scene) -> Found:
    """This program's, and which versions of the exchange head office speaks."""
    said = scene.acknowledged
    if said is None:
        return unknown(f"This is {SOFTWARE}; head office does not say what it speaks.")
    spoken = ", ".join(map(str, said.versions))
    if PROTOCOL_VERSION in said.versions:
        return fine(
            f"This is {SOFTWARE}; head office speaks version {spoken} of the exchange, too."
        )
    return stop(
        f"This is {SOFTWARE}, which speaks version {PROTOCOL_VERSION} of the exchange; head office "
        f"speaks {spoken}.",
        "Install the version that head office names:",
        shell("pip", "list"),
    )


def feeds(scene: Scene) -> Found:
    """What head office published is here, as of when, and what of it cannot be used."""
    with scene.reading() as db:
        cursors, aside = read_cursors(db), count_aside(db)
        first = next(iter(rows_aside(db, 1)), None)
        contact_ms = read_push_state(db).last_contact_ms
    if first is not None:
        return attention(
            f"{counted(aside, 'row')} of head office's cannot be used by this version, such as "
            f"{first.data_set} {shown(first.key)}: {shown(first.aside)}. What was known "
            "before is in use.",
            "Update this box's software, or have head office publish the row anew:",
            scene.command("status"),
        )
    said = scene.acknowledged
    if said is None:
        if contact_ms is None:
            return unknown("Nothing that head office published is here; it cannot be asked now.")
        when = instant(contact_ms)
        return unknown(f"What head office published is here as of {when}; it cannot be asked now.")
    behind = Counter[str]()
    for feed in known_feeds(said):
        behind[feed.data_set] += feed.head - _taken(cursors, feed)
    late = {data_set: rows for data_set, rows in behind.items() if rows > 0}
    if not late:
        return fine(f"Everything that head office published is here ({len(behind)} feeds).")
    named = ", ".join(f"{rows:,} of {data_set}" for data_set, rows in late.items())
    if scene.at_work is not None:
        return fine(f"On their way: {named}.")
    return attention(
        f"Not here yet: {named}.", "The running box fetches them:", scene.command("serve")
    )


def _taken(cursors: dict[Feed, Cursor], feed: FeedHead) -> int:
    cursor = cursors.get(Feed(DataSet(feed.data_set), feed.scope))
    return 0 if cursor is None else cursor.pub_seq
