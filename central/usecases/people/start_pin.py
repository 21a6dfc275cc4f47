"""Gives an operator a PIN to begin with: shown once, and replaced by one of their own at the first
sign-in. Also whoever forgot theirs gets one."""

import asyncio
import re

from sqlalchemy import and_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.people import PinOpened
from central.db.tables import table
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import published_rows
from central.usecases.people.end_operator import list_operators
from central.usecases.people.set_operator import operator_of_company
from sync.engine.pin_hash import draw_pin, hash_pin
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId, OperatorId
from sync.protocol.pin import PIN_DIGITS_MAX, PIN_DIGITS_MIN, PIN_PATTERN, is_trivial
from sync.protocol.reference import Credential, DataSet, Operator

_PIN = re.compile(PIN_PATTERN)
_OPENED = table(PinOpened)


async def start_pin(
    db: AsyncConnection, company_id: CompanyId, operator_id: str, pin: str | None, now_ms: int
) -> str:
    """``pin`` None: one is drawn. What was theirs before opens nothing any more. Raises NotFound,
    InvalidField."""
    operator = await operator_of_company(db, company_id, operator_id)
    given = draw_pin() if pin is None else pin
    if _PIN.search(given) is None or is_trivial(given):
        raise InvalidField(
            f"pin: it must have {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits, not all alike and no"
            " run such as 1234.",
            field="pin",
            remedy="Choose another one, or leave it out and one is drawn.",
        )
    await _publish(db, company_id, operator.operator_id, given, now_ms)
    return given


async def start_pins(
    db: AsyncConnection, company_id: CompanyId, now_ms: int
) -> tuple[tuple[Operator, str], ...]:
    """A drawn PIN for everybody who works and has none."""
    having = await published_rows(db, company_id, DataSet.CREDENTIALS)
    given = []
    for operator in await list_operators(db, company_id):
        if operator.active and operator.operator_id not in having:
            pin = draw_pin()
            await _publish(db, company_id, operator.operator_id, pin, now_ms)
            given.append((operator, pin))
    return tuple(given)


async def _publish(
    db: AsyncConnection, company_id: CompanyId, operator_id: OperatorId, pin: str, now_ms: int
) -> None:
    hashed = await asyncio.to_thread(hash_pin, pin)
    row = Credential(operator_id, hashed, starting=True, set_at_ms=now_ms)
    await publish_rows(db, company_id, DataSet.CREDENTIALS, [row])
    settled = and_(_OPENED.c.company_id == company_id, _OPENED.c.operator_id == operator_id)
    await db.execute(update(_OPENED).where(settled).values(error=""))
