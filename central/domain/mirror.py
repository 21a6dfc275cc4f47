"""The mirror: what head office decides and publishes, once more, outside its database.

It is a chain of *entries*, one a unit of work, dense from 1; the database knows the last one's
number and hash. Each process appends to a file of its own (``central/db/mirror_files.py``), so the
entries of a mirror lie in several files and are ordered by their numbers.

An entry is written and flushed before its unit of work commits, and *confirmed* in its place after
the commit, before anybody is answered. So nothing was ever answered that is not in the mirror, and
what is there unconfirmed may or may not have happened: where a process ended between the two, the
next entry has the same number, and both name the same one before them. Whichever is confirmed, or
goes on, is the one that happened.

``hash = SHA-256("mirror-v1" + number (8 bytes) + hash of the entry before + content)``.
"""

import hashlib
import struct
from collections import defaultdict
from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from sync.protocol.errors import Declared
from sync.protocol.identity import CompanyId

BEFORE_THE_FIRST = bytes(32)
_TAG = b"mirror-v1"
_NUMBER = struct.Struct(">q")


class NotMirrored(
    Declared,
    slug="not-mirrored",
    status=503,
    title="Head office can decide nothing for now",
):
    """Its decisions are mirrored, and this one cannot be: nothing of it was kept."""

    why: str
    detail = "It was not decided, and nothing was changed: {why}."
    remedy = "`central doctor` says what is the matter with the mirror; then try again."


class MirroredDecision(NamedTuple):
    """As it stands in the log."""

    number: int
    company_id: CompanyId
    kind: str
    body: bytes
    decided_at_ms: int
    hash: bytes


class MirroredRow(NamedTuple):
    """A row of reference data that was published; ``body`` None takes it away. What follows from
    facts and decisions (customers) is published anew from those."""

    publication: UUID
    company_id: CompanyId
    data_set: str
    scope: str
    key: str
    body: bytes | None


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One unit of work. ``office``: the public half of the key that head office had; ``own``: rows
    of tables of its own (``mirrored.OWN``), each as the JSON that PostgreSQL makes of it."""

    office: bytes
    decisions: tuple[MirroredDecision, ...] = ()
    published: tuple[MirroredRow, ...] = ()
    own: tuple[tuple[str, str], ...] = ()


class Link(NamedTuple):
    """An entry's place in the chain."""

    number: int
    previous: bytes
    hash: bytes
    confirmed: bool


NONE_YET = Link(0, b"", BEFORE_THE_FIRST, True)
"""Where the chain begins."""


def entry_hash(number: int, previous: bytes, content: bytes) -> bytes:
    """The link of one entry to the one before; ``content``: its bytes as they are kept."""
    return hashlib.sha256(_TAG + _NUMBER.pack(number) + previous + content).digest()


class Verdict(StrEnum):
    """What a mirror says of its database."""

    SAME = "same"
    """Both end with the same entry; what is unconfirmed behind it never happened."""
    AHEAD = "ahead"
    """The database was put back to an older state."""
    LACKING = "lacking"
    """The mirror lacks what the database says is in it: an older or an empty folder."""
    FOREIGN = "foreign"
    """It is another database's."""


class Compared(NamedTuple):
    """``missing``: entries that the database lacks, in their order."""

    verdict: Verdict
    missing: tuple[Link, ...] = ()


def stands(at: Link, *, holds: bool, newest: int) -> Verdict:
    """``at``: where the database says that it stands, NONE_YET where it knows of no mirror;
    ``holds``: the mirror has this very entry; ``newest``: the last one that is confirmed there."""
    if at == NONE_YET or holds:
        return Verdict.AHEAD if newest > at.number else Verdict.SAME
    return Verdict.LACKING if newest <= at.number else Verdict.FOREIGN


def compare(at: Link, links: Collection[Link], *, moved: bool) -> Compared:
    """``links``: everything that the mirror holds, in any order; ``moved``: the database is on
    another server or timeline than before, so that it may have been put back, and what nobody
    confirmed may have happened all the same."""
    newest = max((link.number for link in links if link.confirmed), default=0)
    holds = any((link.number, link.hash) == (at.number, at.hash) for link in links)
    verdict = stands(at, holds=holds, newest=newest)
    if verdict in (Verdict.LACKING, Verdict.FOREIGN):
        return Compared(verdict)
    missing = _follow(at, links)
    if missing and (moved or any(link.confirmed for link in missing)):
        return Compared(Verdict.AHEAD, missing)
    return Compared(Verdict.SAME if verdict is Verdict.SAME else Verdict.FOREIGN)


def _follow(at: Link, links: Collection[Link]) -> tuple[Link, ...]:
    """The chain that goes on after ``at``: of several entries of one number the confirmed one, or
    the one that others follow, for only what happened is ever followed."""
    after: defaultdict[tuple[int, bytes], list[Link]] = defaultdict(list)
    for link in links:
        after[link.number - 1, link.previous].append(link)
    chain: list[Link] = []
    while (at.number, at.hash) in after:
        at = max(
            after[at.number, at.hash],
            key=lambda link: (link.confirmed, (link.number, link.hash) in after, link.hash),
        )
        chain.append(at)
    return tuple(chain)
