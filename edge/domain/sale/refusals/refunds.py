"""What is refused about money that goes back."""

from edge.domain.rights import PermissionRefused
from sync.protocol.identity import OperatorId
from sync.protocol.permissions import Permission


class RefundElsewhere(
    PermissionRefused, slug="refund-elsewhere", title="The refund is not by what paid"
):
    elsewhere_minor: int
    decimals: int
    detail = "{elsewhere_minor} would go back by something that did not pay it."
    remedy = (
        "Give back by what paid, as the quote says it; or somebody who may allows it with their "
        "PIN: POST /overrides."
    )
    field = "tenders"


def refund_elsewhere(operator_id: OperatorId, amount_minor: int, decimals: int) -> RefundElsewhere:
    """Of that operator."""
    permission = Permission.REFUND_ELSEWHERE.value
    return RefundElsewhere(operator_id, permission, amount_minor, decimals)
