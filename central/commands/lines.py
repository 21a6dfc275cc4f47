"""What commands do alike with lines of reference data: one is set, one is dropped, a file of them
comes in. Each command says what is asked, which word the audit has for it, and what it tells."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import typer

from central.commands.command import (
    SAME,
    TAKEN,
    changing,
    in_one_sentence,
    looking,
    next_command,
    on_database,
)
from central.commands.goods import rows_of, tell_faults
from sync.program.frame import NEEDS_A_PERSON
from sync.program.plain_commands import again_without
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.domain.importing.sheet import Fault, Sheet
    from sync.protocol.identity import CompanyId

    T = TypeVar("T")
    Work = Callable[[AsyncConnection, CompanyId], Coroutine[Any, Any, T]]


class Planned(Protocol):
    """What lines came to: how many say something new, other or nothing, and which are faulty."""

    @property
    def rows(self) -> "Sequence[Any]": ...
    @property
    def new(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def same(self) -> int: ...
    @property
    def faults(self) -> "Sequence[Fault]": ...


class Where(NamedTuple):
    """On which company and database."""

    company: str | None
    database_url: str | None
    data: Path | None

    def next(self, *words: str) -> str:
        """The command that follows, as it can be typed."""
        return next_command(self.database_url, self.data, *words, company=self.company)


class Act(NamedTuple):
    """How the audit calls it, of what, and with which detail."""

    name: str
    subject: str
    detail: str = ""


def set_line(
    where: Where, work: "Work[Planned]", act: Act, said: str, listing: tuple[str, ...]
) -> None:
    """``said``: what is so from now on; ``listing``: the command that shows it."""
    planned = _brought(where, work, act)
    told = TAKEN if planned.rows else SAME
    print(f"{said}: {told}. Next: `{where.next(*listing)}`.")


def drop_line(
    where: Where, work: "Work[None]", act: Act, said: str, listing: tuple[str, ...]
) -> None:
    """Likewise, of what is no more."""
    dropping = changing(where.company, work, *act, publishing=True)
    on_database(where.database_url, where.data, dropping)
    print(f"{said}: {TAKEN}. Next: `{where.next(*listing)}`.")


def read_lines(file: Path, encoding: str | None, sheet: str | None) -> "Sheet":
    """The lines of a file; one that cannot be read is told in a sentence."""
    with in_one_sentence():
        return rows_of(file, encoding, sheet)


def import_lines(
    where: Where,
    work: "Work[Planned]",
    act: Act,
    report: Path | None,
    listing: tuple[str, ...],
    *,
    dry_run: bool = False,
) -> None:
    """``report``: where faulty lines are written. ``dry_run``: ``work`` only plans, and nothing is
    noted."""
    planned = _brought(where, work, None if dry_run else act)
    tell_faults(planned.faults, report)
    counted = f"{planned.new:,} new, {planned.changed:,} changed, {planned.same:,} the same"
    faulty = f"{len(planned.faults):,} faulty lines"
    if dry_run:
        again = again_without("--dry-run")
        print(f"Nothing was changed. {counted}; {faulty}. Next: `{again}`.")
    elif planned.faults:
        print(f"{counted}; {faulty} were left out. Next: correct them, and import the file again.")
    else:
        told = "Stores have what is new at their next pull"
        print(f"{counted}. {told}. Next: `{where.next(*listing)}`.")
    if planned.faults:
        raise typer.Exit(NEEDS_A_PERSON)


def _brought(where: Where, work: "Work[Planned]", act: Act | None) -> Planned:
    """``act`` None: it is only looked at."""
    if act is None:
        return on_database(where.database_url, where.data, looking(where.company, work))
    setting = changing(where.company, work, *act, publishing=True, changed=_anything)
    return on_database(where.database_url, where.data, setting)


def _anything(planned: Planned) -> bool:
    return bool(planned.rows)
