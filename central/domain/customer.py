"""Customers at head office: what is refused about who is whom."""

from uuid import UUID

from sync.protocol.errors import AlreadyThere, InvalidField, NotFound
from sync.protocol.identity import CustomerId


class NotJoined(NotFound, slug="not-joined", title="These two are not joined"):
    """Nothing says that they are one person, or might be."""


def customer_id_of(text: str, field: str) -> CustomerId:
    """An id as people type it. Raises InvalidField."""
    try:
        return CustomerId(UUID(text.strip()))
    except ValueError as error:
        raise InvalidField(
            f"{field}: a customer's id is wanted, such as 019ab4a8-7c00-7000-8000-000000000001.",
            field=field,
            remedy="Copy it from the page Customers, or from `central customers find CODE`.",
        ) from error


def typed_ids(text: str) -> tuple[CustomerId, ...]:
    """The id that was typed, if it is one."""
    try:
        return (CustomerId(UUID(text.strip())),)
    except ValueError:
        return ()


def unknown(customer_id: CustomerId, field: str) -> NotFound:
    """Nobody has the id."""
    return NotFound(
        f"Head office knows no customer {customer_id}.",
        field=field,
        remedy="Find them by their code: `central customers find CODE`.",
    )


def same_already(one: CustomerId, other: CustomerId) -> AlreadyThere:
    """They are one person."""
    return AlreadyThere(
        f"{one} and {other} are one person already.", remedy="Nothing is to be done."
    )
