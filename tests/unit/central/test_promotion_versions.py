"""Versions of a promotion side by side: what differs as people type it, and a draft that is carried
over to what was published since it was made."""

import pytest
from msgspec.structs import replace

from central.domain.promotion_versions import (
    Changed,
    Seen,
    changes_between,
    in_words,
    renewed,
    there_now,
    version_of,
)
from sync.protocol.codec import encode
from sync.protocol.identity import PromotionId
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick, Terms
from sync.protocol.reference import PublishedPromotion

BUN = Pick(items=("BUN",))


def three(pieces: int = 3, price_minor: int = 1_000, **more: object) -> PublishedPromotion:
    arguments = encode(SeveralFor(BUN, pieces, price_minor))
    made = PublishedPromotion(PromotionId("BUN3"), "3 for 10.00", "several_for", arguments)
    return replace(made, **more)


TENTH = replace(three(), kind="percent_off", arguments=encode(PercentOff(BUN, 1_000)))
CHRISTMAS = Condition(until_ms=1_798_070_400_000)


def test_the_same_content_has_the_same_version_and_no_other_has() -> None:
    assert version_of(three()) == version_of(three())
    versions = {version_of(one) for one in (None, three(), three(4), three(3, 900), TENTH)}
    assert len(versions) == 5


def test_what_differs_is_said_as_it_is_typed() -> None:
    changes = changes_between(three(), three(3, 900, condition=CHRISTMAS), 2, "Asia/Singapore")
    assert changes == (
        Changed("argument-price", "10.00", "9.00"),
        Changed("until", "", "2026-12-24T08:00"),
    )
    assert in_words(changes) == ("price is 9.00, was 10.00; until is 2026-12-24T08:00, was nothing")
    assert there_now(changes) == "price is 9.00; until is 2026-12-24T08:00"
    assert changes_between(three(), three(), 2, None) == ()


@pytest.mark.parametrize(
    ("draft", "upon", "published", "becomes"),
    [
        (three(4), three(), three(3, 900), three(4, 900)),
        (three(3, 800), three(), three(3, 900), three(3, 800)),
        (three(), three(), TENTH, TENTH),
        (three(4), three(), TENTH, three(4)),
        (TENTH, three(), three(4), TENTH),
        (three(name="Three"), three(), three(name="Buns"), three(name="Three")),
        (three(), three(), three(name="Buns"), three(name="Buns")),
        (
            three(4, condition=Condition(groups=("gold",))),
            three(),
            three(terms=Terms(5), condition=CHRISTMAS),
            three(4, terms=Terms(5), condition=replace(CHRISTMAS, groups=("gold",))),
        ),
        (three(4), None, three(), three(4)),
    ],
    ids=[
        "each changed another argument",
        "both changed the same one: the draft's stays",
        "the draft changed nothing of the kind",
        "of another kind now: the draft's stays whole",
        "the draft is of another kind: it stays whole",
        "both changed the name",
        "the draft left the name as it was",
        "condition and terms field by field",
        "nothing was published when it was drafted",
    ],
)
def test_a_draft_takes_from_what_was_published_since_all_that_it_did_not_change_itself(
    draft: PublishedPromotion,
    upon: PublishedPromotion | None,
    published: PublishedPromotion,
    becomes: PublishedPromotion,
) -> None:
    assert renewed(draft, upon, published) == becomes


def test_what_is_not_said_was_not_seen_and_what_is_not_there_has_a_version_too() -> None:
    assert Seen() == (None, None)
    assert version_of(None) == ""
