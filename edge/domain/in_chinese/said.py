"""What one refusal says in Chinese."""

from typing import NamedTuple


class InChinese(NamedTuple):
    """Its sentence, a template over the refusal's own members as its English one is, and what to do
    for a person at a till or in the back office."""

    detail: str
    remedy: str
