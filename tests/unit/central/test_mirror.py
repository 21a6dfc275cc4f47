"""What a mirror says of its database, whatever is in it, in whatever order."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from central.domain.mirror import NONE_YET, Link, Verdict, compare, entry_hash


def happened(count: int, *, confirmed: bool = True) -> list[Link]:
    """A chain of entries that all happened."""
    links, at = [], NONE_YET
    for _ in range(count):
        at = child(at, b"happened", confirmed=confirmed)
        links.append(at)
    return links


def child(at: Link, content: bytes, *, confirmed: bool) -> Link:
    number = at.number + 1
    return Link(number, at.hash, entry_hash(number, at.hash, content), confirmed)


def ghosts(chain: Sequence[Link], places: set[int]) -> list[Link]:
    """Entries of processes that ended between writing and committing."""
    return [child((NONE_YET, *chain)[at], b"ghost", confirmed=False) for at in places]


@given(
    st.integers(1, 12).flatmap(
        lambda count: st.tuples(
            st.just(count), st.integers(0, count), st.sets(st.integers(0, count)), st.integers()
        )
    )
)
def test_what_the_database_lacks_is_found_whatever_stands_between_and_in_any_order(
    drawn: tuple[int, int, set[int], int],
) -> None:
    count, stands, beside, seed = drawn
    chain = happened(count)
    links = [*chain, *ghosts(chain, beside)]
    Random(seed).shuffle(links)
    at = (NONE_YET, *chain)[stands]
    found = compare(at, links, moved=False)
    missing = tuple(chain[stands:])
    if missing:
        assert found.verdict is Verdict.AHEAD
        assert found.missing[: len(missing)] == missing
        assert all(not link.confirmed for link in found.missing[len(missing) :])
    else:
        assert found == (Verdict.SAME, ())


@given(st.integers(0, 6), st.integers(1, 4))
def test_what_nobody_confirmed_never_happened_unless_the_database_may_have_been_put_back(
    count: int, unconfirmed: int
) -> None:
    chain = happened(count)
    at, rest = (NONE_YET, *chain)[-1], []
    last = at
    for _ in range(unconfirmed):
        last = child(last, b"cut off", confirmed=False)
        rest.append(last)
    assert compare(at, [*chain, *rest], moved=False) == (Verdict.SAME, ())
    assert compare(at, [*chain, *rest], moved=True) == (Verdict.AHEAD, tuple(rest))


def test_what_happened_is_followed_though_a_process_ended_before_it_confirmed_it() -> None:
    first = child(NONE_YET, b"happened", confirmed=False)
    ghost = child(NONE_YET, b"never", confirmed=False)
    second = child(first, b"happened too", confirmed=True)
    for links in ([first, ghost, second], [ghost, second, first]):
        assert compare(NONE_YET, links, moved=False).missing == (first, second)


def test_an_empty_folder_is_no_mirror_of_a_database_that_has_one() -> None:
    chain = happened(3)
    assert compare(chain[-1], [], moved=False).verdict is Verdict.LACKING
    assert compare(chain[-1], chain[:2], moved=False).verdict is Verdict.LACKING


def test_another_databases_mirror_is_told_apart() -> None:
    chain = happened(2)
    other = child(child(NONE_YET, b"another", confirmed=True), b"one", confirmed=True)
    others = [other._replace(number=3), *happened(1)]
    assert compare(chain[-1], others, moved=False).verdict is Verdict.FOREIGN
