"""What counted, and counts no more: taken back from every projection. Pure.

Theory. A fact counts once, under its own id, and of several arrivals the one of the lowest *rank*
counts: the place (epoch, sequence) at which it was written, whichever came first. So what is to
stand is a function of what arrived, not of the order: a lower one that comes later *overrules* what
counts, which is taken back and the other folded, in one unit of work. Own ids never leave: where
one counted, another counts. So whatever waited for it, or named it, is as it was.

Taking back follows from what a projection says of itself (``projection.py``), and knows none by its
name. A row that overruled and overruling fact give alike is not touched. Of the rest

- a row that was *new* is deleted;
- of a *sum* the same is taken away again; where nothing else was put into it, the row goes (its
  ``entries`` say how often something was), so that it stands exactly if something counts in it;
- what merges otherwise (the newest, the oldest, a row with parts) cannot be taken away from what
  stands: the row is deleted and *made anew* from everything else that counts of the kinds of facts
  and decisions that the projection names.

So the rows are those of the other order, byte by byte: ``central rebuild`` comes to them from zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from central.projections.event import Event
from central.projections.fold import fold_events
from central.projections.fold.collect import Fold
from central.projections.projection import New, Projection, Row, Sum
from central.projections.row_changes import RowChanges
from central.projections.rows import BY_ROW, PARTS, PROJECTIONS
from sync.protocol.identity import CompanyId

Anew: TypeAlias = Mapping[str, frozenset[tuple[Any, ...]]]
"""Tables, and the keys of their rows that are made anew."""
NOTHING_GONE = RowChanges({})


class Overruling(NamedTuple):
    """A fact that counts no more, and the one of its own id that counts instead."""

    lost: Event
    counts: Event


class Difference(NamedTuple):
    """``gone``: rows that stand no more, of sums what is to be taken away; ``come``: those to put,
    without those of ``anew`` that other facts give. What both facts give is in neither."""

    gone: RowChanges
    come: tuple[Row, ...]
    anew: Anew


def difference(company_id: CompanyId, overrulings: Iterable[Overruling]) -> Difference:
    """What takes one fact's place, and what goes with the other."""
    gone, come, both = Fold(company_id), list[Row](), list[Row]()
    for one in overrulings:
        lost = tuple(_rows(fold_events(company_id, [one.lost])))
        counts = tuple(_rows(fold_events(company_id, [one.counts])))
        same = {row for row in set(lost).intersection(counts) if not _is_sum(row)}
        for row in lost:
            if row not in same:
                gone.put(row)
        come += [row for row in counts if row not in same]
        both += [row for row in counts if row in same]
    changes = gone.changes()
    anew = made_anew(changes)
    come += [row for row in both if _is_made_anew(anew, row)]
    return Difference(changes, tuple(come), anew)


def _rows(changes: RowChanges) -> Iterator[Row]:
    return (row for kind in changes for row in changes[kind])


def _is_sum(row: Row) -> bool:
    """What both add is taken away and added again: counts of stock look at where it was written."""
    return isinstance(BY_ROW[type(row)].merge, Sum)


def _is_made_anew(anew: Anew, row: Row) -> bool:
    projection = BY_ROW[type(row)]
    return row[: projection.key] in anew.get(projection.table, ())


def is_taken_away(projection: Projection) -> bool:
    """Whether what a fact gave can be taken from what stands; else the row is made anew."""
    if isinstance(projection.merge, New):
        return not PARTS[projection.table]
    return isinstance(projection.merge, Sum)


def made_anew(gone: RowChanges) -> Anew:
    """Rows that go and are put again from what else counts."""
    keys: defaultdict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for one in PROJECTIONS if gone else ():
        rows = gone[one.row]
        if rows and not is_taken_away(one):
            keys[one.table].update(row[: one.key] for row in rows)
    return {table: frozenset(some) for table, some in keys.items()}


def kinds_of(table: str) -> tuple[str, ...]:
    """Of the facts and decisions that its rows are made of."""
    return tuple(kind for one in PROJECTIONS if one.table == table for kind in one.kinds)


def rows_anew(anew: Anew, changes: RowChanges) -> Iterator[Row]:
    """Those of the changes that belong to rows that are made anew."""
    return (row for row in _rows(changes) if _is_made_anew(anew, row))


def taken_away(gone: RowChanges, projection: Projection) -> tuple[Row, ...]:
    """What goes of a projection, but for rows that go whole and are made anew. Asked of each
    projection at every write, of which hardly one takes anything back."""
    if not gone[projection.row]:
        return ()
    anew = made_anew(gone).get(projection.table, frozenset())
    return tuple(row for row in gone[projection.row] if row[: projection.key] not in anew)
