"""The code on a receipt: where its sale stands in its store's journal, and how the hash begins that
the chain had there. It finds the receipt again, at its store and at head office, and is the paper's
proof that it is the one that was printed."""

import re
from typing import NamedTuple

from sync.protocol.change import Epoch

HASH_BYTES_SHOWN = 8
_WITNESS = re.compile(r"\s*E(\d{1,10})-([0-9a-f]{8})-(\d{1,16})\s+([0-9a-f]{16})\s*", re.IGNORECASE)
EPOCH_MAX = (1 << 31) - 1


class Witness(NamedTuple):
    """What the code says."""

    epoch: Epoch
    seq: int
    hash_start: bytes


def witness_text(epoch: Epoch, seq: int, whole_hash: bytes) -> str:
    """As it is printed."""
    return f"E{epoch}-{seq} {whole_hash[:HASH_BYTES_SHOWN].hex()}"


def read_witness(typed: str) -> Witness | None:
    """What a scanner or a person typed, in either case of letters; None where it is no such code.

    >>> read_witness("e1-01020304-57 00112233AABBCCDD").seq
    57
    """
    found = _WITNESS.fullmatch(typed)
    if found is None or not 1 <= int(found[1]) <= EPOCH_MAX:
        return None
    epoch = Epoch(int(found[1]), bytes.fromhex(found[2]))
    return Witness(epoch, int(found[3]), bytes.fromhex(found[4]))
