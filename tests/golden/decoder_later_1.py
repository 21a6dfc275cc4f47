"""Answers of version 1 that came after ``decoder_1``, frozen as a box of then knows them. Never
edited."""

import msgspec

from tests.golden.decoder_1 import Epoch


class EpochKey(msgspec.Struct, array_like=True, frozen=True):
    epoch: Epoch
    device_key: bytes


class Lineage(msgspec.Struct, array_like=True, frozen=True):
    keys: tuple[EpochKey, ...]
    held: tuple[bool, ...]


ANSWERS: dict[str, type[msgspec.Struct]] = {kind.__name__: kind for kind in (Lineage,)}
"""By the names that a recorded exchange says."""
