"""A store's day: its figures, and what its facts say of opening and closing."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import REPLACE, SUM, Newest, Projection, Special


class Day(NamedTuple):
    """Table ``business_day``: the parts that are not None take effect."""

    store_id: UUID
    business_date: date
    epoch_number: int
    epoch_fingerprint: bytes
    opened_seq: int | None = None
    closed_seq: int | None = None
    manifest: bytes | None = None
    reopened_seq: int | None = None


class DayFigure(NamedTuple):
    """Table ``day_total``: to add to the figure."""

    store_id: UUID
    business_date: date
    figure: str
    amount: int
    entries: int = 1


class GivenManifest(NamedTuple):
    """Table ``manifest_given``: what an epoch said of a day at no close, as of an event; where a
    journal forked, of two of one place the greater."""

    store_id: UUID
    business_date: date
    epoch_number: int
    epoch_fingerprint: bytes
    seq: int
    cause: str
    manifest: bytes


class SignedDay(NamedTuple):
    """Table ``day_signed``: each signing of a day stays. ``counted`` and ``declared`` are Totals,
    ``through`` how far each epoch was counted, as the decision has them."""

    store_id: UUID
    business_date: date
    signing: int
    counted: bytes
    declared: bytes | None
    through: bytes
    exception_minor: int | None
    exception: str
    signed_at_ms: int
    decided_by: str


class RootOfDay(NamedTuple):
    """Table ``day_root``: of a day over all stores of the company, as it was decided."""

    company_id: UUID
    business_date: date
    incarnation: UUID
    size: int
    root: bytes
    key: bytes
    signature: bytes
    made_at_ms: int
    decided_by: str


def merged_day(held: Day, day: Day) -> Day:
    """The first opening and the last closing and reopening of a date hold; a closing that a
    reopening follows is none, whichever of them is applied first."""
    opened = [seq for seq in (held.opened_seq, day.opened_seq) if seq is not None]
    reopened = max(held.reopened_seq or 0, day.reopened_seq or 0)
    last = day if _closing(day) > _closing(held) else held
    closed, manifest = last.closed_seq, last.manifest
    if (closed or 0) <= reopened:
        closed = manifest = None
    return Day(*day[:4], min(opened, default=None), closed, manifest, reopened or None)


def _closing(day: Day) -> tuple[int, bytes]:
    """Two of one place, where a journal forked, differ in what they say."""
    return day.closed_seq or 0, day.manifest or b""


DAY_SQL = """
    opened_seq = least(held.opened_seq, excluded.opened_seq),
    reopened_seq = greatest(held.reopened_seq, excluded.reopened_seq),
    (closed_seq, manifest) = (
        SELECT CASE WHEN seq > reopened THEN seq END, CASE WHEN seq > reopened THEN said END
        FROM (SELECT greatest(held.closed_seq, excluded.closed_seq) AS seq,
            CASE WHEN (excluded.closed_seq, excluded.manifest)
                > (coalesce(held.closed_seq, 0), coalesce(held.manifest, ''))
                THEN excluded.manifest ELSE held.manifest END AS said,
            coalesce(greatest(held.reopened_seq, excluded.reopened_seq), 0) AS reopened) AS last)
"""
"""The same as the SET of an upsert."""

PROJECTIONS = (
    Projection(
        "business_day",
        Day,
        4,
        Special(merged_day, DAY_SQL),
        kinds=(
            *("business_day_opened", "business_day_closed", "business_day_reopened"),
            "epoch_ended",
        ),
    ),
    Projection("day_total", DayFigure, 3, SUM),
    Projection(
        "manifest_given", GivenManifest, 5, Newest(("manifest", "cause")), kinds=("manifest_given",)
    ),
    Projection("day_signed", SignedDay, 3),
    Projection("day_root", RootOfDay, 2, REPLACE),
)
