"""The error tree of what both sides agree on.

::

    Exception
    ├── Explained          says what, why, what to do: an RFC 9457 problem document over HTTP
    │   └── Refusal            somebody asked for what cannot be; nothing of it was kept
    │       ├── BadRequest         cannot be understood at all: NotJson, InvalidField, …
    │       ├── NotFound           does not exist for whoever asks
    │       ├── AlreadyThere       exists, and may exist once
    │       └── Declared           members and words stand on the class
    │           ├── NotAcceptable      cannot be, whatever the state: change the request
    │           └── NotNow             the state forbids it: change that, or look what there is
    ├── Unbalanced         a fact whose parts do not add up (a bug, or bytes that lie)
    ├── Undecodable        bytes that are no fact of the kind they claim
    ├── PageDiffers        a page of reference data that does not come out at its set's hash
    └── NotSent            a request that brought no answer to build on (sync.engine.transport)
        ├── NotDelivered       surely not carried out
        └── OutcomeUnknown     perhaps carried out

Each side's refusals stand beside their subjects, in its ``domain``. Nothing here is caught to carry
on: a refusal leaves the use case whole. Verdicts on the events of a batch are values
(``ingest.py``), never exceptions.
"""

from collections.abc import Callable, Iterator, Mapping
from inspect import get_annotations
from itertools import takewhile
from typing import Any, ClassVar, Never, dataclass_transform

from sync.protocol.money import format_minor
from sync.protocol.units import format_milli

Keep = Callable[[Any], None]


class Explained(Exception):
    """An error that says what, why and what to do.

    On the class, or else its parent's: ``slug`` names the problem type, ``status`` is its HTTP
    status, ``title`` says it in general. ``detail`` says it in this case, ``remedy`` what to do
    next, ``field`` points at the member of the request. ``asks``: by name, what the request that
    would lift it has to say.
    """

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    detail: str
    remedy: str
    field: str | None = None
    asks: Mapping[str, str | int] | None = None

    def __init_subclass__(
        cls, *, slug: str | None = None, status: int | None = None, title: str | None = None
    ) -> None:
        super().__init_subclass__()
        for name, value in (("slug", slug), ("status", status), ("title", title)):
            if value is not None:
                setattr(cls, name, value)

    def __init__(self, detail: str, *, remedy: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail, self.remedy, self.field = detail, remedy, field


class Refusal(Explained, slug="refused", status=422, title="The request was refused"):
    """A request that is refused whole and leaves nothing behind but what ``keep`` writes.

    ``keep`` runs with the writer's connection in a savepoint of its own after the refused unit
    was rolled back (the alarm of a 409, a failed login and its counter).
    """

    keep: Keep | None = None

    def __init__(
        self, detail: str, *, remedy: str, field: str | None = None, keep: Keep | None = None
    ) -> None:
        super().__init__(detail, remedy=remedy, field=field)
        self.keep = keep


class BadRequest(Refusal, slug="bad-request", status=400, title="The request cannot be understood"):
    pass


class NotJson(BadRequest, slug="not-json", title="The body is not JSON"):
    """It is no JSON text in UTF-8."""


class InvalidField(BadRequest, slug="invalid-field", title="A field of the request is not valid"):
    """A member of the body, or a parameter, has the wrong type or lies outside its bounds."""


class WrongContentType(
    BadRequest,
    slug="wrong-content-type",
    status=415,
    title="The body's content type is not supported",
):
    pass


class NotFound(Refusal, slug="not-found", status=404, title="Not known here"):
    """What was asked for by its id or code does not exist for whoever asks."""


class AlreadyThere(Refusal, slug="already-there", status=409, title="It is there already"):
    """It exists, and may exist once."""


@dataclass_transform(eq_default=False)
class Declared(Refusal):
    """A refusal whose members are declared and whose words are written over them::

        class TenderMissing(BadTenders, slug="tender-missing", title="No tender was given"):
            total_minor: int
            decimals: int
            detail = "{total_minor} is to be paid, and no tender was given."
            remedy = "Choose how it is paid."
            field = "tenders"

    A member is an annotated name, and an argument in that order; one that stands after KW_ONLY is
    given by its name. ``detail``, ``remedy`` and ``field`` are given as members, or are templates
    of ``str.format`` over what the refusal has: its members, constants and properties. What is
    called ``…_minor`` is said as an amount, in the member ``decimals``, and ``…_milli`` as a
    quantity.
    """

    def __init__(self, *given: Never, **named: Never) -> None:  # a child's are its members
        members = dict(zip(in_order(type(self)), given, strict=not named), **named)
        vars(self).update(members)
        for name in {"detail", "remedy", "field"}.difference(members):
            if (template := getattr(self, name)) is not None:
                setattr(self, name, filled(template, self))
        Exception.__init__(self, self.detail)


def members_of(kind: type[Declared]) -> list[list[str]]:
    """The annotated names of a kind and of its parents, theirs first."""
    declared = [get_annotations(each) for each in kind.__mro__ if each not in Declared.__mro__]
    return [list(each) for each in reversed(declared)]


def in_order(kind: type[Declared]) -> Iterator[str]:
    """The members that are told apart by their order."""
    for each in members_of(kind):
        yield from takewhile(lambda name: name != "_", each)


def filled(template: str, refusal: Explained) -> str:
    """A sentence of what the refusal has."""
    return template.format_map(_Words(refusal))


class _Words:
    """What a template can name."""

    def __init__(self, refusal: Any) -> None:
        self._refusal = refusal

    def __getitem__(self, name: str) -> Any:
        said = getattr(self._refusal, name)
        if name.endswith("_minor"):
            return format_minor(said, self._refusal.decimals)
        return format_milli(said) if name.endswith("_milli") else said


class NotAcceptable(Declared):
    """What is asked for cannot be, whatever the state: change the request."""


class NotNow(Declared, status=409):
    """The state forbids it: change that first, or look at what is there already."""


class Unbalanced(ValueError):
    """Raised while a fact is built whose parts do not add up. A ValueError, so that msgspec
    reports it as undecodable when it is met in bytes."""


class Undecodable(Exception):
    """Bytes that are no fact of the kind and version they claim."""


class PageDiffers(Exception):
    """Reference data that does not come out at the hash that head office states: nothing of the
    page was kept."""


class NotSent(Exception):
    """A request that brought no answer to build on: keep everything and try again."""


class NotDelivered(NotSent):
    """The request surely did not reach the other side."""


class OutcomeUnknown(NotSent):
    """The request may have been carried out: ask, or repeat it unchanged."""
