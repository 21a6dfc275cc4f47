"""The log of day roots as a tree: what is in it is proven, what was changed never is."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.merkle import (
    EMPTY,
    grow,
    has_grown,
    has_leaf,
    leaf_of,
    node_of,
    peaks_of,
    prove_growth,
    prove_leaf,
    root_of,
    root_of_peaks,
)

LEAVES = st.lists(st.binary(max_size=4).map(leaf_of), min_size=1, max_size=70)


def plain_root(leaves: list[bytes]) -> bytes:
    """As RFC 9162, 2.1.1 has it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_of(plain_root(leaves[:split]), plain_root(leaves[split:]))


def changed(hash_: bytes) -> bytes:
    return bytes([hash_[0] ^ 1]) + hash_[1:]


def test_an_empty_tree_and_one_of_a_leaf_are_as_the_standard_says() -> None:
    assert root_of([]) == EMPTY == hashlib.sha256(b"").digest()
    assert root_of([leaf_of(b"")]) == hashlib.sha256(b"\x00").digest()


@given(LEAVES)
def test_a_root_is_the_standards_and_peaks_are_enough_to_go_on(leaves: list[bytes]) -> None:
    assert root_of(leaves) == plain_root(leaves)
    for before in range(len(leaves) + 1):
        peaks = peaks_of(leaves[:before])
        assert len(peaks) == before.bit_count()
        assert root_of_peaks(grow(peaks, before, leaves[before:])) == root_of(leaves)


@given(LEAVES)
def test_every_leaf_is_proven_and_a_changed_one_or_another_place_never_is(
    leaves: list[bytes],
) -> None:
    root, size = root_of(leaves), len(leaves)
    for index, leaf in enumerate(leaves):
        path = prove_leaf(leaves, index)
        assert has_leaf(leaf, index, path, size, root)
        assert not has_leaf(changed(leaf), index, path, size, root)
        assert not has_leaf(leaf, index, path, size, changed(root))
        assert not has_leaf(leaf, size, path, size, root)
        assert not has_leaf(leaf, index, [*path, leaf], size, root)
        assert not (path and has_leaf(leaf, index, path[:-1], size, root))
        for place in range(len(path)):
            wrong = [*path[:place], changed(path[place]), *path[place + 1 :]]
            assert not has_leaf(leaf, index, wrong, size, root)
        for other in range(size):
            if leaves[other] != leaf:
                assert not has_leaf(leaf, other, prove_leaf(leaves, other), size, root)


@given(LEAVES)
def test_every_beginning_is_proven_and_a_tree_whose_past_was_changed_never_is(
    leaves: list[bytes],
) -> None:
    root, size = root_of(leaves), len(leaves)
    for before in range(size + 1):
        old, path = root_of(leaves[:before]), prove_growth(leaves, before)
        assert has_grown(old, before, path, root, size)
        assert not has_grown(changed(old), before, path, root, size)
        assert before == 0 or not has_grown(old, before, path, changed(root), size)
        assert not has_grown(old, before, [*path, old], root, size)
        for place in range(len(path)):
            wrong = [*path[:place], changed(path[place]), *path[place + 1 :]]
            assert not has_grown(old, before, wrong, root, size)
    for place in range(size):
        rewritten = [*leaves[:place], changed(leaves[place]), *leaves[place + 1 :]]
        for before in range(place + 1, size):
            path = prove_growth(rewritten, before)
            assert not has_grown(root_of(leaves[:before]), before, path, root_of(rewritten), size)
