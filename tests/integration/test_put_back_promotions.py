"""Promotions when head office's database is put back to a copy of it: with its mirror what was
drafted, approved and said of approving since is there again as it was."""

from central.db.engine import unit_of_work
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.promotion.draft import (
    Drafted,
    approve_promotion,
    draft_promotion,
    is_by_two,
    list_drafts,
    say_by_two,
)
from central.usecases.promotion.set import PromotionChanges, list_promotions, set_promotion
from sync.protocol.identity import CompanyId
from sync.protocol.reference import PublishedPromotion
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.integration.test_central_promotions import TENTH
from tests.put_back import Chain, chain, known_key, whole

__all__ = ["chain", "postgres_template"]
ANN, BEA = "ann@example.com", "bea@example.com"
BETTER = PromotionChanges(arguments={"rate": "20%"})
There = tuple[bool, tuple[Drafted, ...], tuple[PublishedPromotion, ...]]


async def there(served: Served, company: CompanyId) -> There:
    """Whether two people are wanted, what was drafted last of each, and what is published."""
    async with unit_of_work(served.engine) as db:
        about = (db, company)
        return await is_by_two(*about), await list_drafts(*about), await list_promotions(*about)


async def drafted(served: Served, company: CompanyId, promotion_id: str, more: str = "") -> None:
    async with unit_of_work(served.engine) as db:
        changes = TENTH._replace(name=more or TENTH.name)
        await draft_promotion(db, company, promotion_id, changes, ANN, NOW_MS)


async def approved(served: Served, company: CompanyId, promotion_id: str) -> None:
    async with unit_of_work(served.engine) as db:
        await approve_promotion(db, company, promotion_id, BEA, NOW_MS + 1)


async def test_drafts_approvals_and_the_rule_of_two_people_are_as_they_were(chain: Chain) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await known_key(served)
        for one in ("KEPT", "LATER", "NEW"):
            await drafted(served, company, one)
        await approved(served, company, "KEPT")
    copy = await chain.copy()
    async with serving(chain.url, mirror=chain.mirror) as served:
        async with unit_of_work(served.engine) as db:
            assert await say_by_two(db, company, two=True)
        await drafted(served, company, "KEPT", "Better")
        await approved(served, company, "LATER")
        await drafted(served, company, "NEW", "Drafted twice")
        await drafted(served, company, "SINCE")
        async with unit_of_work(served.engine) as db:
            await set_promotion(db, company, "KEPT", BETTER, NOW_MS)
        await drain_publications(served.engine)
        before = await there(served, company)
    two, drafts, published = before
    assert two
    said = [(one.promotion.promotion_id, one.promotion.name, one.approved_by) for one in drafts]
    assert said == [
        ("KEPT", "Better", None),
        ("LATER", "Tenth off", BEA),
        ("NEW", "Drafted twice", None),
        ("SINCE", "Tenth off", None),
    ]
    assert drafts[0].is_behind(published[0])
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        await drain_publications(served.engine)
        assert await there(served, company) == before
        await whole(served)


async def test_that_one_person_is_enough_again_is_in_the_mirror_too(chain: Chain) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await known_key(served)
        async with unit_of_work(served.engine) as db:
            await say_by_two(db, company, two=True)
    copy = await chain.copy()
    async with serving(chain.url, mirror=chain.mirror) as served, unit_of_work(served.engine) as db:
        assert await say_by_two(db, company, two=False)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        assert await there(served, company) == (False, (), ())


async def test_a_mirror_that_begins_later_holds_what_was_there(chain: Chain) -> None:
    async with serving(chain.url) as served:
        company = await served.company()
        await known_key(served)
    copy = await chain.copy()
    async with serving(chain.url) as served:
        async with unit_of_work(served.engine) as db:
            await say_by_two(db, company, two=True)
        await drafted(served, company, "KEPT")
    async with serving(chain.url, mirror=chain.mirror) as served:
        before = await there(served, company)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        assert await there(served, company) == before
        assert [one.made_by for one in before[1]] == [ANN]
