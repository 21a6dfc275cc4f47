"""What somebody may do: their role, the permission that a use case names, and how far it reaches.

Roles are data (``sync/protocol/permissions.py``). A role without the permission, or a limit that is
passed, takes an *override*: the word of somebody else whose own role reaches that far. It is bound
to what it was given for, good for a minute and once, and never one's own (``Override``).
"""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.errors import NotAcceptable
from sync.protocol.identity import OperatorId, WorkstationId
from sync.protocol.permissions import SHIPPED, Permission, unknown_role
from sync.protocol.reference import Role

OVERRIDE_AGE_MAX_S = 60
WHOLE_BP = 10_000


class Verdict(StrEnum):
    """``BEYOND``: within the role, but not so far. ``MISSING``: not within the role at all."""

    ALLOWED = "allowed"
    BEYOND = "beyond"
    MISSING = "missing"


class Asked(NamedTuple):
    """What a use case asks for. ``subject``: the id of what it is done to, which an override is
    bound to. ``amount_minor``, ``rate_bp``: how much of it, where a limit may stand."""

    permission: Permission
    subject: str = ""
    amount_minor: int = 0
    rate_bp: int = 0


class Override(NamedTuple):
    """Somebody's word, as it was given: ``by`` allowed ``operator_id`` at ``workstation_id`` to do
    ``act``, up to ``amount_minor`` (None: no amount is in it) and ``rate_bp`` (None: no share)."""

    override_id: UUID
    act: str
    permission: str
    subject: str
    amount_minor: int | None
    by: OperatorId
    operator_id: OperatorId
    workstation_id: WorkstationId
    reason: str
    rate_bp: int | None = None


class PermissionRefused(NotAcceptable, status=403):
    operator_id: OperatorId
    permission: str
    field = "operator_id"


class PermissionNeeded(
    PermissionRefused, slug="permission-needed", title="The operator may not do this"
):
    detail = "{operator_id!r} has no permission for this ({permission})."
    remedy = "Somebody who may do it signs in, or allows it with their PIN: POST /overrides."


class OverrideNeeded(
    PermissionRefused, slug="override-needed", title="This is beyond the operator's limit"
):
    detail = "This is more than {operator_id!r} may do alone ({permission})."
    remedy = "Somebody who may do it allows it with their PIN: POST /overrides."


class OverrideRefused(
    NotAcceptable, slug="override-refused", status=403, title="The override does not hold"
):
    why: str
    detail = "The override does not hold: {why}."
    remedy = "Ask for another one: it is bound to this act and amount, once, for a minute."
    field = "override_id"


def role_in_force(role: str, published: Role | None) -> Role:
    """The published one, else the one of this name that ships, else one that only sells."""
    return published or SHIPPED.get(role) or unknown_role(role)


def judge(role: Role, asked: Asked) -> Verdict:
    """Whether somebody of this role may do it alone. Words that are not known here mean nothing."""
    if asked.permission not in role.permissions:
        return Verdict.MISSING
    for limit in role.limits:
        if limit.permission != asked.permission:
            continue
        if limit.amount_minor is not None and asked.amount_minor > limit.amount_minor:
            return Verdict.BEYOND
        if limit.rate_bp is not None and asked.rate_bp > limit.rate_bp:
            return Verdict.BEYOND
    return Verdict.ALLOWED


def reaches_as_far(role: Role, other: Role) -> bool:
    """Whether somebody of ``role`` may do alone whatever one of ``other`` may."""
    return all(
        judge(role, _most(other, permission)) is Verdict.ALLOWED
        for permission in Permission
        if permission in other.permissions
    )


def _most(role: Role, permission: Permission) -> Asked:
    """The most that somebody of the role may do of it alone."""
    limits = [one for one in role.limits if one.permission == permission]
    amounts = [one.amount_minor for one in limits if one.amount_minor is not None]
    rates = [one.rate_bp for one in limits if one.rate_bp is not None]
    amount = min(amounts, default=FIGURE_MAX)
    return Asked(permission, "", amount, min(rates, default=WHOLE_BP))


def refuse_unallowed(
    role: Role, operator_id: OperatorId, asked: Asked, override: Override | None
) -> Override | None:
    """The override that it took, None where it took none. Raises PermissionNeeded, OverrideNeeded,
    OverrideRefused."""
    verdict = judge(role, asked)
    if verdict is Verdict.ALLOWED:
        return None
    if override is None:
        raise _refusal(verdict, operator_id, asked)
    why = why_not(override, operator_id, asked)
    if why is not None:
        raise OverrideRefused(why)
    return override


def _refusal(verdict: Verdict, operator_id: OperatorId, asked: Asked) -> PermissionRefused:
    """With what an override that lifts it has to say."""
    who_what = (operator_id, asked.permission.value)
    missing = verdict is Verdict.MISSING
    refusal = PermissionNeeded(*who_what) if missing else OverrideNeeded(*who_what)
    refusal.asks = asked._asdict()
    return refusal


def why_not(override: Override, operator_id: OperatorId, asked: Asked) -> str | None:
    """Why an override does not cover what is asked; None: it does."""
    if override.by == operator_id:
        return "nobody allows an act of their own"
    if override.operator_id != operator_id:
        return "it was given to somebody else"
    if override.permission != asked.permission or override.subject != asked.subject:
        return "it was given for something else"
    if asked.amount_minor > (override.amount_minor or 0):
        return "it was given for a smaller amount"
    if asked.rate_bp > (override.rate_bp or 0):
        return "it was given for a smaller share"
    return None
