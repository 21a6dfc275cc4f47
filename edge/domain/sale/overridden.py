"""What a receipt asks of its operator's role: to sell, up to a typed price; to take off by hand, up
to an amount or a share; to take goods back, up to an amount; to give money back by something that
did not pay. What is beyond it stands in the receipt with who allowed it."""

from collections.abc import Iterator, Mapping, Sequence

from edge.domain.rights import Asked, Override, Verdict, judge, refuse_unallowed
from edge.domain.sale import discounts
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.refusals.refunds import RefundElsewhere
from sync.protocol import facts
from sync.protocol.facts import Line
from sync.protocol.permissions import Permission
from sync.protocol.reference import Role


def overrides_of(
    request: SaleRequest,
    role: Role,
    words: Sequence[Override],
    lines: Sequence[Line],
    elsewhere: RefundElsewhere | None = None,
) -> tuple[facts.Override, ...]:
    """The words that it took, of those that were given. ``elsewhere``: what is to be said if money
    that goes back by what did not pay it is not allowed. Raises PermissionNeeded, OverrideNeeded,
    OverrideRefused, RefundElsewhere."""
    used: list[facts.Override] = []
    given: Mapping[str, Override] = {word.permission: word for word in words}
    for asked in _asked(request, lines):
        _use(refuse_unallowed(role, request.operator_id, asked, given.get(asked.permission)), used)
    if elsewhere is not None:
        subject, amount = str(request.sale_id), elsewhere.elsewhere_minor
        asked = Asked(Permission.REFUND_ELSEWHERE, subject, amount)
        word = given.get(asked.permission)
        if word is None and judge(role, asked) is not Verdict.ALLOWED:
            raise elsewhere
        _use(refuse_unallowed(role, request.operator_id, asked, word), used)
    return tuple(used)


def _use(word: Override | None, used: list[facts.Override]) -> None:
    if word is not None:
        used.append(facts.Override(word.act, word.by, word.reason))


def _asked(request: SaleRequest, lines: Sequence[Line]) -> Iterator[Asked]:
    subject = str(request.sale_id)
    typed = [line.unit_price_minor for line in lines if line.open_price_reason is not None]
    yield Asked(Permission.SELL, subject, max(typed, default=0))
    if (taken := discounts.taken_minor(lines)) > 0:
        rate_bp = discounts.largest_rate_bp(request, lines)
        yield Asked(Permission.DISCOUNT, subject, taken, rate_bp)
    back = [line for line in lines if line.is_return]
    if back:
        on_top = sum(line.tax_minor for line in back if not line.tax_included)
        refunded = -sum(line.amount_minor for line in back) - on_top
        yield Asked(Permission.RETURN_GOODS, subject, refunded)
