"""What a store refuses about transfers: nothing of the other end, which it may never hear of."""

from uuid import UUID

from sync.protocol.errors import NotAcceptable, NotNow


class TransferToItself(
    NotAcceptable, slug="transfer-to-itself", title="A store sends nothing to itself"
):
    store_code: str
    detail = "This is the store {store_code}."
    remedy = "Name the other store by its code."
    field = "other_store"


class UnknownTransfer(
    NotNow, slug="unknown-transfer", status=404, title="This transfer is not known"
):
    subject_id: UUID
    detail = "This store knows no wish or transfer {subject_id}."
    remedy = "Goods come in by the number on their paper, known or not."
    field = "subject_id"


class WishEnded(NotNow, slug="wish-ended", title="Nothing more is wished of it"):
    detail = "All of it was sent, or somebody said that nobody waits for it."
    remedy = "Ask again for what is still wanted."
    field = "subject_id"


class NothingToSettle(NotNow, slug="nothing-to-settle", title="The transfer is settled already"):
    detail = "All that was sent came, or somebody settled what differs."
    remedy = "Load the page anew."
    field = "subject_id"


class WishedTwice(NotAcceptable, slug="wished-twice", title="An item is asked for twice"):
    detail = "An item stands in more than one line."
    remedy = "State each item once, with all that is wanted of it."
    field = "lines"
