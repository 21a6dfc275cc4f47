"""In which language whoever asks is told: a till page says the one that it speaks
(``Accept-Language``), and so may any other client."""

from typing import Any

from litestar import Request

from edge.domain.state_words import CHINESE, ENGLISH


def language_of(request: Request[Any, Any, Any]) -> int:
    """ENGLISH or CHINESE."""
    asked = request.headers.get("Accept-Language", "").lower()
    return CHINESE if asked.startswith("zh") else ENGLISH
