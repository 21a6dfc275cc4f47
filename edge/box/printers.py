"""The shop's receipt printers: which stands where, one paper at a time on each."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from edge.devices.at import DeviceAt, device_at
from edge.devices.printer.send import PrinterSilent, send_to_printer
from edge.domain.fields import one_case
from edge.domain.printing import NoPrinter, PrinterOut
from sync.protocol.identity import WorkstationId
from sync.protocol.paper.blocks import Block

if TYPE_CHECKING:
    from PIL.Image import Image


class Printers:
    """Of one box. What they are sent is made beside the loop: the library that makes it is large,
    and is loaded when the first paper is printed."""

    def __init__(
        self, at: Mapping[WorkstationId, DeviceAt | Path], *, chinese: bool, logo: Path | None
    ) -> None:
        self._at = at
        self._chinese = chinese
        self._logo = logo
        self._silent: set[WorkstationId] = set()
        self._busy = {workstation_id: asyncio.Lock() for workstation_id in at}

    @classmethod
    def named(
        cls, stated: Mapping[str, str], *, chinese: bool = False, logo: Path | None = None
    ) -> Self:
        """As the settings name them. ``logo``: the file of a picture that stands above receipts."""
        at: dict[WorkstationId, DeviceAt | Path] = {}
        for workstation_id, where in stated.items():
            at[WorkstationId(one_case(workstation_id))] = place_of(where)
        return cls(at, chinese=chinese, logo=logo)

    def has(self, workstation_id: WorkstationId) -> bool:
        """Whether a printer stands there."""
        return workstation_id in self._at

    def turn(self, workstation_id: WorkstationId) -> asyncio.Lock:
        """Held by whoever decides what is printed there, prints it and notes it: of two who ask at
        once one gets the receipt, the other a copy. Raises NoPrinter."""
        if workstation_id not in self._at:
            raise NoPrinter(workstation_id)
        return self._busy[workstation_id]

    async def print_paper(
        self, workstation_id: WorkstationId, blocks: Sequence[Block], *, opens_drawer: bool
    ) -> None:
        """Print it there in one's turn, and open the drawer below it. Raises PrinterOut."""
        data = await asyncio.to_thread(self._paper, blocks, opens_drawer=opens_drawer)
        await self._send(workstation_id, data, asks=workstation_id not in self._silent)

    async def open_drawer(self, workstation_id: WorkstationId) -> None:
        """Kick the drawer below the printer, and print nothing. Raises NoPrinter, PrinterOut."""
        async with self.turn(workstation_id):
            await self._send(workstation_id, await asyncio.to_thread(_kick), asks=False)

    async def kick(self, workstation_id: WorkstationId) -> bool | None:
        """Whether the drawer there was kicked open; None where no printer stands."""
        if not self.has(workstation_id):
            return None
        try:
            await self.open_drawer(workstation_id)
        except PrinterOut:
            return False
        return True

    async def _send(self, workstation_id: WorkstationId, data: bytes, *, asks: bool) -> None:
        """One that did not answer once is not asked again before the box is started anew."""
        try:
            answers = await send_to_printer(self._at[workstation_id], data, asks=asks)
        except PrinterSilent as error:
            raise PrinterOut(workstation_id, str(error)) from error
        if asks and not answers:
            self._silent.add(workstation_id)

    def _paper(self, blocks: Sequence[Block], *, opens_drawer: bool) -> bytes:
        from edge.devices.printer.escpos import escpos_bytes

        logo = None if self._logo is None else _logo(self._logo)
        chinese = self._chinese
        return escpos_bytes(blocks, chinese=chinese, opens_drawer=opens_drawer, logo=logo)


def place_of(where: str) -> DeviceAt | Path:
    """As the settings name a printer: an address, or a device of this machine."""
    return Path(where) if where.startswith("/") else device_at(where)


def page_logo(path: Path) -> bytes | None:
    """The logo for a page (PNG); None where the file is none."""
    from edge.devices.printer.picture import NoLogo, page_logo_at

    try:
        return page_logo_at(path, path.stat().st_mtime_ns)
    except (NoLogo, OSError):
        return None


def _logo(path: Path) -> "Image | None":
    """A receipt without its logo is one; what is wrong with the file `edge doctor` says."""
    from edge.devices.printer.picture import NoLogo, logo_at

    try:
        return logo_at(path, path.stat().st_mtime_ns)
    except (NoLogo, OSError):
        return None


def _kick() -> bytes:
    from edge.devices.printer.escpos import drawer_kick

    return drawer_kick()
