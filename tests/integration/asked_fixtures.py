"""What is asked of a box by whoever may, as bodies of requests by Ben."""

from typing import Any
from uuid import uuid4

SAID = {"subject_id": str(uuid4()), "reason": "r"}


def fresh(**more: Any) -> dict[str, Any]:
    return {"operator_id": "ben", "event_id": str(uuid4()), **more}


def by_ben(own_id: str, **more: Any) -> dict[str, Any]:
    return {"operator_id": "ben", own_id: str(uuid4()), **more}


def goods() -> dict[str, Any]:
    lines = [{"item_id": "item-1", "quantity_milli": 1_000}]
    return {"operator_id": "ben", "movement_id": str(uuid4()), "reason": "d", "lines": lines}


def sent(own_id: str = "transfer_id", **more: str) -> dict[str, Any]:
    lines = [{"item_id": "item-1", "quantity_milli": 1_000}]
    ids = {"operator_id": "ben", own_id: str(uuid4())}
    return {**ids, "reason": "r", "lines": lines, **more}


def aside() -> dict[str, Any]:
    line = {"line_no": 1, "quantity_milli": 1_000, "item_id": "item-1"}
    shown = {"item_id": "item-1", "name": "Milk", "unit": "EA"}
    figures = {"quantity_milli": 1_000, "amount_minor": 345}
    basket = {"lines": [{"line": line, **shown, **figures}], "total_minor": 345}
    return fresh(basket_id=str(uuid4()), basket=basket)


def taken_out() -> dict[str, Any]:
    line = {
        "item_id": "item-1",
        "description": "Milk",
        "quantity_milli": 1_000,
        "amount_minor": 345,
    }
    ids = {"removal_id": str(uuid4()), "basket_id": str(uuid4())}
    return {"operator_id": "ben", **ids, "lines": [line]}


def payment() -> dict[str, Any]:
    ids = {"attempt_id": str(uuid4()), "sale_id": str(uuid4())}
    return {"operator_id": "ben", **ids, "tender_id": "cash", "amount_minor": 345}
