"""The facts behind the golden bytes: one example of every kind, with as many fields as it has.

Golden bytes of a released version are never edited. A field that a kind gains at its end changes
what is written today, not what was written then: the old bytes stay and must still be read.
"""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.change import Envelope, Epoch
from sync.protocol.checkpoints import Checkpoint, SpanFigures
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.denominations import Pieces
from sync.protocol.facts import (
    SAFE,
    Account,
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    BirthMonthTold,
    BusinessDayClosed,
    BusinessDayOpened,
    BusinessDayReopened,
    CashDeposited,
    CountLine,
    CustomerChanged,
    DeviceRecorded,
    EpochEnded,
    EventRecovered,
    ForeignMoney,
    GrantAsked,
    GrantReleased,
    IdAbandoned,
    InvoiceMadeOut,
    KindVersion,
    Line,
    LinesRemoved,
    ManifestGiven,
    OperatorAct,
    OperatorActed,
    OrderLine,
    OriginalLine,
    Outcome,
    Override,
    PinSet,
    PriceModifier,
    PurchaseOrderClosed,
    PurchaseOrderSent,
    Released,
    RemovedLine,
    RetailTransaction,
    RightGiven,
    RightTaken,
    SafeCounted,
    Spend,
    StockCounted,
    StockLine,
    StockMoved,
    StockMovementKind,
    StockTransferred,
    SupplierCredited,
    TakeBack,
    TaxClass,
    TaxLine,
    TenderKind,
    TenderLine,
    TillCounted,
    TillHandedOver,
    TillMoved,
    TillMovementKind,
    TillSessionCarried,
    TillSessionOpened,
    TillSessionSettled,
    TransferDirection,
    TransferNote,
    TransferNoted,
    VoucherTaken,
    WishedLine,
    tax_lines,
)
from sync.protocol.figures import TaxTotal, TenderCount, TenderTotal, Totals
from sync.protocol.identity import (
    BootId,
    CustomerId,
    EventId,
    ItemId,
    MovementId,
    OperatorId,
    PromotionId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
    TillId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.manifest import ZERO, Manifest, Receipt, WorkstationTotals
from sync.protocol.shared import CustomerField, FieldChange

DAY = date(2025, 11, 24)
SALE = SaleId(UUID("019ab4a8-7c00-7000-8000-000000000001"))
EARLIER_SALE = SaleId(UUID("019ab4a8-7c00-7000-8000-000000000002"))
TILL_SESSION = TillSessionId(UUID("019ab4a8-7c00-7000-8000-000000000003"))
CUSTOMER = CustomerId(UUID("019ab4a8-7c00-7000-8000-000000000004"))
MOVEMENT = MovementId(UUID("019ab4a8-7c00-7000-8000-000000000005"))
GRANT = UUID("019ab4a8-7c00-7000-8000-000000000006")
STORE = UUID("019ab4a8-7c00-7000-8000-000000000007")
ORDER = UUID("019ab4a8-7c00-7000-8000-000000000008")
ANNA, BEN = OperatorId("anna"), OperatorId("ben")
W1, TILL = WorkstationId("W1"), TillId("W1")

_SOLD = Line(
    item_id=ItemId("I00042"),
    description="Grüner Tee 100 g",
    unit="each",
    scan_code="8881234567892",
    tax_class=TaxClass.STANDARD,
    tax_rate_bp=900,
    tax_included=True,
    tax_version=1,
    price_version=7,
    unit_cost_minor=400,
    quantity_milli=2_000,
    unit_price_minor=1_190,
    extended_minor=2_380,
    amount_minor=2_180,
    tax_minor=180,
    points=2,
    line_no=1,
    modifiers=(PriceModifier("discount", -200, "damaged box", PromotionId("P1"), 3, BEN),),
    open_price_reason="shelf label",
    serial="SN-1",
    lot="L-9",
)
_BACK = Line(
    item_id=ItemId("I00043"),
    description="Rice, loose",
    unit="kg",
    scan_code=None,
    tax_class=TaxClass.ZERO,
    tax_rate_bp=0,
    tax_included=False,
    tax_version=1,
    price_version=8,
    unit_cost_minor=None,
    quantity_milli=-755,
    unit_price_minor=399,
    extended_minor=-301,
    amount_minor=-301,
    tax_minor=0,
    points=-1,
    line_no=2,
    original=OriginalLine(EARLIER_SALE, 3),
)
_TOTALS = Totals(
    transactions=1,
    lines=2,
    gross_minor=2_180,
    refunds_minor=301,
    tax_added_minor=0,
    taxes=(TaxTotal("standard", 900, 2_000, 180), TaxTotal("zero", 0, -301, 0)),
    tenders=(TenderTotal(TenderId("cash"), 2_000), TenderTotal(TenderId("points"), 100)),
    change_minor=220,
    rounding_minor=1,
    float_minor=20_000,
    expected_cash_minor=21_780,
    counted_cash_minor=21_775,
    over_short_minor=-5,
    points_earned=2,
    points_spent=100,
    points_taken_back=1,
    stock_milli=-1_245,
)

SPAN_FIGURES = SpanFigures(
    date(2025, 11, 24),
    Epoch(1, b"\x01\x02\x03\x04"),
    256,
    512,
    (Checkpoint(512, Totals(transactions=1, lines=2, gross_minor=1_290)),),
    (
        Receipt(
            "S01-W1-E1-000123",
            SALE,
            date(2025, 11, 24),
            Totals(transactions=1, lines=2, gross_minor=1_290),
        ),
    ),
)
SPAN_FIGURES_3 = msgspec.structs.replace(
    SPAN_FIGURES,
    points=(
        Checkpoint(512, Totals(transactions=1, lines=2, tips_minor=200, points_given_back=30)),
    ),
    events=(),
)
SPAN_FIGURES_2 = msgspec.structs.replace(
    SPAN_FIGURES,
    points=(Checkpoint(512, Totals(transactions=1, lines=2, discounts_minor=200)),),
    events=(),
)
_MANIFEST = Manifest(
    business_date=DAY,
    epoch_number=1,
    epoch_fingerprint=b"\x01\x02\x03\x04",
    first_seq=2,
    last_seq=41,
    head_hash=bytes(range(32)),
    store=_TOTALS,
    workstations=(WorkstationTotals(W1, _TOTALS),),
)
_ZERO_3 = msgspec.structs.replace(
    ZERO, cash_moved_minor=None, safe_over_short_minor=None, deposited_minor=None, counts=None
)
_TOTALS_2 = msgspec.structs.replace(_TOTALS, discounts_minor=200)
_MANIFEST_2 = msgspec.structs.replace(
    _MANIFEST,
    store=_TOTALS_2,
    workstations=(WorkstationTotals(W1, _TOTALS_2),),
    recovered=msgspec.structs.replace(_ZERO_3, tips_minor=None, points_given_back=None),
)

_LINES_2 = (
    msgspec.structs.replace(
        _SOLD,
        modifiers=(
            PriceModifier("promotion", -200, "tea week", PromotionId("P1"), 3, None, "T25"),
        ),
        expires_on=date(2026, 5, 31),
        note="a present",
        age_checked=18,
        price_book="members",
    ),
    msgspec.structs.replace(
        _BACK, original=OriginalLine(EARLIER_SALE, 3, StoreId(STORE)), linked_to=1
    ),
    msgspec.structs.replace(
        _BACK,
        extended_minor=0,
        amount_minor=0,
        tax_minor=0,
        points=0,
        line_no=3,
        modifiers=(),
        original=None,
        unverified="the receipt is lost",
    ),
)

_RECEIPT_2 = RetailTransaction(
    sale_id=SALE,
    receipt_number=ReceiptNumber("S01-W1-E1-000123"),
    workstation_id=W1,
    till_session_id=TILL_SESSION,
    operator_id=ANNA,
    business_date=DAY,
    tendered_at_ms=1_763_971_200_123,
    currency="SGD",
    customer_id=CUSTOMER,
    lines=_LINES_2,
    taxes=tax_lines(_LINES_2),
    tenders=(
        TenderLine(
            TenderId("dollars"),
            "US dollars",
            TenderKind.CASH,
            1_000,
            foreign=ForeignMoney("USD", 775, 12),
        ),
        TenderLine(
            TenderId("gift"),
            "Gift card",
            TenderKind.STORED_VALUE,
            500,
            spends=(Spend(EARLIER_SALE, 2, 500),),
            account=Account("gift_value", GRANT),
        ),
        TenderLine(
            TenderId("visa"),
            "Card",
            TenderKind.CARD,
            600,
            "8J4K2M6P9QRT",
            outcome=Outcome.OFFLINE,
            approval="Y1",
        ),
    ),
    rounding_minor=1,
    change_minor=220,
    points_earned=2,
    take_back=TakeBack(1, (), 1),
    overrides=(Override("discount", BEN, "damaged box", 1),),
    note="wrapped",
    rights_taken=(RightTaken("coupon", MOVEMENT, GRANT, 0, 1),),
    rights_given=(RightGiven("gift_value", TILL_SESSION, 1, 2_180),),
    post_void_of=EARLIER_SALE,
)
_RECEIPT_3 = msgspec.structs.replace(
    _RECEIPT_2,
    lines=(
        msgspec.structs.replace(_LINES_2[0], cost_minor=801),
        msgspec.structs.replace(_LINES_2[1], cost_minor=-302),
        _LINES_2[2],
    ),
)

_REMOVED = (
    RemovedLine(ItemId("I00042"), "Grüner Tee", 2_000, 2_180),
    RemovedLine(ItemId("I00043"), "Apfel", -755, -301),
)
_TOTALS_3 = msgspec.structs.replace(_TOTALS_2, tips_minor=200, points_given_back=30)
_MANIFEST_3 = msgspec.structs.replace(
    _MANIFEST,
    store=_TOTALS_3,
    workstations=(WorkstationTotals(W1, _TOTALS_3),),
    recovered=_ZERO_3,
)
_SLIPS = (TenderCount(TenderId("card"), 5_400, 5_400), TenderCount(TenderId("qr"), 1_250, 1_200))
_RECEIPT_4 = msgspec.structs.replace(
    _RECEIPT_3,
    tenders=(
        *_RECEIPT_3.tenders[:2],
        msgspec.structs.replace(_RECEIPT_3.tenders[2], amount_minor=800, tip_minor=200),
    ),
    rights_given=(RightGiven("gift_value", TILL_SESSION, 1, 2_180, date(2027, 11, 24)),),
)
_RECEIPT_5 = msgspec.structs.replace(
    _RECEIPT_4,
    lines=(
        msgspec.structs.replace(
            _RECEIPT_4.lines[0],
            modifiers=(
                PriceModifier("promotion", -150, "tea week", PromotionId("P1"), 3, None, "T25"),
                PriceModifier("voucher", -50, "Off N17"),
            ),
            book_name="Members",
            packs_milli=1_000,
        ),
        *_RECEIPT_4.lines[1:],
    ),
    vouchers=(VoucherTaken(TenderId("off"), "N17", 50),),
)
_NOTES = (Pieces(5_000, 4), Pieces(1_000, 1), Pieces(200, 3), Pieces(5, 20))
_TOTALS_4 = msgspec.structs.replace(
    _TOTALS_3,
    cash_moved_minor=-10_000,
    safe_over_short_minor=-5,
    deposited_minor=50_000,
    counts=_SLIPS,
)
_MANIFEST_4 = msgspec.structs.replace(
    _MANIFEST,
    store=_TOTALS_4,
    workstations=(WorkstationTotals(W1, _TOTALS_4),),
    recovered=ZERO,
)
SPAN_FIGURES_4 = msgspec.structs.replace(
    SPAN_FIGURES,
    points=(Checkpoint(512, Totals(transactions=1, discounts_minor=200, counts=_SLIPS)),),
    events=(),
)
EXAMPLES: dict[KindVersion, Any] = {
    KindVersion("retail_transaction", 1): RetailTransaction(
        sale_id=SALE,
        receipt_number=ReceiptNumber("S01-W1-E1-000123"),
        workstation_id=W1,
        till_session_id=TILL_SESSION,
        operator_id=ANNA,
        business_date=DAY,
        tendered_at_ms=1_763_971_200_123,
        currency="SGD",
        customer_id=CUSTOMER,
        lines=(_SOLD, _BACK),
        taxes=(
            TaxLine(TaxClass.STANDARD, 900, True, 2_000, 180, False),
            TaxLine(TaxClass.ZERO, 0, False, -301, 0, True),
        ),
        tenders=(
            TenderLine(TenderId("cash"), "Cash", TenderKind.CASH, 2_000, "drawer 1"),
            TenderLine(
                TenderId("points"),
                "Points",
                TenderKind.POINTS,
                100,
                None,
                100,
                (Spend(GRANT, 0, 100),),
            ),
        ),
        rounding_minor=1,
        change_minor=220,
        points_earned=2,
        take_back=TakeBack(1, (), 1),
        training=False,
        overrides=(Override("discount", BEN, "damaged box", 1),),
        note="wrapped",
    ),
    KindVersion("till_session_opened", 1): TillSessionOpened(
        TILL_SESSION, TILL, W1, ANNA, DAY, "SGD", 20_000
    ),
    KindVersion("till_moved", 1): TillMoved(
        MOVEMENT, TILL_SESSION, TillMovementKind.PICKUP, ANNA, DAY, -10_000, "to the safe"
    ),
    KindVersion("till_session_settled", 1): TillSessionSettled(
        TILL_SESSION, TILL, W1, ANNA, DAY, "SGD", 20_000, 21_780, 21_775
    ),
    KindVersion("business_day_opened", 1): BusinessDayOpened(
        DAY, ANNA, "Asia/Singapore", "the clock was a day ahead"
    ),
    KindVersion("business_day_closed", 1): BusinessDayClosed(DAY, ANNA, _MANIFEST),
    KindVersion("business_day_reopened", 1): BusinessDayReopened(
        DAY, BEN, "closed before the last customer"
    ),
    KindVersion("stock_moved", 1): StockMoved(
        MOVEMENT,
        StockMovementKind.RECEIPT,
        ANNA,
        DAY,
        "delivery",
        (StockLine(ItemId("I00042"), 24_000, 400, "L-9"), StockLine(ItemId("I00043"), 10_500)),
        "PO-17",
    ),
    KindVersion("stock_transferred", 1): StockTransferred(
        MOVEMENT,
        TransferDirection.OUT,
        GRANT,
        StoreId(STORE),
        ANNA,
        DAY,
        "asked for by head office",
        (StockLine(ItemId("I00042"), -6_000, 400, "L-9"), StockLine(ItemId("I00043"), -2_500)),
        "TR-4",
    ),
    KindVersion("stock_counted", 1): StockCounted(
        MOVEMENT,
        ANNA,
        DAY,
        "spring count",
        41,
        (CountLine(ItemId("I00042"), 17_000, 128, "L-9"), CountLine(ItemId("I00043"), 0, 131)),
        "ST-2",
    ),
    KindVersion("customer_changed", 1): CustomerChanged(
        CUSTOMER,
        ANNA,
        (
            FieldChange(CustomerField.CODE, Hlc(115_603_617_000_001), STORE, "C-7", None),
            FieldChange(CustomerField.NAME, Hlc(115_603_617_000_002), STORE, None, b"\x00" * 20),
        ),
    ),
    KindVersion("alarm_raised", 1): AlarmRaised(
        GRANT, AlarmKind.SALE_ID_REUSED, str(SALE), "another content came", W1
    ),
    KindVersion("alarm_cleared", 1): AlarmCleared(
        GRANT, "Ben, store manager", "two tabs of one till; the receipt was found"
    ),
    KindVersion("id_abandoned", 1): IdAbandoned(SALE, W1, ANNA),
    KindVersion("device_recorded", 1): DeviceRecorded("boot", "after a power cut", "0.1.0"),
    KindVersion("operator_acted", 1): OperatorActed(
        GRANT,
        OperatorAct.OVERRIDE_GIVEN,
        ANNA,
        W1,
        BEN,
        f"return_goods {SALE}",
        12_000,
        "no space left in the bag",
        DAY,
    ),
    KindVersion("pin_set", 1): PinSet(ANNA, bytes(range(60))),
    KindVersion("epoch_ended", 1): EpochEnded("fenced", 42, _MANIFEST),
    KindVersion("event_recovered", 1): EventRecovered(
        "workstation",
        W1,
        Epoch(1, b"\x01\x02\x03\x04"),
        bytes(range(32)),
        Envelope(
            41,
            EventId(GRANT),
            "device_recorded",
            1,
            1_763_971_200_123,
            28_800,
            BootId(GRANT),
            Hlc(115_603_617_000_001),
            ClockState.CHECKED,
            b"\x93\xa4boot\xb1after a power cut\xa50.1.0",
        ),
        bytes(range(32, 64)),
        bytes(range(64)),
    ),
    KindVersion("till_session_carried", 1): TillSessionCarried(
        TILL_SESSION, TillSessionId(GRANT), TILL, W1, ANNA, DAY, "SGD", 21_775
    ),
    KindVersion("manifest_given", 1): ManifestGiven("late", _MANIFEST),
    KindVersion("grant_asked", 1): GrantAsked(GRANT, "points", CUSTOMER, 250),
    KindVersion("grant_released", 1): GrantReleased(
        (
            Released("points", CUSTOMER, GRANT, 0, 15),
            Released("gift_value", CUSTOMER, EARLIER_SALE, 3, 2_500),
        ),
        (TILL_SESSION,),
    ),
    KindVersion("retail_transaction", 2): _RECEIPT_2,
    KindVersion("lines_removed", 1): LinesRemoved(
        GRANT, MOVEMENT, ANNA, W1, DAY, True, "the customer left", _REMOVED
    ),
    KindVersion("business_day_closed", 2): BusinessDayClosed(DAY, ANNA, _MANIFEST_2),
    KindVersion("epoch_ended", 2): EpochEnded("fenced", 42, _MANIFEST_2),
    KindVersion("manifest_given", 2): ManifestGiven("late", _MANIFEST_2),
    KindVersion("retail_transaction", 3): _RECEIPT_3,
    KindVersion("retail_transaction", 4): _RECEIPT_4,
    KindVersion("retail_transaction", 5): _RECEIPT_5,
    KindVersion("birth_month_told", 1): BirthMonthTold(CUSTOMER, ANNA, bytes(range(29))),
    KindVersion("invoice_made_out", 1): InvoiceMadeOut(SALE, CUSTOMER, ANNA, bytes(range(64))),
    KindVersion("business_day_closed", 3): BusinessDayClosed(DAY, ANNA, _MANIFEST_3),
    KindVersion("epoch_ended", 3): EpochEnded("fenced", 42, _MANIFEST_3),
    KindVersion("manifest_given", 3): ManifestGiven("late", _MANIFEST_3),
    KindVersion("stock_moved", 2): StockMoved(
        MOVEMENT,
        StockMovementKind.RECEIPT,
        ANNA,
        DAY,
        "delivery",
        (
            StockLine(ItemId("I00042"), 24_000, 400, "L-9", 9_995),
            StockLine(ItemId("I00043"), 10_500),
        ),
        "DN-17",
        GRANT,
        "ACME",
    ),
    KindVersion("stock_transferred", 2): StockTransferred(
        MOVEMENT,
        TransferDirection.OUT,
        GRANT,
        StoreId(STORE),
        ANNA,
        DAY,
        "asked for by head office",
        (
            StockLine(ItemId("I00042"), -6_000, None, "L-9", -2_499),
            StockLine(ItemId("I00043"), -2_500, 130),
        ),
        "TR-4",
    ),
    KindVersion("stock_moved", 3): StockMoved(
        MOVEMENT,
        StockMovementKind.RECEIPT,
        ANNA,
        DAY,
        "delivery",
        (
            StockLine(ItemId("I00042"), 24_000, 400, "L-9", 9_995, date(2026, 5, 31)),
            StockLine(ItemId("I00043"), 1_000, None, None, None, None, "SN-0815"),
        ),
        "DN-17",
        GRANT,
        "ACME",
    ),
    KindVersion("stock_transferred", 3): StockTransferred(
        MOVEMENT,
        TransferDirection.OUT,
        GRANT,
        StoreId(STORE),
        ANNA,
        DAY,
        "asked for by head office",
        (
            StockLine(ItemId("I00042"), -6_000, None, "L-9", -2_499, date(2026, 5, 31)),
            StockLine(ItemId("I00043"), -2_500, 130, None, None, date(2026, 1, 2)),
        ),
        "TR-4",
    ),
    KindVersion("stock_counted", 2): StockCounted(
        MOVEMENT,
        ANNA,
        DAY,
        "spring count",
        41,
        (
            CountLine(ItemId("I00042"), 17_000, 128, "L-9", date(2026, 5, 31)),
            CountLine(ItemId("I00043"), 0, 131),
        ),
        "ST-2",
    ),
    KindVersion("till_session_opened", 2): TillSessionOpened(
        *(TILL_SESSION, TILL, W1, ANNA, DAY, "SGD", 20_500),
        (Pieces(5_000, 4), Pieces(50, 8), Pieces(10, 10)),
    ),
    KindVersion("till_moved", 2): TillMoved(
        *(MOVEMENT, TILL_SESSION, TillMovementKind.LOAN, ANNA, DAY, 10_000, "more coins"),
        *(SAFE, (Pieces(1_000, 10),)),
    ),
    KindVersion("till_session_settled", 2): TillSessionSettled(
        *(TILL_SESSION, TILL, W1, ANNA, DAY, "SGD", 20_000, 21_780, 21_700),
        *(MOVEMENT, _SLIPS),
    ),
    KindVersion("business_day_closed", 4): BusinessDayClosed(DAY, ANNA, _MANIFEST_4),
    KindVersion("epoch_ended", 4): EpochEnded("fenced", 42, _MANIFEST_4),
    KindVersion("manifest_given", 4): ManifestGiven("late", _MANIFEST_4),
    KindVersion("till_counted", 1): TillCounted(
        MOVEMENT, TILL_SESSION, BEN, DAY, "SGD", 21_780, 21_700, _NOTES, _SLIPS, True
    ),
    KindVersion("till_handed_over", 1): TillHandedOver(
        MovementId(GRANT), TILL_SESSION, ANNA, ANNA, BEN, DAY, "end of the shift", MOVEMENT
    ),
    KindVersion("safe_counted", 1): SafeCounted(
        MOVEMENT, BEN, DAY, "SGD", 21_705, 21_700, _NOTES, "before the bank"
    ),
    KindVersion("cash_deposited", 1): CashDeposited(
        MOVEMENT, BEN, DAY, "SGD", 50_000, "SB-0081726", (Pieces(5_000, 10),), "night box"
    ),
    KindVersion("purchase_order_sent", 1): PurchaseOrderSent(
        *(ORDER, "ACME", BEN, DAY),
        (
            OrderLine(ItemId("I00042"), 24_000, None, "A-17", 9_995),
            OrderLine(ItemId("I00043"), 10_500, 130),
        ),
        *(date(2025, 12, 1), "PO-S01-1AABBCCDD-57"),
    ),
    KindVersion("purchase_order_closed", 1): PurchaseOrderClosed(
        *(MOVEMENT, ORDER, BEN, DAY, False, "they have no more of it"),
    ),
    KindVersion("supplier_credited", 1): SupplierCredited(
        *(MovementId(GRANT), MOVEMENT, "ACME", BEN, DAY, "CN-0815", 1_190),
    ),
    KindVersion("transfer_noted", 1): TransferNoted(
        *(MovementId(GRANT), TransferNote.WISHED, ORDER, StoreId(STORE), "S02", BEN, DAY),
        *("they have plenty", "", (WishedLine(ItemId("I00042"), 6_000),)),
    ),
}
