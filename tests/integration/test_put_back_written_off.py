"""Head office is put back to before it received what a box spent that was written off since: the
write-off comes back with the mirror, the spends with the box or not at all."""

from msgspec.structs import replace

from sync.protocol.facts import Spend
from tests.central_fixtures import Served, postgres_template, serving
from tests.integration.test_central_born_later import report, tail, write_off
from tests.integration.test_central_damage import push_hashed, spoilt
from tests.integration.test_central_grants import LI, Till, granted, tills
from tests.integration.test_readmission import LATER_MS
from tests.integration.test_readmission_rights import put_back
from tests.put_back import Chain, chain, known_key, whole

__all__ = ["chain", "postgres_template"]


async def spent_sent_and_written_off(chain: Chain) -> tuple[Till, Till, int]:
    """Of two boxes the one that spent all that it had; the other; events of it in the copy."""
    async with serving(chain.url, mirror=chain.mirror) as served:
        await known_key(served)
        gone, other = await tills(served)
        born = gone.earns(10)
        await gone.tells()
    copy, here = await chain.copy(), len(gone.box.events)
    async with serving(chain.url, mirror=chain.mirror) as served:
        gone, other = await put_back(served, gone), await put_back(served, other)
        sale = gone.shop.sale(((1, 1_000, 500),), LI, spend=10)
        right = (Spend(born.sale_id, 1, 10),)
        paid = tuple(replace(one, spends=right) if one.spends else one for one in sale.tenders)
        gone.write(replace(sale, tenders=paid))
        await gone.tells()
        await served.enrolled(gone.box.me.store_id)
        await write_off(served, gone)
        assert await held(served, gone) == (0, 0)
        assert granted(await other.asks(500)) == 0
    chain.put_back(copy)
    return gone, other, here


async def held(served: Served, till: Till) -> tuple[int, int]:
    """What its store may spend, and what of it was given up."""
    found = await report(served, till)
    return found.outstanding, found.given_up


async def test_what_was_spent_before_a_write_off_is_not_given_again_while_head_office_lacks_it(
    chain: Chain,
) -> None:
    gone, other, here = await spent_sent_and_written_off(chain)
    async with serving(chain.url, mirror=chain.mirror, now_ms=LATER_MS) as served:
        gone, other = await put_back(served, gone), await put_back(served, other)
        await gone.counted()
        assert granted(await other.asks(500)) == 0
        assert await held(served, gone) == (10, 0)
        await tail(gone, here + 1)
        assert granted(await other.asks(500)) == 0
        assert await held(served, gone) == (0, 0)
        await whole(served)


async def test_what_never_comes_again_of_it_is_given_up_by_a_second_write_off(
    chain: Chain,
) -> None:
    gone, other, _ = await spent_sent_and_written_off(chain)
    async with serving(chain.url, mirror=chain.mirror, now_ms=LATER_MS) as served:
        gone, other = await put_back(served, gone), await put_back(served, other)
        await gone.counted()
        assert granted(await other.asks(500)) == 0
        await write_off(served, gone)
        assert granted(await other.asks(500)) == 10
        assert await held(served, gone) == (0, 10)


async def test_what_was_counted_then_and_comes_again_set_aside_is_not_given_again(
    chain: Chain,
) -> None:
    """A disk lost the body of the receipt that spent it: what comes of it counts nowhere."""
    gone, other, here = await spent_sent_and_written_off(chain)
    async with serving(chain.url, mirror=chain.mirror, now_ms=LATER_MS) as served:
        gone, other = await put_back(served, gone), await put_back(served, other)
        answer = await push_hashed(gone.box, spoilt(gone.box, here + 1), late=True)
        assert answer.status_code == 200, answer.text
        await gone.counted()
        assert await served.rows("SELECT seq FROM quarantine") == [(here + 1,)]
        assert granted(await other.asks(500)) == 0
        assert await held(served, gone) == (10, 0)
        await write_off(served, gone)
        assert granted(await other.asks(500)) == 10
        assert await held(served, gone) == (0, 10)
        await whole(served)


async def test_what_was_set_aside_when_it_was_written_off_may_be_set_aside_again(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        await known_key(served)
        gone, other = await tills(served)
        gone.earns(10)
        await gone.tells()
    copy, here = await chain.copy(), len(gone.box.events)
    async with serving(chain.url, mirror=chain.mirror) as served:
        gone, other = await put_back(served, gone), await put_back(served, other)
        gone.box.record(2)
        assert (await push_hashed(gone.box, spoilt(gone.box, here + 1))).status_code == 200
        await gone.counted()
        await served.enrolled(gone.box.me.store_id)
        await write_off(served, gone)
        assert await served.rows("SELECT aside FROM tail_closed") == [
            (f"{{[{here + 1},{here + 1}]}}",)
        ]
        assert await held(served, gone) == (0, 10)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror, now_ms=LATER_MS) as served:
        gone, other = await put_back(served, gone), await put_back(served, other)
        assert await held(served, gone) == (10, 0)
        answer = await push_hashed(gone.box, spoilt(gone.box, here + 1), late=True)
        assert answer.status_code == 200, answer.text
        await gone.counted()
        # Of what is free then, six parts in ten go to the box that took its place.
        assert await held(served, gone) == (6, 10)
        await whole(served)
