"""What the page of an event that is set aside says."""

in_the_journal = "In the store's journal"
came = "As it came"
came_hint = "It stays like this in the journal, whatever is decided."
counts = "What counts in its place"
repair = "Put it right"
repair_hint = (
    "What stands here counts in its place. Whoever puts it right does not sign its day off."
)
kind = "Kind"
version = "Version"
body = "Corrected event"
reason = "Why"
send_repair = "Let this count"
release = "Let it go"
release_hint = (
    "It counts nowhere, and nothing waits behind it any more. A day that it is missing in goes on"
    " to differ."
)
send_release = "Let it go"


def what(kind: str, version: int) -> str:
    """Of what kind it is."""
    return f"{kind}, version {version}"


def state(state: str, error: str) -> str:
    """Why it is set aside."""
    return f"Set aside ({state}): {error}"


def decided(released: bool, by: str, why: str) -> str:
    """What a person made of it."""
    return f"{'Let go' if released else 'Put right'} by {by}: {why}"
