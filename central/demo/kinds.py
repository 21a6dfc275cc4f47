"""Every kind of thing that a day of the demo has in it beside plain baskets, a row each: what
somebody does at a till, and by what head office's copy of the journal shows that it happened.

Drawn in another order for each shop and seed, done between ordinary customers and so amid all that
goes wrong; what needs both tills, another shop or head office's word is done before the doors
close.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias

from central.demo import acts_at_counter as acts
from central.demo.counter import Body, Counter, by_card, line, reference, refused, ring, scanned
from central.demo.goods import CODES, COUPON, PACK_CODE, SCALE_NUMBER
from sync.protocol.facts import (
    AnyFact,
    CustomerChanged,
    InvoiceMadeOut,
    Line,
    LinesRemoved,
    OperatorActed,
    RetailTransaction,
    TaxClass,
    TenderLine,
)
from sync.protocol.facts.sale import BY_VOUCHER, PRICE_OVERRIDE
from sync.protocol.promotions.by_hand import OFF_LINE
from sync.protocol.scan_code import check_digit

Seen: TypeAlias = Callable[[AnyFact], bool]
Does: TypeAlias = Callable[[Counter], Awaitable[object]]


class Kind(NamedTuple):
    """``seen``: in which facts; None: nothing of it is a fact, so what the tills did is counted.
    ``till``: at whose terminal alone. ``store``: at which alone. ``last``: before the doors
    close."""

    name: str
    does: Does
    seen: Seen | None = None
    till: str | None = None
    store: str | None = None
    last: bool = False


def _sale(holds: Callable[[RetailTransaction], object]) -> Seen:
    return lambda fact: isinstance(fact, RetailTransaction) and bool(holds(fact))


def _line(holds: Callable[[Line], object]) -> Seen:
    return _sale(lambda sale: any(holds(one) for one in sale.lines))


def _tender(holds: Callable[[TenderLine], object]) -> Seen:
    return _sale(lambda sale: any(holds(one) for one in sale.tenders))


def _modified(by: str) -> Seen:
    return _line(lambda one: any(each.kind == by for each in one.modifiers))


def _promotion(promotion_id: str, *lines: Body, name: str, **more: Any) -> Kind:
    seen = _line(lambda one: any(each.promotion_id == promotion_id for each in one.modifiers))
    return Kind(name, _rings(*lines, **more), seen)


def _rings(*lines: Body, **more: Any) -> Does:
    return lambda at: ring(at, *lines, **more)


def _for_member(*lines: Body) -> Does:
    return lambda at: ring(at, *lines, customer_id=at.member)


def _of_scale(prefix: str, value: str) -> str:
    twelve = f"{prefix}{SCALE_NUMBER}{value}"
    return twelve + check_digit(twelve)


def _link(item_id: str, days: int) -> Callable[[], str]:
    """A GS1 Digital Link with lot and last day."""
    path = f"https://id.gs1.org/01/0{CODES[item_id]}/10/L7"
    return lambda: f"{path}?17={acts.until(days)}"


_FRESH, _OLD = _link("Q-MILK", 30), _link("Q-MILK", -2)
_SET = {"unit_price_minor": 350, "reason": "dented tin"}
_OFF = {"amount_minor": 30, "reason": "torn label"}
_FIVE_OFF = {"tender_id": "off5", "amount_minor": 500, "reference": "5OFF"}
_ALMS = line("Q-ALMS", unit_price_minor=250, open_price_reason="as given")


def _gives(sale: RetailTransaction, kind: str) -> bool:
    return any(one.kind == kind and one.line <= len(sale.lines) for one in sale.rights_given)


def _spends(kind: str) -> Seen:
    return _tender(
        lambda one: one.account is not None and one.account.kind == kind and one.amount_minor > 0
    )


def _paid_by(outcome: str, tender_id: str) -> Seen:
    return _tender(lambda one: one.outcome == outcome and one.tender_id == tender_id)


KINDS = (
    Kind(
        "a price set by hand", _rings(line("Q-TEA", price_override=_SET)), _modified(PRICE_OVERRIDE)
    ),
    Kind("an amount off a line by hand", _rings(line("Q-TEA", discount=_OFF)), _modified(OFF_LINE)),
    Kind(
        "a manager's word for a cashier",
        acts.by_another_s_word,
        _sale(lambda sale: sale.overrides),
    ),
    _promotion("Q3FOR8", line("Q-JUICE", 4), name="several for a price"),
    _promotion("Q2GET1", line("Q-SOAP", 3), name="buy two, get one"),
    _promotion("QPENS", line("Q-PEN", 7), name="cheaper by number"),
    _promotion("QHAPPY", line("Q-CAKE"), name="a happy hour"),
    _promotion("QBREAK", line("Q-BREAD"), line("Q-JAM"), name="two groups together"),
    _promotion("QNUTS", line("Q-NUTS", 2), name="an amount off an item"),
    _promotion("QSAVE", line("Q-TOY"), name="a coupon for many", coupons=[COUPON.lower()]),
    Kind(
        "a price for a group",
        _for_member(line("Q-COFFEE")),
        _line(lambda one: any(each.promotion_id == "QSTAFF" for each in one.modifiers)),
    ),
    Kind(
        "a coupon that is good once",
        acts.coupon_once,
        _sale(lambda sale: any(one.kind == "coupon" for one in sale.rights_taken)),
        store="S02",
        last=True,
    ),
    Kind(
        "a price by quantity",
        _rings(line("Q-RICE", 10)),
        _line(lambda one: one.price_book == "bulk"),
    ),
    Kind(
        "a group's price book",
        _for_member(line("Q-OIL")),
        _line(lambda one: one.price_book == "staff"),
    ),
    Kind("a price before tax", _rings(line("Q-PAPER", 3)), _line(lambda one: not one.tax_included)),
    Kind(
        "a pack at its own price", _rings(scanned(PACK_CODE, 2)), _line(lambda one: one.packs_milli)
    ),
    Kind("a return in part", acts.part_back, _line(lambda one: one.original is not None)),
    Kind(
        "an exchange on one receipt",
        acts.exchange,
        _sale(lambda sale: len({one.is_return for one in sale.lines}) > 1),
    ),
    Kind("a return without receipt", acts.without_receipt, _line(lambda one: one.unverified)),
    Kind(
        "a return at another shop",
        acts.back_elsewhere,
        _line(lambda one: one.original is not None and one.original.store_id is not None),
        store="S02",
        last=True,
    ),
    Kind("a void", acts.void, _sale(lambda sale: sale.post_void_of is not None)),
    Kind(
        "a card at the terminal",
        _rings(line("Q-TEA"), pays=acts.by_terminal),
        _paid_by("approved", "visa"),
        till="W1",
    ),
    Kind(
        "a card declined, then split",
        _rings(line("Q-TEA"), pays=acts.declined_then_split),
        _sale(lambda sale: {one.tender_id for one in sale.tenders} == {"visa", "cash"}),
        till="W1",
    ),
    Kind(
        "a card that nobody knew of, asked again",
        _rings(line("Q-TEA"), pays=acts.unknown_then_asked),
        _tender(lambda one: one.tender_id == "visa" and one.amount_minor == 102),
        till="W1",
    ),
    Kind(
        "a card approved without the bank",
        _rings(line("Q-TEA"), pays=acts.by_terminal),
        _paid_by("offline", "visa"),
        till="W2",
    ),
    Kind(
        "PayNow by code, confirmed",
        _rings(line("Q-TEA"), pays=acts.CONFIRMED),
        _paid_by("confirmed", "sgqr"),
    ),
    Kind(
        "PayNow by code, on sight",
        _rings(line("Q-TEA"), pays=acts.ON_SIGHT),
        _paid_by("on_sight", "sgqr"),
    ),
    Kind(
        "cash of another currency",
        _rings(line("Q-TEA"), pays=acts.by_ringgit),
        _tender(lambda one: one.foreign),
    ),
    Kind("a tip", _rings(line("Q-TEA"), pays=acts.with_tip), _tender(lambda one: one.tip_minor)),
    Kind(
        "the company's voucher",
        _rings(line("Q-TEA"), pays=acts.TO_COMPANY),
        _tender(lambda one: one.tender_id == "voucher"),
    ),
    Kind(
        "somebody else's voucher",
        _rings(line("Q-TEA"), pays=acts.TO_MALL),
        _tender(lambda one: one.tender_id == "mall"),
    ),
    Kind(
        "a voucher that lowers the price",
        lambda at: ring(at, line("Q-TOY"), vouchers=[{**_FIVE_OFF, "reference": reference(at)}]),
        _modified(BY_VOUCHER),
    ),
    Kind(
        "a gift card sold",
        lambda at: ring(at, acts.load(acts.new_card(at))),
        _sale(lambda sale: _gives(sale, "gift_value")),
    ),
    Kind("a gift card spent", acts.gift_card, _spends("gift_value")),
    Kind("another shop's gift card", acts.card_of_another_shop, store="S02", last=True),
    Kind("store credit", acts.store_credit, _spends("store_credit")),
    Kind("points that pay", acts.points, _tender(lambda one: one.points)),
    Kind(
        "a customer written down", acts.new_customer, lambda fact: isinstance(fact, CustomerChanged)
    ),
    Kind("training", _rings(line("Q-TEA"), training=True), _sale(lambda sale: sale.training)),
    Kind("a basket put aside, gone on with elsewhere", acts.suspended, last=True),
    Kind(
        "a basket that waits when the day closes",
        acts.put_aside,
        lambda fact: isinstance(fact, LinesRemoved) and fact.reason == "the day was closed",
        last=True,
    ),
    Kind(
        "a line taken out",
        lambda at: acts.taken_out(at, whole=False),
        lambda fact: isinstance(fact, LinesRemoved) and not fact.whole,
    ),
    Kind(
        "a basket given up",
        lambda at: acts.taken_out(at, whole=True),
        lambda fact: isinstance(fact, LinesRemoved) and fact.whole and not fact.reason,
    ),
    Kind(
        "a note",
        _rings(line("Q-TEA"), note="for the doorman"),
        _sale(lambda sale: sale.note and sale.post_void_of is None),
    ),
    Kind(
        "proof of age, and a deposit",
        _rings(line("Q-BEER", 6, age_checked=18)),
        _line(lambda one: one.linked_to is not None),
    ),
    Kind("barred at this hour", lambda at: refused(at, "item-barred", line("Q-GIN"))),
    Kind(
        "a serial number",
        lambda at: ring(at, line("Q-PHONE", serial=reference(at)), pays=by_card),
        _line(lambda one: one.serial),
    ),
    Kind(
        "a lot and its last day by Digital Link",
        lambda at: ring(at, scanned(_FRESH())),
        _line(lambda one: one.lot and one.expires_on),
    ),
    Kind("a lot that is over", lambda at: refused(at, "lot-expired", scanned(_OLD()))),
    Kind(
        "a weight in the code",
        _rings(scanned(_of_scale("21", "00755"))),
        _line(lambda one: (one.scan_code or "").startswith(f"21{SCALE_NUMBER}")),
    ),
    Kind(
        "a price in the code",
        _rings(scanned(_of_scale("20", "01815"))),
        _line(lambda one: (one.scan_code or "").startswith(f"20{SCALE_NUMBER}")),
    ),
    Kind(
        "what is out of tax's scope",
        _rings(_ALMS),
        _line(lambda one: one.item_id == "Q-ALMS" and one.tax_class is TaxClass.OUT_OF_SCOPE),
    ),
    Kind("a tax invoice, and a copy", acts.invoice, lambda fact: isinstance(fact, InvoiceMadeOut)),
    Kind(
        "a drawer opened without a sale",
        acts.no_sale,
        lambda fact: isinstance(fact, OperatorActed) and fact.act == "no_sale",
    ),
)
