"""What a role of a shop's people may do, as a person types it at head office."""

from collections.abc import Sequence
from typing import NamedTuple

from central.domain.typed import minor_of, rate_of
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.money import format_minor
from sync.protocol.permissions import Permission
from sync.protocol.reference import Role, RoleLimit


class Granted(NamedTuple):
    """A permission, and how far it reaches; None: without a limit."""

    permission: Permission
    limit: RoleLimit | None


class RoleInUse(Refusal, slug="role-in-use", status=409, title="People have this role"):
    """Operators who work now would be left with nothing but selling."""

    def __init__(self, role: str, operators: Sequence[str]) -> None:
        super().__init__(
            f"Operators have the role {role}: {', '.join(operators)} among them.",
            field="role",
            remedy="Give them another one first: `central operator set ID --role ROLE`.",
        )


def permission_of(typed: str, decimals: int) -> Granted:
    """``sell``, ``discount:10%`` (of the price), ``return_goods:50.00`` (an amount in the company's
    currency). Raises InvalidField."""
    word, _, limit = typed.strip().partition(":")
    try:
        permission = Permission(word)
    except ValueError as error:
        raise InvalidField(
            f"may: {word} is no permission.",
            field="may",
            remedy=f"Choose of these: {', '.join(Permission)}.",
        ) from error
    if not limit:
        return Granted(permission, None)
    if limit.endswith("%"):
        return Granted(permission, RoleLimit(permission, rate_bp=rate_of(limit, "may")))
    return Granted(permission, RoleLimit(permission, amount_minor=minor_of(limit, decimals, "may")))


def permissions_said(role: Role, decimals: int) -> tuple[str, ...]:
    """Each as ``permission_of`` reads it.

    >>> permissions_said(Role("x", "X", ("sell", "void"), (RoleLimit("void", 5_000),)), 2)
    ('sell', 'void:50.00')
    """
    limits = {limit.permission: limit for limit in role.limits}
    return tuple(_said(word, limits.get(word), decimals) for word in role.permissions)


def _said(word: str, limit: RoleLimit | None, decimals: int) -> str:
    if limit is None:
        return word
    if limit.rate_bp is not None:
        whole, part = divmod(limit.rate_bp, 100)
        return f"{word}:{whole}{f'.{part:02d}'.rstrip('0') if part else ''}%"
    return f"{word}:{_plain(limit.amount_minor or 0, decimals)}"


def _plain(amount: int, decimals: int) -> str:
    """Without separators, so that it can be typed again."""
    return format_minor(amount, decimals).replace(",", "")
