"""A pull round: pages in order, without a hole, of the feed and incarnation that were asked for."""

import json
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine.fetch import PullLater
from sync.engine.pull import (
    NEVER_PULLED,
    Applied,
    Cursor,
    PullOutcome,
    UpToDate,
    ask_beyond,
    not_head_offices,
    pull_once,
)
from sync.engine.signing import Signer, verify_request
from sync.engine.transport import Request, Response
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import Epoch, Head
from sync.protocol.codec import PAGE_PACKING, PAGE_UNFOLDED_BYTES_MAX, encode, pack_page
from sync.protocol.errors import PageDiffers, Undecodable
from sync.protocol.identity import DeviceId, Incarnation
from sync.protocol.reference import EMPTY_SET_HASH, DataSet, FeedHead, FeedPage, FeedRow
from tests.chain_strategies import STORE
from tests.doubles.transport import Fate, MemoryTransport
from tests.signed_answers import signing

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OFFICE_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OFFICE = OFFICE_KEY.public_key().public_bytes_raw()
SIGNER = Signer(STORE, DeviceId(UUID(int=5)), KEY, OFFICE, lambda: b"n" * 16)
HEAD = Head(Epoch(1, b"abcd"), 3, b"h" * 32)
NOW, BEFORE = Incarnation(UUID(int=9)), Incarnation(UUID(int=8))
PAGE_ROWS = 2
ITEMS, PRICES = (DataSet.ITEMS, ""), (DataSet.PRICES, "zone & 1")

Feed = tuple[DataSet, str]


class HeadOffice:
    """Feeds of so many rows, answered in pages of two."""

    def __init__(self, **feeds: int) -> None:
        self.feeds = {ITEMS: feeds.get("items", 0), PRICES: feeds.get("prices", 0)}
        self.asked: list[tuple[Feed, int]] = []
        self.change: dict[str, object] = {}
        self.packs = False
        self.instead: bytes | None = None

    @property
    def heard(self) -> Acknowledgement:
        heads = tuple(
            FeedHead(*feed, head, EMPTY_SET_HASH) for feed, head in reversed(self.feeds.items())
        )
        return Acknowledgement(1, NOW, 0, b"h" * 32, 0, 0, (1,), (), heads)

    async def answer(self, request: Request) -> Response:
        public = KEY.public_key().public_bytes_raw()
        verify_request(public, request.method, request.path, request.body, request.headers)
        query = {name: value[0] for name, value in parse_qs(urlsplit(request.path).query).items()}
        feed = (DataSet(query["data_set"]), query.get("scope", ""))
        after = int(query["after"])
        self.asked.append((feed, after))
        if query["incarnation"] != str(NOW) or after > self.feeds[feed]:
            headers = {"Content-Type": "application/problem+json"}
            gone = {"type": "urn:holdfast:problem:cursor-gone", "detail": "gone"}
            return Response(410, headers, json.dumps(gone).encode())
        through = min(self.feeds[feed], after + PAGE_ROWS)
        rows = tuple(FeedRow(seq, f"row {seq}", b"x") for seq in range(after + 1, through + 1))
        page = FeedPage(NOW, *feed, rows, self.feeds[feed], EMPTY_SET_HASH)
        page = msgspec.structs.replace(page, **self.change)
        packed = self.packs and query.get("pack") == PAGE_PACKING
        return Response(200, {}, self.instead or (pack_page(page) if packed else encode(page)))


class Shop:
    """Cursors, and the pages that were applied."""

    def __init__(self, **cursors: Cursor) -> None:
        known = {ITEMS: cursors.get("items"), PRICES: cursors.get("prices")}
        self.cursors = {feed: cursor for feed, cursor in known.items() if cursor is not None}
        self.pages: list[FeedPage] = []

    async def read_cursor(self, data_set: DataSet, scope: str) -> Cursor:
        return self.cursors.get((data_set, scope), NEVER_PULLED)

    async def apply(self, page: FeedPage) -> None:
        self.pages.append(page)
        feed = (DataSet(page.data_set), page.scope)
        before = self.cursors.get(feed, NEVER_PULLED).pub_seq
        last = page.rows[-1].pub_seq if page.rows else 0 if page.head == 0 else before
        self.cursors[feed] = Cursor(page.incarnation, last)


async def pull(
    shop: Shop,
    office: HeadOffice,
    fate: Fate = Fate.DELIVERED,
    heard: Acknowledgement | None = None,
) -> PullOutcome:
    transport = MemoryTransport(signing(OFFICE_KEY, office.answer), lambda request: fate)
    return await pull_once(
        shop.read_cursor, shop.apply, transport, SIGNER, HEAD, heard or office.heard
    )


async def test_pages_are_taken_in_order_items_before_prices() -> None:
    shop, office = Shop(), HeadOffice(items=3, prices=1)
    outcomes = [await pull(shop, office) for _ in range(4)]
    assert office.asked == [(ITEMS, 0), (ITEMS, 2), (PRICES, 0)]
    assert outcomes == [
        Applied(FeedHead(*ITEMS, 3, EMPTY_SET_HASH), 2),
        Applied(FeedHead(*ITEMS, 3, EMPTY_SET_HASH), 1),
        Applied(FeedHead(*PRICES, 1, EMPTY_SET_HASH), 1),
        UpToDate(),
    ]
    assert shop.cursors == {ITEMS: Cursor(NOW, 3), PRICES: Cursor(NOW, 1)}


async def test_a_page_is_taken_packed_as_it_is_plain_from_a_head_office_that_does_not_pack() -> (
    None
):
    taken = []
    for packs in (True, False):
        shop, office = Shop(), HeadOffice(items=2)
        office.packs = packs
        assert isinstance(await pull(shop, office), Applied)
        taken.append(shop.pages)
    assert taken[0] == taken[1]


async def test_a_page_that_would_unfold_without_end_is_not_taken() -> None:
    shop, office = Shop(), HeadOffice(items=2)
    office.instead = zstandard.ZstdCompressor().compress(bytes(PAGE_UNFOLDED_BYTES_MAX + 1))
    assert await pull(shop, office) == PullLater("the answer is not head office's", None)
    assert shop.pages == []


async def test_empty_feeds_are_not_asked_for() -> None:
    office = HeadOffice()
    assert await pull(Shop(), office) == UpToDate()
    assert office.asked == []


async def test_a_foreign_incarnation_loads_anew_from_zero() -> None:
    shop, office = Shop(items=Cursor(BEFORE, 2)), HeadOffice(items=2)
    assert isinstance(await pull(shop, office), Applied)
    assert office.asked == [(ITEMS, 0)]
    assert shop.cursors[ITEMS] == Cursor(NOW, 2)


async def test_a_feed_that_became_empty_in_a_new_incarnation_is_taken_too() -> None:
    shop, office = Shop(items=Cursor(BEFORE, 2)), HeadOffice()
    assert await pull(shop, office) == Applied(FeedHead(*ITEMS, 0, EMPTY_SET_HASH), 0)
    assert await pull(shop, office) == UpToDate()


async def test_a_cursor_that_is_gone_loads_anew_from_zero() -> None:
    shop, office = Shop(items=Cursor(NOW, 5)), HeadOffice(items=2)
    told = msgspec.structs.replace(office.heard, feeds=(FeedHead(*ITEMS, 9, EMPTY_SET_HASH),))
    assert isinstance(await pull(shop, office, heard=told), Applied)
    assert office.asked == [(ITEMS, 5), (ITEMS, 0)]


async def test_a_head_that_is_older_than_the_last_page_takes_nothing_back() -> None:
    """The answer was given before the page: head office published in between."""
    shop, office = Shop(items=Cursor(NOW, 3)), HeadOffice(items=2)
    assert await pull(shop, office) == UpToDate()


async def test_a_cursor_of_the_new_incarnation_that_is_gone_is_tried_later() -> None:
    office = HeadOffice(items=2)
    old = msgspec.structs.replace(office.heard, incarnation=BEFORE)
    outcome = await pull(Shop(), office, heard=old)
    assert outcome == PullLater("gone", None)


WRONG: list[dict[str, object]] = [
    {"rows": (FeedRow(2, "b", b"x"),)},
    {"rows": (FeedRow(1, "a", b"x"), FeedRow(3, "c", b"x"))},
    {"rows": (FeedRow(1, "a", b"x"), FeedRow(1, "a", b"x"))},
    {"rows": ()},
    {"head": 1},
    {"data_set": DataSet.PRICES},
    {"scope": "another"},
    {"incarnation": BEFORE},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
async def test_a_page_that_was_not_asked_for_is_not_applied(change: dict[str, object]) -> None:
    shop, office = Shop(), HeadOffice(items=3)
    office.change = change
    outcome = await pull(shop, office)
    assert isinstance(outcome, PullLater)
    assert outcome.person
    assert shop.pages == []


@pytest.mark.parametrize("error", [PageDiffers("the set's hash differs"), Undecodable("a row")])
async def test_a_page_that_does_not_come_out_is_said(error: Exception) -> None:
    class Refusing(Shop):
        async def apply(self, page: FeedPage) -> None:
            raise error

    outcome = await pull(Refusing(), HeadOffice(items=1))
    assert outcome == PullLater(f"items: {error}", None, person=True)


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.ANSWER_LOST])
async def test_a_cut_line_applies_nothing(fate: Fate) -> None:
    shop = Shop()
    assert isinstance(await pull(shop, HeadOffice(items=1), fate), PullLater)
    assert shop.pages == []


def refused(status: int, word: str) -> Response:
    """A problem document of head office's."""
    document = f'{{"type": "urn:holdfast:problem:{word}"}}'.encode()
    return Response(status, {"content-type": "application/problem+json"}, document)


@pytest.mark.parametrize(
    ("response", "wait_ms", "person"),
    [
        (Response(200, {}, b"<html>"), None, False),
        (Response(401, {}, b""), None, True),
        (Response(403, {}, b""), None, True),
        (refused(403, "device-revoked"), None, True),
        (refused(403, "not-allowed"), None, False),  # a price zone that the store left
        (Response(503, {"retry-after": "4"}, b""), 4_000, False),
        (Response(413, {}, b""), None, False),
        (Response(500, {}, b""), None, False),
        (Response(410, {}, b"<html>"), None, False),
    ],
)
async def test_an_answer_that_is_no_page_is_tried_later(
    response: Response, wait_ms: int | None, person: bool
) -> None:
    class Other(HeadOffice):
        async def answer(self, request: Request) -> Response:
            return response

    outcome = await pull(Shop(), Other(items=1))
    assert isinstance(outcome, PullLater)
    assert (outcome.wait_ms, outcome.person) == (wait_ms, person)


async def test_a_data_set_that_is_not_known_is_neither_asked_for_nor_waited_for() -> None:
    """A3: the box pulls what it knows and is up to date with it."""
    shop, office = Shop(), HeadOffice(items=1)
    wishes = FeedHead("wishes", "", 5, EMPTY_SET_HASH)
    told = msgspec.structs.replace(office.heard, feeds=(wishes, *office.heard.feeds))
    assert isinstance(await pull(shop, office, heard=told), Applied)
    assert await pull(shop, office, heard=told) == UpToDate()
    assert office.asked == [(ITEMS, 0)]


OTHER_HASH = b"o" * 32


@pytest.mark.parametrize(
    ("cursor", "differs"),
    [
        (NEVER_PULLED, False),
        (Cursor(BEFORE, 9, OTHER_HASH), False),
        (Cursor(NOW, 1, OTHER_HASH), False),
        (Cursor(NOW, 2, EMPTY_SET_HASH), False),
        (Cursor(NOW, 2, OTHER_HASH), True),
        (Cursor(NOW, 3, EMPTY_SET_HASH), True),
    ],
)
async def test_a_feed_at_or_beyond_its_head_must_be_head_offices(
    cursor: Cursor, *, differs: bool
) -> None:
    """A41: behind the head, the pages prove themselves; another incarnation begins anew anyway."""
    shop, office = Shop(items=cursor), HeadOffice(items=2)
    found = await not_head_offices(shop.read_cursor, office.heard)
    assert found == ((FeedHead(*ITEMS, 2, EMPTY_SET_HASH),) if differs else ())


@pytest.mark.parametrize(
    ("cursor", "fate", "outcome", "asked"),
    [
        (Cursor(NOW, 3), Fate.DELIVERED, True, [(ITEMS, 3)]),
        (Cursor(NOW, 3), Fate.LOST, None, []),
        (Cursor(NOW, 2, OTHER_HASH), Fate.DELIVERED, False, []),
        (Cursor(BEFORE, 3), Fate.DELIVERED, False, []),
        (NEVER_PULLED, Fate.DELIVERED, False, []),
    ],
)
async def test_head_office_is_asked_at_a_cursor_that_it_gave_and_that_lies_beyond_its_head(
    cursor: Cursor, fate: Fate, outcome: bool | None, asked: list[tuple[Feed, int]]
) -> None:
    shop, office = Shop(items=cursor), HeadOffice(items=2)
    line = MemoryTransport(signing(OFFICE_KEY, office.answer), lambda request: fate)
    assert await ask_beyond(shop.read_cursor, line, SIGNER, HEAD, office.heard) is outcome
    assert office.asked == asked


async def test_a_page_that_head_office_did_not_sign_is_not_taken() -> None:
    """A22: a stranger's page set a price to 0.00."""
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    office = HeadOffice(items=3)
    for answer in (office.answer, signing(stranger, office.answer)):
        shop = Shop()
        transport = MemoryTransport(answer)
        outcome = await pull_once(
            shop.read_cursor, shop.apply, transport, SIGNER, HEAD, office.heard
        )
        assert isinstance(outcome, PullLater)
        assert "did not sign" in outcome.detail
        assert shop.pages == []
