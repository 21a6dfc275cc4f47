"""What a store refuses about the id of a request that is answered once."""

from uuid import UUID

from sync.protocol.errors import NotNow


class RequestIdRefused(NotNow):
    request_id: UUID


class RequestIdReused(
    RequestIdRefused,
    slug="request-id-reused",
    title="This request's id was used for another request",
):
    detail = "The request {request_id} was carried out with another content; nothing was done now."
    remedy = "Look at what there is; if this is meant as well, send it under a new id."


class RequestIdTaken(
    RequestIdRefused, slug="request-id-taken", title="This request's id belongs to something else"
):
    kind: str
    detail = "The id {request_id} belongs to a {kind} of this store; nothing was done."
    remedy = "Send the request under a new id."
