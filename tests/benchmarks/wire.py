"""Bytes on the wire per five-line sale, and what packing and unpacking them costs.

The sales come out of the edge's own rules, over the sample chain's catalogue; the batches are
packed by what the push packs with. Nothing here touches a disk or a network.
"""

from typing import NamedTuple


class WirePart(NamedTuple):
    """How many bytes a sale become fewer when the sales lack this part."""

    name: str
    bytes_per_sale: float


class WireFigures(NamedTuple):
    """``sales`` sales in ``batches`` pushes. The microseconds are CPU time, the best of several
    runs, all sales packed and unpacked in each."""

    sales: int
    batches: int
    packed_bytes: int
    unfolded_bytes: int
    pack_us_per_sale: float
    unpack_us_per_sale: float
    parts: tuple[WirePart, ...]

    @property
    def bytes_per_sale(self) -> float:
        """What travels, divided by the sales."""
        return self.packed_bytes / self.sales


def measure_wire(*, sales: int = 2_000, items: int = 300, seed: int = 1) -> WireFigures:
    """Figures of ``sales`` five-line sales over ``items`` items of the sample catalogue, drawn
    evenly. The same seed gives the same bytes."""
    raise NotImplementedError(sales, items, seed)
