"""A receipt as text."""

from typing import Any

from sync.protocol.paper.receipt import receipt_blocks
from sync.protocol.paper.text import render_text


def receipt_text(*told: Any, **marks: Any) -> str:
    """Of 42 columns, lines parted by line feeds: takes what ``receipt_blocks`` does."""
    return render_text(receipt_blocks(*told, **marks))
