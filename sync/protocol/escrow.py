"""Rights to spend what somebody has, at a shop that is offline.

Theory (escrow: O'Neil, "The Escrow Transactional Method", ACM TODS 11, 1986; for shops on the road:
Krishnakumar and Jain, "Escrow Techniques for Mobile Sales and Inventory Applications", Wireless
Networks 3, 1997; as replicated bounded counters: Balegas et al., "Extending Eventually Consistent
Cloud Databases for Enforcing Numeric Invariants", SRDS 2015).

Somebody has points, the value of a gift card, store credit, a coupon that is good once, the right
to bring a receipt back: an *account* of a *kind*, whose balance is a sum over facts of all stores.
Two offline stores must not spend it twice, and neither can ask the other. So the balance is cut up:
a *right* allows one epoch of one store to spend up to an amount, alone. Head office gives rights
out of what is *available* and out of nothing else:

    available = balance - what epochs may still spend,        never below 0 but for recorded debt

A spend names the rights that it takes from; what a sale gives birth to (a receipt's points, a load
of a card) is at once balance and a right of the store that sold, its id (sale, line).

Invariant. Of every account, Σ spent <= Σ rights <= what was ever put into it. *Sketch.* Each right
stands in one place: at head office (available), or at one epoch. A store spends from what stands
there (``allot``), in one unit of work with the sale. What moves, moves towards the side that learns
last: head office counts a right as given before the store hears of it, and as still out until the
store's own journal has said that it is not. The journal is a chain: whoever has its event k has all
spends before k. So at every moment what head office counts as out is at least what is out, whatever
is lost, doubled, delayed or read again in another order; and it gives from the rest only, under the
account's lock. Sums merge by adding, so that order does not matter (P4).

What each rule closes:

- *Born rights are released before they are handed on* (``beyond_share``). Else head office would
  give away what the shop that gave birth to it spends in the same minute.
- *An asked right is written down before it is asked for; a request is answered once, and the same
  when repeated; one that is given up is barred for ever.* An answer may be lost, and the request
  may come late, again, or after its own end. Else one of the two would spend it, or nobody ever.
- *A right comes back by the journal, by the end of its epoch, or by a person's word; never by a
  clock*, but for leave to bring goods back, below. The shop that is silent may be selling.
- *An epoch gives back when all of it up to there is counted* (``outstanding``): an event that is
  set aside may be a spend of the very right. A person who writes an epoch off says that its rights
  may be spent twice: they are possible overdraw from then on, and known; what is born in an event
  that is set aside then is, too, and known when that is counted.
- *What is born in an epoch beyond what was heard of it when it was written off is held by it*
  (``later``), as in any other epoch: the box that was given up is alive, and whoever gave that
  away as well would add to the overdraw what nobody had known. It comes back by the journal, by
  the epoch's own end, or when a person writes it off once more. So of an epoch that was written
  off nothing may be spent twice but what stood there at that moment.
- *No right of an epoch that is left is spent in another* (a disk that was copied or put back does
  not know what its twin spent), *and none comes back by what is brought home of it.* So a copy
  costs at most what its disk held or had asked for, and what its epoch was given before the two
  were told apart.
- *An epoch that spent more than it had holds nothing, never less than nothing* (``outstanding``).
  Else what it overdrew would pass for what others may spend.
- *A debt blocks grants.* A take-back that no right covered lowers the balance alone. At the shop it
  is paid off before anything is spent there: by a grant that came meanwhile, and by what the next
  receipt earns. What pays it off lowers what may be spent and leaves the balance, which had sunk by
  the whole take-back.
- *Goodwill is a budget of a store, given to one epoch at a time* (``goodwill_left``): what a
  store's epochs spend of it together is never more, and no provisional epoch has any. *It is told
  period by period*: a box that was given up, or copied, has what was left of the last one that it
  was told of, once, however long it is not heard (``periods.span_until``).
- *Leave to bring a receipt's goods back is one, and of the whole receipt* (kind ``refund``). Its
  account is empty: while goods are left to come back one leave is made for whoever asks, and none
  while another is out. So who has it reads everything that came back under the leaves before, and
  what two shops take back together under leaves is never more than was sold. The shop that sold
  needs none, for it must go on alone: what it takes back unheard, while another has leave, is
  found afterwards and not prevented. *It alone has an end, and comes back by a clock*
  (``leaves.py``): goods that nobody takes back because a shop is silent cost its customers more
  than a second return, which is found. Its box uses it on no later day, or where it does not know
  the day; what it used in time and says too late is found as well.
- *An epoch that was written off is given up by what was counted of it then, and only while all of
  that is* (``HeldRights.written_off``). The decision says through where it was here, what had come
  home beyond that, and what of it was set aside and counted nowhere. A head office that was put
  back to before it received some of that counts the epoch as any other, until all of it has come
  again and nothing of it is set aside that was not then, or a person writes the epoch off once
  more. Else it would give away what was spent there by events that it has no more, or has and does
  not count.
- *A head office that forgot what it gave gives nothing* until every epoch that was not fenced in
  the copy said what it was given (``central/domain/incarnation.py``): also one that was replaced
  meanwhile, or before it said so; one that its box ended, until nothing of it is set aside; and one
  that is known by name alone, from the record of the epoch after it. A person ends the waiting for
  one by writing it off, and is told what that may cost: what was given and forgotten was available
  then, so once all others were heard it is no more than what is available. It stands in the
  decision, and ``central grants`` counts it until the box says what it is.

*What head office itself puts in or takes out.* Points that it gives (a welcome, a birthday) are put
into the account by a decision, as balance alone: nobody's right until the usual shares give it.
Points that run out are taken out of what is available and of nothing else, under the account's
lock, with the decision that says so. So they never were at any store, and cannot be spent there as
well: Σ spent + Σ run out <= Σ ever put in. What an epoch may still spend does not run out; it does
when it has come back.

The worst overdraw is therefore a number that is known before anything goes wrong
(``central/reports/grants.py``). A head office without its mirror knows it for the epochs that
anything here names; not for one that was issued since the copy, at the end of its store's line,
until its box calls: nobody knows that it is, but who enrolled it.

The share of a store. A right that was born stays at the store as long as it is not more than what
head office gave that store of the account; what is beyond that is released, given back in shares
to the stores where the owner shops (``shares``), and what was given back to the store itself lets
it keep as much again. So an account moves when it doubles, not with every receipt.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sync.protocol.facts import Spend
from sync.protocol.facts.escrow import OF_POINTS
from sync.protocol.identity import StoreId

PERCENT = 100
STORES_AHEAD_MAX = 3
"""So many stores are given rights of one account ahead."""
RightId: TypeAlias = tuple[UUID, int]


class RightKind(StrEnum):
    """What rights this version knows are about, and whose account each is of: of a customer, a
    card, a customer or a note, a coupon, a receipt. On the wire the word is open."""

    POINTS = OF_POINTS
    GIFT_VALUE = "gift_value"
    STORE_CREDIT = "store_credit"
    COUPON = "coupon"
    REFUND = "refund"


class Right(NamedTuple):
    """What is left of one grant at this store. ``root`` is a sale's id, a grant's or a request's;
    ``line`` the line of the sale, 0 for what head office gave."""

    root: UUID
    line: int
    points_left: int


class Allotment(NamedTuple):
    """Grants used for an amount, and what no right covered."""

    spends: tuple[Spend, ...]
    uncovered: int


class HeldRights(NamedTuple):
    """What head office counts of one epoch's rights to one account. ``whole``: nothing of the
    epoch's journal is set aside. ``ended``: it was closed by its own last record, all of which is
    here. ``written_off``: a person gave up what was here of it then, and all of that is; ``later``:
    what is left of rights that were born in it beyond that."""

    given: int
    used: int
    released: int
    whole: bool = True
    ended: bool = False
    written_off: bool = False
    later: int = 0

    @property
    def left(self) -> int:
        """What was not spent and did not come back; never less than nothing."""
        return max(0, self.given - self.used - (self.released if self.whole else 0))


class ShareRule(NamedTuple):
    """How head office cuts what is available: parts of a hundred of the balance for the stores
    where the owner shops, most first; no grant is more than ``cap``."""

    percents: tuple[int, ...]
    cap: int


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


def goodwill_of(store_id: StoreId) -> RightId:
    """Under which id a receipt names what its store spent of its own goodwill."""
    return store_id, 0


def outstanding(held: HeldRights) -> int:
    """What the epoch may still spend, as far as head office can know.

    >>> outstanding(HeldRights(100, 30, 20)), outstanding(HeldRights(100, 30, 20, whole=False))
    (50, 70)
    >>> outstanding(HeldRights(100, 30, 20, written_off=True, later=15))
    15
    """
    if held.ended and held.whole:
        return 0
    return held.later if held.written_off else held.left


def available(balance: int, held: Iterable[HeldRights]) -> int:
    """What may be given of an account; below 0: a debt, which blocks every grant."""
    return balance - sum(map(outstanding, held))


def granted_of(asked: int, free: int) -> int:
    """The answer to a store that asks for ``asked`` of an account of which ``free`` is available.

    >>> granted_of(70, 50), granted_of(70, 90), granted_of(70, -20)
    (50, 70, 0)
    """
    return max(0, min(asked, free))


def shares(balance: int, free: int, held: Sequence[int], rule: ShareRule) -> tuple[int, ...]:
    """What each store gets, of those where the owner shops, most first; ``held``: what each may
    spend already. Each is filled up to its part of the balance; together never more than what is
    available.

    >>> shares(100, 100, [0, 0, 0], ShareRule((60, 25, 15), 1_000))
    (60, 25, 15)
    >>> shares(110, 50, [60, 0], ShareRule((60, 25, 15), 1_000))
    (6, 27)
    """
    given = []
    for part, there in zip(rule.percents, held, strict=False):
        wanted = min(balance * part // PERCENT - there, rule.cap)
        given.append(granted_of(wanted, free))
        free -= given[-1]
    return tuple(given)


def beyond_share(rights: Sequence[Right]) -> tuple[Spend, ...]:
    """What a store gives back of one account: of what was born there, so much as is beyond what
    head office gave it ahead.

    >>> one, two = UUID(int=1), UUID(int=2)
    >>> [spend.points for spend in beyond_share([Right(one, 0, 60), Right(two, 1, 75)])]
    [15]
    """
    born = [right for right in rights if right.line]
    share = sum(right.points_left for right in rights if not right.line)
    return allot(max(0, sum(right.points_left for right in born) - share), born).spends


def goodwill_left(budget: int, used: int, others: Iterable[HeldRights]) -> int:
    """What an epoch may give away of a store's budget of a period: ``used`` by itself; of the
    store's other epochs what they had counts whole until each is closed.

    >>> goodwill_left(100, 10, [HeldRights(80, 25, 0, ended=True), HeldRights(5, 0, 0)])
    60
    """
    bound = sum(one.used + outstanding(one) for one in others)
    return max(0, budget - used - bound)
