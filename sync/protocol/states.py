"""States as a table: what may befall a thing in each of its states, stated once and asked by every
use case.

A cell of ``{state: {event: …}}`` is the state that the event leads to, or the refusal that it meets
there. The row None is that of a thing that is not there yet. A cell that leads back to its own row
changes nothing: whoever asks again is given what is there. Every row has a cell for every event, so
that no ``if`` of a use case says what a state forbids (tests/unit/sync/test_states.py).

What is no matter of the thing's own state (who asks, with which amounts, what another thing is
doing) stands beside the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from sync.protocol.errors import Refusal

S = TypeVar("S", bound=StrEnum)
S_co = TypeVar("S_co", bound=StrEnum, covariant=True)
E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Stateful(Protocol[S_co]):
    """A record that says which state it is in."""

    @property
    def state(self) -> S_co:
        """As of its last event."""


def state_of(held: Stateful[S] | None) -> S | None:
    """Of a record, or of what is not there."""
    return None if held is None else held.state


@dataclass(frozen=True)
class States(Generic[S, E]):
    """One kind of thing. A refusal in the table is made from what the asker states it is ``about``:
    which arguments an event's refusals take is said at the table."""

    table: Mapping[S | None, Mapping[E, S | Callable[..., Refusal]]]

    def after(self, state: S | None, event: E, *about: object) -> S:
        """The state that ``event`` leads to. Raises the refusal of its cell."""
        cell = self.table[state][event]
        if isinstance(cell, StrEnum):
            return cell
        raise cell(*about)

    def require(self, held: T | None, state: S | None, event: E, *about: object) -> T:
        """``held``, which is in ``state`` if it is there and takes ``event``. Raises the refusal of
        its cell, and LookupError where the event can befall what is not there."""
        self.after(None if held is None else state, event, *about)
        if held is None:
            raise LookupError(f"nothing is there that could be {event}")
        return held
