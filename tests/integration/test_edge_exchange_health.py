"""What a box says of its clock, its disk, and a head office that refuses it."""

import json
import shutil
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from structlog.testing import capture_logs

from edge.db.journal import read_head
from edge.domain.state_words import in_english
from edge.domain.sync_state import DISK_LOW_BYTES, of_disk
from sync.engine.transport import Request, Response
from sync.protocol.clock import ClockState
from sync.protocol.codec import encode
from sync.protocol.reference import FeedPage, FeedRow
from tests.fake_central import problem
from tests.integration.exchange_fixtures import Shop, shop

__all__ = ["shop"]


async def test_head_offices_clock_confirms_ours_or_does_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = shop.till.box.clock
    assert clock.moment().clock_state is ClockState.UNCHECKED
    clock.server_said(clock.moment().wall_ms + 1_000)
    assert clock.moment().clock_state is ClockState.CHECKED
    now: Callable[[], int] = __import__("time").time_ns
    monkeypatch.setattr("edge.box.clock.time.time_ns", lambda: now() - 3_600 * 10**9)
    assert clock.moment().clock_state is ClockState.JUMPED
    await shop.sell()
    head = await shop.till.box.reader.read(read_head)
    assert head.seq == 5
    assert json.dumps((await shop.status())["clock_state"]) == '"jumped"'


@pytest.mark.parametrize(
    ("status", "slug"), [(401, "bad-signature"), (403, "device-revoked"), (426, "unknown-protocol")]
)
async def test_a_box_that_head_office_refuses_calls_a_person_until_it_is_taken_again(
    shop: Shop, status: int, slug: str
) -> None:
    """A42: it said "Head office has everything", exited with 0, and told nobody."""
    shop.central.server_ms = shop.till.box.clock.moment().wall_ms
    shop.central.instead = lambda _request: problem(status, slug, "the key is not known here")
    await shop.sell()
    with capture_logs() as logs:
        for _ in range(4):
            await shop.exchange.round()
    told = await shop.status()
    assert told["needs_a_person"] is True
    assert "the key is not known here" in str(told["refused"])
    why = str(told["refused"])
    assert str(told["summary"]).startswith(f"H{why[1:]}; 5 records wait.")
    assert "Call head office" in str(told["summary"])
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["needs a person"]
    shop.central.instead = lambda _request: None
    await shop.exchange.round()
    told = await shop.status()
    assert (told["refused"], told["needs_a_person"]) == (None, False)


async def test_a_login_page_in_the_way_calls_nobody(shop: Shop) -> None:
    shop.central.signs = False
    shop.central.instead = lambda _request: problem(401, "bad-signature")
    await shop.sell()
    await shop.exchange.round()
    told = await shop.status()
    assert (told["refused"], told["needs_a_person"]) == (None, False)


def test_a_disk_that_fills_is_said_before_it_is_full() -> None:
    """A34: sales were refused, and the status said that all was well."""
    assert of_disk(DISK_LOW_BYTES) is None
    said = in_english(of_disk(DISK_LOW_BYTES - 1))
    assert said is not None
    assert "511 MiB left: free some space" in said


async def test_a_full_disk_calls_a_person(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A34: `needs_a_person` was false."""
    usage = shutil.disk_usage("/")._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    told = await shop.status()
    assert told["needs_a_person"] is True
    assert "0 MiB left" in str(told["disk"])
    assert str(told["disk"]) in str(told["summary"])


async def test_a_page_that_cannot_be_taken_is_told_once_and_refuses_no_box(shop: Shop) -> None:
    shop.central.server_ms = shop.till.box.clock.moment().wall_ms
    shop.central.publish_shop()

    def spoiled(request: Request) -> Response | None:
        """A page with a hole before its first row, of whatever feed was asked for."""
        url = urlsplit(request.path)
        if not url.path.endswith("/feed"):
            return None
        data_set = parse_qs(url.query)["data_set"][0]
        row = FeedRow(9, "store", b"x")
        page = FeedPage(shop.till.box.enrolment.incarnation, data_set, "", (row,), 9, bytes(32))
        return Response(200, {}, encode(page))

    shop.central.instead = spoiled
    with capture_logs() as logs:
        for _ in range(4):
            shop.exchange.beat_due = True
            await shop.exchange.round()
    assert (await shop.status())["refused"] is None
    told = [line["event"] for line in logs if line["log_level"] == "error"]
    assert told == ["needs a person"]
