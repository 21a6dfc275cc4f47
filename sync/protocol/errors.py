"""The error tree of what both sides agree on.

::

    Exception
    ├── Refusal            somebody asked for what cannot be; mapped to an RFC 9457 problem document
    │   ├── BadRequest         cannot be understood at all: NotJson, InvalidField, WrongContentType
    │   ├── NotFound           does not exist for whoever asks
    │   ├── edge.domain.errors …
    │   └── central.domain.errors …
    ├── Unbalanced         a fact whose parts do not add up (a bug, or bytes that lie)
    ├── Undecodable        bytes that are no fact of the kind they claim
    ├── PageDiffers        a page of reference data that does not come out at its set's hash
    └── NotSent            a request that brought no answer to build on (sync.engine.transport)
        ├── NotDelivered       surely not carried out
        └── OutcomeUnknown     perhaps carried out

Verdicts on the events of a batch are values (``ingest.py``), never exceptions.
"""

from collections.abc import Callable
from typing import Any, ClassVar


class Refusal(Exception):
    """A request that is refused whole and leaves nothing behind but what ``keep`` writes.

    ``slug`` names the problem type, ``title`` says it in general, ``detail`` in this case,
    ``field`` points at the member of the request, ``remedy`` says what to do next.
    ``keep`` runs with the writer's connection in a savepoint of its own after the refused unit
    was rolled back (the alarm of a 409, a failed login and its counter).
    """

    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"

    def __init__(
        self,
        detail: str,
        *,
        remedy: str,
        field: str | None = None,
        keep: Callable[[Any], None] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.field = field
        self.keep = keep


class BadRequest(Refusal):
    """The request cannot be understood at all."""

    slug = "bad-request"
    title = "The request cannot be understood"


class NotJson(BadRequest):
    """The body is no JSON text in UTF-8."""

    slug = "not-json"
    title = "The body is not JSON"


class InvalidField(BadRequest):
    """A member of the body, or a parameter, has the wrong type or lies outside its bounds."""

    slug = "invalid-field"
    title = "A field of the request is not valid"


class WrongContentType(BadRequest):
    """The body is not declared as what it must be."""

    slug = "wrong-content-type"
    title = "The body's content type is not supported"


class NotFound(Refusal):
    """What was asked for by its id or code does not exist for whoever asks."""

    slug = "not-found"
    title = "Not known here"


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
