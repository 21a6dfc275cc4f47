"""What head office refuses about who asks."""

from sync.protocol.errors import Refusal


class NotAllowed(Refusal, slug="not-allowed", status=403, title="The sender may not do this"):
    """The sender is known, and may not do this."""


class NotSignedIn(Refusal, slug="not-signed-in", status=401, title="Nobody is signed in"):
    """No valid session or token came with the request."""
