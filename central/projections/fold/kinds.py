"""The one list of what head office does with each kind of fact: filled by the folds themselves."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias, TypeVar

from central.projections.event import Event, RawEvent
from central.projections.fact_id import FactId
from central.projections.fold.collect import Fold
from sync.protocol.aggregate import Root
from sync.protocol.facts import Fact

F = TypeVar("F", bound=Fact)
FoldOf: TypeAlias = Callable[[Fold, Event, F], None]


class FactKind(NamedTuple):
    """``fold``: puts the rows of one fact. ``keys``: its texts that are keys of the database, and
    bounded. ``number``: what only one fact of a store should have. ``after``: what must be there
    first. ``against``: what an honest store never says beside it: both count, and people are told.
    ``refused``: why no store may say it, whatever is held."""

    fold: FoldOf[Any]
    keys: Callable[[Any], Iterable[str]]
    number: Callable[[Any], str | None]
    after: Callable[[Any], Iterable[Root]]
    against: Callable[[Any], FactId | None]
    refused: Callable[[RawEvent, Any], str | None]


FACT_KINDS: dict[type[Fact], FactKind] = {}
"""Every kind of fact."""


def folds(
    kind: type[F],
    *,
    keys: Callable[[F], Iterable[str]] = lambda _: (),
    number: Callable[[F], str | None] = lambda _: None,
    after: Callable[[F], Iterable[Root]] = lambda _: (),
    against: Callable[[F], FactId | None] = lambda _: None,
    refused: Callable[[RawEvent, F], str | None] = lambda _, __: None,
) -> Callable[[FoldOf[F]], FoldOf[F]]:
    """The function below it folds facts of this class."""

    def noted(fold: FoldOf[F]) -> FoldOf[F]:
        FACT_KINDS[kind] = FactKind(fold, keys, number, after, against, refused)
        return fold

    return noted
