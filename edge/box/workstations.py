"""Who may speak to the box: the workstations that were paired."""

from edge.box.clock import wall_clock_ms
from edge.db.connection.reader import Reader
from edge.db.workstations import Device, token_hash, token_hashes
from sync.protocol.identity import WorkstationId


class Workstations:
    """Which workstation a bearer token belongs to; at rest only its SHA-256 is known. ``heard``:
    when each called last since this program was started, UTC ms by this machine's clock."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[bytes, Device] | None = None
        self._changes = 0
        self.heard: dict[WorkstationId, int] = {}

    async def named_by(self, token: str) -> Device | None:
        """The device, or None for a token that belongs to none: the hashes of all of them are
        kept here, so that a wrong token costs no look into the database."""
        known = self._known
        if known is None:
            changes = self._changes
            known = await self._reader.read(token_hashes)
            if changes == self._changes:
                self._known = known
        found = known.get(token_hash(token))
        if found is not None:
            self.heard[found.workstation_id] = wall_clock_ms()
        return found

    def forget(self) -> None:
        """A workstation was paired or taken away: look again, also where a look is under way."""
        self._known = None
        self._changes += 1
