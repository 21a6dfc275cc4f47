"""The shop's printers for shelf labels: which is where, one job at a time on each."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from edge.box.printers import place_of
from edge.devices.at import DeviceAt
from edge.devices.printer.send import PrinterSilent, send_to_printer
from edge.domain.shelf_label import LabelPrinterOut, NoLabelPrinter


class LabelPrinters:
    """Of one box. ``dots``: of their heads on a millimetre."""

    def __init__(self, at: Mapping[str, DeviceAt | Path], dots: int) -> None:
        self.dots = dots
        self._at = at
        self._busy = {name: asyncio.Lock() for name in at}

    @classmethod
    def named(cls, stated: Mapping[str, str], dots: int) -> Self:
        """As the settings name them."""
        return cls({name: place_of(where) for name, where in stated.items()}, dots)

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the settings."""
        return tuple(self._at)

    async def print_labels(self, name: str, data: bytes) -> None:
        """All of it. Raises NoLabelPrinter, LabelPrinterOut."""
        if name not in self._at:
            raise NoLabelPrinter(name)
        async with self._busy[name]:
            try:
                await send_to_printer(self._at[name], data, asks=False)
            except PrinterSilent as error:
                raise LabelPrinterOut(name, str(error)) from error
