"""Two versions of a promotion held side by side: what names a version, what differs between two of
them as people type it, and a draft carried over to what was published since it was made."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import fields, replace

from central.domain.promotion_text import ARGUMENT, kind_named, write_promotion
from sync.protocol.codec import decode, encode
from sync.protocol.reference import PublishedPromotion

DIGITS = 12
"""Of a version's name."""
NO_VERSION = ""
"""The name of what is not there."""
_NOTHING = "nothing"
Parts = TypeVar("Parts", bound=msgspec.Struct)


class Seen(NamedTuple):
    """What somebody had before them when they said what shall be, by versions: the draft that
    waited, and what was published. None: they do not say."""

    draft: str | None = None
    published: str | None = None


UNSAID = Seen()


class Changed(NamedTuple):
    """A field of the form, as it is typed: empty where nothing is."""

    field: str
    before: str
    after: str


def version_of(promotion: PublishedPromotion | None) -> str:
    """The same for the same content alone.

    >>> version_of(None)
    ''
    """
    if promotion is None:
        return NO_VERSION
    return hashlib.sha256(encode(promotion)).hexdigest()[:DIGITS]


def changes_between(
    before: PublishedPromotion | None,
    after: PublishedPromotion | None,
    decimals: int,
    clock: str | None,
) -> tuple[Changed, ...]:
    """In the order of the form; ``clock``: the zone of the shops' clock."""
    old = {} if before is None else write_promotion(before, decimals, clock)
    new = {} if after is None else write_promotion(after, decimals, clock)
    names = dict.fromkeys((*new, *old))
    return tuple(
        Changed(name, old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    )


def in_words(changes: Sequence[Changed]) -> str:
    """In a line: ``price is 9.00, was 10.00; until is 2026-12-24T18:00, was nothing``."""
    return "; ".join(f"{_now(one)}, was {one.before or _NOTHING}" for one in changes)


def there_now(changes: Sequence[Changed]) -> str:
    """The same without what was: ``price is 9.00``."""
    return "; ".join(map(_now, changes))


def _now(one: Changed) -> str:
    return f"{one.field.removeprefix(ARGUMENT)} is {one.after or _NOTHING}"


def renewed(
    draft: PublishedPromotion, upon: PublishedPromotion | None, published: PublishedPromotion
) -> PublishedPromotion:
    """The draft, made ``upon`` what was published then, with what is published now wherever it
    changed nothing. What both changed stays as the draft has it; a draft upon nothing changed all
    of it."""
    if upon is None:
        return draft
    kind, arguments = _arguments(draft, upon, published)
    return replace(
        draft,
        name=draft.name if draft.name != upon.name else published.name,
        kind=kind,
        arguments=arguments,
        condition=_carried(draft.condition, upon.condition, published.condition),
        terms=_carried(draft.terms, upon.terms, published.terms),
    )


def _arguments(
    draft: PublishedPromotion, upon: PublishedPromotion, published: PublishedPromotion
) -> tuple[str, bytes]:
    """Of another kind the arguments are others: then they are one side's whole."""
    if (draft.kind, draft.arguments) == (upon.kind, upon.arguments):
        return published.kind, published.arguments
    if not draft.kind == upon.kind == published.kind:
        return draft.kind, draft.arguments
    struct = kind_named(draft.kind).arguments
    mine, first, theirs = (decode(struct, one.arguments) for one in (draft, upon, published))
    return draft.kind, encode(_carried(mine, first, theirs))


def _carried(mine: Parts, first: Parts, theirs: Parts) -> Parts:
    """``mine``, with theirs of each field in which it is as the first."""
    alike = {
        one.name: getattr(theirs, one.name)
        for one in fields(mine)
        if getattr(mine, one.name) == getattr(first, one.name)
    }
    return replace(mine, **alike)
