"""Rights to spend between this box and head office: given back with each round, asked for while
somebody waits at the till, as the receipts of other shops are."""

import asyncio
import contextlib
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

import structlog
import uuid_utils.compat

from edge.box.asker import NOT_STATED, Outcome, ReceiptAnswer
from edge.box.box import Box
from edge.db.epochs import writing
from edge.exchange.rounds import Line
from edge.usecases.right.ask import give_up, note_answer, note_question
from edge.usecases.right.give_back import give_back_rights, is_something_to_give_back
from sync.engine.ask import Answer, ask
from sync.protocol.answers import read_refusal, words_of
from sync.protocol.change import Head
from sync.protocol.codec import decode, encode
from sync.protocol.errors import NotSent, OutcomeUnknown, Undecodable
from sync.protocol.rights import AccountStated, ReceiptStated, RightAnswered, RightAsked
from sync.protocol.text import shown

ASK_TIMEOUT_S = 4
"""Somebody waits at the till; then the sale goes on without it."""
ASKS_MAX = 3
"""Of one question: an answer that got lost is asked for again at once, and is the same."""
FACTS_MAX = 100
"""Of one round; the next one goes on."""
MSGPACK = "application/msgpack"
_OK = 200
_NONE_STATED = (404, 409)
"""Head office knows no such receipt, not yet, or two of that number."""

log = structlog.get_logger()


async def give_back(box: Box) -> None:
    """Whatever this store does not keep, once head office answered: a shop without a line spends
    what was born there, for nobody could give it back to it. The next round sends it."""
    now_ms = box.clock.moment().wall_ms
    more = await box.reader.read(lambda db: is_something_to_give_back(db, now_ms))
    for _ in range(FACTS_MAX):
        if not more:
            return
        given = partial(
            give_back_rights, moment=box.clock.moment(), event_id=uuid_utils.compat.uuid7()
        )
        more = await box.writer.run(given)
        box.nudge.set()


async def ask_for_right(box: Box, line: Line, kind: str, account_id: UUID, amount: int) -> Outcome:
    """Written down, asked, and written down again: what was granted, or that it is given up. Raises
    NothingToAskFor, NotEnrolled, SettingsMissing."""
    request_id, moment = uuid_utils.compat.uuid7(), box.clock.moment()
    account, asked_id = (kind, account_id), uuid_utils.compat.uuid7()
    head, question = await box.writer.run(
        lambda db: note_question(db, request_id, account, amount, moment, event_id=asked_id)
    )
    box.nudge.set()
    try:
        async with asyncio.timeout(ASK_TIMEOUT_S):
            response, signed = await _ask(line, head, question)
        if response.status != _OK or not signed:
            refused = read_refusal(response.status, response.headers, response.body, signed=signed)
            return await _given_up(box, request_id, shown(refused.detail), away=not signed)
        answer = decode(RightAnswered, response.body)
    except (NotSent, TimeoutError, Undecodable) as error:
        return await _given_up(box, request_id, shown(str(error)), away=True)
    if answer.request_id != request_id or answer.granted > amount:
        return await _given_up(box, request_id, "head office answered something else", away=False)
    said = (answer.granted, answer.last_day)
    granted = await box.writer.run(lambda db: note_answer(db, request_id, *said))
    return Outcome(granted)


async def ask_for_account(
    box: Box, line: Line, kind: str, account_id: UUID
) -> AccountStated | None:
    """What somebody has in all; None: head office did not say. Raises NotEnrolled."""
    head = await box.reader.read(lambda db: writing(db).head)
    path = f"/v1/stores/{line.signer.store_id}/grants?kind={kind}&account={account_id}"
    try:
        async with asyncio.timeout(ASK_TIMEOUT_S):
            response, signed = await ask(line.transport, line.signer, "GET", path, head)
        if response.status != _OK or not signed:
            return None
        return decode(AccountStated, response.body)
    except (NotSent, TimeoutError, Undecodable) as error:
        log.info("account not stated", store=box.enrolment.store_code, detail=shown(str(error)))
        return None


async def ask_for_receipt(box: Box, line: Line, code: str) -> ReceiptAnswer:
    """A receipt of any shop of the company as it stands. Raises NotEnrolled."""
    head = await box.reader.read(lambda db: writing(db).head)
    path = f"/v1/stores/{line.signer.store_id}/receipts?{urlencode({'code': code})}"
    try:
        async with asyncio.timeout(ASK_TIMEOUT_S):
            response, signed = await ask(line.transport, line.signer, "GET", path, head)
        if response.status == _OK and signed:
            return ReceiptAnswer(decode(ReceiptStated, response.body))
    except (NotSent, TimeoutError, Undecodable) as error:
        log.info("receipt not stated", store=box.enrolment.store_code, detail=shown(str(error)))
        return NOT_STATED
    if signed and response.status in _NONE_STATED:
        return ReceiptAnswer(None, *words_of(response.headers, response.body))
    return NOT_STATED


async def _ask(line: Line, head: Head, question: RightAsked) -> Answer:
    """Asked again where it is not known whether head office answered, and not where it cannot be
    reached. Raises NotDelivered, OutcomeUnknown."""
    path, body = f"/v1/stores/{line.signer.store_id}/grants", encode(question)
    asking = partial(
        ask, line.transport, line.signer, "POST", path, head, body, content_type=MSGPACK
    )
    for _ in range(ASKS_MAX - 1):
        with contextlib.suppress(OutcomeUnknown):
            return await asking()
    return await asking()


async def _given_up(box: Box, request_id: UUID, said: str, *, away: bool) -> Outcome:
    log.warning("no right", store=box.enrolment.store_code, detail=said)
    event_id, moment = uuid_utils.compat.uuid7(), box.clock.moment()
    await box.writer.run(lambda db: give_up(db, request_id, moment, event_id=event_id))
    box.nudge.set()
    return Outcome(0, away)
