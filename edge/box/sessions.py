"""Who is signed in where, as a request's check needs it: a look into a dictionary.

The sessions themselves are rows (``edge/db/sessions.py``). When each was used last is kept here, by
the steady clock that nobody can set, and written down now and then (``take_used``), so that a
session locks itself whatever is started anew in between; after a start of the machine it is locked.
"""

from collections.abc import Callable
from uuid import UUID

from edge.db.connection.reader import Reader
from edge.db.sessions import read_sessions
from edge.db.workstations import token_hash
from edge.domain.operator import Room, Session
from edge.domain.reckoning import Steady
from sync.protocol.identity import WorkstationId

_MS = 1_000


class Sessions:
    """``lock_after_s``: a session that was not used for so long is locked."""

    def __init__(self, reader: Reader, steady: Callable[[], Steady], lock_after_s: int) -> None:
        self._reader = reader
        self._steady = steady
        self.lock_after_s = lock_after_s
        self._known: dict[bytes, Session] | None = None
        self._used_ms: dict[UUID, int] = {}
        self._unwritten: set[UUID] = set()
        self._changes = 0

    async def named_by(
        self,
        token: str,
        workstation_id: WorkstationId,
        wall_ms: int,
        *,
        using: bool = True,
        room: Room = Room.TILL,
    ) -> Session | None:
        """The session, which may have ended, or None for a token that belongs to none in this room
        of this workstation. ``using``: somebody is at work with it."""
        known = self._known
        if known is None:
            known = await self._read()
        hashed = token_hash(token)
        session = known.get(hashed)
        if session is None or (session.workstation_id, session.room) != (workstation_id, room):
            return None
        if session.ended_at_ms is not None:
            return session
        now_ms, session_id = self._steady().ms, session.session_id
        idle_ms = now_ms - self._used_ms.get(session_id, now_ms - self._lock_ms - 1)
        if idle_ms > self._lock_ms:
            session = session._replace(ended_at_ms=wall_ms - idle_ms + self._lock_ms)
            known[hashed] = session
        elif using:
            self._used_ms[session_id] = now_ms
            self._unwritten.add(session_id)
        return session

    async def _read(self) -> dict[bytes, Session]:
        changes, steady = self._changes, self._steady()
        found = await self._reader.read(read_sessions)
        known = {hashed: session for hashed, (session, _) in found.items()}
        for session, used in found.values():
            if used.machine_boot == steady.machine_boot:
                before = self._used_ms.get(session.session_id, used.ms)
                self._used_ms[session.session_id] = max(before, used.ms)
        kept = {session.session_id for session in known.values()}
        self._used_ms = {one: ms for one, ms in self._used_ms.items() if one in kept}
        if changes == self._changes:
            self._known = known
        return known

    def forget(self) -> None:
        """Somebody signed in or out, or people changed: look again, also where a look is under
        way."""
        self._known = None
        self._changes += 1

    def take_used(self) -> list[tuple[UUID, Steady]]:
        """What was used since this was asked last, and when, to be written down."""
        boot = self._steady().machine_boot
        taken, self._unwritten = self._unwritten, set()
        return [
            (session_id, Steady(boot, self._used_ms[session_id]))
            for session_id in taken
            if session_id in self._used_ms
        ]

    @property
    def _lock_ms(self) -> int:
        return self.lock_after_s * _MS
