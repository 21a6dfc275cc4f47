"""Rights that a store asked for and gave back.

What comes home of another epoch gives nothing back: that epoch's own disk may have spent it, and it
stays counted there until the epoch is closed (sync/protocol/escrow.py).
"""

from collections.abc import Iterable

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows.escrow import RequestGivenUp, RightAccount, RightHeld, RightReleased
from sync.protocol.aggregate import Root
from sync.protocol.facts import GrantAsked, GrantReleased, RetailTransaction


def _keys(asked: GrantAsked) -> tuple[str, ...]:
    return (asked.kind,)


@folds(GrantAsked, keys=_keys)
def _asked(into: Fold, event: Event, asked: GrantAsked) -> None:
    """It counts as a fact: what came of it is a decision."""


def _born_in(released: GrantReleased) -> Iterable[Root]:
    """The receipts that gave birth to what comes back: what they gave must be counted first."""
    assert RetailTransaction.ROOT is not None  # noqa: S101  for the types
    sales = {one.root for one in released.releases if one.line}
    return (Root(RetailTransaction.ROOT[0], sale_id) for sale_id in sorted(sales))


@folds(GrantReleased, after=_born_in)
def _released(into: Fold, event: Event, released: GrantReleased) -> None:
    if event.recovered is not None:
        return
    epoch = (event.epoch.number, event.epoch.fingerprint)
    for one in released.releases:
        account = (one.kind, one.account_id)
        right = (one.root, one.line, *account, one.amount)
        into.put(RightReleased(event.store_id, event.event_id, *right))
        into.put(RightAccount(into.company_id, *account, granted=-one.amount))
        into.put(RightHeld(event.store_id, *epoch, *account, released=one.amount))
    for request_id in released.request_ids:
        into.put(RequestGivenUp(event.store_id, request_id, *event.place))
