"""What a store refuses about transfers: nothing of the other end, which it may never hear of."""

from sync.protocol.errors import NotAcceptable


class TransferToItself(
    NotAcceptable, slug="transfer-to-itself", title="A store sends nothing to itself"
):
    store_code: str
    detail = "This is the store {store_code}."
    remedy = "Name the other store by its code."
    field = "other_store"
