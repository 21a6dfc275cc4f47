"""What takes more than one receipt, or more than a receipt, at a till of the demo."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from central.demo.counter import (
    CASHIER,
    Body,
    Counter,
    Pays,
    and_cash,
    by_card,
    comes_back,
    expect,
    line,
    quote,
    reference,
    ring,
)
from central.demo.workstation import SaleRefused, new_id
from sync.protocol.cards import card_number, note_number
from sync.protocol.identity import SaleId

ASKED_MAX = 50
SETTLED = frozenset({"approved", "accepted", "declined"})
VALUE_MINOR = 500
VALUE_NOT_HERE, AWAY = "value-not-here", "away"
TRIES_MAX = 20


# --- what pays


async def by_terminal(
    at: Counter, sale_id: str, total_minor: int, *, tender: str = "visa", said: str = "approved"
) -> list[Body]:
    """A payment that the terminal is asked for until it is known what became of it."""
    paid = await _begin(at, sale_id, tender, total_minor)
    for _ in range(ASKED_MAX):
        if paid["state"] in SETTLED:
            break
        path = f"/payments/{paid['attempt_id']}/ask"
        paid = await at.station.call("POST", path, {"operator_id": at.operator})
    expect(at, holds=paid["state"] == said, what=f"a payment that is {said}, not {paid['state']}")
    return [_tender(paid)]


async def by_code(at: Counter, sale_id: str, total_minor: int, *, outcome: str) -> list[Body]:
    """A PayNow code that is shown, and that somebody says was paid."""
    shown = await _begin(at, sale_id, "sgqr", total_minor)
    expect(at, holds="SG.PAYNOW" in (shown["shown"] or ""), what="shown a code of PayNow")
    path = f"/payments/{shown['attempt_id']}/accept"
    said = {"operator_id": at.operator, "outcome": outcome}
    return [_tender(await at.station.call("POST", path, said))]


async def declined_then_split(at: Counter, sale_id: str, total_minor: int) -> list[Body]:
    """A terminal declines amounts that end in .01: another card and cash pay."""
    await by_terminal(at, sale_id, 101, said="declined")
    (paid,) = await by_terminal(at, sale_id, 100)
    return and_cash(total_minor, paid)


async def unknown_then_asked(at: Counter, sale_id: str, total_minor: int) -> list[Body]:
    """A terminal that charged 1.02 and does not know it is asked again, and never charged again."""
    (paid,) = await by_terminal(at, sale_id, 102)
    return [paid, *await by_card(at, sale_id, total_minor - 102)]


async def by_ringgit(_at: Counter, _sale_id: str, total_minor: int) -> list[Body]:
    """10.00 MYR, which are worth 3.00."""
    foreign = {"currency": "MYR", "amount_minor": 1_000}
    return and_cash(total_minor, {"tender_id": "cash", "amount_minor": 300, "foreign": foreign})


async def by_voucher(at: Counter, _sale_id: str, total_minor: int, *, tender: str) -> list[Body]:
    """200 of it by a voucher with a number."""
    paid = {"tender_id": tender, "amount_minor": 200, "reference": reference(at)}
    return and_cash(total_minor, paid)


async def with_tip(at: Counter, sale_id: str, total_minor: int) -> list[Body]:
    """0.50 beside what is due."""
    (paid,) = await by_card(at, sale_id, total_minor + 50)
    return [{**paid, "tip_minor": 50}]


async def _begin(at: Counter, sale_id: str, tender: str, amount_minor: int) -> Body:
    asked = {
        "attempt_id": new_id(),
        "sale_id": sale_id,
        "operator_id": at.operator,
        "tender_id": tender,
        "amount_minor": amount_minor,
    }
    return await at.station.call("POST", "/payments", asked)


def _tender(paid: Body) -> Body:
    named = ("tender_id", "amount_minor", "reference", "outcome", "approval")
    return {name: paid[name] for name in named if paid[name] is not None}


def by_value(account: Body, minor: int) -> Pays:
    """So much of it out of an account, the rest in cash."""

    async def pays(_at: Counter, _sale_id: str, total_minor: int) -> list[Body]:
        paid = {"tender_id": "value", "amount_minor": minor, "account": account}
        return and_cash(total_minor, paid) if total_minor > minor else [paid]

    return pays


# --- value


def load(card: str) -> Body:
    """5.00 on a card."""
    return line("Q-GIFT", card=card, unit_price_minor=VALUE_MINOR, open_price_reason="as wished")


def new_card(at: Counter) -> str:
    """Its number, of the seed's."""
    return card_number(at.shoppers.draw.getrandbits(40))


async def spend(at: Counter, account: Body, minor: int, *lines: Body) -> bool:
    """So much of an account pays. What is not here is asked of head office; where that has nothing
    to give, cash pays instead. Whether value did."""
    for _ in range(TRIES_MAX):
        try:
            await ring(at, *lines, pays=by_value(account, minor))
        except SaleRefused as refusal:
            if refusal.slug != VALUE_NOT_HERE:
                raise
        else:
            return True
        asked = {"account": account, "amount": minor}
        if (await at.station.call("POST", "/rights/asks", asked))["outcome"] == AWAY:
            break
    await ring(at, *lines)
    return False


async def gift_card(at: Counter) -> None:
    """Sold, and spent with cash beside it."""
    card = new_card(at)
    await ring(at, load(card))
    await spend(at, {"kind": "gift_value", "card": card}, VALUE_MINOR, line("Q-TEA", 2))


async def card_of_another_shop(at: Counter) -> None:
    """Its value is asked of head office, and spent here."""
    if at.elsewhere is not None:
        account = {"kind": "gift_value", "card": at.elsewhere.card}
        spent = await spend(at, account, VALUE_MINOR, line("Q-TEA", 2))
        expect(at, holds=spent, what="been lent what is on the card")


async def points(at: Counter) -> None:
    """100 of them, of the first customer who may spend so many here."""
    for customer in at.shoppers.customers:
        told = await quote(at, [line("Q-TEA")], customer_id=customer)
        if told["points_here"] >= 100:
            break

    async def and_points(_at: Counter, _sale_id: str, total_minor: int) -> list[Body]:
        return and_cash(total_minor, {"tender_id": "points", "amount_minor": 100})

    await ring(at, line("Q-TEA"), pays=and_points, customer_id=customer)


async def store_credit(at: Counter) -> None:
    """Goods come back for a note, and the note pays."""
    bought = await ring(at, line("Q-TEA"))

    async def into_note(_at: Counter, _sale_id: str, total_minor: int) -> list[Body]:
        return [
            {
                "tender_id": "value",
                "amount_minor": total_minor,
                "account": {"kind": "store_credit"},
            }
        ]

    back = await ring(at, comes_back(bought, "Q-TEA"), pays=into_note, path="/returns")
    note = note_number(SaleId(UUID(back["sale_id"])))
    await spend(at, {"kind": "store_credit", "card": note}, 400, line("Q-TEA"))


async def coupon_once(at: Counter) -> None:
    """Good once, so head office is asked for it; a second time it is not there."""
    number = at.shoppers.coupons.pop()
    asked = {"account": {"kind": "coupon", "card": number}, "amount": 1}
    for granted in (1, 0):
        told = await at.station.call("POST", "/rights/asks", asked)
        expect(at, holds=told["granted"] == granted, what=f"been given {granted} of a coupon")
        if granted:
            await ring(at, line("Q-GAME"), coupons=[number])


# --- back


async def part_back(at: Counter) -> None:
    """One of three, to the card that paid."""
    bought = await ring(at, line("Q-TEA", 3), pays=by_card)
    await ring(at, comes_back(bought, "Q-TEA"), pays=None, path="/returns")


async def exchange(at: Counter) -> None:
    """What comes back and what is bought instead stand on one receipt."""
    bought = await ring(at, line("Q-TEA"))
    await ring(at, comes_back(bought, "Q-TEA"), line("Q-HONEY"))


async def without_receipt(at: Counter) -> None:
    """Within what whoever takes it may do alone."""
    await ring(at, line("Q-TEA", unverified="lost it"), pays=None, path="/returns")


async def void(at: Counter) -> None:
    """A receipt that should not have been."""
    gone = await ring(at, line("Q-TEA"), pays=by_card)
    more = {"post_void_of": gone["sale_id"], "note": "rung up twice"}

    async def as_it_was_paid(_at: Counter, _sale_id: str, _total_minor: int) -> list[Body]:
        return []

    await ring(at, pays=as_it_was_paid, path="/returns", **more)


async def back_elsewhere(at: Counter) -> None:
    """Under leave that head office gives for the receipt of another shop."""
    if at.elsewhere is not None:
        code = {"code": at.elsewhere.receipt_number}
        await at.station.call("POST", "/receipts/asks", code)
        sold = {"sale_id": at.elsewhere.sale_id}
        await ring(at, comes_back(sold, "Q-TEA"), pays=None, path="/returns")


# --- a basket's life


async def by_another_s_word(at: Counter) -> None:
    """A cashier takes off more than a cashier may."""
    off = {"reason": "scratched", "rate_bp": 1_500}
    await ring(at, line("Q-TEA", 2), operator_id=CASHIER, discount=off)


async def suspended(at: Counter) -> None:
    """Put aside at one till, gone on with at another."""
    basket_id = await put_aside(at)
    if at.other is not None:
        path = f"/baskets/{basket_id}/recall"
        asked = {"event_id": new_id(), "operator_id": at.operator}
        found = await at.other.call("POST", path, asked)
        told = [one["line"] for one in found["basket"]["lines"]]
        kept = [{name: value for name, value in one.items() if value} for one in told]
        there = Counter(at.other, at.shoppers, at.on_receipt)
        await ring(there, *kept)


async def put_aside(at: Counter) -> str:
    """The basket's id, of which nothing was paid."""
    basket_id, (shown,) = new_id(), await _shown(at)
    asked = {
        "event_id": new_id(),
        "basket_id": basket_id,
        "operator_id": at.operator,
        "basket": {"lines": [shown], "total_minor": shown["amount_minor"]},
    }
    await at.station.call("POST", "/baskets", asked)
    return basket_id


async def taken_out(at: Counter, *, whole: bool) -> None:
    """A line, or the basket with it, before anybody paid."""
    (shown,) = await _shown(at)
    named = ("item_id", "quantity_milli", "amount_minor")
    asked = {
        "removal_id": new_id(),
        "basket_id": new_id(),
        "operator_id": at.operator,
        "lines": [{**{name: shown[name] for name in named}, "description": shown["name"]}],
        "whole": whole,
    }
    await at.station.call("POST", "/baskets/removals", asked)


async def _shown(at: Counter) -> list[Body]:
    rung = line("Q-TEA", 2)
    (told,) = (await quote(at, [rung]))["lines"]
    named = ("item_id", "quantity_milli", "amount_minor")
    seen = {name: told[name] for name in named}
    return [{"line": {"line_no": 1, **rung}, "name": told["description"], "unit": "each", **seen}]


# --- beside the sale


async def new_customer(at: Counter) -> None:
    """Found by nothing, so they are written down, and earn twice the points at once."""
    customer_id = new_id()
    asked = {"customer_id": customer_id, "operator_id": at.operator, "name": "Somebody New"}
    await at.station.call("POST", "/customers", asked)
    told = await quote(at, [line("Q-HONEY", 4)], customer_id=customer_id)
    expect(at, holds=told["points_earned"] == 7, what="multiplied the points of honey")
    await ring(at, line("Q-HONEY", 4), customer_id=customer_id)


async def invoice(at: Counter) -> None:
    """A receipt above the threshold is made out to its buyer, once; a copy says that it is one."""
    sold = await ring(at, line("Q-TOY", 70), pays=by_card)
    path = f"/sales/{sold['sale_id']}"
    buyer = {"name": "Buyer Pte. Ltd.", "address": "2 Buyer Road", "tax_number": "201403121W"}
    asked = {"event_id": new_id(), "operator_id": at.operator, **buyer}
    await at.station.call("POST", f"{path}/invoice", asked)
    who = {"operator_id": at.operator}
    papers = [await at.station.call("POST", f"{path}/hand-out", who) for _ in range(2)]
    expect(at, holds=papers[1]["is_copy"], what="marked the second paper as a copy")


async def no_sale(at: Counter) -> None:
    """The drawer opens for change."""
    asked = {"event_id": new_id(), "operator_id": at.operator, "reason": "change for a note"}
    await at.station.call("POST", "/drawer", asked)


def until(days: int) -> str:
    """A last day as GS1 writes it."""
    return f"{datetime.now(UTC).date() + timedelta(days=days):%y%m%d}"


TO_MALL = partial(by_voucher, tender="mall")
TO_COMPANY = partial(by_voucher, tender="voucher")
CONFIRMED = partial(by_code, outcome="confirmed")
ON_SIGHT = partial(by_code, outcome="on_sight")
