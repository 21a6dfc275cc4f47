"""The shop's receipt printers: which stands where, one paper at a time on each."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from edge.devices.at import DeviceAt, device_at
from edge.devices.printer.send import PrinterSilent, send_to_printer
from edge.domain.fields import one_case
from edge.domain.printing import NoPrinter, PrinterOut
from sync.protocol.identity import WorkstationId
from sync.protocol.paper.blocks import Block


class Printers:
    """Of one box. What they are sent is made beside the loop: the library that makes it is large,
    and is loaded when the first paper is printed."""

    def __init__(self, at: Mapping[WorkstationId, DeviceAt | Path], *, chinese: bool) -> None:
        self._at = at
        self._chinese = chinese
        self._busy = {workstation_id: asyncio.Lock() for workstation_id in at}

    @classmethod
    def named(cls, stated: Mapping[str, str], *, chinese: bool) -> Self:
        """As the settings name them."""
        at: dict[WorkstationId, DeviceAt | Path] = {}
        for workstation_id, where in stated.items():
            there = Path(where) if where.startswith("/") else device_at(where)
            at[WorkstationId(one_case(workstation_id))] = there
        return cls(at, chinese=chinese)

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
        try:
            await send_to_printer(self._at[workstation_id], data)
        except PrinterSilent as error:
            raise PrinterOut(workstation_id, str(error)) from error

    def _paper(self, blocks: Sequence[Block], *, opens_drawer: bool) -> bytes:
        from edge.devices.printer.escpos import escpos_bytes

        return escpos_bytes(blocks, chinese=self._chinese, opens_drawer=opens_drawer)
