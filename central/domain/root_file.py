"""A day's root as a file for an auditor: made here, and checked by whoever has it, without head
office. Pure.

Checked is that the leaves in the file come to its root, and that the log before it, which whoever
has the file of the day before knows, is its beginning: nothing that was held then was changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from central.domain.day_root import leaf_hash, leaves_of, log_end, signed_content
from central.domain.rooted import DayRooted, LogEnd
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, Incarnation, StoreId
from sync.protocol.merkle import (
    grow,
    has_grown,
    has_leaf,
    peaks_of,
    prove_growth,
    prove_leaf,
    root_of_peaks,
)

FORMAT = "holdfast-day-root-1"
LEAVES_MAX = 1_000_000
"""Of a log, as far as a file is read."""

Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}\\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=LEAVES_MAX)]
EpochName = Annotated[str, msgspec.Meta(pattern="^[1-9][0-9]{0,8}-[0-9a-f]{8}\\Z")]
Seq = Annotated[int, msgspec.Meta(ge=1, le=(1 << 53) - 1)]


class FileLeaf(msgspec.Struct, frozen=True):
    """What is held of an epoch. ``path``: up to the root, where the file is of one store."""

    index: Count
    store: str
    store_id: UUID
    epoch: EpochName
    seq: Seq
    hash: Hex
    path: tuple[Hex, ...] = ()


class FileEnd(msgspec.Struct, frozen=True):
    """Where a log ended."""

    incarnation: UUID
    business_date: date
    size: Count
    root: Hex


class RootFile(msgspec.Struct, frozen=True):
    """``first``: leaves before the day's, ``peaks``: over those. ``only``: the code of the store
    that the leaves are of, empty for all. ``previous``: where the log ended before, ``growth``
    leads from there; ``cites``: where the log before this one ended, where this is its first.
    ``signature`` is head office's (``day_root.signed_content``)."""

    format: str
    company: str
    company_id: UUID
    incarnation: UUID
    business_date: date
    made_at_ms: int
    first: Count
    size: Count
    root: Hex
    only: str
    leaves: tuple[FileLeaf, ...]
    peaks: tuple[Hex, ...]
    previous: FileEnd | None
    growth: tuple[Hex, ...]
    cites: FileEnd | None
    key: Hex
    signature: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}\\Z")]

    @property
    def end(self) -> FileEnd:
        """Where the log ends with this day."""
        return FileEnd(self.incarnation, self.business_date, self.size, self.root)

    @property
    def signed(self) -> bytes:
        """What ``signature``, by ``key``, is over."""
        cites = None if self.cites is None else _told(self.cites)
        return signed_content(self.company_id, _told(self.end), cites)


class Company(msgspec.Struct, frozen=True):
    """Whose log it is, and its stores' codes."""

    company_id: CompanyId
    name: str
    codes: Mapping[StoreId, str]


def root_file(
    company: Company, log: Sequence[DayRooted], made_at_ms: int, only: str = ""
) -> RootFile:
    """The file of the last day of ``log``, which is a whole log up to it."""
    day, before = log[-1], log[-2] if len(log) > 1 else None
    hashes = [leaf for one in log for leaf in leaves_of(one)]
    leaves = []
    for place, one in enumerate(day.leaves):
        index, code = day.first + place, company.codes.get(one.store_id, "")
        path = _hex(prove_leaf(hashes, index)) if only else ()
        if only in ("", code):
            name = (code, one.store_id, str(one.epoch), one.seq, one.hash.hex())
            leaves.append(FileLeaf(index, *name, path))
    return RootFile(
        format=FORMAT,
        company=company.name,
        company_id=company.company_id,
        incarnation=day.incarnation,
        business_date=day.business_date,
        made_at_ms=made_at_ms,
        first=day.first,
        size=len(hashes),
        root=day.root.hex(),
        only=only,
        leaves=tuple(leaves),
        peaks=() if only else _hex(peaks_of(hashes[: day.first])),
        previous=None if before is None else _end(log_end(before)),
        growth=_hex(prove_growth(hashes, day.first)),
        cites=None if day.cites is None else _end(day.cites),
        key=day.key.hex(),
        signature=day.signature.hex(),
    )


def _end(end: LogEnd) -> FileEnd:
    return FileEnd(end.incarnation, end.business_date, end.size, end.root.hex())


def _told(end: FileEnd) -> LogEnd:
    root = bytes.fromhex(end.root)
    return LogEnd(Incarnation(end.incarnation), end.business_date, end.size, root)


def _hex(hashes: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(one.hex() for one in hashes)


def faults_of(file: RootFile, before: RootFile | None = None) -> list[str]:
    """What does not come out, in words; ``before``: of the day before. Empty: all of it does."""
    found = [f"{named(one)}: {said}" for one in (before, file) if one for said in _own(one)]
    return found if before is None else [*found, *_between(before, file)]


def named(file: RootFile) -> str:
    """It begins a sentence."""
    return f"The file of {file.business_date}"


def _own(file: RootFile) -> Iterator[str]:
    """Of the file by itself."""
    if file.format != FORMAT:
        yield f"its format is not {FORMAT}"
    root, before = bytes.fromhex(file.root), file.previous
    hashes = [_leaf(file, one) for one in file.leaves]
    if not hashes:
        yield "it has no leaf"
    if file.only:
        for one, hash_ in zip(file.leaves, hashes, strict=True):
            path = [bytes.fromhex(step) for step in one.path]
            if not has_leaf(hash_, one.index, path, file.size, root):
                yield f"{one.store}, epoch {one.epoch}, is not under its root"
    else:
        yield from _whole(file, hashes, root)
    if (before.size if before else 0) != file.first:
        yield "it does not begin where the log ended before"
    if before is not None and not has_grown(
        bytes.fromhex(before.root),
        before.size,
        [bytes.fromhex(step) for step in file.growth],
        root,
        file.size,
    ):
        yield "its root does not go on from the root before"


def _whole(file: RootFile, hashes: Sequence[bytes], root: bytes) -> Iterator[str]:
    """Of all stores' leaves."""
    peaks = [bytes.fromhex(peak) for peak in file.peaks]
    indices = [one.index for one in file.leaves]
    if indices != list(range(file.first, file.size)) or len(peaks) != file.first.bit_count():
        yield "leaves are missing"
    elif root_of_peaks(grow(peaks, file.first, hashes)) != root:
        yield "its leaves do not come to its root"


def _leaf(file: RootFile, one: FileLeaf) -> bytes:
    number, _, mark = one.epoch.partition("-")
    epoch = Epoch(int(number), bytes.fromhex(mark))
    return leaf_hash(one.store_id, file.business_date, epoch, one.seq, bytes.fromhex(one.hash))


def _between(before: RootFile, file: RootFile) -> Iterator[str]:
    """The second goes on where the first ended."""
    if before.company_id != file.company_id:
        yield "The two files are of two companies."
    elif before.incarnation != file.incarnation:
        if file.cites != before.end:
            yield (
                f"Head office began a new log, and its first file does not cite the root of"
                f" {before.business_date}: what was held after what it cites may be lost."
            )
    elif file.previous != before.end:
        yield f"{named(file)} does not go on from that of {before.business_date}."
