"""A terminal that is none: it answers by the cents of the amount, or as it is told, and keeps what
it did in a journal of its own, so that it can be killed like everything else.

    .01 declined · .02 charged, and says that it does not know · .03 not charged, and says that it
    does not know · .04 charged, and the answer is cut · .05 charged, and the answer comes when the
    next question about it does · all else approved

A refund goes as a payment of its amount does, and gives back no more than a payment that it knows
took. Without a line to the bank it gives nothing back, and approves a payment by itself, up to its
limit for one, its limit for all of them together and what the question allows; else it declines.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from edge.devices.terminal.protocol import LINE_BYTES_MAX, Answer, Ask, Question, Said

CENTS = 100


class Behaviour(StrEnum):
    """How a payment goes."""

    APPROVE = "approve"
    DECLINE = "decline"
    UNKNOWN = "unknown"
    UNKNOWN_UNPAID = "unknown-unpaid"
    CUT = "cut"
    SLOW = "slow"


BY_CENTS = MappingProxyType(
    {
        1: Behaviour.DECLINE,
        2: Behaviour.UNKNOWN,
        3: Behaviour.UNKNOWN_UNPAID,
        4: Behaviour.CUT,
        5: Behaviour.SLOW,
    }
)
_UNPAID = frozenset({Behaviour.DECLINE, Behaviour.UNKNOWN_UNPAID})
_CHARGED = frozenset({Said.APPROVED, Said.OFFLINE})


class Simulation(NamedTuple):
    """``always``: whatever the amount. ``away``: there is no line to the bank."""

    always: Behaviour | None = None
    away: bool = False
    offline_minor: int = 5_000
    offline_total_minor: int = 20_000


class Entry(msgspec.Struct, frozen=True):
    """A line of its journal: what became of a reference. ``amount_minor`` below 0: given back, of
    the payment ``refunds``."""

    reference: str
    said: Said
    amount_minor: int = 0
    approval: str | None = None
    why: str = ""
    refunds: str | None = None

    @property
    def answer(self) -> Answer:
        """What is said to whoever asks about it."""
        return Answer(self.said, self.approval, self.why)


class SimulatedTerminal:
    """What it did, by reference. ``charged_minor`` is what the customers' banks would show."""

    def __init__(self, simulation: Simulation, journal: Path | None = None) -> None:
        self.simulation = simulation
        self._journal = journal
        self._entries: dict[str, Entry] = {}
        self._asked_about: dict[str, asyncio.Event] = {}
        if journal is not None and journal.exists():
            for line in journal.read_bytes().splitlines():
                entry = msgspec.json.decode(line, type=Entry)
                self._entries[entry.reference] = entry

    @property
    def charged_minor(self) -> int:
        """All payments that it took and did not undo, less what it gave back."""
        return sum(one.amount_minor for one in self._entries.values() if one.said in _CHARGED)

    async def answer(self, question: Question) -> Answer | None:
        """None: the line is cut instead."""
        match question.ask:
            case Ask.PAY | Ask.REFUND:
                return await self._pay(question)
            case Ask.STATE:
                self._wake(question.reference)
                return self._known(question, Said.NEVER).answer
            case Ask.CANCEL:
                self._wake(question.reference)
                return self._cancel(question).answer

    async def _pay(self, question: Question) -> Answer | None:
        known = self._entries.get(question.reference)
        if known is not None:
            return known.answer if known.said is not Said.NEVER else _BARRED
        behaviour = self._behaviour(question)
        entry = self._charge(question, behaviour)
        if behaviour is Behaviour.CUT:
            return None
        if behaviour is Behaviour.SLOW:
            await self._asked_about.setdefault(question.reference, asyncio.Event()).wait()
        if behaviour in (Behaviour.UNKNOWN, Behaviour.UNKNOWN_UNPAID):
            return Answer(Said.UNKNOWN, why="The bank did not answer.")
        return self._entries[entry.reference].answer

    def _behaviour(self, question: Question) -> Behaviour:
        by_cents = BY_CENTS.get(question.amount_minor % CENTS, Behaviour.APPROVE)
        return self.simulation.always or by_cents

    def _charge(self, question: Question, behaviour: Behaviour) -> Entry:
        reference, amount = question.reference, question.amount_minor
        if behaviour in _UNPAID:
            return self._keep(Entry(reference, Said.DECLINED, why="The bank declined it."))
        number = f"{len(self._entries) + 1:06d}"
        if question.refunds is not None:
            return self._give_back(question, question.refunds, f"R{number}")
        if not self.simulation.away:
            return self._keep(Entry(reference, Said.APPROVED, amount, f"A{number}"))
        if self._may_offline(question):
            return self._keep(Entry(reference, Said.OFFLINE, amount, f"F{number}"))
        return self._keep(Entry(reference, Said.DECLINED, why="The bank cannot be reached."))

    def _give_back(self, question: Question, refunds: str, approval: str) -> Entry:
        """A payment that it never took may be another terminal's: the bank knows it."""
        reference, amount = question.reference, question.amount_minor
        if self.simulation.away:
            return self._keep(Entry(reference, Said.DECLINED, why="The bank cannot be reached."))
        paid = self._entries.get(refunds)
        if paid is not None:
            took = paid.amount_minor if paid.said in _CHARGED else 0
            back = sum(one.amount_minor for one in self._entries.values() if one.refunds == refunds)
            if amount > took + back:
                why = "The payment was not so much."
                return self._keep(Entry(reference, Said.DECLINED, why=why))
        return self._keep(Entry(reference, Said.APPROVED, -amount, approval, refunds=refunds))

    def _may_offline(self, question: Question) -> bool:
        limit = min(question.offline_max_minor, self.simulation.offline_minor)
        taken = sum(one.amount_minor for one in self._entries.values() if one.said is Said.OFFLINE)
        room = self.simulation.offline_total_minor - taken
        return question.amount_minor <= min(limit, room)

    def _cancel(self, question: Question) -> Entry:
        known = self._known(question, Said.CANCELLED)
        if known.refunds is not None:
            return msgspec.structs.replace(known, said=Said.KEPT)
        if known.said in _CHARGED:
            return self._keep(Entry(question.reference, Said.CANCELLED))
        return known

    def _known(self, question: Question, otherwise: Said) -> Entry:
        """What became of it; what it never heard of is barred from now on."""
        known = self._entries.get(question.reference)
        return known or self._keep(Entry(question.reference, otherwise))

    def _keep(self, entry: Entry) -> Entry:
        self._entries[entry.reference] = entry
        if self._journal is not None:
            with self._journal.open("ab") as journal:
                journal.write(msgspec.json.encode(entry) + b"\n")
        return entry

    def _wake(self, reference: str) -> None:
        self._asked_about.setdefault(reference, asyncio.Event()).set()


_BARRED = Answer(Said.DECLINED, why="It was given up before it arrived.")


async def serve_terminal(
    terminal: SimulatedTerminal, host: str, port: int, say: Callable[[int], None]
) -> None:
    """Answer until it is cancelled; ``say`` gets the port once it listens."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _serve_one(terminal.answer, reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, limit=LINE_BYTES_MAX)
    async with server:
        say(server.sockets[0].getsockname()[1])
        await server.serve_forever()


async def _serve_one(
    answer: Callable[[Question], Awaitable[Answer | None]],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    try:
        question = msgspec.json.decode(await reader.readuntil(b"\n"), type=Question)
        said = await answer(question)
        if said is not None:
            writer.write(msgspec.json.encode(said) + b"\n")
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        return  # whoever asks so gets no answer
