"""Promotions at the box: as head office published them, in force when the basket was tendered."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.db.connection.engine import open_connection
from edge.db.promotions import KEPT_BYTES_MAX, promotions_about
from edge.usecases.feed.apply_reference import apply_reference
from sync.protocol.codec import encode
from sync.protocol.feeds import SHARED
from sync.protocol.identity import PromotionId
from sync.protocol.promotions.conditions import ALWAYS, Condition, Hours
from sync.protocol.promotions.kinds import KINDS
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick, Terms
from sync.protocol.reference import DataSet, PublishedPromotion
from tests.builders import CARD, NOW_MS, moment, new_store
from tests.integration.edge_fixtures import Feed
from tests.sale_builders import line, sale_request, sell, tender

MINUTE_MS = 60_000
HALF = 5_000
TEA = Pick(items=("I05",))
BY_ARGUMENTS = {kind.arguments: kind.code for kind in KINDS}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_connection(new_store(tmp_path / "store.sqlite3"), writer=True)) as opened:
        opened.execute("BEGIN")
        yield opened


def row(
    name: str, arguments: msgspec.Struct, condition: Condition = ALWAYS, **terms: Any
) -> PublishedPromotion:
    code = BY_ARGUMENTS[type(arguments)]
    return PublishedPromotion(
        PromotionId(name), name, code, encode(arguments), condition, Terms(**terms)
    )


class HeadOffice:
    """All that it ever published of promotions, taken by the box as it is said."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._feed = Feed(DataSet.PROMOTIONS, SHARED)

    def publishes(self, *rows: PublishedPromotion | str, at_ms: int = NOW_MS) -> None:
        """Rows, or the names of those that are no more."""
        after = len(self._feed.rows)
        for each in rows:
            if isinstance(each, str):
                self._feed.publish(each, None)
            else:
                self._feed.publish(each.promotion_id, each)
        apply_reference(self._db, self._feed.page(after), moment(at_ms - NOW_MS))


@pytest.fixture
def head_office(db: sqlite3.Connection) -> HeadOffice:
    return HeadOffice(db)


def sold(db: sqlite3.Connection, name: str, total_minor: int, *, late_ms: int = 0) -> list[Any]:
    """Three pieces of tea at 3.80, tendered at NOW_MS: what came off, by which version of what."""
    request = sale_request(
        name, [line("I05", 3)], [tender(CARD, total_minor)], total_minor=total_minor
    )
    fact = sell(db, request, at=moment(late_ms)).fact
    return [
        (each.reason, each.promotion_version, each.amount_minor) for each in fact.lines[0].modifiers
    ]


def test_what_head_office_publishes_lowers_the_price_and_ends_with_it(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(row("3 for 10.00", SeveralFor(TEA, 3, 1_000)))
    assert sold(db, "a", 1_000) == [("3 for 10.00", 1, -140)]
    head_office.publishes(row("3 for 10.00", SeveralFor(TEA, 3, 900)))
    assert sold(db, "b", 900) == [("3 for 10.00", 2, -240)]
    head_office.publishes("3 for 10.00")
    assert sold(db, "c", 1_140) == []


def test_where_two_compete_the_customer_has_the_better(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(
        row("3 for 10.00", SeveralFor(TEA, 3, 1_000)),
        row("half", PercentOff(TEA, HALF)),
        row("tenth", PercentOff(Pick(), 1_000)),
    )
    assert sold(db, "a", 570) == [("half", 2, -570)]


@pytest.mark.parametrize(
    "of",
    [
        Pick(items=("I15",)),
        Pick(departments=("a department that tea is not in",)),
        Pick(but=("I05",)),
    ],
)
def test_what_is_about_other_goods_changes_nothing(
    db: sqlite3.Connection, head_office: HeadOffice, of: Pick
) -> None:
    head_office.publishes(row("half", PercentOff(of, HALF)))
    assert sold(db, "a", 1_140) == []


def test_a_department_is_enough(db: sqlite3.Connection, head_office: HeadOffice) -> None:
    (department,) = db.execute("SELECT department FROM item WHERE item_id = 'I05'").fetchone()
    head_office.publishes(row("half", PercentOff(Pick(departments=(department,)), HALF)))
    assert sold(db, "a", 570) == [("half", 1, -570)]


@pytest.mark.parametrize(
    "condition",
    [
        Condition(from_ms=NOW_MS + 1),
        Condition(until_ms=NOW_MS),
        Condition(zones=("airport",)),
        Condition(groups=("staff",)),
        Condition(coupons=("SAVE5",)),
        Condition(hours=(Hours(127, 0, 1),)),
    ],
)
def test_a_promotion_whose_condition_does_not_hold_is_not_in_force(
    db: sqlite3.Connection, head_office: HeadOffice, condition: Condition
) -> None:
    head_office.publishes(row("half", PercentOff(TEA, HALF), condition))
    assert sold(db, "a", 1_140) == []


def test_it_begins_and_ends_by_its_instant_with_no_line_to_head_office(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(
        row("half", PercentOff(TEA, HALF), Condition(until_ms=NOW_MS)),
        row("tenth", PercentOff(TEA, 1_000), Condition(from_ms=NOW_MS)),
    )
    assert sold(db, "a", 1_026) == [("tenth", 2, -114)]


def test_a_basket_that_was_tendered_before_a_change_keeps_what_held_then(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    """The customer has paid by then: what was changed, taken away or added since is not his."""
    head_office.publishes(
        row("changed", PercentOff(TEA, HALF)), row("gone", PercentOff(TEA, 1_000)), at_ms=0
    )
    head_office.publishes(
        row("changed", PercentOff(TEA, 2_000)),
        "gone",
        row("new", PercentOff(TEA, 9_000)),
        at_ms=NOW_MS + MINUTE_MS,
    )
    late = 2 * MINUTE_MS
    assert sold(db, "late", 570, late_ms=late) == [("changed", 1, -570)]


def test_of_a_thousand_in_force_a_basket_reads_those_of_its_own_goods(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    others = [row(f"p{n}", PercentOff(Pick(items=(f"X{n}",)), HALF)) for n in range(998)]
    head_office.publishes(*others, row("tenth", PercentOff(TEA, 1_000)))
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    db.set_progress_handler(step, 100)
    assert sold(db, "a", 1_026) == [("tenth", 999, -114)]
    with_many, steps = steps, 0
    head_office.publishes(*(each.name for each in others))
    steps = 0
    assert sold(db, "b", 1_026) == [("tenth", 999, -114)]
    assert with_many <= steps + 1


def test_a_promotion_is_read_once_until_it_is_published_anew(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    """But for one that is so long that keeping it would take more memory than it saves time."""
    many = Pick(items=("I05", *(f"other-{number}" for number in range(KEPT_BYTES_MAX // 8))))
    head_office.publishes(row("TEA", PercentOff(TEA, HALF)), row("MANY", PercentOff(many, HALF)))
    first, again = (promotions_about(db, ["I05"], [], [], NOW_MS) for _ in range(2))
    assert first == again
    assert first[PromotionId("TEA")].promotion is again[PromotionId("TEA")].promotion
    assert first[PromotionId("MANY")].promotion is not again[PromotionId("MANY")].promotion
    head_office.publishes(row("TEA", PercentOff(TEA, HALF // 2)))
    anew = promotions_about(db, ["I05"], [], [], NOW_MS)[PromotionId("TEA")].promotion
    assert anew is not None
    assert anew.arguments == PercentOff(TEA, HALF // 2)
