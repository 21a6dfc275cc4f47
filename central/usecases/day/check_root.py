"""Checks a day's root by its file: that what it says comes out, and that head office signed it."""

import hashlib
from collections.abc import Sequence

from central.domain.root_file import RootFile, faults_of, named
from sync.engine.signing import ROOT_SIGNED, verify_bytes


def check_root(
    file: RootFile, before: RootFile | None = None, keys: Sequence[str] = ()
) -> list[str]:
    """What does not come out, in words; ``keys``: the beginnings of the SHA-256, in hex, of the
    keys that are known to be head office's: without any, both files have one key."""
    files = [one for one in (before, file) if one is not None]
    found = [f"{named(one)}: its signature is not its key's" for one in files if not _holds(one)]
    if keys:
        found += [f"{named(one)}: its key is another one" for one in files if not _is_of(one, keys)]
    elif len({one.key for one in files}) > 1:
        found.append("The two files are signed by two keys: name both, if both are head office's.")
    return [*found, *faults_of(file, before)]


def key_name(file: RootFile) -> str:
    """The SHA-256 of its key, in hex."""
    return hashlib.sha256(bytes.fromhex(file.key)).hexdigest()


def _holds(file: RootFile) -> bool:
    key, signature = bytes.fromhex(file.key), bytes.fromhex(file.signature)
    return verify_bytes(key, ROOT_SIGNED, file.signed, signature)


def _is_of(file: RootFile, keys: Sequence[str]) -> bool:
    return any(key_name(file).startswith(key) for key in keys)
