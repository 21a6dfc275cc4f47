"""What an act of the back office wants somebody else's word for: noted with the request by
``acting.py``, asked for by the form of the page that comes again (``act_form`` in
``_parts.html``)."""

from typing import Any, NamedTuple

from litestar.connection import ASGIConnection

from edge.db.operators import ActiveOperator

_ALLOWING = "allowing"

Connection = ASGIConnection[Any, Any, Any, Any]


class Allowing(NamedTuple):
    """``address``: of the form whose act it is. ``amount``: of how much, as it is written, empty
    where none is in it. ``people``: who of the shop may allow it; ``typed``: who was named
    before."""

    address: str
    permission: str
    amount: str
    people: tuple[ActiveOperator, ...]
    typed: str


def note_allowing(connection: Connection, wanted: Allowing) -> None:
    """The page that answers this request asks for it."""
    connection.scope["state"][_ALLOWING] = wanted


def allowing_of(connection: Connection) -> Allowing | None:
    """None: nothing needs anybody else."""
    found: Allowing | None = connection.scope["state"].get(_ALLOWING)
    return found
