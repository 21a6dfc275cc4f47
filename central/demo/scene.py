"""What the acts of the demo act on, and what they remember of one another."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from central.demo.accounts import Counted, Witness
from central.demo.day import Shop
from central.demo.errands import Errands
from central.demo.stage import Stage, StoreBox


@dataclass(frozen=True)
class Count:
    """What a shop had sold at an instant of the loop's clock."""

    receipts: int
    value_minor: int
    at_s: float


@dataclass(frozen=True)
class Down:
    """Since when a box is down, how many sales its tills were at, and how often a till had been
    given a receipt again before. ``witness``: what it had counted, where nobody sold meanwhile."""

    at_s: float
    under_way: int
    answered_again: int
    witness: Witness | None


@dataclass
class Scene:
    """Everything that runs. By store codes, ``cut``: what was sold when its line was cut, ``down``:
    boxes that were killed, ``copies``: of folders, and since when, ``twins``: copies of boxes that
    run beside them, ``left``: in which epoch they sold, ``errands``: who comes with something
    particular. ``trading``: the tills sell by themselves; ``turns``: how often a key killed or
    burnt a box; ``over``: no more is to happen."""

    stage: Stage
    shops: list[Shop]
    console: Console
    trading: bool = False
    over: bool = False
    turns: int = 0
    cut: dict[str, Count] = field(default_factory=dict)
    down: dict[str, Down] = field(default_factory=dict)
    copies: dict[str, tuple[Path, float]] = field(default_factory=dict)
    twins: dict[str, StoreBox] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    errands: dict[str, Errands] = field(default_factory=dict)

    @property
    def counted(self) -> list[Counted]:
        """The stores, as they are counted."""
        return [shop.counted for shop in self.shops]

    def shop(self, code: str) -> Shop:
        """Raises StopIteration where there is none of this code."""
        return next(shop for shop in self.shops if shop.code == code)

    def next_shop(self) -> Shop:
        """One after the other; a box that is down comes first."""
        at = self.turns % len(self.shops)
        return next((shop for shop in self.shops if shop.code in self.down), self.shops[at])


def count(shop: Shop) -> Count:
    """Now."""
    return Count(shop.receipts, shop.value_minor, now_s())


def now_s() -> float:
    """The loop's clock."""
    return asyncio.get_running_loop().time()
