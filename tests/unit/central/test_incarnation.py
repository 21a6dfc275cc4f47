"""What is granted, and what is waited for, since head office was put back to its past."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.epoch import EpochState
from central.domain.incarnation import (
    EpochSince,
    Expected,
    Since,
    expected_of,
    is_uncounted,
    may_grant,
)
from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId

BEGUN = 1_000
LOST = Since(BEGUN, 500)
REPLAYED = Since(BEGUN, None)
WHOLE = EpochSince(
    StoreId(UUID(int=1)),
    Epoch(1, b"\x01\x02\x03\x04"),
    EpochState.CURRENT,
    7,
    7,
    BEGUN,
    BEGUN,
    False,
)

EPOCHS = st.builds(
    EpochSince,
    st.just(WHOLE.store_id),
    st.just(WHOLE.epoch),
    st.sampled_from(EpochState),
    st.integers(0, 9),
    st.integers(0, 9),
    st.none() | st.integers(BEGUN - 2, BEGUN + 2),
    st.none() | st.integers(BEGUN - 2, BEGUN + 2),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"last_contact_ms": None, "rights_stated_ms": None}, Expected.CONTACT),
        ({"last_contact_ms": BEGUN - 1, "rights_stated_ms": BEGUN - 1}, Expected.CONTACT),
        ({"last_contact_ms": None}, None),
        ({"rights_stated_ms": None, "provisional": True}, None),
        ({"stated_seq": 8}, Expected.EVENTS),
        ({"rights_stated_ms": None}, Expected.RIGHTS),
        ({"rights_stated_ms": BEGUN - 1}, Expected.RIGHTS),
        ({"state": EpochState.SEALED, "last_contact_ms": None}, None),
        ({"state": EpochState.WRITTEN_OFF, "stated_seq": 99}, None),
    ],
)
def test_each_epoch_that_is_not_fenced_is_waited_for_until_all_of_it_is_here(
    changes: dict[str, object], expected: Expected | None
) -> None:
    assert expected_of(LOST, WHOLE._replace(**changes)) is expected  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("since", "changes", "uncounted"),
    [
        (LOST, {}, True),
        (LOST, {"state": EpochState.WRITTEN_OFF}, True),
        (LOST, {"state": EpochState.CURRENT}, False),
        (LOST, {"state": EpochState.CLOSED}, False),
        (LOST, {"provisional": True}, False),
        (LOST, {"rights_stated_ms": BEGUN}, False),
        (LOST, {"rights_stated_ms": None}, True),
        (REPLAYED, {}, False),
    ],
)
def test_a_fenced_epoch_may_hold_more_than_is_counted_until_its_box_says_what(
    since: Since, changes: dict[str, object], uncounted: bool
) -> None:
    fenced = WHOLE._replace(state=EpochState.SEALED, rights_stated_ms=BEGUN - 1)
    assert is_uncounted(since, fenced._replace(**changes)) is uncounted  # type: ignore[arg-type]  # by name


def test_after_a_replay_no_rights_need_be_stated_for_none_were_lost() -> None:
    assert expected_of(REPLAYED, WHOLE._replace(rights_stated_ms=None)) is None


@given(st.lists(EPOCHS))
def test_whatever_the_epochs_say_a_head_office_that_lost_nothing_grants(
    epochs: list[EpochSince],
) -> None:
    assert may_grant(REPLAYED, epochs)
    assert may_grant(Since(0, None), epochs)


@given(st.lists(EPOCHS))
def test_one_epoch_that_is_still_to_be_heard_holds_every_grant_back(
    epochs: list[EpochSince],
) -> None:
    heard = [one for one in epochs if expected_of(LOST, one) is None]
    assert may_grant(LOST, heard)
    assert may_grant(LOST, epochs) is (len(heard) == len(epochs))
