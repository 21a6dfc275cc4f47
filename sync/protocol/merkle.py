"""A log that only grows, as a tree of hashes (RFC 9162, section 2.1): pure.

``leaf = SHA-256(0x00 + what stands in it)``, ``node = SHA-256(0x01 + left + right)``. A tree of n
leaves is split at the largest power of two below n, and so on; its root names all of them in their
order. That one leaf is in it takes a path of hashes (``prove_leaf``), that an older tree is its
beginning another (``prove_growth``); both are checked against roots alone. The *peaks* of a tree
are the roots of the whole subtrees that it is made of, the largest first: they are all that one
needs to go on with it.

Indices count from 0. An empty tree's root is the hash of nothing.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

Hash: TypeAlias = bytes
EMPTY: Hash = hashlib.sha256().digest()


def leaf_of(content: bytes) -> Hash:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_of(left: Hash, right: Hash) -> Hash:
    """The hash of what stands above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[Hash]) -> Hash:
    """The root over these leaves.

    >>> root_of([b"a", b"b", b"c"]) == node_of(node_of(b"a", b"b"), b"c")
    True
    """
    return root_of_peaks(peaks_of(leaves))


def peaks_of(leaves: Sequence[Hash]) -> list[Hash]:
    """The peaks of the tree over these leaves."""
    return grow([], 0, leaves)


def grow(peaks: Sequence[Hash], size: int, leaves: Sequence[Hash]) -> list[Hash]:
    """The peaks of a tree of ``size`` leaves once these stand behind them."""
    grown = list(peaks)
    for place, leaf in enumerate(leaves, start=size + 1):
        grown.append(leaf)
        while place % 2 == 0:
            place //= 2
            right = grown.pop()
            grown.append(node_of(grown.pop(), right))
    return grown


def root_of_peaks(peaks: Sequence[Hash]) -> Hash:
    """The root above peaks."""
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_of(peak, root)
    return root


def prove_leaf(leaves: Sequence[Hash], index: int) -> list[Hash]:
    """The hashes beside the way from a leaf up to the root, the lowest first."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*prove_leaf(leaves[:split], index), root_of(leaves[split:])]
    return [*prove_leaf(leaves[split:], index - split), root_of(leaves[:split])]


def has_leaf(leaf: Hash, index: int, path: Sequence[Hash], size: int, root: Hash) -> bool:
    """Whether the tree of ``size`` leaves with this root has the leaf there."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_of(beside, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = node_of(found, beside)
        at, last = at // 2, last // 2
    return last == 0 and found == root


def prove_growth(leaves: Sequence[Hash], before: int) -> list[Hash]:
    """The hashes that lead from the root over the first ``before`` leaves to that over all."""
    if not 0 < before < len(leaves):
        return []
    return _growth(leaves, before, whole=True)


def _growth(leaves: Sequence[Hash], before: int, *, whole: bool) -> list[Hash]:
    """``whole``: the older tree is this subtree's beginning itself, so its root is known."""
    if before == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = _split(len(leaves))
    if before <= split:
        return [*_growth(leaves[:split], before, whole=whole), root_of(leaves[split:])]
    right = _growth(leaves[split:], before - split, whole=False)
    return [*right, root_of(leaves[:split])]


def has_grown(old: Hash, before: int, path: Sequence[Hash], root: Hash, size: int) -> bool:
    """Whether the tree of ``size`` leaves with ``root`` begins with that of ``before`` leaves and
    the root ``old``."""
    if before in (0, size):
        return not path and old == (EMPTY if before == 0 else root)
    if not 0 < before < size:
        return False
    at, last, proof = before - 1, size - 1, list(path)
    while at % 2:
        at, last = at // 2, last // 2
    if at:  # not a whole subtree: the path begins with the peak that the older tree ends with
        if not proof:
            return False
        was = proof.pop(0)
    else:
        was = old
    now = was
    for beside in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            was, now = node_of(beside, was), node_of(beside, now)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            now = node_of(now, beside)
        at, last = at // 2, last // 2
    return last == 0 and was == old and now == root


def _split(size: int) -> int:
    """The largest power of two below it."""
    return 1 << (size - 1).bit_length() - 1
