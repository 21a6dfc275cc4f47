"""A store whose days and tills a test opens and closes."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest

from edge.db.tills import find_till_session
from edge.usecases.day.close import CloseBusinessDay, ClosedDay, close_business_day
from edge.usecases.till.settle import SettledTill, SettleTill, settle_till
from sync.protocol.errors import Refusal
from sync.protocol.identity import EventId, OperatorId, TillSessionId, WorkstationId
from tests.integration.edge_fixtures import (
    ANN,
    DAY,
    W1,
    Shop,
    moment,
    named,
    new_shop,
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3")
    yield made
    made.writer.close_now()


def close(shop: Shop, day: date = DAY, operator: OperatorId = ANN) -> ClosedDay:
    event = EventId(uuid5(named("close"), repr(day)))
    request = CloseBusinessDay(operator)
    return shop.do(lambda db: close_business_day(db, request, day, event, moment()))


def settle(
    shop: Shop,
    session: TillSessionId,
    counted_minor: int,
    operator: OperatorId = ANN,
    at: WorkstationId | None = None,
    why: str | None = None,
) -> SettledTill:
    """At ``at``, else at the workstation that holds it."""
    event = EventId(uuid5(named("settle"), f"{session} {counted_minor}"))
    request = SettleTill(operator, counted_minor, why)
    held = shop.do(lambda db: find_till_session(db, session))
    asking = at or (W1 if held is None else held.workstation_id)
    return shop.do(lambda db: settle_till(db, request, session, asking, event, moment()))


def refused(shop: Shop, kind: type[Refusal], act: Callable[[], Any]) -> Refusal:
    """``act`` is refused as ``kind`` and leaves nothing at all."""
    before = shop.contents()
    with pytest.raises(kind) as caught:
        act()
    assert shop.contents() == before
    return caught.value
