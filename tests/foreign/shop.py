"""A shop's day at the box: what it sells, and the facts it writes."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from tests.foreign.box import Box
from tests.foreign.day import totals, workstation_totals
from tests.foreign.facts import (
    Line,
    Modifier,
    Receipt,
    StockMoved,
    StockTransferred,
    Tender,
    TillMoved,
    TillOpened,
    TillSettled,
    due,
    half_away,
    points_of,
    taxed,
)
from tests.foreign.lending import covered, left_to_lend
from tests.foreign.wire import Envelope, packed, sealed, unpacked

OPERATOR = "anna"


@dataclass
class Shop:
    """``facts``: what was written, in order; ``clock_ms`` moves on with each."""

    box: Box
    day: date
    clock_ms: int
    facts: list[Any] = field(default_factory=list)
    boot_id: UUID = field(default_factory=uuid4)
    hlc: int = 0
    receipts: Counter[str] = field(default_factory=Counter)
    workstation_id: str = "W1"
    first_seq: int = 0
    till: TillOpened | None = None
    rights: dict[tuple[UUID, int], int] = field(default_factory=dict)
    """Points that a sale's line gave and nobody has used."""
    lent: Counter[date] = field(default_factory=Counter)
    """Points that were spent beyond that, by business date."""
    owed: int = 0

    def write(self, kind: str, body: Any, event_id: UUID | None = None, version: int = 1) -> None:
        """``body``: a fact, or the bytes of one."""
        self.clock_ms += 1_000
        self.tick()
        content = body if isinstance(body, bytes) else packed(body)
        origin = (self.clock_ms, 28_800, self.boot_id, self.hlc, "checked")
        seq = len(self.box.events) + 1
        self.box.append(Envelope(seq, event_id or uuid4(), kind, version, *origin, content))
        self.facts.append(body)

    def tick(self) -> int:
        """The next stamp: after the last, after the clock, after what was pulled unless that is
        wild."""
        customers = self.box.feeds.get("customers")
        rows = customers.rows.values() if customers else ()
        seen = [change[1] for row in rows for change in unpacked(row)[1]]
        latest = (self.box.server_time_ms + 300_000) << 16
        last = max([self.hlc, *(stamp for stamp in seen if stamp <= latest)])
        self.hlc = max(last + 1, self.clock_ms << 16)
        return self.hlc

    def open_day(self) -> None:
        self.first_seq = len(self.box.events) + 1
        self.write("business_day_opened", [self.day, OPERATOR, "Asia/Singapore", None])

    def open_till(self, float_minor: int) -> None:
        ids = (uuid4(), "T1", self.workstation_id, OPERATOR)
        self.till = TillOpened(*ids, self.day, self.currency, float_minor)
        self.write("till_session_opened", self.till, self.till.till_session_id)

    def move_till(self, kind: str, amount_minor: int) -> None:
        movement = TillMoved(
            uuid4(), self.session, kind, OPERATOR, self.day, amount_minor, "as told"
        )
        self.write("till_moved", movement, movement.movement_id)

    def settle_till(self, counted_over: int = 0) -> None:
        assert self.till is not None
        cash = self.till.float_minor
        here = [one for one in self.facts if getattr(one, "till_session_id", None) == self.session]
        for fact in here:
            if isinstance(fact, Receipt) and not fact.training:
                cash += sum(one.amount_minor for one in fact.tenders if one.kind == "cash")
                cash -= fact.change_minor
            elif isinstance(fact, TillMoved):
                cash += fact.amount_minor
        self.write("till_session_settled", TillSettled(*self.till, cash, cash + counted_over))

    def move_stock(self, kind: str, item_id: str, quantity_milli: int) -> None:
        lines = ((item_id, quantity_milli, 100, None),)
        movement = StockMoved(uuid4(), kind, OPERATOR, self.day, "as told", lines, "DN-1")
        self.write("stock_moved", movement, movement.movement_id)

    def transfer(self, direction: str, other: UUID, item_id: str, quantity_milli: int) -> None:
        lines = ((item_id, quantity_milli, None, None),)
        about = (uuid4(), other, OPERATOR, self.day, "as told", lines, None)
        moved = StockTransferred(uuid4(), direction, *about)
        self.write("stock_transferred", moved, moved.transfer_id)

    def count(self, item_id: str, counted_milli: int, seen_through: int) -> None:
        lines = [(item_id, counted_milli, seen_through, None)]
        count_id = uuid4()
        counted = [count_id, OPERATOR, self.day, "monthly", None, lines, None]
        self.write("stock_counted", counted, count_id)

    def change_customer(
        self, customer_id: UUID, plain: dict[str, str], secret: dict[str, str]
    ) -> None:
        key = self.box.personal_keys.setdefault(customer_id, secrets.token_bytes(32))
        stamp = (self.tick(), self.box.store_id)
        fields: list[Any] = [(name, *stamp, value, None) for name, value in plain.items()]
        for name, text in secret.items():
            content = sealed(key, customer_id, name, text, secrets.token_bytes(12))
            fields.append((name, *stamp, None, content))
        self.write("customer_changed", [customer_id, OPERATOR, fields])

    def close_day(self) -> None:
        head = self.box.head
        manifest = [
            *(self.day, *head.epoch, self.first_seq, head.seq, head.hash),
            *(totals(self.facts, self.day), workstation_totals(self.facts, self.day), []),
        ]
        self.write("business_day_closed", [self.day, OPERATOR, manifest], version=4)

    @property
    def session(self) -> UUID:
        assert self.till is not None
        session: UUID = self.till.till_session_id
        return session

    @property
    def settings(self) -> list[Any]:
        row: list[Any] = self.box.feeds["settings"].row("store")[0]
        return row

    @property
    def currency(self) -> str:
        return str(self.settings[5])

    def line(self, line_no: int, item_id: str, quantity_milli: int, **said: Any) -> Line:
        """A sale line from the feeds; ``discount`` and what else differs may be said."""
        feeds = self.box.feeds
        item, _ = feeds["items"].row(item_id)
        prices = [feeds["prices"].row(key) for key in feeds["prices"].rows]
        price, price_version = max(
            (row for row in prices if row[0][0] == item_id and row[0][1] <= self.clock_ms),
            key=lambda row: row[0][1],
        )
        rates = [feeds["taxes"].row(key) for key in feeds["taxes"].rows]
        rate, tax_version = max(
            (row for row in rates if row[0][0] == item[3] and row[0][1] <= self.day.isoformat()),
            key=lambda row: row[0][1],
        )
        extended = half_away(price[2] * quantity_milli, 1_000)
        discount = said.pop("discount", 0)
        modifiers = (Modifier("discount", -discount, "damaged", None, None, OPERATOR),)
        return Line(
            *(item_id, item[1], item[5], item[4][0], item[3], rate[2]),
            *(said.pop("tax_included", self.settings[9]), tax_version, price_version, item[7]),
            *(quantity_milli, price[2], extended, extended - discount, 0),
            *(said.pop("points", 0), line_no, modifiers if discount else ()),
            **said,
        )

    def sell(
        self, lines: Sequence[Line], *tenders: Tender, customer_id: UUID | None = None, **said: Any
    ) -> Receipt:
        """Paid with the tenders; what is missing or too much goes in cash, rounded to the coin."""
        done, taxes = taxed(lines)
        step = self.settings[10]
        left = due(done) - sum(one.amount_minor for one in tenders)
        cash = half_away(left, step) * step
        paid = -(-cash // 1_000) * 1_000 if cash > 0 else cash
        tenders = (*tenders, Tender("cash", "Cash", "cash", paid)) if paid else tenders
        self.receipts[self.workstation_id] += 1
        place = f"{self.box.store_code}-{self.workstation_id}-E{self.box.epoch.number}"
        number = f"{place}-{self.receipts[self.workstation_id]:06d}"
        earned, take_back = points_of(done, self.rights)
        receipt = Receipt(
            *(self.new_sale_id(), number, self.workstation_id, self.session, OPERATOR, self.day),
            *(self.clock_ms + 700, self.currency, customer_id, done, taxes, tenders),
            *(cash - left, paid - cash, earned, take_back),
            **said,
        )
        self.write("retail_transaction", receipt, receipt.sale_id)
        self._use(receipt)
        return receipt

    def paying(self, points: int) -> tuple[Any, ...]:
        """The rights that pay so many points, of the one customer that has any here; none where
        they and what may be lent do not suffice."""
        return covered(points, self.rights, self.box.store_id, self.lendable, self.owed)

    @property
    def lendable(self) -> int:
        """What this epoch may lend yet on its business day."""
        rows = [unpacked(row) for row in self.box.feeds["goodwill"].rows.values()]
        named = f"{self.box.epoch.number}-{self.box.epoch.fingerprint.hex()}"
        return left_to_lend(rows, named, self.day, self.lent)

    def _use(self, receipt: Receipt) -> None:
        for line in receipt.lines:
            if line.points > 0:
                self.rights[receipt.sale_id, line.line_no] = line.points
        spends = [spend for tender in receipt.tenders for spend in tender.spends]
        for root, line_no, points in [*spends, *(receipt.take_back or (0, ()))[1]]:
            if (root, line_no) == (self.box.store_id, 0):
                self.lent[self.day] += points
            else:
                self.rights[root, line_no] -= points
        self.owed += receipt.take_back[2] if receipt.take_back else 0

    def new_sale_id(self) -> UUID:
        """A UUIDv7."""
        tail = secrets.randbits(74)
        fields = (0x7 << 76) | ((tail >> 62) << 64) | (0b10 << 62) | (tail & ((1 << 62) - 1))
        return UUID(int=(self.clock_ms << 80) | fields)
