"""What this box says of its days beside its journal: answers to what head office asks of a span,
and a copy of a close's manifest ahead of what waits.

A question is answered from the rows as they are now; the answer to it holds the next one, so that a
search ends within one round. What is lost on the way is asked for again.
"""

import sqlite3
from functools import partial

from edge.box.box import Box
from edge.db.declared import read_waiting_close
from edge.db.journal import read_head
from edge.db.spans import Span, read_events, read_points
from edge.exchange.rounds import Line
from sync.engine.ask import ask
from sync.protocol.batch import Acknowledgement
from sync.protocol.checkpoints import SpanFigures
from sync.protocol.codec import decode, encode
from sync.protocol.commands import Detail, SaySpan, read_commands
from sync.protocol.errors import NotSent, Undecodable

QUESTIONS_MAX = 40
"""In one round; the next goes on."""
TYPE = "application/msgpack"


async def answer_questions(box: Box, line: Line, heard: Acknowledgement) -> None:
    """Everything that is asked of spans, one after the other. Never raises for the network."""
    answered: set[SaySpan] = set()
    for _ in range(QUESTIONS_MAX):
        asked = [x for x in read_commands(heard.commands) if isinstance(x, SaySpan)]
        question = next((one for one in asked if one not in answered), None)
        if question is None:
            return
        answered.add(question)
        said = await box.reader.read(partial(_figures, question=question))
        try:
            found = await _send(box, line, "checkpoints", encode(said))
        except NotSent:
            return
        if found is None:
            return
        heard = found


async def declare_close(box: Box, line: Line) -> None:
    """A copy of the manifest of the newest close that waits, ahead of what waits before it: once
    for each close over this line."""
    waiting = await box.reader.read(read_waiting_close)
    if waiting is None or waiting.manifest == line.declared:
        return
    try:
        await _send(box, line, "declared", encode(waiting.manifest))
    except NotSent:
        return
    line.declared = waiting.manifest  # also where head office knows no such route


def _figures(db: sqlite3.Connection, question: SaySpan) -> SpanFigures:
    span = Span(*question[1:])
    if question.detail is Detail.CHECKPOINTS:
        return SpanFigures(*span, points=read_points(db, span))
    return SpanFigures(*span, events=read_events(db, span))


async def _send(box: Box, line: Line, word: str, body: bytes) -> Acknowledgement | None:
    """Head office's answer; None where it gave another one. Raises NotSent."""
    path = f"/v1/stores/{line.signer.store_id}/{word}"
    head = await box.reader.read(read_head)
    answer = await ask(line.transport, line.signer, "POST", path, head, body, 0, TYPE)
    if not answer.signed or answer.response.status != 200:
        return None
    try:
        return decode(Acknowledgement, answer.response.body)
    except Undecodable:
        return None
