"""What every part of a running head office shares: handed in, never looked up.

Nothing here is state that correctness depends on: any number of central processes may run beside
each other on one database.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import StreamKey
from central.archive.postgres import PostgresArchive
from central.office.lanes import Lanes
from central.office.reach import Reach, read_reach
from central.office.settings import CentralSettings
from central.usecases.feed.publish_reference import publish_customers
from central.usecases.people.sign_in_tries import SignInTries
from sync.http.lanes import Lane
from sync.http.shared import Shared
from sync.http.tries import WrongTries
from sync.program.pages import Pages

READING_AT_ONCE = 4
READERS_WAITING_MAX = 64


@dataclass(frozen=True)
class Nudges:
    """Wake-ups for the background loops; a timer follows where one is lost."""

    published: asyncio.Event = field(default_factory=asyncio.Event)
    ingested: asyncio.Event = field(default_factory=asyncio.Event)
    applied: asyncio.Event = field(default_factory=asyncio.Event)
    folded: asyncio.Event = field(default_factory=asyncio.Event)
    numbered: asyncio.Event = field(default_factory=asyncio.Event)
    unvalued: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: set[StreamKey] = field(default_factory=set)

    def note_arrival(self, key: StreamKey) -> None:
        """This process took events of a stream in."""
        self.arrived.add(key)
        self.ingested.set()

    def take_arrived(self) -> tuple[StreamKey, ...]:
        """Streams that this process took events of since the last call, epochs in their order."""
        taken = tuple(sorted(self.arrived, key=lambda key: (key.store_id, key.epoch.number)))
        self.arrived.clear()
        return taken


def _reading() -> Lane:
    return Lane("reports", places=READING_AT_ONCE, waiting=READERS_WAITING_MAX)


@dataclass(frozen=True)
class HeadOffice:
    """``clock_ms``: UTC milliseconds now. ``lanes``: how much of each kind goes on at once;
    ``reports``: of reading, inside a turn of people's. ``boards``: one for all who look at the same
    at once; ``pages``: sets receipts as PDF."""

    engine: AsyncEngine
    archive: PostgresArchive
    key: Ed25519PrivateKey
    settings: CentralSettings
    clock_ms: Callable[[], int]
    tries: WrongTries
    sign_ins: SignInTries
    reach: Reach
    lanes: Lanes = field(default_factory=Lanes)
    reports: Lane = field(default_factory=_reading)
    boards: Shared[Any] = field(default_factory=Shared)
    pages: Pages = field(default_factory=Pages)
    nudges: Nudges = field(default_factory=Nudges)


def open_office(
    engine: AsyncEngine,
    key: Ed25519PrivateKey,
    settings: CentralSettings,
    clock_ms: Callable[[], int],
    reach: Reach | None = None,
) -> HeadOffice:
    """An office on ``engine``; stores' changes of customers are published as they are applied.
    ``reach``: read from the settings, unless given. Raises CannotBeReached, BadCertificate."""
    archive = PostgresArchive(engine, publish_customers)
    tries, sign_ins = WrongTries(settings.tries), SignInTries(key)
    reach = reach or read_reach(settings)
    return HeadOffice(engine, archive, key, settings, clock_ms, tries, sign_ins, reach)
