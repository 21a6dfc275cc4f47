"""An event's body as text that a person can read and correct, and back.

The text is JSON with the names of the fields. What stands nowhere in JSON is written as text:
identifiers in their 36 characters, other bytes as ``hex:`` and digits. Bytes that are no fact of
their kind are shown as far as they can be read, so that what is wrong with them can be seen.
"""

import json
from collections.abc import Sequence
from types import NoneType
from typing import Any, get_args, get_origin
from uuid import UUID

import msgspec

from sync.protocol.codec import KINDS, decode_fact, encode, is_known
from sync.protocol.errors import InvalidField, Undecodable
from sync.protocol.facts.base import KindVersion

BODY_TEXT_LETTERS_MAX = 4 * 1024 * 1024
DEPTH_MAX = 32
_HEX = "hex:"
_LATER = "later fields"
"""What stands behind the fields that this head office knows."""


def body_text(kind: str, version: int, body: bytes) -> str:
    """The body in words; of bytes that are no msgpack their digits."""
    try:
        values = msgspec.msgpack.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        values = body
    return json.dumps(_named(values, KINDS.get(KindVersion(kind, version))), indent=2, default=str)


def body_of_text(kind: str, version: int, text: str) -> bytes:
    """The body that a corrected text stands for, a fact of its kind. Raises InvalidField."""
    if not is_known(kind, version):
        raise _wrong(f"{kind} version {version} is not known to this head office")
    if len(text) > BODY_TEXT_LETTERS_MAX:
        raise _wrong(f"it has more than {BODY_TEXT_LETTERS_MAX:,} characters")
    try:
        values = _bare(json.loads(text), KINDS[KindVersion(kind, version)])
        return encode(decode_fact(kind, version, encode(values)))
    except (ValueError, RecursionError, OverflowError, Undecodable) as error:
        raise _wrong(str(error)) from error


def _wrong(said: str) -> InvalidField:
    return InvalidField(
        f"The corrected event cannot be read: {said}.",
        field="body",
        remedy="Correct the text; the names and their order are those that are shown.",
    )


def _named(value: Any, kind: Any, depth: int = 0) -> Any:
    """As JSON, with names where ``kind`` has some."""
    kind = _plain_kind(kind)
    if depth > DEPTH_MAX:
        return repr(value)
    if isinstance(value, list | tuple):
        if _is_struct(kind):
            fields = msgspec.structs.fields(kind)
            pairs = zip(fields, value, strict=False)
            named = {field.name: _named(part, field.type, depth + 1) for field, part in pairs}
            later = value[len(fields) :]
            return named | ({_LATER: _named(later, None, depth + 1)} if later else {})
        return [_named(part, _item_kind(kind), depth + 1) for part in value]
    if isinstance(value, bytes):
        return str(UUID(bytes=value)) if kind is UUID and len(value) == 16 else _HEX + value.hex()
    return value


def _bare(value: Any, kind: Any) -> Any:
    """The reverse: arrays without names. Raises ValueError."""
    kind = _plain_kind(kind)
    if isinstance(value, dict):
        if not _is_struct(kind):
            raise ValueError(f"names stand where none belong: {', '.join(map(str, value))[:80]}")
        return _in_order(value, kind)
    if isinstance(value, list):
        return [_bare(part, _item_kind(kind)) for part in value]
    if isinstance(value, str) and value.startswith(_HEX) and kind is not str:
        return bytes.fromhex(value.removeprefix(_HEX))
    return value


def _in_order(value: dict[str, Any], kind: Any) -> list[Any]:
    fields = msgspec.structs.fields(kind)
    unknown = value.keys() - {field.name for field in fields} - {_LATER}
    lacking = [one.name for one in fields if one.required and one.name not in value]
    if unknown or lacking:
        raise ValueError(f"{kind.__name__} lacks {lacking} and does not know {sorted(unknown)}")
    given: Sequence[Any] = [one for one in fields if one.name in value]
    if list(fields[: len(given)]) != given:
        raise ValueError(f"{kind.__name__} must have its fields up to {given[-1].name}")
    return [_bare(value[one.name], one.type) for one in given]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _plain_kind(kind: Any) -> Any:
    """Without what bounds it, and without None beside it."""
    while True:
        if hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        elif hasattr(kind, "__metadata__"):
            kind = kind.__origin__
        else:
            others = [one for one in get_args(kind) if one is not NoneType]
            if len(others) != 1 or len(get_args(kind)) != 2 or get_origin(kind) is tuple:
                return kind
            (kind,) = others


def _item_kind(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is tuple else None
