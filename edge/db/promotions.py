"""Promotions in the store's database: as published, and which of them a basket may be about.

A basket looks at those alone whose picks (``sync/protocol/promotions/``) name one of its items or
departments, or name nothing and so mean all: of a thousand in force a few. Those that ask for a
coupon it looks at where that coupon is shown, whatever they are about.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from edge.db.past import Kind, past_of_kind
from sync.protocol.codec import decode, encode
from sync.protocol.identity import PromotionId
from sync.protocol.promotions.conditions import Condition, coupon_key
from sync.protocol.promotions.kinds import BY_CODE, Published, picks_of, understood
from sync.protocol.promotions.shape import Pick, Promotion, Terms
from sync.protocol.reference import PublishedPromotion

LAID_OF_PROMOTIONS = {
    "promotion": "rowid, promotion_id, version, name, kind, arguments, condition, terms, from_ms,"
    " until_ms",
    "promotion_pick": "rowid, pick, promotion_id",
}
"""The tables of promotions, each with a row's place and the rest of it (ready.py)."""

_ALL = "*"
_ITEM = "i"
_DEPARTMENT = "d"
_COUPON = "c"
_TAKE = (
    "INSERT OR REPLACE INTO promotion (promotion_id, version, name, kind, arguments, condition,"
    " terms, from_ms, until_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP = "DELETE FROM promotion WHERE promotion_id = ?"
_PICK = "INSERT INTO promotion_pick (pick, promotion_id) VALUES (?, ?)"
_DROP_PICKS = "DELETE FROM promotion_pick WHERE promotion_id = ?"
_ABOUT = """
SELECT p.promotion_id, p.version, p.name, p.kind, p.arguments, p.condition, p.terms
FROM promotion p WHERE p.promotion_id IN (
    SELECT k.promotion_id FROM json_each(:picks) w JOIN promotion_pick k ON k.pick = w.value)
AND p.from_ms <= :as_of_ms AND (p.until_ms IS NULL OR p.until_ms > :as_of_ms)
"""


KEPT_MAX = 2_048
KEPT_BYTES_MAX = 2_048
"""Promotions that are kept as they were read, and how long arguments and condition of one may be: a
quote reads some fifty of a thousand, and the next one others of the same."""


class Held(NamedTuple):
    """A promotion and when it is in force. ``promotion``: None where this version cannot read
    it."""

    published: Published
    condition: Condition
    promotion: Promotion | None


def take_promotions(db: sqlite3.Connection, rows: Sequence[tuple[int, PublishedPromotion]]) -> None:
    """``rows`` with their versions passed ``feeds.read_row``: of kinds that are known here."""
    drop_promotions(db, [row.promotion_id for _, row in rows])
    db.executemany(
        _TAKE,
        [
            (
                row.promotion_id,
                version,
                row.name,
                row.kind,
                row.arguments,
                encode(row.condition),
                encode(row.terms),
                row.condition.from_ms,
                row.condition.until_ms,
            )
            for version, row in rows
        ],
    )
    picks = [(pick, row.promotion_id) for _, row in rows for pick in sorted(_picks(row))]
    db.executemany(_PICK, picks)


def drop_promotions(db: sqlite3.Connection, promotion_ids: Sequence[str]) -> None:
    """They are no more."""
    named = [(promotion_id,) for promotion_id in promotion_ids]
    db.executemany(_DROP, named)
    db.executemany(_DROP_PICKS, named)


def promotions_about(
    db: sqlite3.Connection,
    items: Iterable[str],
    departments: Iterable[str],
    coupons: Iterable[str],
    as_of_ms: int,
) -> dict[PromotionId, Held]:
    """What may be in force of these goods, or with one of these coupons (their keys), at an
    instant, as it is published now."""
    picks = [_ALL, *(_ITEM + each for each in items), *(_DEPARTMENT + each for each in departments)]
    picks += [_COUPON + each for each in coupons]
    values = {"picks": msgspec.json.encode(picks).decode(), "as_of_ms": as_of_ms}
    return {row[0]: _held(row) for row in db.execute(_ABOUT, values)}


def promotions_before(
    db: sqlite3.Connection, as_of_ms: int, now_ms: int
) -> dict[PromotionId, Held | None]:
    """Promotions that were changed between the two instants, as they were at the first; None:
    there was none."""
    return {
        PromotionId(name): None if value[0] is None else _held((name, *value))
        for name, value in past_of_kind(db, Kind.PROMOTION, as_of_ms, now_ms)
    }


def _picks(row: PublishedPromotion) -> Iterator[str]:
    if row.condition.coupons:
        yield from {_COUPON + coupon_key(code) for code in row.condition.coupons}
        return
    arguments = decode(BY_CODE[row.kind].arguments, row.arguments)
    found = {name for pick in picks_of(arguments) for name in _names(pick)}
    yield from found or {_ALL}


def _names(pick: Pick) -> Iterator[str]:
    if not (pick.items or pick.departments):
        yield _ALL
    yield from (_ITEM + item for item in pick.items)
    yield from (_DEPARTMENT + department for department in pick.departments)


def _held(row: tuple[Any, ...]) -> Held:
    return _read(row) if len(row[4]) + len(row[5]) > KEPT_BYTES_MAX else _kept(row)


def _read(row: tuple[Any, ...]) -> Held:
    promotion_id, version, name, kind, *packed = row
    arguments, condition, terms = (
        bytes.fromhex(each) if isinstance(each, str) else each for each in packed
    )
    what = (PromotionId(promotion_id), version, name, kind, arguments, decode(Terms, terms))
    published = Published(*what)
    return Held(published, decode(Condition, condition), understood(published))


_kept = lru_cache(maxsize=KEPT_MAX)(_read)
