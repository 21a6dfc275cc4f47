"""How far a store and head office are apart is said in one sentence, and what else there is."""

import re

import pytest

from edge.domain.state_words import CHINESE, SENTENCES, said_in
from edge.domain.sync_state import (
    DISK_LOW_BYTES,
    QUIET_S,
    SyncState,
    in_sentences,
    in_words,
    is_away,
    needs_a_person,
)

NOW_MS = 10_000_000
WELL = SyncState(
    tails=(),
    side_branch=None,
    now_ms=NOW_MS,
    waiting=0,
    unreached=False,
    busy=False,
    stopped=None,
    refused=None,
    last_contact_ms=NOW_MS,
    server_time_ms=NOW_MS,
    alarms=0,
    rows_set_aside=0,
    events_set_aside=0,
    disk_free_bytes=DISK_LOW_BYTES,
)
LONG_AGO_MS = NOW_MS - 1_000 * (QUIET_S + 1)


@pytest.mark.parametrize(
    ("changed", "begins", "away", "person"),
    [
        ({}, "Head office has everything.", False, False),
        ({"waiting": 2}, "2 records are on their way", False, False),
        ({"unreached": True, "waiting": 2}, "2 records wait for head office, which", True, False),
        ({"unreached": True}, "Head office has everything; it does not answer", True, False),
        ({"unreached": True, "busy": True}, "Head office is busy; it asks for", False, False),
        ({"last_contact_ms": None}, "Head office was not reached yet", True, False),
        ({"last_contact_ms": LONG_AGO_MS, "server_time_ms": None}, "Head office has", True, False),
        ({"refused": "the key is old."}, "The key is old; 0 records wait.", False, True),
        ({"stopped": "fork", "refused": "x"}, "Sending to head office is stopped", False, True),
        ({"rows_set_aside": 1}, "Head office has everything.", False, True),
        ({"server_time_ms": NOW_MS - 301_000}, "Head office has everything.", False, True),
    ],
)
def test_the_worst_of_a_state_is_said_and_whether_somebody_must_come(
    changed: dict[str, object], begins: str, away: bool, person: bool
) -> None:
    state = WELL._replace(**changed)  # type: ignore[arg-type]  # each case names its own fields
    assert in_words(state).startswith(begins)
    assert (is_away(state), needs_a_person(state)) == (away, person)


@pytest.mark.parametrize(
    ("spoken", "said", "person"),
    [
        ((), "Head office has everything.", False),
        ((1,), "Head office has everything.", False),
        ((1, 2), "speaks protocol 2 as well: this box can be updated.", False),
        ((2, 3), "does not speak this box's protocol 1: update this box.", True),
        ((0,), "does not speak this box's protocol 1: update head office.", True),
    ],
)
def test_which_versions_head_office_speaks_is_said_before_it_ends_one(
    spoken: tuple[int, ...], said: str, person: bool
) -> None:
    state = WELL._replace(protocols=spoken)
    assert in_words(state).endswith(said)
    assert needs_a_person(state) is person


def test_what_else_there_is_follows_in_order() -> None:
    state = WELL._replace(events_set_aside=1_234, alarms=2, disk_free_bytes=DISK_LOW_BYTES - 1)
    said = in_words(state)
    assert said.index("1,234 records") < said.index("The disk has") < said.index("2 alarms need")


def test_an_epoch_that_the_box_opened_itself_and_a_tail_that_waits_are_said() -> None:
    said = in_words(WELL._replace(side_branch="2-9f3c11aa", tails=("2-aabbccdd",)))
    assert "sells in epoch 2-9f3c11aa, which it opened itself" in said
    assert "The end of epoch 2-aabbccdd goes to head office first." in said
    assert not needs_a_person(WELL._replace(side_branch="2-9f3c11aa"))


def test_every_sentence_says_the_same_figures_in_both_languages() -> None:
    for name, said in SENTENCES.items():
        english, chinese = (set(re.findall(r"{(\w+)", each)) for each in said)
        assert english == chinese, name


def test_the_state_is_said_in_chinese_of_the_same_figures() -> None:
    state = WELL._replace(waiting=1_200, disk_free_bytes=0, alarms=2)
    said = [said_in(CHINESE, one) for one in in_sentences(state)]
    assert said[0] == "1,200 条记录正发往总部。"
    assert [one.name for one in in_sentences(state)] == ["on_their_way", "disk", "alarms"]
    assert all("{" not in each for each in said)
