"""What head office refuses to a store's box."""

from central.domain.access import NotAllowed
from sync.protocol.answers import Slug


class BoxReplaced(NotAllowed, slug=Slug.FENCED, title="Another box has taken this store over"):
    """Another box was enrolled for the store: this one's epoch is sealed."""


class DeviceRevoked(NotAllowed, slug="device-revoked", title="This box's key was revoked"):
    """Head office did it."""
