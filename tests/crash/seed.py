"""A store's folder, ready to trade, without head office: made by the real use cases.

Head office's address is a port that nobody listens on, so every push fails, as it does in a shop
whose line is down.
"""

import secrets
import sqlite3
import time
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.box.folder import database_of
from edge.box.keys import make_key
from edge.box.settings import write_settings
from edge.db.connection.migrate import migrate
from edge.db.connection.writer import InlineWriter
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from edge.usecases.workstation.pair import PairWorkstation, pair_workstation
from sync.engine.journal import Moment
from sync.engine.signing import GENESIS_SIGNED, sign_bytes
from sync.protocol.change import Genesis
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import encode
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import (
    BootId,
    CompanyId,
    CustomerId,
    DeviceId,
    EventId,
    Incarnation,
    ItemId,
    OperatorId,
    StoreId,
    TenderId,
    WorkstationId,
)
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    FeedPage,
    FeedRow,
    Grant,
    Operator,
    Price,
    StoreSettings,
    TaxRate,
    Tender,
    replace_in_set_hash,
)
from sync.protocol.reference import Item as ItemRow
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange
from sync.protocol.units import Unit
from tests.crash.client import Workstation
from tests.crash.line import OPERATOR, STEP_MINOR, Item
from tests.pins import begin_session_at, never_lock

STORE_CODE = "S01"
ZONE = "Asia/Singapore"
PRICE_ZONE = "sg"
NOBODY_LISTENS = "http://127.0.0.1:9"
ITEMS = 40
GRANTED_POINTS = 500


class Seeded(NamedTuple):
    """A folder that a server can be started on, and who may trade there."""

    folder: Path
    device_key: bytes
    tokens: dict[str, str]
    customers: dict[str, UUID]
    items: tuple[Item, ...]

    def workstations(self, seed: int) -> tuple[Workstation, ...]:
        """All of the store's, about to trade as ``seed`` says."""
        return tuple(
            Workstation(name, token, self.customers[name], self.items, Random(f"{seed} {name}"))
            for name, token in self.tokens.items()
        )


def seed_store(folder: Path, workstations: int) -> Seeded:
    """Make a store in an empty ``folder``: enrolled, loaded, its day open, its devices paired."""
    device, central = make_key(folder), Ed25519PrivateKey.generate()
    write_settings(folder, NOBODY_LISTENS, 0)
    never_lock(folder)
    migrate(database_of(folder))
    names = [f"W{number}" for number in range(1, workstations + 1)]
    customers = {name: UUID(int=number, version=4) for number, name in enumerate(names, 1)}
    moment = Moment(time.time_ns() // 1_000_000, 28_800, BootId(UUID(int=1)), ClockState.UNCHECKED)
    writer = InlineWriter.open(database_of(folder))
    try:
        answer = enrolment(central, raw(device))
        writer.run_now(
            lambda db: adopt_enrolment(db, answer, NOBODY_LISTENS, raw(device), "test", moment)
        )
        for page in pages(answer, customers):
            writer.run_now(partial(apply_reference, page=page, moment=moment))
        asked = OpenBusinessDay(OperatorId(OPERATOR))
        writer.run_now(lambda db: open_business_day(db, asked, EventId(UUID(int=2)), moment))
        tokens = {name: writer.run_now(partial(pair, name=name, moment=moment)) for name in names}
    finally:
        writer.close_now()
    return Seeded(folder, raw(device), tokens, customers, catalogue())


def raw(key: Ed25519PrivateKey) -> bytes:
    """The public key's 32 bytes."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def pair(db: sqlite3.Connection, name: str, moment: Moment) -> str:
    """The token of a workstation that is paired now, and of its operator's session."""
    code = new_code()
    issue_pairing_code(db, WorkstationId(name), code, moment)
    asked = PairWorkstation(WorkstationId(name), code, secrets.token_urlsafe(32))
    pair_workstation(db, asked, moment)
    begin_session_at(db, asked.workstation_id, OperatorId(OPERATOR), asked.token)
    return asked.token


def enrolment(central: Ed25519PrivateKey, device_key: bytes) -> EnrolmentAnswer:
    """What head office would answer to the first box of this store."""
    company, store = CompanyId(UUID(int=10)), StoreId(UUID(int=11))
    device, incarnation = DeviceId(UUID(int=12)), Incarnation(UUID(int=13))
    genesis = encode(
        Genesis(store, company, STORE_CODE, device, device_key, 1, None, 0, None, incarnation, 0)
    )
    signature = sign_bytes(central, GENESIS_SIGNED, genesis)
    return EnrolmentAnswer(
        genesis, signature, raw(central), incarnation, company, store, STORE_CODE, device
    )


def catalogue() -> tuple[Item, ...]:
    """What is sold, at prices that leave cents to round."""
    return tuple(
        Item(f"I{number:03}", f"20000{number:03}", 95 + 137 * number % 2_400)
        for number in range(ITEMS)
    )


def pages(answer: EnrolmentAnswer, customers: dict[str, UUID]) -> tuple[FeedPage, ...]:
    """One page of each feed that the store follows."""
    settings = StoreSettings(
        STORE_CODE,
        "Shop one",
        "Holdfast Pte Ltd",
        "1 Anchor Road",
        "M90000001A",
        "SGD",
        2,
        ZONE,
        PRICE_ZONE,
        cash_rounding_step_minor=STEP_MINOR,
        points_value_points=1,
        points_value_minor=1,
    )
    items = catalogue()
    kinds = (TenderKind.CASH, TenderKind.CARD, TenderKind.POINTS)
    begin = date(2020, 1, 1)
    rows: dict[DataSet, dict[str, msgspec.Struct]] = {
        DataSet.SETTINGS: {"store": settings},
        DataSet.TAXES: {
            f"{tax_class}@{begin}": TaxRate(tax_class, begin, rate_bp, "GST")
            for tax_class, rate_bp in ((TaxClass.STANDARD, 900), (TaxClass.ZERO, 0))
        },
        DataSet.TENDERS: {
            kind.value: Tender(TenderId(kind.value), kind.value, kind) for kind in kinds
        },
        DataSet.OPERATORS: {OPERATOR: Operator(OperatorId(OPERATOR), "Alice", "manager")},
        DataSet.ITEMS: {item.item_id: item_row(number, item) for number, item in enumerate(items)},
        DataSet.PRICES: {
            f"{item.item_id}@0": Price(ItemId(item.item_id), 0, item.unit_price_minor)
            for item in items
        },
        DataSet.CUSTOMERS: {
            str(id_): customer_row(CustomerId(id_), name, answer.company_id)
            for name, id_ in customers.items()
        },
        DataSet.GRANTS: {
            str(grant): Grant(grant, CustomerId(id_), GRANTED_POINTS, 1)
            for id_ in customers.values()
            for grant in (UUID(int=id_.int ^ 1 << 120),)
        },
    }
    scopes = {
        DataSet.SETTINGS: str(answer.store_id),
        DataSet.PRICES: PRICE_ZONE,
        DataSet.GRANTS: str(answer.store_id),
    }
    return tuple(
        page_of(answer.incarnation, data_set, scopes.get(data_set, ""), bodies)
        for data_set, bodies in rows.items()
    )


def item_row(number: int, item: Item) -> ItemRow:
    """Most are taxed at the full rate."""
    tax_class = TaxClass.ZERO if number % 7 == 0 else TaxClass.STANDARD
    name = f"Thing {number}"
    return ItemRow(
        ItemId(item.item_id), name, "things", tax_class, (item.scan_code,), Unit.KILOGRAM
    )


def customer_row(customer: CustomerId, name: str, company: CompanyId) -> CustomerRecord:
    """A customer of whom only what is not personal is known."""
    fields = ((CustomerField.ACTIVE, "true"), (CustomerField.CODE, f"C-{name}"))
    return CustomerRecord(
        customer, tuple(FieldChange(field, Hlc(1), company, value, None) for field, value in fields)
    )


def page_of(
    incarnation: Incarnation, data_set: DataSet, scope: str, bodies: dict[str, msgspec.Struct]
) -> FeedPage:
    """The feed's first and only page."""
    set_hash = EMPTY_SET_HASH
    rows = []
    for number, (key, body) in enumerate(bodies.items(), start=1):
        rows.append(FeedRow(number, key, encode(body)))
        set_hash = replace_in_set_hash(set_hash, key, None, rows[-1].body)
    return FeedPage(incarnation, data_set, scope, tuple(rows), len(rows), set_hash)
