"""Head office's border: who may use which route, and what bad input is answered."""

import os
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import zstandard
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from central.api import guards as guarding
from central.api.problems import EXCEPTION_HANDLERS
from central.api.verdicts import JOURNAL_BYTES_MAX, UNFOLDED_MAX
from central.archive.port import Contended
from sync.engine.push import BATCH_TYPE
from sync.engine.signing import NONCE_HEADER, verify_answer
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode, encode, pack, pack_batch
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving

__all__ = ["postgres_template"]

OPEN_ROUTES = {
    ("GET", "/health"),
    ("GET", "/v1/hello"),
    ("POST", "/v1/enrol"),
    ("POST", "/session"),
    ("GET", "/sign-in"),
    ("GET", "/assets/{name}"),
}
SIGN_IN_FORMS = {("POST", f"/sign-in{step}") for step in ("", "/link", "/code")}
_TAKEN = (
    *("journal", "certificate", "epochs", "grants", "pruned"),
    *("lineage", "readmission", "declared", "checkpoints"),
)
_GIVEN = ("feeds", "feed", "snapshot", "predecessor", "grants", "receipts")
DEVICE_ROUTES = {("POST", f"/v1/stores/{{store_id}}/{name}") for name in _TAKEN}
DEVICE_ROUTES |= {("GET", f"/v1/stores/{{store_id}}/{name}") for name in _GIVEN}


async def test_every_route_has_a_guard_but_those_that_let_people_and_boxes_in(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        unguarded, of_devices, forms = set(), set(), set()
        for route in served.app.routes:
            assert isinstance(route, HTTPRoute)
            for handler in route.route_handlers:
                assert isinstance(handler, HTTPRouteHandler)
                guards = handler.resolve_guards()
                for method in handler.http_methods - {"OPTIONS"}:
                    name = (str(method), route.path_format)
                    if guarding.device_guard in guards or guarding.showing_guard in guards:
                        of_devices.add(name)
                    elif guarding.own_form_guard in guards:
                        forms.add(name)
                    elif {guarding.person_guard, guarding.page_guard}.isdisjoint(guards):
                        unguarded.add(name)
        assert unguarded == OPEN_ROUTES
        assert of_devices == DEVICE_ROUTES
        assert forms == SIGN_IN_FORMS


async def test_health_is_open_and_tells_nothing_else(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        answer = await served.client.get("/health")
        assert answer.json() == {"status": "ok", "time_ms": served.clock.now_ms}
        for name in ("content-security-policy", "x-content-type-options", "x-frame-options"):
            assert name in answer.headers


async def test_a_database_that_is_away_is_no_fault_of_the_request() -> None:
    async with serving("postgresql://nobody@/none?host=/nonexistent") as served:
        answer = await served.client.get("/health")
        assert problem(answer) == (503, "database-away")
        assert answer.headers["retry-after"] == "5"


def _device_paths(store_id: UUID) -> list[tuple[str, str, bytes]]:
    return [
        ("POST", f"/v1/stores/{store_id}/journal", b"batch"),
        ("GET", f"/v1/stores/{store_id}/feeds", b""),
        ("GET", f"/v1/stores/{store_id}/feed?data_set=items&after=0", b""),
        ("GET", f"/v1/stores/{store_id}/snapshot?data_set=items", b""),
    ]


async def _send(
    served: Served, method: str, path: str, body: bytes, headers: dict[str, str]
) -> httpx.Response:
    kind = {"Content-Type": BATCH_TYPE} if body else {}
    return await served.client.request(method, path, content=body, headers={**headers, **kind})


async def test_a_box_speaks_for_its_own_store_only(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        acme, bolt = await served.company("Acme"), await served.company("Bolt")
        mine = await served.store(acme, "S01")
        strangers = [
            await served.store(acme, "S02"),
            await served.store(bolt, "S01"),
            UUID(int=1),
        ]
        box = await served.enrolled(mine)
        for stranger in strangers:
            for method, path, body in _device_paths(stranger):
                answer = await _send(served, method, path, body, box.headers(method, path, body))
                assert (path, *problem(answer)) == (path, 403, "not-allowed")


async def test_a_request_that_its_box_did_not_sign_is_refused(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        box = await served.enrolled(await served.store(company_id, "S01"))
        other = await served.enrolled(await served.store(company_id, "S02"))
        thief = TestedBox(served.client, enrolment=box.enrolment)
        for method, path, body in _device_paths(box.me.store_id):
            signed = box.headers(method, path, body)
            elsewhere = other.headers(method, path, body)
            foreign = thief.headers(method, path, body)
            cases: dict[str, dict[str, str]] = {
                "nothing": {},
                "another key": foreign,
                "another device": {**signed, "Holdfast-Device": str(other.me.device_id)},
                "an unknown device": {**signed, "Holdfast-Device": str(uuid4())},
                "no device": {**signed, "Holdfast-Device": "7"},
                "another head": {**signed, "Holdfast-Head": elsewhere["Holdfast-Head"]},
                "another place": {**signed, "Holdfast-From": "9"},
                "no head": {k: v for k, v in signed.items() if k != "Holdfast-Head"},
                "another path": box.headers(method, path + "/", body),
                "another method": box.headers("PUT", path, body),
                "another body": box.headers(method, path, body + b"x"),
                "no base64": {**signed, "Holdfast-Signature": "*"},
                "an empty signature": {**signed, "Holdfast-Signature": ""},
                "a long one": {**signed, "Holdfast-Signature": "A" * 4_000},
                "a session": {"Authorization": "Bearer x", "Cookie": "holdfast_session=x"},
            }
            for name, headers in cases.items():
                answer = await _send(served, method, path, body, headers)
                assert (name, path, *problem(answer)) == (name, path, 401, "bad-signature")
        changed = f"/v1/stores/{box.me.store_id}/feed?data_set=items&after=1"
        replayed = box.headers("GET", changed.replace("after=1", "after=0"))
        assert problem(await served.client.get(changed, headers=replayed))[0] == 401


async def test_a_revoked_box_gets_nothing_more(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        await served.rows("UPDATE device SET revoked = true")
        for method, path, body in _device_paths(box.me.store_id):
            answer = await _send(served, method, path, body, box.headers(method, path, body))
            assert (path, *problem(answer)) == (path, 403, "device-revoked")


async def test_batches_are_acknowledged_and_replays_change_nothing(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        box = await served.enrolled(store_id)
        box.record(6)
        gap = await box.push_events(3, 4)
        assert problem(gap) == (409, "gap")
        assert gap.json()["expected_seq"] == 1
        watermarks = []
        for first, last in ((1, 4), (1, 4), (2, 3), (3, 6), (1, 6)):
            answer = await box.push_events(first, last)
            said = decode(Acknowledgement, answer.content)
            assert said.head_hash == box.hash_at(said.acknowledged_through)
            assert said.incarnation == box.me.incarnation
            assert [feed.data_set for feed in said.feeds][:2] == ["erased_customers", "settings"]
            watermarks.append(said.acknowledged_through)
        assert watermarks == [4, 4, 4, 6, 6]
        assert await served.rows("SELECT count(*), max(seq) FROM raw_event") == [(6, 6)]


async def test_a_second_branch_is_a_fork_and_people_are_told(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        copy = TestedBox(served.client, key=box.key, enrolment=box.enrolment)
        box.record(3)
        copy.record(3)
        assert (await box.push_events(1, 3)).status_code == 200
        forked = await copy.push_events(1, 3)
        assert problem(forked) == (409, "fork")
        assert await served.rows("SELECT kind FROM alarm") == [("fork",)]
        copy.record(1)
        heard = await copy.get(f"/v1/stores/{box.me.store_id}/feeds")
        said = decode(Acknowledgement, heard.content)
        assert (said.acknowledged_through, said.head_hash) == (3, box.hash_at(3))
        assert said.feeds[0].data_set == "erased_customers"


async def test_a_heartbeat_is_where_a_fork_is_first_said(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        copy = TestedBox(served.client, key=box.key, enrolment=box.enrolment)
        box.record(3)
        copy.record(3)
        assert (await box.push_events(1, 3)).status_code == 200
        path = f"/v1/stores/{box.me.store_id}/feeds"
        assert problem(await copy.get(path)) == (409, "fork")
        assert (await copy.get(path)).status_code == 200
        assert await served.rows("SELECT kind FROM alarm") == [("fork",)]


async def test_what_no_box_would_push_is_never_an_internal_error(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        box.record(3)
        good = box.batch(1, 2)
        holed = box.batch(1, 3, envelopes=(box.events[0], box.events[2]))
        bomb = zstandard.compress(bytes(UNFOLDED_MAX + 1))
        lying = bytes.fromhex("28b52ffd a0 ffffff7f") + b"\x00" * 10
        bodies: dict[str, tuple[bytes, int, str]] = {
            "nothing": (b"", 422, "bad-envelope"),
            "JSON": (b"{}", 422, "bad-envelope"),
            "no frame": (encode(good), 422, "bad-envelope"),
            "a bomb": (bomb, 413, "too-large"),
            "a frame that claims gigabytes": (lying, 413, "too-large"),
            "a torn frame": (pack_batch(good)[:-5], 422, "bad-envelope"),
            "a skippable frame": (bytes.fromhex("502a4d18 04000000 00000000"), 422, "bad-envelope"),
            "noise": (os.urandom(1_000), 422, "bad-envelope"),
            "empty": (zstandard.compress(b""), 422, "bad-envelope"),
            "no msgpack": (zstandard.compress(b"\xc1" * 9), 422, "bad-envelope"),
            "deep": (zstandard.compress(b"\x91" * 100_000), 422, "bad-envelope"),
            "a map": (pack({"protocol": 1}), 422, "bad-envelope"),
            "a number": (pack(7), 422, "bad-envelope"),
            "too short": (pack([1, 2, 3]), 422, "bad-envelope"),
            "not contiguous": (pack_batch(holed), 409, "hashes-wanted"),
            "another end": (pack_batch(box.batch(1, 2, end_hash=bytes(32))), 409, "hashes-wanted"),
            "another protocol": (pack_batch(box.batch(1, 2, protocol=2)), 426, "unknown-protocol"),
            "from nowhere": (pack_batch(box.batch(1, 2, from_seq=0)), 422, "bad-envelope"),
            "too many": (b"\x00" * (JOURNAL_BYTES_MAX + 1), 413, "too-large"),
        }
        for name, (body, status, slug) in bodies.items():
            assert (name, *problem(await box.push(body))) == (name, status, slug)
        for kind in ("application/json", "text/plain", "application/octet-stream", ""):
            answer = await box.push(pack_batch(good), kind)
            assert (kind, *problem(answer)) == (kind, 415, "wrong-content-type")
        assert await served.rows("SELECT count(*) FROM raw_event") == [(0,)]
        assert (await box.push(pack_batch(good))).status_code == 200


BAD_BODIES: list[tuple[str, bytes, int, str]] = [
    ("nothing", b"", 400, "not-json"),
    ("no JSON", b"{", 400, "not-json"),
    ("two of it", b"{}{}", 400, "not-json"),
    ("not UTF-8", b'{"code": "\xff"}', 400, "not-json"),
    ("a lone surrogate", rb'{"code": "\ud800", "public_key": "x"}', 400, "not-json"),
    ("a list", b"[]", 400, "invalid-field"),
    ("null", b"null", 400, "invalid-field"),
    ("empty", b"{}", 400, "invalid-field"),
    ("a name twice", b'{"code": "a", "code": "b", "public_key": "c"}', 400, "invalid-field"),
    ("deep", b'{"code":' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400, "not-json"),
    ("too large", b'{"code": "' + b"x" * 20_000 + b'"}', 413, "too-large"),
]


async def test_a_body_that_cannot_be_understood_is_named_for_what_it_is(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        json_type = {"Content-Type": "application/json"}
        for path in ("/v1/enrol", "/session"):
            for name, body, status, slug in BAD_BODIES:
                answer = await served.client.post(path, content=body, headers=json_type)
                found = problem(answer)
                assert (path, name, found[0]) == (path, name, status)
                assert (name, found[1]) in ((name, slug), (name, "invalid-field"))
            for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
                answer = await served.client.post(
                    path, content=b"{}", headers={"Content-Type": kind}
                )
                assert problem(answer) == (415, "wrong-content-type")


async def test_an_address_that_is_none_is_a_problem_too(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        for method, path, status, slug in (
            ("GET", "/nowhere", 404, "not-found"),
            ("GET", "/assets/nothing.js", 404, "not-found"),
            ("GET", "/schema", 401, "not-signed-in"),
            ("GET", "/v1/stores/7/feeds", 404, "not-found"),
            ("GET", "/v1/stores/%00/feeds", 404, "not-found"),
            ("DELETE", "/health", 405, "method-not-allowed"),
            ("GET", "/v1/enrol", 405, "method-not-allowed"),
            ("PUT", "/session", 405, "method-not-allowed"),
        ):
            answer = await served.client.request(method, path)
            assert (path, *problem(answer)) == (path, status, slug)


async def test_what_a_box_is_told_at_an_address_that_is_none_is_signed_too(
    postgres_url: str,
) -> None:
    """A verdict, whatever it is: 404 and 405 are given before any route is found."""
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        here = f"/v1/stores/{box.me.store_id}"
        for method, path, status in (
            ("GET", f"{here}/feeds", 200),
            ("GET", f"{here}/nothing", 404),
            ("GET", "/v1/stores/7/feeds?after=1", 404),
            ("PUT", f"{here}/journal", 405),
            ("GET", f"{here}/feed?data_set=items", 400),
            ("POST", f"{here}/journal", 413),
        ):
            body = bytes(JOURNAL_BYTES_MAX + 1) if status == 413 else b""
            headers = box.headers(method, path, body)
            answer = await served.client.request(method, path, headers=headers, content=body)
            said = (status, answer.content, answer.headers)
            signed = verify_answer(box.me.central_key, method, path, headers[NONCE_HEADER], *said)
            assert (path, answer.status_code, signed) == (path, status, True)


@get("/fails/{kind:str}")
async def fail(kind: FromPath[str]) -> None:
    """Raises what nobody answers for."""
    raised: dict[str, Exception] = {
        "deadlock": asyncpg.DeadlockDetectedError("deadlock detected"),
        "contended": Contended("two units met"),
        "lost": asyncpg.ConnectionDoesNotExistError("the line broke"),
        "bug": ValueError("secret figures"),
    }
    raise raised[kind]


def test_what_passes_by_itself_may_be_sent_again_and_a_bug_shows_nothing_of_itself() -> None:
    app = Litestar([fail], exception_handlers=EXCEPTION_HANDLERS, openapi_config=None)
    with TestClient(app) as client:
        for kind in ("deadlock", "contended", "lost"):
            answer = client.get(f"/fails/{kind}")
            assert (kind, *problem(answer)) == (kind, 503, "database-away")
            assert answer.headers["retry-after"] == "5"
        bug = client.get("/fails/bug")
        assert problem(bug) == (500, "internal")
        assert "secret" not in bug.text


async def test_a_statement_that_gave_way_inside_sqlalchemy_passes_too(postgres_url: str) -> None:
    async with serving(postgres_url) as served, served.engine.connect() as one:
        await one.execute(text("BEGIN ISOLATION LEVEL SERIALIZABLE"))
        with pytest.raises(DBAPIError) as caught:
            await one.execute(text("DO $$BEGIN RAISE SQLSTATE '40001'; END$$"))
        assert isinstance(caught.value.orig, BaseException)
        assert isinstance(caught.value.orig.__cause__, asyncpg.SerializationError)


async def test_every_refused_request_leaves_the_head_that_it_stated(postgres_url: str) -> None:
    """A5: unreadable, a pull, of another store, revoked: each states a head, which is a claim."""
    async with serving(postgres_url) as served:
        acme = await served.company()
        store, other = [await served.store(acme, code) for code in ("S01", "S02")]
        box = await served.enrolled(store)

        async def claimed() -> list[tuple[object, ...]]:
            return await served.rows("SELECT max(seq) FROM claim")

        box.record(1)
        assert problem(await box.push(b"rubbish"))[0] == 422
        assert await claimed() == [(1,)]
        box.record(1)
        await box.feed("items")
        assert await claimed() == [(2,)]
        box.record(1)
        assert problem(await box.get(f"/v1/stores/{other}/feeds"))[0] == 403
        assert await claimed() == [(3,)]
        await served.rows("UPDATE device SET revoked = true RETURNING device_id")
        box.record(1)
        assert problem(await box.push_events(1, 4))[0] == 403
        assert await claimed() == [(4,)]
        await served.rows("UPDATE device SET revoked = false RETURNING device_id")
        assert (await box.push_events(1, 4)).status_code == 200
        assert await claimed() == [(None,)]


async def test_a_head_stated_to_a_damaged_record_is_remembered(postgres_url: str) -> None:
    """A5: head office lost what it acknowledged; that the box has more is known all the same."""
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        box.record(4)
        assert (await box.push_events(1, 4)).status_code == 200
        await served.rows("DELETE FROM raw_event WHERE seq = 4")
        box.record(1)
        assert problem(await box.push_events(4, 5)) == (503, "record-damaged")
        assert await served.rows("SELECT seq FROM claim") == [(5,)]
        await served.rows("UPDATE stream SET watermark = 5, sender_seq = 4")
        await served.rows("DELETE FROM claim")
        heard = await box.get(f"/v1/stores/{box.me.store_id}/feeds")
        assert problem(heard) == (503, "record-damaged")
        assert await served.rows("SELECT seq FROM claim") == [(5,)]
