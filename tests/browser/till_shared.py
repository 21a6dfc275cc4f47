"""What the tests of the till page have in common."""

from sync.protocol.errors import Refusal


def problem_of(refusal: Refusal, status: int) -> dict[str, object]:
    """As a store server writes it."""
    return {
        "type": f"urn:holdfast:problem:{refusal.slug}",
        "title": refusal.title,
        "status": status,
        "detail": refusal.detail,
        "remedy": refusal.remedy,
    }
