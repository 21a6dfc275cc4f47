"""A batch's events turned into columns."""

from collections.abc import Sequence
from typing import Any

from tests.foreign.wire import Envelope, packed, unpacked

SALE, LINE = 19, 22
"""Fields of a receipt and of its line, of version 1."""
LINES, TENDERED_AT = 9, 6
"""Places in a receipt; the other fields but its id travel as 16 columns."""
FIELDS = [place for place in range(SALE) if place not in (0, TENDERED_AT, LINES)]
ARTICLE = [*range(10), *range(17, LINE)]
QUANTITY, PRICE, EXTENDED, AMOUNT, TAX, POINTS, LINE_NO = range(10, 17)


def columns(events: Sequence[Envelope], turn: bool = True) -> list[Any]:
    """`Columns`; with ``turn`` false every body travels as it is."""
    origins: dict[tuple[Any, ...], int] = {}
    origin, ids, occurred, hlc, bodies = [], [], [], [], []
    sales: list[tuple[Envelope, list[Any]]] = []
    before = 0
    for event in events:
        alike = (event.kind, event.kind_version, event.utc_offset_s, event.boot_id)
        origin.append(origins.setdefault((*alike, event.clock_state), len(origins)))
        occurred.append(event.occurred_at_ms - before)
        before = event.occurred_at_ms
        hlc.append(event.hlc - event.occurred_at_ms * (1 << 16))
        sale = _turnable(event, sales) if turn else None
        if sale is not None:
            sales.append((event, sale))
        bodies.append(event.body if sale is None else None)
        ids.append(event.event_id if sale is None or sale[0] != event.event_id.bytes else None)
    return [list(origins), origin, ids, occurred, hlc, bodies, _sales(sales)]


def _lengths(sale: list[Any]) -> set[tuple[int, int]]:
    return {(len(sale), len(line)) for line in sale[LINES]}


def _turnable(event: Envelope, so_far: list[tuple[Envelope, list[Any]]]) -> list[Any] | None:
    if event.kind != "retail_transaction":
        return None
    sale: list[Any] = unpacked(event.body)
    lengths = _lengths(sale)
    fits = len(lengths) == 1 and all(a >= SALE and b >= LINE for a, b in lengths)
    alike = not so_far or lengths == _lengths(so_far[0][1])
    return sale if fits and alike and packed(sale) == event.body else None


def _sales(sales: list[tuple[Envelope, list[Any]]]) -> list[Any]:
    bodies = [sale for _, sale in sales]
    lines = [line for sale in bodies for line in sale[LINES]]
    places: dict[bytes, int] = {}
    articles: list[list[Any]] = []
    article = []
    for line in lines:
        said = [*(line[place] for place in ARTICLE), line[PRICE]]
        found = places.setdefault(packed(said), len(articles))
        if found == len(articles):
            articles.append(said)
        article.append(found)
    expected = [(line[PRICE] * line[QUANTITY] + 500) // 1000 for line in lines]
    sale_length, line_length = (len(bodies[0]), len(lines[0])) if bodies else (SALE, LINE)
    return [
        [sale[0] for sale in bodies],
        [event.occurred_at_ms - sale[TENDERED_AT] for event, sale in sales],
        [[sale[place] for sale in bodies] for place in FIELDS],
        [len(sale[LINES]) for sale in bodies],
        [[said[column] for said in articles] for column in range(len(ARTICLE))],
        [said[-1] for said in articles],
        article,
        [line[QUANTITY] for line in lines],
        [line[EXTENDED] - due for line, due in zip(lines, expected, strict=True)],
        [line[AMOUNT] - line[EXTENDED] for line in lines],
        [line[TAX] for line in lines],
        [line[POINTS] for line in lines],
        [line[LINE_NO] for line in lines],
        [[sale[place] for sale in bodies] for place in range(SALE, sale_length)],
        [[line[place] for line in lines] for place in range(LINE, line_length)],
    ]
