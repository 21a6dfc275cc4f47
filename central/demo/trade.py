"""Customers at the demo's tills: baskets from a seed, discounts by hand, tenders, points, returns,
paced like a queue.

Nothing here knows what the edge will answer: what a basket comes to is asked, and a refused tender
is settled at the till as a cashier would, with the same sale's id.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from central.demo.offers import by_hand
from central.demo.workstation import SaleRefused, Workstation, new_id

MORE_POINTS_THAN_RIGHTS = "more-points-than-rights"
CASH_MINOR_MAX = 6_000
NOTE_MINOR = 1_000
CASH_STEP_MINOR = 5
POINTS_STEP = 100
LINES_IN_A_BASKET = (1, 1, 2, 2, 3, 3, 4, 5, 6, 8)
RETURN_SHARE = 0.05
CUSTOMER_SHARE = 0.45
BY_HAND_SHARE = 0.1
BY_HAND_BP = 500
RETURNABLE_KEPT_MAX = 200


@dataclass(frozen=True)
class Article:
    """What a shopper can take."""

    scan_code: str
    weighed: bool


@dataclass
class Shoppers:
    """Who shops at one store, with a randomness of its own. ``customers``: ids known here.
    ``operators``: who opens and closes, then those who sell. ``coupons``: numbers, each good
    once."""

    articles: list[Article]
    customers: list[str]
    operators: list[str]
    draw: random.Random
    points_here: dict[str, int] = field(default_factory=dict)
    coupons: list[str] = field(default_factory=list)
    returnable: list[dict[str, Any]] = field(default_factory=list)


async def trade(
    workstation: Workstation,
    shoppers: Shoppers,
    pause_s: float,
    until: asyncio.Event,
    on_receipt: Callable[[Workstation, dict[str, Any]], None],
    errand: Callable[[Workstation], Awaitable[bool]],
) -> None:
    """Serve one shopper after another until the doors close. ``errand``: whether somebody with
    something particular was served instead (``errands.py``)."""
    while not until.is_set():
        async with workstation.turn:
            if not await errand(workstation):
                returns = shoppers.returnable and shoppers.draw.random() < RETURN_SHARE
                serve = _bring_back if returns else sell
                on_receipt(workstation, await serve(workstation, shoppers))
        await asyncio.sleep(pause_s)


async def sell(workstation: Workstation, shoppers: Shoppers) -> dict[str, Any]:
    """One basket, paid; the answer with its receipt."""
    draw = shoppers.draw
    customer = draw.choice(shoppers.customers) if draw.random() < CUSTOMER_SHARE else None
    asked: dict[str, Any] = {
        "operator_id": operator_at(workstation, shoppers),
        "lines": _basket(shoppers),
    }
    if customer is not None:
        asked["customer_id"] = customer
    if draw.random() < BY_HAND_SHARE:
        asked["discount"] = by_hand(BY_HAND_BP)
    total_minor = (await workstation.call("POST", "/quotes", asked))["total_minor"]
    points = _points_to_spend(shoppers, customer, total_minor)
    sale = {
        **asked,
        "sale_id": new_id(),
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": total_minor,
        "tenders": _tenders(draw, total_minor, points),
    }
    try:
        answer = await workstation.complete("/sales", sale)
    except SaleRefused as refusal:
        if refusal.slug != MORE_POINTS_THAN_RIGHTS:
            raise
        sale["tenders"] = _tenders(draw, total_minor, 0)
        answer = await workstation.complete("/sales", sale)
    _remember(shoppers, sale, answer)
    return answer


def _basket(shoppers: Shoppers) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for line_no in range(1, shoppers.draw.choice(LINES_IN_A_BASKET) + 1):
        article = shoppers.draw.choice(shoppers.articles)
        if article.weighed:
            quantity_milli = shoppers.draw.randint(120, 2_400)
        else:
            quantity_milli = 1_000 * shoppers.draw.choice((1, 1, 1, 1, 2, 2, 3, 6))
        lines.append(
            {"line_no": line_no, "scan_code": article.scan_code, "quantity_milli": quantity_milli}
        )
    return lines


def _points_to_spend(shoppers: Shoppers, customer: str | None, total_minor: int) -> int:
    """Whole steps of 100 points (1.00 each), at most what is known to be spendable here."""
    if customer is None or shoppers.draw.random() < 0.5:
        return 0
    known = shoppers.points_here.get(customer, POINTS_STEP)
    return min(known, total_minor // 2) // POINTS_STEP * POINTS_STEP


def _tenders(draw: random.Random, total_minor: int, points: int) -> list[dict[str, Any]]:
    tenders: list[dict[str, Any]] = []
    if points:
        tenders.append({"tender_id": "points", "amount_minor": points})
    rest = total_minor - points
    if rest <= 0:
        return tenders
    if rest > CASH_MINOR_MAX or draw.random() < 0.55:
        reference = f"{draw.randrange(16**12):012X}"
        tender = draw.choice(("card", "card", "nets", "paynow"))
        tenders.append({"tender_id": tender, "amount_minor": rest, "reference": reference})
        return tenders
    rounded = (rest * 2 + CASH_STEP_MINOR) // (2 * CASH_STEP_MINOR) * CASH_STEP_MINOR
    given = rounded if draw.random() < 0.3 else -(-rounded // NOTE_MINOR) * NOTE_MINOR
    if given:
        tenders.append({"tender_id": "cash", "amount_minor": given})
    return tenders


def _remember(shoppers: Shoppers, sale: dict[str, Any], answer: dict[str, Any]) -> None:
    customer = sale.get("customer_id")
    if customer is not None and answer.get("points_here") is not None:
        shoppers.points_here[customer] = answer["points_here"]
    shoppers.returnable.append({"sale": sale, "customer": customer})
    del shoppers.returnable[:-RETURNABLE_KEPT_MAX]


def operator_at(workstation: Workstation, shoppers: Shoppers) -> str:
    """Each workstation has one who sells there and takes back."""
    sellers = shoppers.operators[1:] or shoppers.operators
    return sellers[sum(workstation.workstation_id.encode()) % len(sellers)]


async def _bring_back(workstation: Workstation, shoppers: Shoppers) -> dict[str, Any]:
    """One line of an earlier receipt comes back, whole; money goes back as the box proposes it."""
    bought = shoppers.returnable.pop(shoppers.draw.randrange(len(shoppers.returnable)))
    sold, line = bought["sale"], shoppers.draw.choice(bought["sale"]["lines"])
    asked: dict[str, Any] = {
        "operator_id": operator_at(workstation, shoppers),
        "lines": [
            {
                "line_no": 1,
                "scan_code": line["scan_code"],
                "quantity_milli": line["quantity_milli"],
                "original": {"sale_id": sold["sale_id"], "line_no": line["line_no"]},
            }
        ],
    }
    if bought["customer"] is not None:
        asked["customer_id"] = bought["customer"]
    told = await workstation.call("POST", "/quotes", asked)
    back = {
        **asked,
        "sale_id": new_id(),
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": told["total_minor"],
        "tenders": [
            {"tender_id": one["tender_id"], "amount_minor": one["amount_minor"]}
            for one in told["refunds"]
        ],
    }
    return await workstation.complete("/returns", back)
