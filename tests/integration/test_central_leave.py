"""Leave to take goods of a receipt back at another shop than sold them, and the receipt as head
office states it, over HTTP against a real PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx
import msgspec

from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.escrow import RightKind
from sync.protocol.facts import GrantReleased, Released, RetailTransaction, RightTaken
from sync.protocol.paper.witness import witness_text
from sync.protocol.rights import ReceiptStated
from tests.central_fixtures import postgres_template, problem, serving
from tests.contract.test_every_right_kind import stated as free_of
from tests.integration.test_central_grants import LI, Till, granted, tills

__all__ = ["postgres_template"]
PRICE = 1_000
DAY_MS = 86_400_000
NOTHING = [(0, 0)] * 2
COUNTED = """
SELECT a.kind, a.earned, a.spent, a.granted FROM right_account AS a WHERE a.kind = 'refund'
"""


def account(sale: RetailTransaction) -> tuple[str, UUID]:
    return RightKind.REFUND.value, sale.sale_id


async def asks(
    till: Till,
    sale: RetailTransaction,
    request_id: UUID | None = None,
    *,
    until: date | None = None,
) -> int:
    return granted(await till.asks(1, request_id, account(sale), until))


async def reads(till: Till, code: str) -> httpx.Response:
    store_id = till.box.me.store_id
    return await till.box.get(f"/v1/stores/{store_id}/receipts?{urlencode({'code': code})}")


async def stated(till: Till, sale: RetailTransaction) -> ReceiptStated:
    answer = await reads(till, sale.receipt_number)
    assert answer.status_code == 200, answer.text
    return decode(ReceiptStated, answer.content)


def sells(till: Till, lines: int = 3) -> RetailTransaction:
    sale = till.shop.sale(((1, 1_000, PRICE),) * lines, LI)
    till.write(sale)
    return sale


def takes_back(
    till: Till, of: Till, sale: RetailTransaction, line_no: int, leave: UUID | None = None
) -> None:
    """A line of it; where it was sold by another shop, in the words for that."""
    back = till.shop.sale((), LI, returns=((sale, line_no),))
    (line,) = back.lines
    assert line.original is not None
    if of is not till:
        original = msgspec.structs.replace(line.original, store_id=of.box.me.store_id)
        line = msgspec.structs.replace(line, original=original)
    taken = () if leave is None else (RightTaken(*account(sale), leave, 0, 1),)
    till.write(msgspec.structs.replace(back, lines=(line,), rights_taken=taken))


def witness_of(till: Till, sale: RetailTransaction) -> str:
    (place,) = [at for at, one in enumerate(till.box.events) if one.event_id == sale.sale_id]
    seq = till.box.events[place].seq
    return witness_text(till.box.epoch, seq, till.box.hash_at(seq))


async def test_one_leave_is_out_at_a_time_and_another_once_it_is_used(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second, third = await tills(served, 3)
        sale, leave = sells(first), uuid4()
        assert await asks(second, sale) == 0
        await first.tells()
        assert await free_of(second, account(sale)) == (1, 1)
        assert await asks(second, sale, leave) == 1
        assert await asks(second, sale, leave) == 1
        assert (await asks(third, sale), await asks(first, sale)) == (0, 0)
        assert (await stated(third, sale)).held_by == "S02"
        assert (await stated(second, sale)).held_by is None
        takes_back(second, first, sale, 1, leave)
        assert await asks(third, sale) == 0
        await second.tells()
        assert await served.rows(COUNTED) == [("refund", 1, 1, 0)]
        last = uuid4()
        assert await asks(third, sale, last) == 1
        lines = (await stated(third, sale)).lines
        assert [(one.back_milli, one.back_here_milli) for one in lines] == [(1_000, 0), *NOTHING]
        third.write(GrantReleased((Released(*account(sale), last, 0, 1),)))
        await third.tells()
        assert await asks(first, sale) == 1


async def test_no_leave_is_given_once_everything_came_back(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = sells(first, lines=2)
        await first.tells()
        leave = uuid4()
        assert await asks(second, sale, leave) == 1
        takes_back(second, first, sale, 1, leave)
        await second.tells()
        takes_back(first, first, sale, 2)
        await first.tells()
        assert await free_of(second, account(sale)) == (0, 0)
        assert await asks(second, sale) == 0


async def test_a_receipt_says_how_many_points_paid(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = first.shop.sale(((1, 1_000, PRICE),), LI, spend=7)
        first.write(sale)
        await first.tells()
        told = {one.tender_id: one.points for one in (await stated(second, sale)).payments}
        assert told == {one.tender_id: one.points for one in sale.tenders}
        assert 7 in told.values()


async def test_a_receipt_is_stated_as_it_was_sold_with_what_came_back_and_by_what(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = sells(first)
        takes_back(first, first, sale, 1)
        takes_back(second, first, sale, 2, uuid4())
        await first.tells()
        await second.tells()
        told = await stated(second, sale)
        for line, sold in zip(told.lines, sale.lines, strict=True):
            for name in set(line.__struct_fields__) & set(sold.__struct_fields__):
                assert getattr(line, name) == getattr(sold, name), name
        came = [(line.back_milli, line.back_here_milli) for line in told.lines]
        assert came == [(1_000, 0), (1_000, 1_000), (0, 0)]
        assert (told.store_code, told.store_id) == ("S01", first.box.me.store_id)
        assert (told.customer_id, told.currency) == (sale.customer_id, sale.currency)
        paid = sum(one.amount_minor for one in told.payments)
        assert (paid, told.total_minor) == (3 * PRICE, 3 * PRICE)
        assert sum(one.amount_minor for one in told.gone) == 2 * PRICE
        assert sum(one.here_minor for one in told.gone) == PRICE
        by_code = await reads(second, f" {witness_of(first, sale).upper()} ")
        by_id = await reads(second, str(sale.sale_id))
        small = await reads(second, sale.receipt_number.lower())
        assert by_code.content == by_id.content == small.content
        assert decode(ReceiptStated, by_id.content) == told


async def test_what_is_not_there_is_said(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = sells(first)
        training = first.shop.sale(training=True)
        first.write(training)
        unknown = witness_text(Epoch(1, b"none"), 5, b"\0" * 32)
        for code in ("S09-W1-E1-000001", unknown, str(uuid4()), "x"):
            assert problem(await reads(second, code)) == (404, "receipt-unknown")
        for code in (sale.receipt_number, witness_of(first, sale)):
            answer = await reads(second, code)
            assert problem(answer) == (404, "receipt-not-heard")
            assert "S01" in answer.json()["detail"]
        await first.tells()
        assert (await reads(second, sale.receipt_number)).status_code == 200
        assert problem(await reads(second, training.receipt_number))[0] == 404
        assert problem(await reads(second, str(training.sale_id)))[0] == 404
        assert problem(await reads(second, "x" * 101)) == (400, "invalid-field")
        assert problem(await reads(second, "")) == (400, "invalid-field")


async def test_two_receipts_of_one_number_are_told_apart_by_their_paper(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = sells(first)
        twin = msgspec.structs.replace(sells(first), receipt_number=sale.receipt_number)
        first.box.events.pop()
        first.box.hashes.pop()
        first.write(twin)
        await first.tells()
        assert problem(await reads(second, sale.receipt_number)) == (409, "receipt-ambiguous")
        found = decode(ReceiptStated, (await reads(second, witness_of(first, twin))).content)
        assert found.sale_id == twin.sale_id


async def test_a_box_reads_receipts_of_its_own_company_alone(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, _ = await tills(served)
        sale = sells(first)
        await first.tells()
        company_id = await served.company("Other")
        stranger = await served.enrolled(await served.store(company_id, "S01"))
        other = Till(served, stranger, 9)
        codes = (witness_of(first, sale), str(sale.sale_id))
        for code in codes:
            assert problem(await reads(other, code)) == (404, "receipt-unknown")
        assert problem(await reads(other, sale.receipt_number)) == (404, "receipt-not-heard")
        assert await asks(other, sale) == 0
        path = f"/v1/stores/{first.box.me.store_id}/receipts?code=x"
        assert problem(await stranger.get(path)) == (403, "not-allowed")
        unsigned = await served.client.get(path)
        assert problem(unsigned) == (401, "bad-signature")


async def test_a_fenced_box_is_told_nothing(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = sells(first)
        await first.tells()
        await served.enrolled(second.box.me.store_id)
        assert problem(await reads(second, sale.receipt_number)) == (403, "fenced")


async def test_of_a_receipt_that_nobody_knows_nothing_is_given(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, _ = await tills(served)
        unknown = (RightKind.REFUND.value, uuid4())
        assert granted(await first.asks(1, account=unknown)) == 0
        assert await free_of(first, unknown) == (0, 0)


async def test_a_leave_comes_back_two_days_after_its_last_and_what_is_told_later_counts_once(
    postgres_url: str,
) -> None:
    """The shop that has it stays away: on its last day and the day after nobody else is given one,
    then somebody is. What the first used in time and says at last is a fact, and takes no leave
    from anybody who has one."""
    async with serving(postgres_url) as served:
        first, second, third = await tills(served, 3)
        sale, leave = sells(first), uuid4()
        await first.tells()
        today = datetime.fromtimestamp(served.clock.now_ms / 1_000, UTC).date()
        until = today + timedelta(days=1)
        assert await asks(second, sale, leave, until=until) == 1
        assert await asks(second, sale, leave, until=until) == 1
        other = await second.asks(1, leave, account(sale), until + timedelta(days=1))
        assert problem(other) == (422, "request-reused")
        for _ in range(2):
            served.clock.now_ms += DAY_MS
            assert (await asks(third, sale), await free_of(third, account(sale))) == (0, (1, 0))
            assert (await stated(third, sale)).held_by == "S02"
        served.clock.now_ms += DAY_MS
        assert (await stated(third, sale)).held_by is None
        assert await free_of(third, account(sale)) == (1, 1)
        again = uuid4()
        assert await asks(third, sale, again, until=until + timedelta(days=3)) == 1
        assert await asks(first, sale) == 0
        takes_back(second, first, sale, 1, leave)
        await second.tells()
        assert (await stated(first, sale)).held_by == "S03"
        assert await asks(first, sale) == 0
        third.write(GrantReleased((Released(*account(sale), again, 0, 1),)))
        await third.tells()
        assert await asks(first, sale) == 1


async def test_a_leave_without_an_end_stays_out(postgres_url: str) -> None:
    """An older box states none."""
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = sells(first)
        await first.tells()
        assert await asks(second, sale) == 1
        served.clock.now_ms += 30 * DAY_MS
        assert await asks(first, sale) == 0
