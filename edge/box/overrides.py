"""Overrides that were given and not used yet: for a minute by the steady clock that nobody can set,
in memory alone, so that a start anew ends them all."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from edge.domain.operator import Session
from edge.domain.reckoning import Steady
from edge.domain.rights import OVERRIDE_AGE_MAX_S, Override
from sync.protocol.errors import Refusal

OVERRIDES_MAX = 1_000
_MS = 1_000


class Overrides:
    """Of one box."""

    def __init__(self, steady: Callable[[], Steady]) -> None:
        self._steady = steady
        self._given: dict[UUID, tuple[int, Override]] = {}

    def keep(self, override: Override) -> None:
        """From now on it may be used, once."""
        now_ms = self._steady().ms
        self._given = {
            key: (until_ms, one)
            for key, (until_ms, one) in self._given.items()
            if until_ms > now_ms
        }
        if len(self._given) >= OVERRIDES_MAX:
            del self._given[next(iter(self._given))]
        self._given[override.override_id] = (now_ms + OVERRIDE_AGE_MAX_S * _MS, override)

    @contextmanager
    def using(self, override_id: UUID | None, session: Session | None) -> Iterator[Override | None]:
        """The override inside the block, if it stands and was given to who asks: nobody else gets
        it meanwhile, and then it is used up, unless what it was asked for was refused: that act,
        with that amount, may be tried again within the minute."""
        found = None if override_id is None else self._given.get(override_id)
        if found is None or not self._fits(*found, session):
            yield None
            return
        _, override = found
        del self._given[override.override_id]
        try:
            yield override
        except Refusal:
            self._given[override.override_id] = found
            raise

    @contextmanager
    def using_all(
        self, override_ids: Collection[UUID], session: Session | None
    ) -> Iterator[tuple[Override, ...]]:
        """Several, as ``using``."""
        if not override_ids:
            yield ()
            return
        with ExitStack() as stack:
            found = [stack.enter_context(self.using(one, session)) for one in override_ids]
            yield tuple(one for one in found if one is not None)

    def _fits(self, until_ms: int, override: Override, session: Session | None) -> bool:
        if session is None or self._steady().ms >= until_ms:
            return False
        given_to = (override.operator_id, override.workstation_id)
        return (session.operator_id, session.workstation_id) == given_to
