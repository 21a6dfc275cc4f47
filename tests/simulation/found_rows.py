"""Rows as PostgreSQL's driver gives them, made from what stands in the archive in memory."""

from typing import Any
from uuid import UUID

from central.archive.port import StreamKey


class Found(tuple[Any, ...]):
    """A row, by place and by name."""

    names: tuple[str, ...]

    def __new__(cls, **named: Any) -> "Found":
        """Columns in their order."""
        row = super().__new__(cls, named.values())
        row.names = tuple(named)
        return row

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[self.names.index(at) if isinstance(at, str) else at]

    def keys(self) -> tuple[str, ...]:
        """So that ``dict`` of it is by name."""
        return self.names


def picked(row: Any, *columns: str) -> Found:
    return Found(**{column: getattr(row, column) for column in columns})


def named(key: StreamKey) -> dict[str, Any]:
    return {
        "store_id": key.store_id,
        "epoch_number": key.epoch.number,
        "epoch_fingerprint": key.epoch.fingerprint,
    }


def place_of(key: StreamKey) -> tuple[UUID, int, bytes]:
    return key.store_id, key.epoch.number, key.epoch.fingerprint
