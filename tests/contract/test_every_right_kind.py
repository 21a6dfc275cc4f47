"""What head office promises of rights to spend holds for every kind of them, over HTTP against a
real PostgreSQL. Shops issue points today; of every other kind the balance is put in by hand, as the
facts that will issue it are to do."""

from typing import NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest

from central.db.engine import unit_of_work
from central.reports.grants import outstanding_grants
from central.usecases.journal.close_tail import close_tail
from sync.protocol.codec import decode
from sync.protocol.escrow import RightKind
from sync.protocol.facts import GrantReleased, Released
from sync.protocol.rights import AccountStated
from tests.central_fixtures import NOW_MS, postgres_template, problem, serving
from tests.integration.test_central_grants import LI, Till, granted, tills

__all__ = ["postgres_template"]
BALANCE = 100
PUT_IN = "INSERT INTO right_account VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 1) RETURNING opening"
KINDS = list(RightKind)
OTHERS = [kind for kind in KINDS if kind is not RightKind.POINTS]
NOT_ISSUED = [kind for kind in OTHERS if kind is not RightKind.REFUND]
"""Leave to bring goods back every receipt of a shop brings (``test_central_leave.py``)."""


class Issued(NamedTuple):
    """An account of a kind with ``free`` to be asked for."""

    account: tuple[str, UUID]
    free: int


async def issue(kind: RightKind, till: Till) -> Issued:
    """Of points, part goes ahead to where they were earned."""
    if kind is RightKind.POINTS:
        sale = till.earns(BALANCE)
        till.releases(sale, BALANCE)
        await till.tells()
        return Issued((kind.value, LI), BALANCE - sum(await till.given()))
    account_id = uuid4()
    values = (till.box.genesis.company_id, kind.value, account_id, BALANCE)
    assert await till.served.rows(PUT_IN, *values) == [(BALANCE,)]
    return Issued((kind.value, account_id), BALANCE)


async def states(till: Till, account: tuple[str, UUID]) -> httpx.Response:
    path = f"/v1/stores/{till.box.me.store_id}/grants?kind={account[0]}&account={account[1]}"
    return await till.box.get(path)


async def stated(till: Till, account: tuple[str, UUID]) -> tuple[int, int]:
    answer = await states(till, account)
    assert answer.status_code == 200, answer.text
    said = decode(AccountStated, answer.content)
    return said.balance, said.free


@pytest.mark.parametrize("kind", NOT_ISSUED)
async def test_a_kind_that_no_shop_issues_is_refused_by_name(
    kind: RightKind, postgres_url: str
) -> None:
    async with serving(postgres_url) as served:
        first, _ = await tills(served)
        account = (kind.value, uuid4())
        for answer in (await first.asks(5, account=account), await states(first, account)):
            assert problem(answer) == (422, "kind-not-issued")
            assert kind.value in answer.json()["detail"]
        assert await served.rows("SELECT count(*) FROM grant_answer") == [(0,)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_right_of_every_kind_is_given_once_and_comes_back_by_the_journal(
    kind: RightKind, postgres_url: str
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        account, free = await issue(kind, first)
        assert await stated(second, account) == (BALANCE, free)
        known, unknown = uuid4(), uuid4()
        assert granted(await second.asks(free - 10, known, account)) == free - 10
        assert granted(await second.asks(free - 10, known, account)) == free - 10
        assert problem(await second.asks(free, known, account)) == (422, "request-reused")
        assert granted(await first.asks(free, account=account)) == 10
        assert await stated(first, account) == (BALANCE, 0)
        assert granted(await first.asks(1, account=account)) == 0
        second.write(GrantReleased((Released(*account, known, 0, 5),)))
        await second.tells()
        assert granted(await first.asks(free, account=account)) == 5
        second.write(GrantReleased((), (unknown,)))
        await second.tells()
        assert granted(await second.asks(1, unknown, account)) == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_granted_to_a_request_that_was_given_up_comes_back_whole(
    kind: RightKind, postgres_url: str
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        account, free = await issue(kind, first)
        known = uuid4()
        assert granted(await second.asks(free, known, account)) == free
        second.write(GrantReleased((), (known,)))
        await second.tells()
        assert granted(await first.asks(BALANCE, account=account)) == free


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["its own last record", "a person"])
async def test_rights_of_a_sealed_epoch_come_back_when_it_is_closed_and_not_before(
    kind: RightKind, by: str, postgres_url: str
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        account, free = await issue(kind, first)
        assert granted(await second.asks(free, account=account)) == free
        await second.tells()
        await served.enrolled(second.box.me.store_id)
        assert granted(await first.asks(1, account=account)) == 0
        if by == "a person":
            async with unit_of_work(served.engine) as db:
                epoch = str(second.box.epoch)
                await close_tail(db, second.box.me.store_id, epoch, None, "burnt", "Ann", NOW_MS)
        else:
            second.box.end()
            last = len(second.box.events)
            assert (await second.box.push_tail(last, last)).status_code == 200
            await second.counted()
        assert granted(await first.asks(BALANCE, account=account)) == free
        async with unit_of_work(served.engine) as db:
            found = await outstanding_grants(db, first.box.genesis.company_id, NOW_MS)
        (worst,) = [one.worst_overdraw for one in found.kinds if one.kind == kind]
        assert worst == (free if by == "a person" else 0)


@pytest.mark.parametrize("kind", OTHERS)
async def test_nothing_but_points_goes_ahead(kind: RightKind, postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        account, free = await issue(kind, first)
        known = uuid4()
        assert granted(await second.asks(free, known, account)) == free
        second.write(GrantReleased((Released(*account, known, 0, free),)))
        await second.tells()
        assert (await first.given(), await second.given()) == ([], [])
        assert await served.rows("SELECT count(*) FROM share_due") == [(0,)]
        assert await stated(first, account) == (BALANCE, free)
