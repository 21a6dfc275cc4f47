"""What head office tells a store of facts, as rows for tests."""

from sync.protocol.identity import ItemId
from sync.protocol.told import OrderNews, OrderTold, ToldLine, TransferNews, TransferTold
from tests.builders import NOW_MS
from tests.integration.edge_fixtures import named

MILK = ItemId("A")
NUMBER = "S01-S02-1AABBCCDD-5"
ORDERS_TOLD = [
    OrderTold(
        *(named("order"), named(event), part, news, "acme", "PO-1", None, "o", False, "why"),
        NOW_MS,
        (ToldLine(1, MILK, milli, cost, "A-1"),),
    )
    for event, news in (("order", OrderNews.SENT), ("delivery", OrderNews.CAME))
    for part in (0, 1)
    for milli, cost in ((1_000, 90), (2_000, None))
]
TRANSFERS_TOLD = [
    TransferTold(
        subject_id=named("transfer"),
        event_id=named(event),
        part=part,
        news=news,
        wish_id=None,
        from_store_id=named("S01"),
        from_code="S01",
        to_store_id=None,
        to_code="",
        store_id=named("S01"),
        number=NUMBER,
        said_by="o",
        reason="why",
        at_ms=NOW_MS,
        lines=(ToldLine(1, MILK, milli, None, None, "L-1"),),
    )
    for event, news in (("out", TransferNews.SENT), ("in", TransferNews.CAME))
    for part in (0, 1)
    for milli in (1_000, 2_000)
]
