"""Coupons that are good once, at head office: made in batches, published with their promotion, and
given to one shop at a time."""

from pathlib import Path

import msgspec
import pytest

from central.db.engine import unit_of_work
from central.domain.promotion_state import PublishedSince
from central.reports.coupons import BatchOfCoupons, batches_of_coupons
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.promotion.draft import approve_promotion, draft_promotion, renew_draft
from central.usecases.promotion.make_coupons import PIECES_MAX, CouponBatch, make_coupons
from central.usecases.promotion.set import set_promotion
from central.usecases.proof.verify_projections import verify_projections
from sync.protocol.cards import account_of
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.facts import GrantReleased, Released, RightGiven, RightTaken
from sync.protocol.promotions.once import picture_of, read_once
from sync.protocol.reference import DataSet
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.integration.test_central_goods_commands import ours, refused, url
from tests.integration.test_central_grants import Till, granted, tills
from tests.integration.test_central_promotions import TENTH, told

__all__ = ["postgres_template", "url"]


async def made(served: Served, till: Till, pieces: int = 3) -> CouponBatch:
    """A batch for a promotion of the till's company."""
    company_id = till.box.genesis.company_id
    async with unit_of_work(served.engine) as db:
        await set_promotion(db, company_id, "TENTH", TENTH, NOW_MS)
        batch = await make_coupons(db, company_id, "TENTH", pieces, "ann@example.com", NOW_MS)
    await drain_publications(served.engine)
    return batch


async def counted(served: Served, till: Till) -> list[tuple[int, int, int]]:
    async with unit_of_work(served.engine) as db:
        found = await batches_of_coupons(db, till.box.genesis.company_id)
    return [(one.made, one.used, one.at_shops) for one in found]


async def test_a_batch_is_published_by_its_picture_and_nowhere_by_its_numbers(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        till, _ = await tills(served)
        batch = await made(served, till)
        assert [read_once(number) for number in batch.numbers] == list(batch.numbers)
        assert len(set(batch.numbers)) == 3
        published = (await told(till.box, DataSet.PROMOTIONS))["TENTH"]
        assert published.condition.coupons == (picture_of(1),)
        again = await made(served, till)
        assert (again.batch, again.promotion.condition.coupons) == (
            2,
            (picture_of(1), picture_of(2)),
        )
        kept = await served.rows("SELECT body FROM decision")
        assert not [body for (body,) in kept for number in batch.numbers if number.encode() in body]


async def test_a_coupon_is_given_to_one_shop_and_comes_back_from_it_unused(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        batch = await made(served, first)
        coupon = ("coupon", account_of(first.box.genesis.company_id, batch.numbers[0]))
        asked = await first.asks(1, account=coupon)
        assert granted(asked) == 1
        assert granted(await second.asks(1, account=coupon)) == 0
        assert await counted(served, first) == [(3, 0, 1)]
        ((request,),) = await served.rows("SELECT request_id FROM grant_answer WHERE granted = 1")
        first.write(GrantReleased((Released(*coupon, request, 0, 1),)))
        await first.tells()
        assert await counted(served, first) == [(3, 0, 0)]
        assert granted(await second.asks(1, account=coupon)) == 1


async def test_one_that_was_used_is_given_to_nobody_any_more(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        batch = await made(served, first)
        coupon = ("coupon", account_of(first.box.genesis.company_id, batch.numbers[0]))
        assert granted(await first.asks(1, account=coupon)) == 1
        ((request,),) = await served.rows("SELECT request_id FROM grant_answer WHERE granted = 1")
        sale = first.shop.sale(((1, 1_000, 1_000),))
        taken = (RightTaken(*coupon, request, 0, 1),)
        first.write(msgspec.structs.replace(sale, rights_taken=taken))
        await first.tells()
        assert await counted(served, first) == [(3, 1, 0)]
        assert granted(await second.asks(1, account=coupon)) == 0
        assert granted(await first.asks(1, account=coupon)) == 0
        assert await verify_projections(served.engine) == ()


async def test_one_whose_receipt_was_voided_is_free_again_once_its_shop_gave_it_back(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        batch = await made(served, first)
        coupon = ("coupon", account_of(first.box.genesis.company_id, batch.numbers[0]))
        assert granted(await first.asks(1, account=coupon)) == 1
        ((request,),) = await served.rows("SELECT request_id FROM grant_answer WHERE granted = 1")
        sale = first.shop.sale(((1, 1_000, 1_000),))
        first.write(
            msgspec.structs.replace(sale, rights_taken=(RightTaken(*coupon, request, 0, 1),))
        )
        void = first.shop.sale((), None, [(sale, 1)])
        place = len(void.lines) + len(void.tenders) + 1
        again = (RightGiven(*coupon, place, 1),)
        more = {"post_void_of": sale.sale_id, "note": "a mistake", "rights_given": again}
        first.write(msgspec.structs.replace(void, **more))
        await first.tells()
        assert await counted(served, first) == [(3, 0, 1)]
        assert granted(await second.asks(1, account=coupon)) == 0
        first.write(GrantReleased((Released(*coupon, void.sale_id, place, 1),)))
        await first.tells()
        assert await counted(served, first) == [(3, 0, 0)]
        assert granted(await second.asks(1, account=coupon)) == 1
        assert await verify_projections(served.engine) == ()


async def test_what_cannot_be_made_is_refused_and_nothing_remains(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        till, _ = await tills(served)
        company_id = till.box.genesis.company_id
        await made(served, till, 1)
        for promotion, pieces, refusal in (
            ("NONE", 1, NotFound),
            ("TENTH", 0, InvalidField),
            ("TENTH", PIECES_MAX + 1, InvalidField),
        ):
            with pytest.raises(refusal):
                async with unit_of_work(served.engine) as db:
                    await make_coupons(db, company_id, promotion, pieces, "ann", NOW_MS)
        async with unit_of_work(served.engine) as db:
            assert await batches_of_coupons(db, company_id) == (
                BatchOfCoupons(1, "TENTH", "ann@example.com", 1, 0, 0),
            )


async def test_a_draft_from_before_they_were_made_is_not_approved_without_them(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        till, _ = await tills(served)
        about = (till.box.genesis.company_id, "TENTH")
        await made(served, till, 1)
        async with unit_of_work(served.engine) as db:
            await draft_promotion(db, *about, TENTH, "ann", NOW_MS)
            await make_coupons(db, *about, 1, "ann", NOW_MS)
        with pytest.raises(PublishedSince, match="coupons is "):
            async with unit_of_work(served.engine) as db:
                await approve_promotion(db, *about, "ann", NOW_MS)
        async with unit_of_work(served.engine) as db:
            await renew_draft(db, *about, "ann", NOW_MS)
            promotion, _ = await approve_promotion(db, *about, "ann", NOW_MS)
        assert promotion.condition.coupons == (picture_of(1), picture_of(2))


async def test_the_command_writes_the_numbers_into_a_file_and_says_what_became_of_them(
    url: str, tmp_path: Path
) -> None:
    tenth = ("TENTH", "of=all", "rate=10%", "--kind", "percent_off", "--name", "Tenth off")
    await ours(url, "promotion", "set", *tenth)
    file = tmp_path / "coupons.csv"
    told_of = await ours(url, "coupon", "make", "TENTH", "25", str(file))
    assert "25 coupons of Tenth off" in told_of.shown
    header, *rows = file.read_text("utf-8-sig").splitlines()
    assert header == "number,promotion,batch"
    numbers = [row.split(",")[0] for row in rows]
    assert len(rows) == 25
    assert [read_once(number) for number in numbers] == numbers
    assert file.stat().st_mode & 0o777 == 0o600
    listed = await ours(url, "coupon", "list")
    assert f"{picture_of(1)}  TENTH: 25 made by " in listed.shown
    assert " 0 used, 0 at shops" in listed.shown
    assert "There is no promotion" in await refused(url, "coupon", "make", "X", "1", str(file))
    assert "can be written" in await refused(url, "coupon", "make", "TENTH", "1", "x.doc")
