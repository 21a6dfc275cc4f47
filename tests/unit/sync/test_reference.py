"""The set's hash: kept row by row, it says the same as counted anew, in any order."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.reference import (
    EMPTY_SET_HASH,
    DataSet,
    replace_in_set_hash,
    row_hash,
)

keys = st.sampled_from(["", "a", "b", "tea@1", "ü"])
bodies = st.none() | st.binary(max_size=8)
publications = st.lists(st.tuples(keys, bodies), max_size=30)


def kept(rows: list[tuple[str, bytes | None]]) -> tuple[bytes, dict[str, bytes]]:
    """The hash after each publication in turn, and the live rows."""
    live: dict[str, bytes] = {}
    total = EMPTY_SET_HASH
    for key, body in rows:
        total = replace_in_set_hash(total, key, live.get(key), body)
        if body is None:
            live.pop(key, None)
        else:
            live[key] = body
    return total, live


@given(publications)
def test_row_by_row_it_is_the_hash_of_the_live_rows(rows: list[tuple[str, bytes | None]]) -> None:
    total, live = kept(rows)
    assert total == kept([(key, live[key]) for key in sorted(live)])[0]
    assert (total == EMPTY_SET_HASH) == (not live)


@given(st.dictionaries(keys, st.binary(max_size=8)), keys, st.binary(max_size=8))
def test_one_row_changed_shows(live: dict[str, bytes], key: str, body: bytes) -> None:
    before, _ = kept(list(live.items()))
    after = replace_in_set_hash(before, key, live.get(key), body)
    assert (after == before) == (live.get(key) == body)
    assert replace_in_set_hash(after, key, body, live.get(key)) == before


def test_a_rows_hash_is_over_its_framed_key_and_its_body() -> None:
    expected = hashlib.sha256(b"\x00\x00\x00\x03teabody").digest()
    assert row_hash("tea", b"body") == int.from_bytes(expected, "big")
    assert row_hash("teab", b"ody") != row_hash("tea", b"body")


def test_items_are_pulled_before_their_prices() -> None:
    order = list(DataSet)
    assert order[:2] == [DataSet.ERASED_CUSTOMERS, DataSet.SETTINGS]
    assert order.index(DataSet.ITEMS) < order.index(DataSet.PRICES)
    assert order.index(DataSet.CUSTOMERS) < order.index(DataSet.GRANTS)
