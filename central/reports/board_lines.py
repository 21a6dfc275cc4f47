"""A store on the board with a day of it, and what the stores of a date add up to."""

from datetime import date
from typing import NamedTuple

from central.domain.day_state import DayState
from central.reports.differing_receipts import DifferingReceipts
from central.reports.reconciled_day import ReconciledDay
from central.reports.streams import Standing
from sync.protocol.figures import owed_minor


class BoardLine(NamedTuple):
    """A store. ``day`` is None where no receipt ever came and no date was asked for. ``found``:
    which receipts differ, where that was looked for. ``ahead``: the day lies in the future.
    ``state``: how the day stands, with what was signed."""

    code: str
    name: str
    zone: str
    standing: Standing
    day: ReconciledDay | None
    found: DifferingReceipts | None = None
    ahead: bool = False
    state: DayState | None = None

    @property
    def is_open(self) -> bool:
        """It is still to be settled: nobody has proven it, or it was never to be."""
        return self.ahead or self.state is None or not self.state.is_proven

    @property
    def store_minor(self) -> int | None:
        """The store's total, None where it is not known."""
        return declared_total(self.day)

    @property
    def central_minor(self) -> int:
        """Head office's total."""
        return owed_minor(self.day.central) if self.day else 0

    @property
    def difference_minor(self) -> int | None:
        """Head office less store."""
        said = self.store_minor
        return None if said is None else self.central_minor - said


class DateSum(NamedTuple):
    """What the stores of one business date add up to; None where one of them is not known."""

    business_date: date
    stores: int
    store_minor: int | None
    central_minor: int

    @property
    def difference_minor(self) -> int | None:
        """Head office less stores."""
        return None if self.store_minor is None else self.central_minor - self.store_minor


def declared_total(day: ReconciledDay | None) -> int | None:
    """What the store says of a day that it has closed."""
    return None if day is None or day.declared is None else owed_minor(day.declared)
