"""Where production still draws by chance or asks the machine: here a world puts its own there.

``sync``, the use cases and the folds take clock, ids and jitter as arguments. The exchange loop of
the edge draws its jitter, alarm ids and disk figures itself.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from edge.box import box
from edge.exchange import lineage, rights
from edge.exchange import rounds as exchange
from edge.server import background
from tests.simulation.ids import Ids

DISK_FREE_BYTES = 10**10


class Log:
    """Hears what the loop writes down. A round that broke is a defect, and ends the world."""

    def info(self, *_: Any, **__: Any) -> None:
        """Nothing to see."""

    warning = info

    def error(self, event: str, **told: Any) -> None:
        """Raises what a round broke on."""
        broke = told.get("exc_info")
        if isinstance(broke, BaseException):
            raise broke


@contextmanager
def seams(random: Random, ids: Ids) -> Iterator[None]:
    """Inside the block, everything is drawn from the seed."""
    drawn = SimpleNamespace(compat=SimpleNamespace(uuid7=ids.uuid))
    put = (
        (exchange, "uuid_utils", drawn),
        (rights, "uuid_utils", drawn),
        # A world's line has a bound of its own for each request.
        (rights, "asyncio", SimpleNamespace(timeout=lambda _: nullcontext())),
        (lineage, "asyncio", SimpleNamespace(timeout=lambda _: nullcontext())),
        (lineage, "log", Log()),
        (rights, "log", Log()),
        (box, "uuid_utils", drawn),
        (box, "secrets", SimpleNamespace(token_bytes=random.randbytes)),
        (
            exchange,
            "shutil",
            SimpleNamespace(disk_usage=lambda _: SimpleNamespace(free=DISK_FREE_BYTES)),
        ),
        (background, "secrets", SimpleNamespace(randbelow=random.randrange)),
        (background, "log", Log()),
    )
    with ExitStack() as stack:
        for module, name, value in put:
            stack.enter_context(patch.object(module, name, value))
        yield
