"""What a store makes of head office's answers: no status means more than it may."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.answers import (
    PROBLEM_PREFIX,
    RETRY_AFTER_S_MAX,
    AcknowledgementVerdict,
    Ruled,
    Slug,
    TooLarge,
    TryLater,
    read_refusal,
    weigh,
)
from sync.protocol.batch import Acknowledgement
from sync.protocol.identity import Incarnation
from sync.protocol.retry import CAP_MS

PROBLEM = {"content-type": "application/problem+json"}
LOGIN_PAGE = b"<html><title>Hotel Wi-Fi</title>Please sign in</html>"


def problem(slug: str, **members: object) -> bytes:
    document = {"type": PROBLEM_PREFIX + slug, "title": "t", "detail": "why", **members}
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("status", "slug", "members", "expected"),
    [
        (409, "gap", {"expected_seq": 7}, Ruled(Slug.GAP, "why", 7)),
        (409, "fork", {"seq": 7}, Ruled(Slug.FORK, "why")),
        (403, "fenced", {"sealed_watermark": 7}, Ruled(Slug.FENCED, "why")),
        (422, "bad-envelope", {}, Ruled(Slug.BAD_ENVELOPE, "why")),
        (410, "cursor-gone", {}, Ruled(Slug.CURSOR_GONE, "why")),
    ],
)
def test_a_verdict_of_head_office_is_read(
    status: int, slug: str, members: dict[str, object], expected: Ruled
) -> None:
    assert read_refusal(status, PROBLEM, problem(slug, **members), signed=True) == expected


@given(st.integers(100, 599), st.sampled_from(list(Slug)))
def test_a_verdict_counts_only_with_its_status_and_type(status: int, slug: Slug) -> None:
    for headers, body in (
        ({"content-type": "text/html"}, LOGIN_PAGE),
        ({"content-type": "application/json"}, problem(slug)),
        (PROBLEM, LOGIN_PAGE),
        (PROBLEM, problem("another")),
        ({}, b""),
    ):
        said = read_refusal(status, headers, body, signed=True)
        assert isinstance(said, TooLarge if status == 413 else TryLater)


@pytest.mark.parametrize("slug", Slug)
@pytest.mark.parametrize("status", [200, 400, 401, 404, 500, 502, 503])
def test_a_verdict_under_another_status_decides_nothing(status: int, slug: Slug) -> None:
    assert isinstance(read_refusal(status, PROBLEM, problem(slug), signed=True), TryLater)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_whatever_comes_back_is_at_most_a_reason_to_try_again(status: int, body: bytes) -> None:
    assert isinstance(read_refusal(status, PROBLEM, body, signed=True), TryLater | TooLarge)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"type": 5}', b'{"expected_seq": "7"}', b"\xff", b'"\xed\xa0\x80"']
)
def test_a_hostile_problem_document_decides_nothing(body: bytes) -> None:
    assert isinstance(read_refusal(409, PROBLEM, body, signed=True), TryLater)


def test_a_long_detail_is_cut() -> None:
    said = read_refusal(409, PROBLEM, problem("fork", detail="x" * 10_000), signed=True)
    assert isinstance(said, Ruled)
    assert len(said.detail) == 500


NOW = "Mon, 24 Nov 2025 08:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "headers", "wait_ms"),
    [
        (503, {"retry-after": "7"}, 7_000),
        (429, {"retry-after": " 0 "}, 0),
        (503, {"retry-after": "999999"}, RETRY_AFTER_S_MAX * 1_000),
        (503, {"retry-after": "9" * 5_000}, None),
        (503, {"retry-after": "-1"}, None),
        (503, {"retry-after": "1.5"}, None),
        (503, {"retry-after": "٣"}, None),
        (503, {}, None),
        (500, {"retry-after": "7"}, None),
        (503, {"retry-after": "Mon, 24 Nov 2025 08:01:00 GMT", "date": NOW}, 60_000),
        (503, {"retry-after": "Mon, 24 Nov 2025 07:01:00 GMT", "date": NOW}, 0),
        (503, {"retry-after": "Mon, 24 Nov 2029 07:01:00 GMT", "date": NOW}, 3_600_000),
        (503, {"retry-after": "Mon, 24 Nov 2025 08:01:00 GMT"}, None),
        (503, {"retry-after": "Mon, 24 Nov 2025 08:01:00", "date": NOW}, None),
    ],
)
def test_a_server_may_ask_to_wait_at_most_an_hour(
    status: int, headers: dict[str, str], wait_ms: int | None
) -> None:
    said = read_refusal(status, headers, b"", signed=True)
    assert isinstance(said, TryLater)
    assert said.wait_ms == wait_ms


@pytest.mark.parametrize(("asked_s", "wait_s"), [(7, 7), (300, 300), (301, 300), (999_999, 300)])
def test_whoever_stands_on_the_line_delays_a_box_no_longer_than_a_dead_line(
    asked_s: int, wait_s: int
) -> None:
    said = read_refusal(503, {"retry-after": str(asked_s)}, b"", signed=False)
    assert isinstance(said, TryLater)
    assert said.wait_ms == wait_s * 1_000 <= CAP_MS


def acknowledgement(through: int, head_hash: bytes = b"o" * 32) -> Acknowledgement:
    return Acknowledgement(1, Incarnation(UUID(int=1)), through, head_hash, 0, 0, (1,))


HOLDS = AcknowledgementVerdict.HOLDS


@pytest.mark.parametrize(
    ("through", "own_hash", "verdict"),
    [
        (10, b"o" * 32, HOLDS),
        (5, b"o" * 32, HOLDS),
        (11, None, AcknowledgementVerdict.REWOUND),
        (10, b"p" * 32, AcknowledgementVerdict.FORK),
        (4, b"o" * 32, AcknowledgementVerdict.CENTRAL_REWOUND),
        (4, b"p" * 32, AcknowledgementVerdict.FORK),
        (4, None, AcknowledgementVerdict.PRUNED),
        (0, b"o" * 32, AcknowledgementVerdict.CENTRAL_REWOUND),
    ],
)
def test_an_acknowledgement_is_held_against_our_own_chain(
    through: int, own_hash: bytes | None, verdict: AcknowledgementVerdict
) -> None:
    """Our head is 10, acknowledged 5."""
    assert weigh(acknowledgement(through), 10, 5, own_hash) is verdict
