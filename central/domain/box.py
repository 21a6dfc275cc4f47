"""What head office refuses to a store's box."""

from sync.protocol.answers import Slug
from sync.protocol.errors import Declared


class BoxReplaced(
    Declared, slug=Slug.FENCED, status=403, title="Another box has taken this store over"
):
    """Another box was enrolled for the store: this one's epoch is sealed."""

    detail = (
        "Another box was enrolled for this store: this one gets no customers, keys, prices or "
        "operators any more."
    )
    remedy = "Sell at the new box; to use this one again, enrol it with a new code."


class DeviceRevoked(
    Declared, slug="device-revoked", status=403, title="This box's key was revoked"
):
    detail = "Head office revoked this box: it takes nothing from it, and gives it nothing."
    remedy = "Ask head office why. To use this box again, enrol it with a new code."
