"""Which foreign cash is taken, and at which rate."""

import sqlite3

import msgspec

from edge.db.store import read_settings
from edge.db.tenders import all_worth
from edge.domain.sale.situation import Worth


class ForeignCash(msgspec.Struct, frozen=True):
    """``own_minor`` minor units of the store's for ``foreign_minor`` of it."""

    currency: str
    decimals: int
    own_minor: int
    foreign_minor: int

    def worth(self, amount_minor: int) -> int:
        """In the store's own minor units, as a sale reckons it."""
        return Worth(self.own_minor, self.foreign_minor, self.decimals, 0).of(amount_minor)


def foreign_cash(db: sqlite3.Connection, now_ms: int) -> tuple[ForeignCash, ...]:
    """Those that are taken now, by their codes. Raises SettingsMissing."""
    found = all_worth(db, read_settings(db).currency, now_ms)
    return tuple(
        ForeignCash(currency, rate.decimals, rate.own_minor, rate.foreign_minor)
        for currency, rate in found.items()
    )
