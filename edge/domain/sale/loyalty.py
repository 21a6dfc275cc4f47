"""Points: what a receipt earns, what a points tender costs, what a return takes back.

Earned are ``points_per_step`` for each whole ``points_step_minor`` of the sale lines with tax, less
what was paid by points and what is out of tax's scope (protocol.md, Points); floored per receipt
and allotted to its lines, so that a return takes back its line's share and no more. Rights to spend
are escrow's (sync/protocol/escrow.py). Nobody earns without a customer. What multiplies a line's
points (``multipliers.py``) multiplies what it counts for, before that one rounding. What a customer
owes after a take-back is paid off first: by the rights there are, then by what the receipt earns.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from edge.domain.sale.multipliers import ONCE_TWICE_OVER
from edge.domain.sale.refusals.points import MorePointsThanRights, NotWholePoints, PointsTooMany
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.escrow import Right, allot, own_line_first
from sync.protocol.facts import Line, Spend, TakeBack
from sync.protocol.money import split
from sync.protocol.reference import StoreSettings


class Spent(NamedTuple):
    """Grants that a points tender uses, and the rights left after it."""

    spends: tuple[Spend, ...]
    rights: tuple[Right, ...]


class Settling(NamedTuple):
    """An account while a receipt is made: what its return lines took, the rights that were used for
    that and for what was owed, the debt before it and what is still uncovered, the rights left."""

    points: int
    spends: tuple[Spend, ...]
    owed_before: int
    owed: int
    rights: tuple[Right, ...]


def earn(
    eligible: Sequence[int],
    paid_by_points_minor: int,
    settings: StoreSettings,
    times: Sequence[int] = (),
) -> tuple[int, ...]:
    """Each sale line's points. ``eligible``: its amount with tax, 0 where it earns nothing;
    ``times``: its multiplier in parts of ONCE_TWICE_OVER, without any once. What was paid by points
    is borne by all lines by their amounts. Rounded down once. Raises PointsTooMany."""
    whole = sum(eligible)
    if whole <= 0 or settings.points_step_minor <= 0:
        return tuple(0 for _ in eligible)
    base = max(0, whole - paid_by_points_minor)
    counted, once = (eligible, 1) if not times else (_multiplied(eligible, times), ONCE_TWICE_OVER)
    steps = sum(counted) * base // (whole * once * settings.points_step_minor)
    points = steps * settings.points_per_step
    refuse_many(points, "lines")
    return split(points, counted)


def _multiplied(eligible: Sequence[int], times: Sequence[int]) -> list[int]:
    return [amount * multiplier for amount, multiplier in zip(eligible, times, strict=True)]


def refuse_many(points: int, field: str) -> None:
    """No record holds more. Raises PointsTooMany."""
    if points > FIGURE_MAX:
        raise PointsTooMany(points, field=field)


def points_for(amount_minor: int, settings: StoreSettings, field: str) -> int:
    """The points that a tender of ``amount_minor`` (>= 0) costs. Raises NotWholePoints."""
    value = settings.points_value_minor
    if value <= 0 or amount_minor * settings.points_value_points % value:
        raise NotWholePoints(amount_minor, settings.decimals, field=field)
    return amount_minor * settings.points_value_points // value


def spend(points: int, rights: tuple[Right, ...], field: str) -> Spent:
    """Take ``points`` from the customer's rights, oldest first. Raises MorePointsThanRights."""
    allotment = allot(points, rights)
    if allotment.uncovered:
        raise MorePointsThanRights(points, points - allotment.uncovered, field=field)
    return Spent(allotment.spends, rights_after(rights, allotment.spends))


def take_back(returns: Sequence[Line], rights: tuple[Right, ...], owed: int) -> Settling:
    """Pay ``owed`` from the rights, then what the return lines (negative points) take: each from
    its own line's grant first, then from the others. What no right covers is owed. One receipt pays
    off what one record may hold at most. Raises PointsTooMany."""
    if not (returns or owed):
        return Settling(0, (), 0, 0, rights)
    owed = min(owed, FIGURE_MAX)
    spends, still_owed = allot(owed, rights)
    rights = rights_after(rights, spends)
    points = 0
    for line in returns:
        if line.original is None or line.points == 0:
            continue
        order = own_line_first(rights, line.original.sale_id, line.original.line_no)
        allotment = allot(-line.points, order)
        points -= line.points
        spends += allotment.spends
        still_owed += allotment.uncovered
        rights = rights_after(rights, allotment.spends)
    refuse_many(points, "lines")
    return Settling(points, _each_once(spends), owed, still_owed, rights)


def _each_once(spends: Sequence[Spend]) -> tuple[Spend, ...]:
    """One spend a grant, in the order in which grants were first used."""
    taken: dict[tuple[UUID, int], int] = {}
    for each in spends:
        key = (each.root, each.line)
        taken[key] = taken.get(key, 0) + each.points
    return tuple(Spend(*key, points) for key, points in taken.items())


def close(account: Settling, born: Sequence[Right]) -> TakeBack | None:
    """What was taken back and paid off in all, after the rights that were born in this receipt paid
    what is still owed; None: nothing was."""
    paid = allot(account.owed, born)
    spends = account.spends + paid.spends
    if not (account.points or spends):
        return None
    return TakeBack(account.points, spends, paid.uncovered - account.owed_before)


def rights_after(rights: tuple[Right, ...], spends: Sequence[Spend]) -> tuple[Right, ...]:
    """What is left of each right, in the same order."""
    used = {(each.root, each.line): each.points for each in spends}
    return tuple(
        right._replace(points_left=right.points_left - used.get((right.root, right.line), 0))
        for right in rights
    )
