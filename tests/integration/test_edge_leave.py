"""Goods of another shop's receipt at one box: the leave, the kept receipt, what a cut line, a lapse
of time and an epoch of its own make of them (edge/box/leave.py)."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import msgspec
import pytest

from edge.exchange.rights import ask_for_receipt, ask_for_right
from edge.usecases.right.give_back import RESERVED_MS
from sync.engine.transport import Request, Response
from sync.protocol.codec import decode, encode
from sync.protocol.facts import (
    GrantReleased,
    Released,
    RetailTransaction,
    RightTaken,
    TaxClass,
    TenderKind,
)
from sync.protocol.identity import ItemId, ReceiptNumber, SaleId, StoreId, TenderId
from sync.protocol.rights import (
    GoneBack,
    LineStated,
    PaymentStated,
    ReceiptStated,
    RightAnswered,
    RightAsked,
)
from tests.edge_store import row_counts, sale
from tests.fake_central import problem
from tests.integration.exchange_fixtures import Shop, shop
from tests.integration.test_edge_branch_off import facts_of, hold_more, settle
from tests.integration.test_edge_sign_in import slug

__all__ = ["shop"]
SALE, ORCHARD = SaleId(uuid4()), StoreId(uuid4())
NUMBER = ReceiptNumber("S09-W1-E1-000007")
LINE = LineStated(
    *(1, ItemId("item-9"), "Figs", "each", None, TaxClass.STANDARD, 900, True, 3, 4, 334, 150),
    *(3_000, 1_002, 1_000, 83, 0, 0, 0),
    price_book="GOLD",
)
RECEIPT = ReceiptStated(
    *(SALE, ORCHARD, "S09", NUMBER, date(2026, 11, 1), 1_760_000_000_000, 1_000, "SGD", None),
    (LINE,),
    (
        PaymentStated(TenderId("card"), "Card", TenderKind.CARD, 600, "A1"),
        PaymentStated(TenderId("cash"), "Cash", TenderKind.CASH, 400, None),
    ),
    (),
)


class HeadOffice:
    """Answers what is asked while somebody waits: one leave at a time, the receipt as it stands."""

    def __init__(self) -> None:
        self.receipt, self.granted, self.leaves = RECEIPT, 1, 0
        self.asked: list[str] = []
        self.questions: list[RightAsked] = []
        self.away_after: int | None = None

    def __call__(self, request: Request) -> Response | None:
        path = urlsplit(request.path)
        if path.path.endswith("/grants"):
            self.leaves += 1
            asked = decode(RightAsked, request.body)
            self.questions.append(asked)
            return Response(200, {}, encode(RightAnswered(asked.request_id, self.granted)))
        if not path.path.endswith("/receipts"):
            return None
        if self.away_after is not None and len(self.asked) >= self.away_after:
            return Response(502, {}, b"the line is cut")
        (code,) = parse_qs(path.query)["code"]
        self.asked.append(code)
        if code.upper() in (NUMBER, str(SALE).upper()):
            return Response(200, {}, encode(self.receipt))
        return problem(404, "receipt-unknown", "Nobody gave it.")


@pytest.fixture
def office(shop: Shop) -> Iterator[HeadOffice]:
    """At the other end of the line, which is open."""
    office, box = HeadOffice(), shop.till.box
    shop.central.instead = office
    box.clock.server_said(box.clock.moment().wall_ms)
    box.asker.for_right = partial(ask_for_right, box, shop.line)
    box.asker.for_receipt = partial(ask_for_receipt, box, shop.line)
    yield office
    box.asker.for_right = box.asker.for_receipt = None


def cut(shop: Shop) -> None:
    shop.till.box.asker.for_right = shop.till.box.asker.for_receipt = None


async def asks(shop: Shop, code: str = NUMBER) -> Any:
    return await shop.till.call("POST", "/receipts/asks", {"code": code})


def back(pieces: int = 1, minor: int = 333, by: str = "card") -> dict[str, Any]:
    original = {"sale_id": str(SALE), "line_no": 1}
    lines = [{"line_no": 1, "quantity_milli": pieces * 1_000, "original": original}]
    tenders = [{"tender_id": by, "amount_minor": -minor}]
    return sale(lines=lines, total_minor=-minor, tenders=tenders)


async def right(shop: Shop) -> list[tuple[int, int, int]]:
    rows = "SELECT points, spent, released FROM points_right WHERE kind = 'refund' ORDER BY root"
    found: list[tuple[int, int, int]] = await shop.till.box.reader.read(
        lambda db: db.execute(rows).fetchall()
    )
    return found


async def facts(shop: Shop) -> list[Any]:
    await settle(shop)
    return [fact for _, fact in facts_of(shop.central)]


async def test_it_is_shown_without_a_leave_and_taken_back_under_one(
    shop: Shop, office: HeadOffice
) -> None:
    shown = await shop.till.client.get("/receipts", params={"code": NUMBER.lower()})
    assert shown.status_code == 200, shown.text
    assert (shown.json()["store_code"], office.leaves) == ("S09", 0)
    assert [one["left_minor"] for one in shown.json()["payments"]] == [600, 400]
    assert (await right(shop)) == []
    told = await asks(shop)
    assert told.json() == shown.json()
    assert (office.leaves, office.asked[-1]) == (1, str(SALE))
    quoted = await shop.till.call(
        "POST", "/quotes", {"operator_id": "anna", "lines": back()["lines"]}
    )
    assert [(one["tender_id"], one["amount_minor"]) for one in quoted.json()["refunds"]] == [
        ("card", -333)
    ]
    done = await shop.till.call("POST", "/returns", back())
    assert done.status_code == 201, done.text
    assert f"RETURN of {NUMBER}, line 1" in done.json()["receipt"]
    again = await shop.till.call("GET", f"/sales/{done.json()['sale_id']}")
    assert again.json()["receipt"] == done.json()["receipt"]
    assert await right(shop) == [(1, 1, 0)]
    (fact,) = [one for one in await facts(shop) if isinstance(one, RetailTransaction)]
    (line,) = fact.lines
    assert line.original is not None
    assert (line.original.store_id, line.amount_minor, line.tax_minor) == (ORCHARD, -333, -28)
    assert (line.price_book, line.price_version) == ("GOLD", LINE.price_version)
    (taken,) = fact.rights_taken
    assert isinstance(taken, RightTaken)
    assert (taken.kind, taken.account_id, taken.amount) == ("refund", SALE, 1)
    stock = await shop.till.call("GET", "/stock/item-9")
    assert stock.json()["on_hand_milli"] == 1_000


async def test_a_leave_is_used_once_and_the_next_is_read_anew(
    shop: Shop, office: HeadOffice
) -> None:
    await asks(shop)
    assert (await shop.till.call("POST", "/returns", back())).status_code == 201
    before = row_counts(shop.till.box.folder)
    refused = await shop.till.call("POST", "/returns", back())
    assert (refused.status_code, slug(refused)) == (422, "leave-missing")
    assert row_counts(shop.till.box.folder) == before
    line = msgspec.structs.replace(LINE, back_milli=2_000, back_here_milli=1_000)
    gone = (GoneBack(TenderId("card"), 600, 333), GoneBack(TenderId("cash"), 67, 0))
    office.receipt = msgspec.structs.replace(RECEIPT, lines=(line,), gone=gone)
    told = (await asks(shop)).json()
    assert told["lines"][0]["left_milli"] == 1_000
    assert [(one["tender_id"], one["left_minor"]) for one in told["payments"]] == [("cash", 333)]
    too_much = await shop.till.call("POST", "/returns", back(2, 667))
    assert slug(too_much) == "returned-more-than-sold"
    rest = await shop.till.call("POST", "/returns", back(1, 335, by="cash") | {"total_minor": -333})
    assert rest.status_code == 201, rest.text
    assert await right(shop) == [(1, 1, 0), (1, 1, 0)]


async def test_what_was_asked_for_is_taken_back_without_a_line(
    shop: Shop, office: HeadOffice
) -> None:
    await asks(shop)
    cut(shop)
    done = await shop.till.call("POST", "/returns", back(3, 1_000) | {
        "tenders": [
            {"tender_id": "card", "amount_minor": -600},
            {"tender_id": "cash", "amount_minor": -400},
        ]
    })  # fmt: skip
    assert done.status_code == 201, done.text


async def test_a_leave_that_is_here_is_not_asked_for_again(shop: Shop, office: HeadOffice) -> None:
    """Whoever fell down between the leave and the receipt reads it under the leave that it has."""
    office.away_after = 1
    missed = await asks(shop)
    assert (missed.status_code, slug(missed)) == (404, "not-found")
    assert "head office is away" in missed.json()["detail"]
    refused = await shop.till.call("POST", "/returns", back())
    assert slug(refused) == "original-not-found"
    office.away_after = None
    assert (await asks(shop)).status_code == 200
    assert (office.leaves, await right(shop)) == (1, [(1, 0, 0)])


async def test_a_leave_that_is_not_used_goes_back_and_is_good_no_more(
    shop: Shop, office: HeadOffice
) -> None:
    await asks(shop)
    later = "UPDATE right_request SET asked_at_ms = asked_at_ms - ?"
    await shop.till.box.writer.run(lambda db: db.execute(later, (RESERVED_MS,)).rowcount)
    found = [one for one in await facts(shop) if isinstance(one, GrantReleased)]
    ((release,),) = [one.releases for one in found]
    assert isinstance(release, Released)
    assert (release.kind, release.account_id, release.amount) == ("refund", SALE, 1)
    refused = await shop.till.call("POST", "/returns", back())
    assert slug(refused) == "leave-missing"


async def test_an_epoch_of_the_box_s_own_has_no_leave(shop: Shop, office: HeadOffice) -> None:
    await asks(shop)
    shop.central.instead = lambda _request: None
    await hold_more(shop)
    shop.exchange.beat_due = True
    await shop.exchange.round()
    refused = await shop.till.call("POST", "/returns", back())
    assert slug(refused) == "leave-missing"
    shop.central.instead = office
    assert slug(await asks(shop)) == "leave-refused"


@pytest.mark.parametrize(("held_by", "word"), [("S05", "leave-elsewhere"), (None, "leave-refused")])
async def test_a_leave_that_is_not_given_is_said_and_nothing_is_kept(
    shop: Shop, office: HeadOffice, held_by: str | None, word: str
) -> None:
    office.granted = 0
    office.receipt = msgspec.structs.replace(RECEIPT, held_by=held_by)
    refused = await asks(shop)
    assert (refused.status_code, slug(refused)) == (409, word)
    kept = "SELECT count(*) FROM receipt_stated"
    assert await shop.till.box.reader.read(lambda db: db.execute(kept).fetchone()) == (0,)


async def test_a_receipt_of_a_burnt_box_of_this_shop_is_its_own(
    shop: Shop, office: HeadOffice
) -> None:
    """This box does not hold it; goods of it come back under leave, as of the shop itself."""
    here = shop.till.box.enrolment.store_id
    office.receipt = msgspec.structs.replace(RECEIPT, store_id=here, store_code="S01")
    assert (await asks(shop)).json()["store_code"] == "S01"
    done = await shop.till.call("POST", "/returns", back())
    assert done.status_code == 201, done.text
    (fact,) = [one for one in await facts(shop) if isinstance(one, RetailTransaction)]
    assert fact.lines[0].original is not None
    assert fact.lines[0].original.store_id is None
    assert [one.account_id for one in fact.rights_taken] == [SALE]


async def sold_here(shop: Shop) -> dict[str, Any]:
    answer = await shop.till.call("POST", "/sales", sale())
    assert answer.status_code == 201, answer.text
    sold: dict[str, Any] = answer.json()
    return sold


def as_own(shop: Shop, sold: dict[str, Any], back_milli: int) -> ReceiptStated:
    """The milk, of which so much came back at another shop."""
    line = msgspec.structs.replace(LINE, quantity_milli=1_000, back_milli=back_milli)
    return msgspec.structs.replace(
        RECEIPT,
        sale_id=SaleId(UUID(sold["sale_id"])),
        store_id=shop.till.box.enrolment.store_id,
        receipt_number=sold["receipt_number"],
        lines=(line,),
    )


def stating(office: HeadOffice, receipt: ReceiptStated) -> Any:
    """The same head office, which knows this receipt as well."""

    def answer(request: Request) -> Response | None:
        if "/receipts?" in request.path and str(receipt.sale_id) in request.path:
            return Response(200, {}, encode(receipt))
        return office(request)

    return answer


async def test_the_shop_that_sold_is_told_what_came_back_elsewhere_and_refuses_it(
    shop: Shop, office: HeadOffice
) -> None:
    sold = await sold_here(shop)
    shop.central.instead = stating(office, as_own(shop, sold, back_milli=1_000))
    told = await asks(shop, sold["receipt_number"])
    assert told.status_code == 200, told.text
    assert (told.json()["store_code"], told.json()["lines"][0]["left_milli"]) == (None, 0)
    assert told.json()["can_be_voided"] is False
    cut(shop)
    body = back(1, 345)
    body["lines"][0]["original"]["sale_id"] = sold["sale_id"]
    refused = await shop.till.call("POST", "/returns", body)
    assert slug(refused) == "returned-more-than-sold"
    again = await shop.till.client.get("/receipts", params={"code": sold["receipt_number"]})
    assert again.json()["lines"][0]["left_milli"] == 0


async def test_the_shop_that_sold_takes_back_whatever_comes_of_the_leave(
    shop: Shop, office: HeadOffice
) -> None:
    """Under the leave where head office gave it, without where it is away or knows no such sale
    yet, and not while another shop has it."""
    for state in ("given", "not there yet", "away", "held"):
        sold = await sold_here(shop)
        receipt = as_own(shop, sold, back_milli=0)
        if state == "held":
            office.granted, receipt = 0, msgspec.structs.replace(receipt, held_by="S05")
        if state in ("given", "held"):
            shop.central.instead = stating(office, receipt)
        else:
            shop.central.instead = office
        if state == "away":
            office.away_after = 0
        told = await asks(shop, sold["receipt_number"])
        office.away_after = None
        if state == "held":
            assert slug(told) == "leave-elsewhere"
            continue
        assert told.status_code == 200, told.text
        body = back(1, 345, by="cash")
        body["lines"][0]["original"]["sale_id"] = sold["sale_id"]
        done = await shop.till.call("POST", "/returns", body)
        assert done.status_code == 201, done.text
    assert await right(shop) == [(1, 1, 0)]
