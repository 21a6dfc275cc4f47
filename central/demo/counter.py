"""Whoever stands at a till of the demo with something particular: rings it up, pays as that asks
for, and holds the box to what it should have said. Each is a table's row in ``kinds.py``."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from central.demo.errors import DemoCannotRun
from central.demo.trade import CASH_STEP_MINOR, Shoppers, operator_at
from central.demo.workstation import SaleRefused, Workstation, new_id
from central.sample.pins import SAMPLE_PINS

Body: TypeAlias = dict[str, Any]
CASHIER, MANAGER = "O03", "O01"
OF_THE_SALE = frozenset({"note", "override_ids"})
"""What a quote is not told."""
WORDS_MAX = 3
"""A box that falls down forgets the words that were given in it."""


@dataclass
class Elsewhere:
    """A receipt of another shop, and the gift card that it loaded."""

    receipt_number: str
    sale_id: str
    card: str


@dataclass
class Counter:
    """A till and who shops there. ``other``: another till of the shop, where nobody sells
    meanwhile; None: somebody does. ``elsewhere``: what was bought at another shop."""

    station: Workstation
    shoppers: Shoppers
    on_receipt: Callable[[Workstation, Body], None]
    other: Workstation | None = None
    elsewhere: Elsewhere | None = None

    @property
    def operator(self) -> str:
        """Who sells there."""
        return operator_at(self.station, self.shoppers)

    @property
    def member(self) -> str:
        """A customer who is in a group."""
        return self.shoppers.customers[0]


Pays: TypeAlias = Callable[[Counter, str, int], Awaitable[list[Body]]]
"""The tenders of a sale with this id that comes to so much."""


def line(item_id: str, pieces: int = 1, **more: Any) -> Body:
    """Of an article, by its id."""
    return {"item_id": item_id, "quantity_milli": pieces * 1_000, **more}


def scanned(code: str, pieces: int = 1, **more: Any) -> Body:
    """The same by what a scanner reads."""
    return {"scan_code": code, "quantity_milli": pieces * 1_000, **more}


def comes_back(answer: Body, item_id: str, line_no: int = 1, pieces: int = 1) -> Body:
    """Of a receipt."""
    return line(item_id, pieces, original={"sale_id": answer["sale_id"], "line_no": line_no})


async def by_cash(_at: Counter, _sale_id: str, total_minor: int) -> list[Body]:
    """The exact amount, in coins that there are."""
    step = CASH_STEP_MINOR
    rounded = (total_minor * 2 + step) // (2 * step) * step
    return [{"tender_id": "cash", "amount_minor": rounded}] if rounded else []


async def by_card(at: Counter, _sale_id: str, total_minor: int) -> list[Body]:
    """As somebody types it who stands beside a terminal that is nobody's."""
    return [{"tender_id": "card", "amount_minor": total_minor, "reference": reference(at)}]


def reference(at: Counter) -> str:
    """Twelve characters of the seed's."""
    return f"{at.shoppers.draw.randrange(16**12):012X}"


def and_cash(total_minor: int, *tenders: Body) -> list[Body]:
    """The rest in cash."""
    rest = total_minor - sum(one["amount_minor"] for one in tenders)
    return [*tenders, {"tender_id": "cash", "amount_minor": rest}]


async def quote(at: Counter, lines: Sequence[Body], **more: Any) -> Body:
    """What they come to."""
    numbered = [{"line_no": number, **one} for number, one in enumerate(lines, start=1)]
    asked = {"operator_id": at.operator, "lines": numbered, **more}
    told = {name: value for name, value in asked.items() if name not in OF_THE_SALE}
    return await at.station.call("POST", "/quotes", told)


async def ring(
    at: Counter, *lines: Body, pays: Pays | None = by_cash, path: str = "/sales", **more: Any
) -> Body:
    """The answer with the receipt. ``pays`` None: money goes back as the box proposes it."""
    numbered = [{"line_no": number, **one} for number, one in enumerate(lines, start=1)]
    asked = {"operator_id": at.operator, "lines": numbered, **more}
    quoted = await quote(at, lines, **more)
    along = [
        {name: value for name, value in one.items() if value is not None} for one in quoted["along"]
    ]
    sale_id, total_minor = new_id(), quoted["total_minor"]
    tenders = _refunds(quoted) if pays is None else await pays(at, sale_id, total_minor)
    sale = {
        **asked,
        "lines": numbered + along,
        "sale_id": sale_id,
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": total_minor,
        "tenders": tenders,
    }
    return await finish(at, path, sale)


async def finish(at: Counter, path: str, sale: Body) -> Body:
    """What takes somebody else's word gets the manager's."""
    for _ in range(WORDS_MAX):
        try:
            answer = await at.station.complete(path, sale)
        except SaleRefused as refusal:
            if "asks" not in refusal.problem:
                raise
            word = await _word(at, refusal.problem["asks"])
            sale = {**sale, "override_ids": [*sale.get("override_ids", ()), word]}
        else:
            if not sale.get("training"):
                at.on_receipt(at.station, answer)
            return answer
    raise DemoCannotRun(f"{at.station.store_code}'s box takes nobody's word for {sale['sale_id']}")


async def refused(at: Counter, slug: str, *lines: Body) -> None:
    """The box must not sell them. Raises DemoCannotRun where it would."""
    try:
        await quote(at, lines)
    except SaleRefused as refusal:
        if refusal.slug == slug:
            return
        raise
    raise DemoCannotRun(f"{at.station.store_code}'s box does not refuse with {slug}")


def expect(at: Counter, *, holds: bool, what: str) -> None:
    """Raises DemoCannotRun where it does not."""
    if not holds:
        raise DemoCannotRun(f"{at.station.store_code}'s box should have {what}")


async def _word(at: Counter, asks: Body) -> str:
    """The manager's PIN, typed at this till; whoever sells stays signed in."""
    request_id = new_id()
    body = {
        "request_id": request_id,
        "act": "sale",
        "operator_id": MANAGER,
        "pin": SAMPLE_PINS[MANAGER].pin,
        "reason": "a good customer",
        **asks,
    }
    await at.station.send("POST", "/overrides", json.dumps(body).encode())
    return request_id


def _refunds(quoted: Body) -> list[Body]:
    named = ("tender_id", "amount_minor", "reference", "account")
    return [
        {name: one[name] for name in named if one[name] is not None} for one in quoted["refunds"]
    ]
