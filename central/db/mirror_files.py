"""The mirror's files (``central/domain/mirror.py``): appended to, flushed, and read by any number
of processes.

A process takes the first file that no other holds (a lock that ends with the process), or begins
one: ``0001.mirror``, and beside it ``0001.keys``. A frame is the head below and the content (zstd
over msgpack); what a process that was cut off left of one at the end of its file is taken away by
the next one that takes the file. Whether an entry is confirmed is a byte of its head, written in
its place: that needs no room on a disk that is full.

Keys of customers' personal fields lie apart, each in a frame of one length, sealed under head
office's own key: to erase a customer is to write zeros over it (``forget_keys``).
"""

import fcntl
import os
import struct
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn
from uuid import UUID

import zstandard

from central.domain.mirror import Entry, Link, Verdict, entry_hash, stands
from sync.protocol.codec import decode, encode
from sync.protocol.errors import Undecodable

FILES_MAX = 1_000
LEVEL = 3
ENTRY_BYTES_MAX = 1 << 30
_HEAD = struct.Struct(">IBq32s32s")
"""Length of the content, whether it is confirmed, number, hash of the entry before, its own."""
_CONFIRMED_AT = 4
_KEY = struct.Struct(">16s16s60s")
_NO_KEY = bytes(60)


class MirrorBroken(Exception):
    """The folder cannot be read or written; ``str()`` says why, without a full stop."""


class SealedKey(NamedTuple):
    """The key of a customer's personal fields, as it lies in the mirror."""

    company_id: UUID
    customer_id: UUID
    sealed: bytes


class _Frame(NamedTuple):
    path: Path
    offset: int
    length: int
    link: Link


class MirrorFiles:
    """A mirror's folder as one process sees it; ``close`` gives its file back. Every method may
    block for a disk. Methods raise MirrorBroken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._own: int | None = None
        self._name = ""
        self._read_to: dict[Path, int] = {}
        self._frames: dict[bytes, _Frame] = {}
        self._unconfirmed: set[bytes] = set()
        self._newest = 0

    def verdict(self, at: Link) -> Verdict:
        """Where the database stands against what the mirror holds now."""
        with self._lock, _told(self.folder):
            self._refresh()
            return stands(at, holds=at.hash in self._frames, newest=self._newest)

    def links(self) -> tuple[Link, ...]:
        """Every entry that is whole, in no order."""
        with self._lock, _told(self.folder):
            self._refresh()
            return tuple(frame.link for frame in self._frames.values())

    def read(self, link: Link) -> Entry:
        """An entry of ``links``."""
        with self._lock, _told(self.folder):
            self._refresh()
            frame = self._frames[link.hash]
            with frame.path.open("rb") as opened:
                opened.seek(frame.offset + _HEAD.size)
                content = opened.read(frame.length)
        if entry_hash(link.number, link.previous, content) != link.hash:
            _broken(self.folder, f"entry {link.number} in {frame.path.name} was changed")
        try:
            unpacked = zstandard.decompress(content, max_output_size=ENTRY_BYTES_MAX)
            return decode(Entry, unpacked)
        except (zstandard.ZstdError, Undecodable) as error:
            raise MirrorBroken(f"entry {link.number} cannot be read: {error}") from error

    def append(self, number: int, previous: bytes, entry: Entry) -> Link:
        """Write an entry and flush it; it stands there unconfirmed."""
        content = zstandard.ZstdCompressor(level=LEVEL).compress(encode(entry))
        link = Link(number, previous, entry_hash(number, previous, content), False)
        head = _HEAD.pack(len(content), 0, number, previous, link.hash)
        with self._lock, _told(self.folder):
            own = self._take()
            at = os.lseek(own, 0, os.SEEK_END)
            try:
                _write(own, head + content)
                os.fsync(own)
            except OSError:
                os.ftruncate(own, at)
                raise
            self._note(self._path(), at, len(content), link)
        return link

    def confirm(self, link: Link) -> None:
        """The unit of work of an entry of this process has committed."""
        with self._lock, _told(self.folder):
            frame = self._frames[link.hash]
            os.pwrite(self._take(), b"\x01", frame.offset + _CONFIRMED_AT)
            os.fsync(self._take())
            self._note(frame.path, frame.offset, frame.length, link._replace(confirmed=True))

    def keep_keys(self, keys: Sequence[SealedKey]) -> None:
        """Append keys and flush them."""
        with self._lock, _told(self.folder):
            self._take()
            path = self._path().with_suffix(".keys")
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as opened:
                opened.write(b"".join(_key_frame(key) for key in keys))
                opened.flush()
                os.fsync(opened.fileno())

    def kept_keys(self) -> Iterator[SealedKey]:
        """Those that were not erased; of one customer perhaps several times."""
        with _told(self.folder):
            for path in sorted(self.folder.glob("*.keys")):
                for _, key in _keys_of(path):
                    if key.sealed != _NO_KEY:
                        yield key

    def forget_keys(self, customers: Collection[tuple[UUID, UUID]]) -> None:
        """Destroy the keys of these (company, customer) in all files, and flush that."""
        with _told(self.folder):
            for path in sorted(self.folder.glob("*.keys")):
                with path.open("r+b") as opened:
                    for at, key in _keys_of(path):
                        if (key.company_id, key.customer_id) in customers:
                            gone = _key_frame(key._replace(sealed=_NO_KEY))
                            os.pwrite(opened.fileno(), gone, at)
                    os.fsync(opened.fileno())

    def close(self) -> None:
        """Another process may go on in this one's file."""
        with self._lock:
            if self._own is not None:
                os.close(self._own)
                self._own = None

    def _path(self) -> Path:
        return self.folder / self._name

    def _take(self) -> int:
        """This process's file, without what another one left of a frame."""
        if self._own is not None:
            return self._own
        for number in range(1, FILES_MAX):
            name = f"{number:04}.mirror"
            own = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(own)
                continue
            self._own, self._name = own, name
            self._refresh()
            os.ftruncate(own, self._read_to.get(self._path(), 0))
            _flush_folder(self.folder)
            break
        if self._own is None:
            _broken(self.folder, f"{FILES_MAX} processes hold its files")
        return self._own

    def _refresh(self) -> None:
        """Read what others appended, and look again at what was unconfirmed."""
        for path in sorted(self.folder.glob("*.mirror")):
            size = path.stat().st_size
            at = self._read_to.get(path, 0)
            with path.open("rb") as opened:
                for frame in [self._frames[one] for one in self._unconfirmed]:
                    if frame.path == path:
                        self._note(*_frame_at(opened, path, frame.offset))
                while at + _HEAD.size <= size:
                    frame = _frame_at(opened, path, at)
                    end = at + _HEAD.size + frame.length
                    if end > size or (end == size and not _is_whole(opened, frame)):
                        break
                    self._note(*frame)
                    at = end
            self._read_to[path] = at

    def _note(self, path: Path, offset: int, length: int, link: Link) -> None:
        self._frames[link.hash] = _Frame(path, offset, length, link)
        if link.confirmed:
            self._unconfirmed.discard(link.hash)
            self._newest = max(self._newest, link.number)
        else:
            self._unconfirmed.add(link.hash)
        end = offset + _HEAD.size + length
        self._read_to[path] = max(end, self._read_to.get(path, 0))


def _frame_at(opened: BinaryIO, path: Path, offset: int) -> _Frame:
    head = os.pread(opened.fileno(), _HEAD.size, offset)
    length, confirmed, at, previous, own = _HEAD.unpack(head)
    return _Frame(path, offset, length, Link(at, previous, own, confirmed == 1))


def _is_whole(opened: BinaryIO, frame: _Frame) -> bool:
    """The last frame of a file: a power cut may have left its room without its content."""
    content = os.pread(opened.fileno(), frame.length, frame.offset + _HEAD.size)
    link = frame.link
    return entry_hash(link.number, link.previous, content) == link.hash


def _key_frame(key: SealedKey) -> bytes:
    return _KEY.pack(key.company_id.bytes, key.customer_id.bytes, key.sealed)


def _keys_of(path: Path) -> Iterator[tuple[int, SealedKey]]:
    content = path.read_bytes()
    for at in range(0, len(content) - _KEY.size + 1, _KEY.size):
        company, customer, sealed = _KEY.unpack_from(content, at)
        yield at, SealedKey(UUID(bytes=company), UUID(bytes=customer), sealed)


def _write(number: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(number, rest) :]


def _flush_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _broken(folder: Path, why: str) -> NoReturn:
    raise MirrorBroken(f"the mirror in {folder}: {why}")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What the disk says is said of the mirror."""
    if not folder.is_dir():
        _broken(folder, "there is no such folder")
    try:
        yield
    except OSError as error:
        raise MirrorBroken(f"the mirror in {folder}: {error.strerror or error}") from error
