"""What a store refuses about operators."""

from sync.protocol.errors import NotAcceptable
from sync.protocol.identity import OperatorId


class OperatorRefused(NotAcceptable):
    operator_id: OperatorId
    field = "operator_id"


class UnknownOperator(OperatorRefused, slug="unknown-operator", title="This operator is not known"):
    detail = "No operator has the id {operator_id!r}."
    remedy = "Sign in with an operator that head office has made known."


class InactiveOperator(
    OperatorRefused, slug="inactive-operator", title="This operator is not active"
):
    detail = "The operator {operator_id!r} is not active."
    remedy = "Sign in with another operator."


class AuthorityNeeded(OperatorRefused, slug="manager-needed", title="A manager must do this"):
    detail = "The operator {operator_id!r} is no manager, and this needs a manager's word."
    remedy = "Ask a manager to sign in and do it, with the reason."
