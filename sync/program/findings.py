"""What `doctor` finds, on both sides: a finding for each check, in words and with what to do.

A check is a row of its side's list: a name, a title, and a function of what the checks share that
gives a ``Found``. It changes nothing. One that cannot be made says so, and the others go on.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

import msgspec

L = TypeVar("L")


class State(StrEnum):
    """``stop``: it cannot work like that, or what was kept is in danger. ``attention``: somebody
    must look, and it works meanwhile. ``unknown``: the check could not be made."""

    FINE = "fine"
    UNKNOWN = "unknown"
    ATTENTION = "attention"
    STOP = "stop"


_WORSE = tuple(State)


class Found(NamedTuple):
    """What is true, what to do about it, and a command that does it or shows more of it, as it can
    be typed."""

    state: State
    says: str
    remedy: str | None = None
    command: str | None = None


class Check(NamedTuple, Generic[L]):
    """``name`` lasts, for programs that read it; ``title`` is people's. ``quotes``: what it says
    may hold what somebody typed or published, and goes to nobody else."""

    name: str
    title: str
    look: Callable[..., L]
    quotes: bool = False


class Finding(msgspec.Struct, frozen=True):
    """What a check found."""

    check: str
    title: str
    state: State
    says: str
    remedy: str | None
    command: str | None


class Report(msgspec.Struct, frozen=True):
    """All that was looked at, in the order of the list; ``state`` is the worst of it. ``software``:
    who looked. ``looked_at_ms``: UTC, by this machine's clock."""

    software: str
    looked_at_ms: int
    state: State
    findings: tuple[Finding, ...]


def fine(says: str) -> Found:
    """Nothing is to be done."""
    return Found(State.FINE, says)


def attention(says: str, remedy: str, command: str | None = None) -> Found:
    """Somebody must look."""
    return Found(State.ATTENTION, says, remedy, command)


def stop(says: str, remedy: str, command: str | None = None) -> Found:
    """It cannot work like that."""
    return Found(State.STOP, says, remedy, command)


def unknown(says: str, remedy: str | None = None, command: str | None = None) -> Found:
    """The check could not be made, and why."""
    return Found(State.UNKNOWN, says, remedy, command)


def finding(check: Check[L], found: Found) -> Finding:
    """``found`` under the check's name."""
    return Finding(check.name, check.title, *found)


def report(software: str, now_ms: int, findings: Sequence[Finding]) -> Report:
    """The findings, and the worst of their states."""
    worst = max((one.state for one in findings), key=_WORSE.index, default=State.UNKNOWN)
    return Report(software, now_ms, worst, tuple(findings))


def in_lines(told: Report) -> list[str]:
    """The report for a terminal; its last line says what is true and what comes next."""
    lines = []
    for one in told.findings:
        lines.append(f"{one.state:<10} {one.title}: {one.says}")
        if one.remedy is not None:
            typed = "" if one.command is None else f" `{one.command}`"
            lines.append(f"{'':<10} {one.remedy}{typed}")
    return [*lines, _in_all(told.findings)]


def _in_all(findings: Sequence[Finding]) -> str:
    wrong = [one.title for one in findings if one.state in (State.ATTENTION, State.STOP)]
    not_made = sum(one.state is State.UNKNOWN for one in findings)
    also = f"; {not_made} could not be made" if not_made else ""
    if not wrong:
        next_ = ", and say why above" if not_made else ": nothing is to be done"
        return f"{len(findings) - not_made} of {len(findings)} checks are fine{also}{next_}."
    named = f"{len(wrong)} of {len(findings)} checks need a person{also}: {', '.join(wrong)}"
    return f"{named}. Next: what stands below the first of them, then look again."
