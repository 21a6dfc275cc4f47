"""Rights to spend points offline.

Theory (escrow, O'Neil 1986; bounded counters, Balegas et al. 2015). A grant gives one store and
epoch the right to spend up to an amount. What is born in a sale is at once a grant of that amount
to the selling store, its id (sale, line); central adds it to the balance and to the sum of grants
together. A spend names the grants it uses. So the sum of spends never exceeds the sum of rights,
whatever the network does. A return takes back its line's share: from that line's own grant first,
then from the customer's other rights here; what no right covers is a recorded debt.

A debt is paid off before anything is spent: at the customer's next receipt by what rights there
are (a grant that came meanwhile), and by what that receipt earns. So a store that knows of a debt
never holds a right beside it, and what can be spent there is what was earned by purchases kept,
less what was spent, or nothing. At head office a pay-off lowers what is granted and leaves the
balance, which had sunk by the whole take-back.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sync.protocol.facts import Spend


class Right(NamedTuple):
    """What is left of one grant at this store. ``root`` is a sale's id or a grant's, ``line`` the
    line of the sale, 0 for a grant that central gave."""

    root: UUID
    line: int
    points_left: int


class Allotment(NamedTuple):
    """Grants used for an amount, and what no right covered."""

    spends: tuple[Spend, ...]
    uncovered: int


def allot(points: int, rights: Sequence[Right]) -> Allotment:
    """Take ``points`` (>= 0) from ``rights`` in their order; never more than each has left."""
    spends: list[Spend] = []
    wanted = points
    for right in rights:
        if wanted == 0:
            break
        taken = min(wanted, right.points_left)
        if taken > 0:
            spends.append(Spend(right.root, right.line, taken))
            wanted -= taken
    return Allotment(tuple(spends), wanted)


def own_line_first(rights: Sequence[Right], root: UUID, line: int) -> tuple[Right, ...]:
    """The order in which a return takes back: the returned line's own grant, then the others."""
    own = tuple(right for right in rights if (right.root, right.line) == (root, line))
    return own + tuple(right for right in rights if (right.root, right.line) != (root, line))


def plain_share(balance: int, stores: int, available: int) -> int:
    """What a store gets of a balance at first contact: an equal part, once, rounded down, never
    more than what is not yet granted."""
    if balance <= 0 or stores <= 0:
        return 0
    return max(0, min(balance // stores, available))
