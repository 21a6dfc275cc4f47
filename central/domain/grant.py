"""What is refused about rights to spend."""

from uuid import UUID

from sync.protocol.errors import NotAcceptable


class RequestReused(
    NotAcceptable, slug="request-reused", status=422, title="The request asked for something else"
):
    request_id: UUID
    detail = "The request {request_id} was answered before, and asked for something else then."
    remedy = "Ask under an id of its own."
    field = "request_id"


class KindNotIssued(
    NotAcceptable, slug="kind-not-issued", status=422, title="Nobody has any of that"
):
    kind: str
    detail = "No shop of this company issues {kind} yet, so there is nothing to give rights to."
    remedy = "Ask for points, or for what a shop of the company has issued."
    field = "kind"
