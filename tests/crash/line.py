"""One connection to a store that may be killed at any byte, and what is said over it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

HEADER_BYTES_MAX = 64 * 1024
STEP_MINOR = 5
"""Cash rounds to this: the seeded store's setting."""

NOTE_MINOR = 1_000
FLOAT_MINOR = 20_000
LINES_MAX = 4
"""Of an ordinary basket."""

RETURNABLE_MAX = 50
OPERATOR = "alice"


class LineCut(Exception):
    """The connection ended before the answer did: nobody knows what became of the request."""


class Refused(Exception):
    """The store answered with a problem; the request stays pending."""

    def __init__(self, workstation: str, asked: "Asked", answer: "Answer") -> None:
        super().__init__(workstation, asked, answer)
        self.asked = asked
        self.answer = answer


class Answer(NamedTuple):
    """A status and the document that came with it."""

    status: int
    raw: bytes

    @property
    def document(self) -> Any:
        return msgspec.json.decode(self.raw)


class Line:
    """One HTTP/1.1 connection to a store server on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        """Raises LineCut."""
        try:
            return cls(*await asyncio.open_connection("127.0.0.1", port, limit=HEADER_BYTES_MAX))
        except OSError as error:
            raise LineCut from error

    async def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a request and wait for its answer. Raises LineCut."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        try:
            self._writer.write("\r\n".join([*lines, "\r\n"]).encode() + body)
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            told = dict(each.lower().split(": ", 1) for each in head[1:] if each)
            raw = await self._reader.readexactly(int(told["content-length"]))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise LineCut from error
        return Answer(int(head[0].split(" ")[1]), raw)

    def close(self) -> None:
        self._writer.close()


class Told(msgspec.Struct, frozen=True):
    """What the store answered to a sale: all of it must stay true for ever."""

    sale_id: UUID
    receipt_number: str
    business_date: str
    total_minor: int
    rounding_minor: int
    due_minor: int
    change_minor: int
    points_earned: int
    points_spent: int
    points_taken_back: int
    receipt: str
    envelope: bytes
    hash: str
    signature: bytes
    head: dict[str, Any]


class _PointsHere(msgspec.Struct, frozen=True):
    """The one figure of an answer that may differ from one time to the next."""

    points_here: int | None


class Kind(Enum):
    """What a workstation asks for."""

    SALE = "sale"
    OPEN_TILL = "open_till"
    SETTLE_TILL = "settle_till"
    RECEIVE_GOODS = "receive_goods"


@dataclass(frozen=True)
class Asked:
    """A request that is sent until it is answered; ``id`` is the one that makes it happen once."""

    kind: Kind
    id: UUID
    path: str
    body: bytes
    basket: "Basket | None" = None


class Item(NamedTuple):
    """What the workstation's page knows of an item."""

    item_id: str
    scan_code: str
    unit_price_minor: int


class SoldLine(NamedTuple):
    """A line that may come back."""

    sale_id: UUID
    line_no: int
    quantity_milli: int
    amount_minor: int


@dataclass(frozen=True)
class Basket:
    """What was tendered: enough to know what the till must hold, and what may come back."""

    cash_minor: int
    customer: bool
    lines: tuple[SoldLine, ...]


class Tally(NamedTuple):
    """A settled till: what the store said should be in it, and what the workstation counted."""

    expected_minor: int
    counted_minor: int


def told_of(answer: Answer) -> Told:
    """The lasting part of the answer to a sale."""
    return msgspec.json.decode(answer.raw, type=Told)


def signed_in(token: str) -> dict[str, str]:
    """The headers of a workstation whose operator's session has the pairing's token."""
    return {"Authorization": f"Bearer {token}", "Holdfast-Session": token}
