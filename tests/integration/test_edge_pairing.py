"""A box becomes a store once, a workstation is paired by a code that lives shortly, people hear of
what should not happen."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from edge.db.alarms import list_alarms
from edge.db.journal import read_head
from edge.db.pushing import read_push_state
from edge.db.store import read_enrolment
from edge.db.workstations import list_workstations, token_hash, token_hashes
from edge.domain.alarm import AlarmClearedAlready, UnknownAlarm
from edge.domain.box import EnrolledAlready, EnrolmentUnsound
from edge.domain.reckoning import Steady
from edge.domain.workstation import PairingRefused
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.box.record_boot import record_boot
from edge.usecases.box.record_contact import record_contact
from edge.usecases.box.resume_pushing import resume_pushing
from edge.usecases.box.stop_pushing import stop_pushing
from edge.usecases.workstation.issue_pairing_code import (
    ALPHABET,
    LIFETIME_MS,
    issue_pairing_code,
    new_code,
)
from edge.usecases.workstation.pair import Paired, PairWorkstation, pair_workstation
from sync.engine.journal import Moment, NotEnrolled
from sync.protocol.change import genesis_hash
from sync.protocol.clock import ClockState
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import Refusal
from sync.protocol.facts import AlarmCleared, AlarmKind, AlarmRaised, DeviceRecorded
from sync.protocol.identity import BootId, EventId, StoreId, WorkstationId
from tests.integration.edge_fixtures import (
    NOON_MS,
    STORE,
    W1,
    W2,
    Shop,
    enrolment,
    moment,
    named,
    new_shop,
)

CODE = "7Q4-M0K-XV2"
TOKEN, NEW_TOKEN = "t" * 43, "n" * 43


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = new_shop(tmp_path / "store.sqlite3", published=False)
    yield made
    made.writer.close_now()


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Shop]:
    """A box that belongs to no store yet."""
    made = Shop(tmp_path / "blank.sqlite3")
    yield made
    made.writer.close_now()


def refused(shop: Shop, kind: type[Refusal], act: Callable[[], Any]) -> Refusal:
    """``act`` is refused as ``kind`` and leaves nothing at all."""
    before = shop.contents()
    with pytest.raises(kind) as caught:
        act()
    assert shop.contents() == before
    return caught.value


def adopt(shop: Shop, answer: EnrolmentAnswer, device_key: bytes = bytes(32)) -> Any:
    address = "http://127.0.0.1:1"
    return shop.do(lambda db: adopt_enrolment(db, answer, address, device_key, "t", moment()))


def issue(shop: Shop, code: str = CODE) -> None:
    shop.do(lambda db: issue_pairing_code(db, W1, code, moment()))


def pair(shop: Shop, code: str = CODE, token: str = TOKEN, wall_ms: int = NOON_MS) -> str:
    request = PairWorkstation(W1, code, token)
    at = moment(wall_ms)
    shop.once(request.request_id, request, Paired, lambda db: pair_workstation(db, request, at))
    return token


def whose(shop: Shop, token: str) -> str | None:
    device = shop.do(token_hashes).get(token_hash(token))
    return None if device is None else device.workstation_id


def test_an_enrolled_box_is_the_store_and_begins_its_journal(blank: Shop) -> None:
    head = adopt(blank, enrolment())
    kept = blank.do(read_enrolment)
    assert kept is not None
    assert (kept.store_id, kept.store_code, kept.central_url) == (
        STORE,
        "S01",
        "http://127.0.0.1:1",
    )
    assert (head.epoch.number, head.seq) == (1, 1)
    assert head.epoch.fingerprint == genesis_hash(enrolment().genesis)[:4]
    assert blank.facts() == [DeviceRecorded("boot", "enrolled", "t")]


def test_the_same_enrolment_again_changes_nothing(blank: Shop) -> None:
    first = adopt(blank, enrolment())
    before = blank.contents()
    assert adopt(blank, enrolment()) == first
    assert blank.contents() == before


def test_a_box_does_not_become_another_store(shop: Shop) -> None:
    other = enrolment(store_code="S02")
    refusal = refused(shop, EnrolledAlready, lambda: adopt(shop, other))
    assert "S01" in refusal.detail


def test_an_answer_that_head_office_did_not_sign_is_refused(blank: Shop) -> None:
    answer = enrolment()
    forged = msgspec.structs.replace(answer, signature=bytes(64))
    refused(blank, EnrolmentUnsound, lambda: adopt(blank, forged))
    elsewhere = msgspec.structs.replace(answer, store_id=StoreId(named("elsewhere")))
    refused(blank, EnrolmentUnsound, lambda: adopt(blank, elsewhere))
    refused(blank, EnrolmentUnsound, lambda: adopt(blank, answer, device_key=b"x" * 32))


def test_each_boot_is_recorded_once_under_its_own_id(shop: Shop) -> None:
    boot = Moment(NOON_MS, 0, BootId(named("second boot")), ClockState.UNCHECKED)
    first = shop.do(lambda db: record_boot(db, "holdfast 0.1", "SQLite 3.53", boot))
    assert first.envelope.event_id == boot.boot_id
    before = shop.contents()
    assert shop.do(lambda db: record_boot(db, "holdfast 0.1", "SQLite 3.53", boot)) == first
    assert shop.contents() == before


def test_a_box_without_a_store_records_no_boot(blank: Shop) -> None:
    refused(blank, NotEnrolled, lambda: blank.do(lambda db: record_boot(db, "t", "", moment())))


def test_codes_are_random_and_have_no_letter_that_people_mistake() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [3, 3, 3]
        assert set("".join(groups)) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)


def test_a_code_pairs_its_workstation_once(shop: Shop) -> None:
    issue(shop)
    assert pair(shop) == TOKEN
    assert whose(shop, TOKEN) == W1
    refused(shop, PairingRefused, lambda: pair(shop, token=NEW_TOKEN))
    assert [w.workstation_id for w in shop.do(list_workstations)] == [W1]


def test_a_unit_that_runs_twice_pairs_once(shop: Shop) -> None:
    issue(shop)
    pair(shop)
    before = shop.contents()
    assert pair(shop) == TOKEN
    assert shop.contents() == before


@pytest.mark.parametrize("typed", ["7q4m0kxv2", "7Q4 MOK XV2", " 7q4-mOk-xv2 "])
def test_a_code_is_read_as_it_is_meant(shop: Shop, typed: str) -> None:
    issue(shop)
    assert pair(shop, typed) == TOKEN


def test_a_wrong_code_leaves_nothing_and_takes_nothing_from_the_right_one(shop: Shop) -> None:
    """A36: five wrong tries by anybody killed the code; how fast they come is the door's."""
    issue(shop)
    for _ in range(20):
        refused(shop, PairingRefused, lambda: pair(shop, "000-000-000"))
    pair(shop)
    assert whose(shop, TOKEN) == W1


def test_a_code_is_good_for_fifteen_minutes(shop: Shop) -> None:
    issue(shop)
    with pytest.raises(PairingRefused):
        pair(shop, wall_ms=NOON_MS + LIFETIME_MS)
    assert pair(shop, wall_ms=NOON_MS + LIFETIME_MS - 1) == TOKEN


def test_a_code_of_one_workstation_pairs_no_other(shop: Shop) -> None:
    issue(shop)
    other = PairWorkstation(W2, CODE, TOKEN)
    refused(shop, PairingRefused, lambda: shop.do(lambda db: pair_workstation(db, other, moment())))


def test_w1_and_w_one_in_small_letters_are_one_workstation(shop: Shop) -> None:
    """B27: a second pairing under other letters ends the first one's token."""
    issue(shop)
    pair(shop)
    small = WorkstationId("w1")
    issued = shop.do(lambda db: issue_pairing_code(db, small, CODE, moment()))
    assert issued.workstation_id == W1
    asked = PairWorkstation(small, CODE, NEW_TOKEN)
    paired = shop.do(lambda db: pair_workstation(db, asked, moment()))
    assert paired.workstation_id == W1
    assert [w.workstation_id for w in shop.do(list_workstations)] == [W1]
    assert (whose(shop, TOKEN), whose(shop, NEW_TOKEN)) == (None, W1)


def test_pairing_anew_ends_the_earlier_token(shop: Shop) -> None:
    issue(shop)
    pair(shop)
    issue(shop)
    assert whose(shop, TOKEN) == W1
    pair(shop, token=NEW_TOKEN)
    assert (whose(shop, TOKEN), whose(shop, NEW_TOKEN)) == (None, W1)
    refused(shop, PairingRefused, lambda: pair(shop))


def test_neither_code_nor_token_stands_in_the_database(shop: Shop) -> None:
    token = secrets.token_urlsafe(32)
    issue(shop)
    everything = repr(shop.contents())
    assert CODE not in everything
    pair(shop, token=token)
    everything = repr(shop.contents())
    assert token not in everything
    assert whose(shop, token) == W1


ALARM = UUID(int=7)


def test_an_alarm_is_seen_here_and_travels(shop: Shop) -> None:
    raised = shop.do(
        lambda db: raise_alarm(
            db, AlarmKind.FORK, "1-aa", "two branches", moment(), alarm_id=ALARM, workstation_id=W1
        )
    )
    assert raised == ALARM
    assert [alarm.detail for alarm in shop.do(list_alarms)] == ["two branches"]
    assert shop.facts()[-1] == AlarmRaised(ALARM, AlarmKind.FORK, "1-aa", "two branches", W1)


def test_alarms_of_one_cause_are_one_with_a_count_and_the_last_time(shop: Shop) -> None:
    """A27: sixty of them are one row and one event, until somebody clears it."""

    def again(at_ms: int, number: int, workstation: WorkstationId | None = W1) -> UUID:
        return shop.do(
            lambda db: raise_alarm(
                db,
                AlarmKind.WORKSTATION_AHEAD,
                f"subject {number}",
                f"detail {number}",
                moment(at_ms),
                alarm_id=UUID(int=number),
                workstation_id=workstation,
            )
        )

    before = len(shop.facts())
    assert {again(NOON_MS + number, number) for number in range(1, 61)} == {UUID(int=1)}
    (alarm,) = shop.do(list_alarms)
    assert (alarm.times, alarm.raised_at_ms, alarm.last_at_ms) == (60, NOON_MS + 1, NOON_MS + 60)
    assert (alarm.subject, alarm.detail) == ("subject 60", "detail 60")
    assert len(shop.facts()) == before + 1
    assert again(NOON_MS, 70, W2) == UUID(int=70)
    clearing = ClearAlarm("Ann", "the box was restored")
    cleared = EventId(named("cleared"))
    shop.do(lambda db: clear_alarm(db, clearing, UUID(int=1), cleared, moment()))
    assert shop.facts()[-1] == AlarmCleared(UUID(int=1), "Ann", "the box was restored")
    assert [alarm.alarm_id for alarm in shop.do(list_alarms)] == [UUID(int=70)]
    assert again(NOON_MS, 80) == UUID(int=80)
    assert len(shop.do(list_alarms)) == 2


def test_an_alarm_is_cleared_once_and_only_one_that_is_there(shop: Shop) -> None:
    """A27: a command that does nothing says so."""
    clearing, event = ClearAlarm("Ann", "seen"), EventId(named("cleared"))

    def clear(alarm_id: UUID) -> None:
        shop.do(lambda db: clear_alarm(db, clearing, alarm_id, event, moment()) and None)

    shop.do(lambda db: raise_alarm(db, AlarmKind.FORK, "x", "y", moment(), alarm_id=ALARM))
    refused(shop, UnknownAlarm, lambda: clear(UUID(int=99)))
    clear(ALARM)
    refusal = refused(shop, AlarmClearedAlready, lambda: clear(ALARM))
    assert "Ann" in refusal.detail


def test_a_box_without_a_store_keeps_its_alarm_to_itself(blank: Shop) -> None:
    blank.do(lambda db: raise_alarm(db, AlarmKind.REWOUND, "x", "y", moment(), alarm_id=ALARM))
    assert len(blank.do(list_alarms)) == 1
    assert blank.facts() == []


def test_pushing_stops_with_a_reason_until_a_person_resumes_it(shop: Shop) -> None:
    for _ in range(2):
        shop.do(
            lambda db: stop_pushing(
                db, "central holds more", moment(), alarm=AlarmKind.REWOUND, alarm_id=ALARM
            )
        )
    state = shop.do(read_push_state)
    assert state.stopped == "central holds more"
    assert [alarm.subject for alarm in shop.do(list_alarms)] == [str(shop.do(read_head).epoch)]
    shop.do(lambda db: record_contact(db, moment(), NOON_MS + 5, Steady("boot", 7)))
    assert shop.do(read_push_state).stopped == "central holds more"
    resuming, event = ClearAlarm("Ann", "the copy was switched off"), EventId(named("resumed"))
    resumed = shop.do(lambda db: resume_pushing(db, resuming, event, moment()))
    assert resumed.was_stopped == "central holds more"
    assert shop.do(list_alarms) == ()
    state = shop.do(read_push_state)
    assert (state.stopped, state.last_contact_ms, state.server_time_ms) == (
        None,
        NOON_MS,
        NOON_MS + 5,
    )
    assert shop.do(lambda db: resume_pushing(db, resuming, event, moment())).was_stopped is None


def test_clearing_the_alarm_of_a_stop_resumes_pushing_and_of_another_does_not(shop: Shop) -> None:
    """A40: a stop can be lifted, by the person who cleared what stopped it."""

    def stop() -> None:
        shop.do(
            lambda db: stop_pushing(
                db, "fork: two", moment(), alarm=AlarmKind.FORK, alarm_id=uuid4()
            )
        )

    def clear(kind: str) -> None:
        (alarm,) = [alarm for alarm in shop.do(list_alarms) if alarm.kind == kind]
        clearing, event = ClearAlarm("Ann", "settled"), EventId(uuid4())
        shop.do(lambda db: clear_alarm(db, clearing, alarm.alarm_id, event, moment()) and None)

    stop()
    other = AlarmKind.WORKSTATION_AHEAD
    shop.do(lambda db: raise_alarm(db, other, "x", "y", moment(), alarm_id=ALARM))
    clear(other.value)
    assert shop.do(read_push_state).stopped == "fork: two"
    clear("fork")
    assert shop.do(read_push_state).stopped is None
    stop()
    assert [alarm.kind for alarm in shop.do(list_alarms)] == ["fork"]
