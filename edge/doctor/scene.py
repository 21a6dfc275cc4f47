"""What the checks share: a store's folder, its file opened for reading, and head office's answers.

Nothing is changed and no hold on the folder is taken, so that a box at work, one that is stopped
and one whose database is broken are looked at alike.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec

from edge.box.clock import wall_clock_ms
from edge.box.folder import NotProvisioned, database_of
from edge.box.keys import read_key
from edge.box.settings import EdgeSettings, read_settings
from edge.db.connection.engine import open_reading
from edge.db.connection.errors import CannotStart
from edge.db.journal import read_head
from edge.db.store import Enrolment, read_enrolment
from edge.exchange.redeem import is_head_office, stated_time_s
from sync.engine.ask import Answer, ask
from sync.engine.signing import NONCE_BYTES_MAX, Signer
from sync.engine.transport import HttpTransport, open_client
from sync.engine.trust import carrier_for
from sync.program.command_line import command
from sync.program.findings import Found, State
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import Head
from sync.protocol.codec import decode
from sync.protocol.enrolment import pin_of
from sync.protocol.errors import Explained, NotSent, Undecodable
from sync.protocol.identity import WorkstationId
from sync.protocol.trust import Trust

ASK_WITHIN_S = 15
COULD_NOT_LOOK = (
    *(OSError, sqlite3.Error, CannotStart, Explained, NotSent, Undecodable),
    *(LookupError, ValueError, TypeError, msgspec.MsgspecError),
)
"""What a check meets where the thing that it looks at is broken."""


class AtWork(NamedTuple):
    """What only the running box knows. ``heard``: when each workstation called last, UTC ms;
    ``since_ms``: since when it serves; ``address``: where; ``certificate_refused``: why head office
    gave no certificate when it was asked last."""

    heard: Mapping[WorkstationId, int]
    since_ms: int
    address: str | None
    certificate_refused: str | None = None


class Health(NamedTuple):
    """How head office's address answered ``GET /health``. ``stated_s``: its clock, seconds since
    1970."""

    status: int
    is_head_office: bool
    stated_s: int | None


class Scene:
    """``at_work``: None where the box does not run, or does not answer; ``silence``: then how that
    shows, in words. ``earlier``: what the checks before this one found, by their names."""

    def __init__(
        self, folder: Path, at_work: AtWork | None = None, silence: str | None = None
    ) -> None:
        self.folder = folder
        self.at_work = at_work
        self.silence = silence
        self.earlier: dict[str, Found] = {}
        self.now_ms = wall_clock_ms()

    def command(self, *words: object) -> str:
        """A command of this program on the same folder, as it can be typed."""
        return command("edge", *words, "--data", self.folder)

    @cached_property
    def settings(self) -> EdgeSettings:
        """Raises NotProvisioned, WrongSettings."""
        return read_settings(self.folder)

    @cached_property
    def enrolment(self) -> Enrolment:
        """Raises NotProvisioned, sqlite3.Error."""
        with self.reading() as db:
            found = read_enrolment(db)
        if found is None:
            raise NotProvisioned(self.folder)
        return found

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The store's file for one check. Raises sqlite3.Error."""
        with closing(open_reading(database_of(self.folder))) as db:
            yield db

    @cached_property
    def health(self) -> Health | httpx.HTTPError:
        """What head office's address answers to anybody, or why nothing came. Raises
        NotProvisioned, WrongSettings."""
        return asyncio.run(ask_health(self._client()))

    @cached_property
    def heard(self) -> Answer:
        """What it answers to this box's signature. Raises NotSent, and what the folder raises."""
        with self.reading() as db:
            head = read_head(db)
        return asyncio.run(self._ask(head))

    def _client(self) -> httpx.AsyncClient:
        """As the box itself trusts head office. Raises what the folder raises."""
        own, pin = self.settings, None
        if own.trust is Trust.PIN:
            pin = pin_of(self.enrolment.central_key)
        return open_client(own.central_url, carrier_for(own.trust, own.central_url, pin))

    @property
    def acknowledged(self) -> Acknowledgement | None:
        """What head office said with its signature; None where it did not."""
        if self.earlier["signature"].state is not State.FINE:
            return None
        return decode(Acknowledgement, self.heard.response.body)

    async def _ask(self, head: Head) -> Answer:
        own = self.enrolment
        signer = Signer(
            own.store_id,
            own.device_id,
            read_key(self.folder),
            own.central_key,
            lambda: secrets.token_bytes(NONCE_BYTES_MAX),
        )
        async with self._client() as client:
            transport = HttpTransport(client, ASK_WITHIN_S)
            path = f"/v1/stores/{own.store_id}/feeds"
            return await ask(transport, signer, "GET", path, head)


async def ask_health(client: httpx.AsyncClient) -> Health | httpx.HTTPError:
    """What head office's address answers, or why nothing came; then ``client`` is closed."""
    try:
        async with asyncio.timeout(ASK_WITHIN_S), client:
            response = await client.get("/health")
    except httpx.HTTPError as error:
        return error
    except TimeoutError:
        return httpx.ReadTimeout("no whole answer")
    return Health(response.status_code, is_head_office(response), stated_time_s(response))
