"""Strategies of events, chains and batches."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from sync.protocol.batch import Batch, Health
from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.change import Envelope, Epoch, Head, Link, link
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import KINDS, encode, kind_of
from sync.protocol.escrow import RightKind
from sync.protocol.facts import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    AnyFact,
    BusinessDayOpened,
    BusinessDayReopened,
    CountLine,
    CustomerChanged,
    DeviceRecorded,
    EpochEnded,
    EventRecovered,
    GrantAsked,
    GrantReleased,
    IdAbandoned,
    KindVersion,
    LinesRemoved,
    ManifestGiven,
    OperatorAct,
    OperatorActed,
    OrderLine,
    PinSet,
    PurchaseOrderClosed,
    PurchaseOrderSent,
    Released,
    RemovedLine,
    StockCounted,
    StockMoved,
    StockMovementKind,
    SupplierCredited,
    TillSessionCarried,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import (
    BootId,
    CustomerId,
    EventId,
    ItemId,
    MovementId,
    SaleId,
    StoreId,
    TillId,
    TillSessionId,
)
from sync.protocol.shared import PersonalKey
from tests.cash_strategies import CASH_FACTS
from tests.personal_strategies import PERSONAL_FACTS
from tests.strategies import (
    PROTOCOL,
    amounts,
    counts,
    dates,
    days_closed,
    epochs,
    field_changes,
    hashes,
    ids,
    instants,
    operators,
    sales,
    short_ids,
    signed_amounts,
    stock_lines,
    till_moves,
    transfers,
    words,
    workstations,
)
from tests.transfer_strategies import transfer_notes

kinds_of_right = st.sampled_from([each.value for each in RightKind])
tills = {
    "till_session_id": ids.map(TillSessionId),
    "till_id": short_ids.map(TillId),
    "workstation_id": workstations,
    "operator_id": operators,
    "business_date": dates,
    "currency": st.just("SGD"),
    "float_minor": amounts,
}
_manifests = days_closed().map(lambda closed: closed.manifest)
_epochs_ended = st.builds(EpochEnded, words, counts, st.none() | _manifests)
_manifests_given = st.builds(ManifestGiven, words, _manifests)
stock_moves = st.builds(
    StockMoved,
    movement_id=ids.map(MovementId),
    kind=st.sampled_from(StockMovementKind),
    operator_id=operators,
    business_date=st.none() | dates,
    reason=words,
    lines=st.lists(stock_lines, min_size=1, max_size=3).map(tuple),
    document=st.none() | words,
)
stock_counts = st.builds(
    StockCounted,
    count_id=ids.map(MovementId),
    operator_id=operators,
    business_date=st.none() | dates,
    reason=words,
    parent_through=st.none() | counts,
    lines=st.lists(
        st.builds(
            CountLine,
            item_id=short_ids.map(ItemId),
            counted_milli=st.integers(0, 10**9),
            seen_through=counts,
            lot=st.none() | words,
            expires_on=st.none() | dates,
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    document=st.none() | words,
)
FACTS: dict[KindVersion, st.SearchStrategy[Any]] = {
    KindVersion("retail_transaction", 1): sales(),
    KindVersion("retail_transaction", 2): sales(),
    KindVersion("retail_transaction", 3): sales(),
    KindVersion("retail_transaction", 4): sales(),
    KindVersion("retail_transaction", 5): sales(),
    KindVersion("till_session_opened", 1): st.builds(TillSessionOpened, **tills),
    KindVersion("till_moved", 1): till_moves(),
    KindVersion("till_session_settled", 1): st.builds(
        TillSessionSettled,
        **tills,
        expected_cash_minor=signed_amounts,
        counted_cash_minor=signed_amounts,
    ),
    KindVersion("business_day_opened", 1): st.builds(
        BusinessDayOpened, dates, operators, words, st.none() | words
    ),
    KindVersion("business_day_closed", 1): days_closed(),
    KindVersion("business_day_closed", 2): days_closed(),
    KindVersion("business_day_closed", 3): days_closed(),
    KindVersion("business_day_closed", 4): days_closed(),
    KindVersion("business_day_reopened", 1): st.builds(
        BusinessDayReopened, dates, operators, words
    ),
    **{KindVersion("stock_moved", version): stock_moves for version in (1, 2, 3)},
    **{KindVersion("stock_transferred", version): transfers() for version in (1, 2, 3)},
    **{KindVersion("stock_counted", version): stock_counts for version in (1, 2)},
    KindVersion("customer_changed", 1): st.builds(
        CustomerChanged,
        ids.map(CustomerId),
        operators,
        st.lists(field_changes(), min_size=1, max_size=3).map(tuple),
    ),
    KindVersion("alarm_raised", 1): st.builds(
        AlarmRaised, ids, st.sampled_from(AlarmKind), words, words, st.none() | workstations
    ),
    KindVersion("alarm_cleared", 1): st.builds(AlarmCleared, ids, words, words),
    KindVersion("id_abandoned", 1): st.builds(
        IdAbandoned, ids.map(SaleId), workstations, st.none() | operators
    ),
    KindVersion("device_recorded", 1): st.builds(DeviceRecorded, words, words, words),
    KindVersion("operator_acted", 1): st.builds(
        OperatorActed,
        ids,
        st.sampled_from(OperatorAct) | words,
        operators,
        st.none() | workstations,
        st.none() | operators,
        words,
        st.none() | amounts,
        words,
        st.none() | dates,
    ),
    KindVersion("lines_removed", 1): st.builds(
        LinesRemoved,
        removal_id=ids,
        basket_id=ids,
        operator_id=operators,
        workstation_id=st.none() | workstations,
        business_date=st.none() | dates,
        whole=st.booleans(),
        reason=st.just("") | words,
        lines=st.lists(
            st.builds(RemovedLine, short_ids.map(ItemId), words, signed_amounts, signed_amounts),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
    KindVersion("pin_set", 1): st.builds(PinSet, operators, st.binary(max_size=80)),
    KindVersion("epoch_ended", 1): _epochs_ended,
    KindVersion("epoch_ended", 2): _epochs_ended,
    KindVersion("epoch_ended", 3): _epochs_ended,
    KindVersion("epoch_ended", 4): _epochs_ended,
    KindVersion("event_recovered", 1): st.deferred(lambda: recovered()),
    KindVersion("grant_asked", 1): st.builds(
        GrantAsked, ids, kinds_of_right, ids, st.integers(1, 10**9)
    ),
    KindVersion("grant_released", 1): st.builds(
        GrantReleased,
        st.lists(
            st.builds(Released, kinds_of_right, ids, ids, st.integers(0, 9), st.integers(1, 10**9)),
            min_size=1,
            max_size=3,
            unique_by=lambda one: (one.root, one.line),
        ).map(tuple),
        st.lists(ids, max_size=3, unique=True).map(tuple),
    ),
    KindVersion("till_session_carried", 1): st.builds(
        TillSessionCarried,
        ids.map(TillSessionId),
        ids.map(TillSessionId),
        short_ids.map(TillId),
        workstations,
        operators,
        dates,
        st.just("SGD"),
        amounts,
    ).filter(lambda carried: carried.carried_id != carried.till_session_id),
    KindVersion("manifest_given", 1): _manifests_given,
    KindVersion("manifest_given", 2): _manifests_given,
    KindVersion("manifest_given", 3): _manifests_given,
    KindVersion("manifest_given", 4): _manifests_given,
    KindVersion("purchase_order_sent", 1): st.builds(
        PurchaseOrderSent,
        ids,
        words,
        operators,
        st.none() | dates,
        st.lists(
            st.builds(
                OrderLine,
                short_ids.map(ItemId),
                st.integers(1, 10**6),
                st.none() | amounts,
                st.none() | words,
                st.none() | amounts,
            ),
            min_size=1,
            max_size=3,
            unique_by=lambda line: line.item_id,
        ).map(tuple),
        st.none() | dates,
        words,
    ),
    KindVersion("purchase_order_closed", 1): st.builds(
        PurchaseOrderClosed,
        ids.map(MovementId),
        ids,
        operators,
        st.none() | dates,
        st.booleans(),
        words,
    ),
    KindVersion("supplier_credited", 1): st.builds(
        SupplierCredited,
        ids.map(MovementId),
        ids.map(MovementId),
        words,
        operators,
        st.none() | dates,
        words,
        amounts,
    ),
    KindVersion("transfer_noted", 1): transfer_notes,
    **CASH_FACTS,
    **PERSONAL_FACTS,
}
"""A strategy for every kind that was ever written: a test holds this against codec.KINDS."""

facts: st.SearchStrategy[AnyFact] = st.one_of([FACTS[name] for name in KINDS if name in FACTS])


@st.composite
def envelopes(draw: Any, seq: int = 1) -> Envelope:
    """Any valid envelope at ``seq``; its body is any valid fact."""
    fact = draw(facts)
    name = kind_of(fact)
    return Envelope(
        seq=seq,
        event_id=EventId(draw(ids)),
        kind=name.kind,
        kind_version=name.version,
        occurred_at_ms=draw(instants),
        utc_offset_s=draw(st.integers(-86_400, 86_400)),
        boot_id=BootId(draw(ids)),
        hlc=Hlc(draw(st.integers(0, INTEGER_MAX))),
        clock_state=draw(st.sampled_from(ClockState)),
        body=encode(fact),
    )


def recovered() -> st.SearchStrategy[EventRecovered]:
    """Any event but one that was recovered itself."""
    return st.builds(
        EventRecovered,
        st.sampled_from(["workstation", "journal"]),
        st.none() | workstations,
        epochs,
        hashes,
        envelopes().filter(lambda event: event.kind != EventRecovered.KIND.kind),
        hashes,
        st.binary(min_size=64, max_size=64),
    )


class Chain:
    """Events 1, 2, … of one epoch, with every hash; ``hashes[0]`` is the genesis hash."""

    def __init__(
        self, store_id: StoreId, epoch: Epoch, genesis: bytes, events: tuple[Envelope, ...]
    ) -> None:
        self.store_id = store_id
        self.epoch = epoch
        self.events = events
        self.links: list[Link] = []
        self.hashes = [genesis]
        for event in events:
            self.links.append(link(store_id, epoch, event, self.hashes[-1]))
            self.hashes.append(self.links[-1].hash)

    def __repr__(self) -> str:
        return f"Chain of {len(self.events)} events in {self.epoch}"

    @property
    def head(self) -> Head:
        return Head(self.epoch, len(self.events), self.hashes[-1])

    def batch(self, after: int, through: int) -> Batch:
        """Events after + 1 .. through as a store would send them."""
        return Batch(
            protocol=PROTOCOL,
            epoch=self.epoch,
            from_seq=after + 1,
            prev_hash=self.hashes[after],
            end_hash=self.hashes[through],
            head=self.head,
            envelopes=self.events[after:through],
            keys=(),
            health=Health("0.1.0", len(self.events) - after, 10**9, 1_764_000_000_000),
        )


STORE = StoreId(UUID(int=7))


def light_event(seq: int, salt: int = 0) -> Envelope:
    """An event whose body nobody reads, for tests of chains: ``salt`` makes another one."""
    return Envelope(
        seq,
        EventId(UUID(int=(salt << 64) + seq)),
        "device_recorded",
        1,
        1_764_000_000_000 + seq,
        28_800,
        BootId(UUID(int=1)),
        Hlc(seq),
        ClockState.CHECKED,
        encode(DeviceRecorded("boot", f"{salt}-{seq}", "0.1.0")),
    )


def light_chain(length: int, salt: int = 0, shared: int = 0) -> Chain:
    """A chain of ``length``; the first ``shared`` events are those of salt 0."""
    events = tuple(light_event(seq, 0 if seq <= shared else salt) for seq in range(1, length + 1))
    return Chain(STORE, Epoch(1, b"abcd"), b"g" * 32, events)


@st.composite
def chains(draw: Any, max_size: int = 6) -> Chain:
    """A whole epoch of valid events."""
    length = draw(st.integers(0, max_size))
    events = tuple(draw(envelopes(seq)) for seq in range(1, length + 1))
    return Chain(StoreId(draw(ids)), draw(epochs), draw(hashes), events)


@st.composite
def batches(draw: Any) -> Batch:
    """A batch of a chain, empty ones too."""
    chain: Chain = draw(chains())
    after = draw(st.integers(0, len(chain.events)))
    return chain.batch(after, draw(st.integers(after, len(chain.events))))


personal_keys = st.builds(PersonalKey, ids.map(CustomerId), st.binary(min_size=32, max_size=32))
