"""What a receipt asks of its operator's role: to sell, up to a typed price; to train, if it is in
training; to set a price in place of the one in force, and to take off by hand, up to an amount or a
share; to take goods back, up to an amount each: with a receipt of this shop, with one of another,
or a whole receipt; to give money back by something that did not pay; to take a voucher a second
time. Without a receipt the amount is that of a business day: what the operator gave back so on it,
or the customer got, counts as well, or many small ones pass every limit. What is beyond it stands
in the receipt with who allowed it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from edge.domain.rights import (
    Asked,
    Override,
    PermissionRefused,
    Verdict,
    judge,
    refuse_unallowed,
)
from edge.domain.sale import discounts, price_override
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.situation import Situation
from sync.protocol import facts
from sync.protocol.facts import Line
from sync.protocol.permissions import Permission


class Said(NamedTuple):
    """What a receipt asks of its operator besides, and what is said where that is not allowed."""

    permission: Permission
    amount_minor: int
    refusal: PermissionRefused


def overrides_of(
    request: SaleRequest,
    known: Situation,
    words: Sequence[Override],
    lines: Sequence[Line],
    besides: Sequence[Said] = (),
) -> tuple[facts.Override, ...]:
    """The words that it took, of those that were given. Raises PermissionNeeded, OverrideNeeded,
    OverrideRefused, and what stands in ``besides``."""
    used: list[Override] = []
    role = known.role
    given: Mapping[str, Override] = {word.permission: word for word in words}
    for asked in _asked(request, lines, known.unverified_minor):
        _use(refuse_unallowed(role, request.operator_id, asked, given.get(asked.permission)), used)
    for said in besides:
        if request.post_void_of is not None:
            raise said.refusal  # a void gives back what was paid, whoever asks
        asked = Asked(said.permission, str(request.sale_id), said.amount_minor)
        word = given.get(asked.permission)
        if word is None and judge(role, asked) is not Verdict.ALLOWED:
            said.refusal.asks = asked._asdict()
            raise said.refusal
        _use(refuse_unallowed(role, request.operator_id, asked, word), used)
    return tuple(facts.Override(word.act, word.by, word.reason) for word in used)


def _use(word: Override | None, used: list[Override]) -> None:
    """Once, also where one word covers goods of another shop and the money for them."""
    if word is not None and word not in used:
        used.append(word)


def _asked(request: SaleRequest, lines: Sequence[Line], unverified_minor: int) -> Iterator[Asked]:
    subject = str(request.sale_id)
    typed = [line.unit_price_minor for line in lines if line.open_price_reason is not None]
    yield Asked(Permission.SELL, subject, max(typed, default=0))
    if request.training:
        yield Asked(Permission.TRAIN, subject)
    if not any(line.modifiers or line.is_return for line in lines):
        return
    if (changed := price_override.changed_minor(lines)) > 0:
        rate_bp = price_override.largest_rate_bp(lines)
        yield Asked(Permission.PRICE_OVERRIDE, subject, changed, rate_bp)
    if (taken := discounts.taken_minor(lines)) > 0:
        rate_bp = discounts.largest_rate_bp(request, lines)
        yield Asked(Permission.DISCOUNT, subject, taken, rate_bp)
    with_receipt = [line for line in lines if line.original is not None]
    if with_receipt:
        whole = request.post_void_of is not None
        permission = Permission.VOID if whole else Permission.RETURN_GOODS
        yield Asked(permission, subject, _refunded(with_receipt))
    others = [line for line in with_receipt if line.original and line.original.store_id]
    if others:
        yield Asked(Permission.REFUND_ELSEWHERE, subject, _refunded(others))
    without = [line for line in lines if line.unverified is not None]
    if without:
        amount = unverified_minor + _refunded(without)
        yield Asked(Permission.RETURN_WITHOUT_RECEIPT, subject, amount)


def _refunded(lines: Sequence[Line]) -> int:
    """What these return lines come to, above zero, with their tax."""
    on_top = sum(line.tax_minor for line in lines if not line.tax_included)
    return -sum(line.amount_minor for line in lines) - on_top
