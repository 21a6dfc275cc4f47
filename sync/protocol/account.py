"""What facts of one business date add up to, for the store and its workstations: counted from the
facts themselves, where rows say nothing of what is asked."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sync.protocol.facts import (
    AnyFact,
    CashDeposited,
    RetailTransaction,
    SafeCounted,
    StockMoved,
    StockTransferred,
    TillMoved,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import WorkstationId
from sync.protocol.manifest import WorkstationTotals

OF_WORKSTATIONS = (RetailTransaction, TillSessionOpened, TillSessionSettled)
WITH_FIGURES = (
    *OF_WORKSTATIONS,
    *(StockMoved, StockTransferred, TillMoved, SafeCounted, CashDeposited),
)
"""Facts that a day's account counts."""
KINDS = tuple(fact.KIND.kind for fact in WITH_FIGURES)


class FactsAccount(NamedTuple):
    """``store``: the workstations' sum, with the stock that moved without a receipt, and the cash
    that moved without a sale."""

    store: Totals
    workstations: tuple[WorkstationTotals, ...]


def is_counted(fact: AnyFact, business_date: date) -> bool:
    """Whether it is one of that date that adds to an account. Training counts nowhere."""
    if not isinstance(fact, WITH_FIGURES) or fact.business_date != business_date:
        return False
    return not (isinstance(fact, RetailTransaction) and fact.training)


def account_of(facts: Iterable[AnyFact], business_date: date) -> FactsAccount:
    """The facts of that date, each as often as it is given."""
    tallies: defaultdict[WorkstationId, Tally] = defaultdict(Tally)
    whole = Tally()
    for fact in facts:
        if not is_counted(fact, business_date):
            continue
        if isinstance(fact, OF_WORKSTATIONS):
            tallies[fact.workstation_id].add(fact)
        else:
            whole.add(fact)
    parts = tuple(WorkstationTotals(one, tallies[one].totals()) for one in sorted(tallies))
    for part in parts:
        whole.add_totals(part.totals)
    return FactsAccount(whole.totals(), parts)
