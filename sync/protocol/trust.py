"""How a box knows head office's certificate (``sync/engine/trust.py`` does it)."""

from enum import StrEnum


class Trust(StrEnum):
    """``pin``: head office's own key vouches for it; ``system``: this machine's store of
    authorities does."""

    PIN = "pin"
    SYSTEM = "system"
