"""What the commands ask through the folder's socket: no token, its owner alone can open it."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Annotated, Any

import litestar
import msgspec
from litestar import get, post

from edge.api.doctor import doctor
from edge.api.once import At, writes
from edge.api.pairing_codes import PairingCodeRequest, PairingOffer, offer_pairing
from edge.api.parameters import IdInPath, TheBox
from edge.api.sync_status import status_of
from edge.api.totals import receipts, totals
from edge.box.box import Box
from edge.box.folder import database_of
from edge.box.settings import WrongSettings, change_place
from edge.db.alarms import Alarm, find_standing
from edge.db.connection.engine import open_connection
from edge.db.epochs import held_epochs
from edge.db.journal import VerifyOutcome, verify_chain
from edge.db.workstations import PairedWorkstation, list_codes, list_workstations
from edge.domain.fields import Request, Sentence
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from edge.usecases.box.read_status import SyncStatus
from edge.usecases.box.resume_pushing import Resumed, resume_pushing
from edge.usecases.workstation.unpair import Unpaired, unpair_workstation
from sync.http.body import read_body
from sync.protocol.errors import InvalidField
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import EventId, WorkstationId


class Workstations(msgspec.Struct, frozen=True):
    """Who may call this store, when each code that may still be used is over, and when each called
    last since the store server was started (UTC ms)."""

    paired: tuple[PairedWorkstation, ...]
    codes: dict[WorkstationId, int]
    heard: dict[WorkstationId, int]


class WalkedEpoch(msgspec.Struct, frozen=True):
    """How many events of one of this box's epochs were walked, after those through
    ``pruned_through``, which head office has and this box keeps no more."""

    epoch: str
    verified: int
    pruned_through: int


class VerifyAnswer(msgspec.Struct, frozen=True):
    """Of the first epoch that is not whole, else of the one that the box writes in.
    ``first_bad_seq`` null: the chain comes out through ``verified``, its head, and so does each of
    ``epochs``. ``missing``: what tills or head office were told of and is no longer there,
    as long as nobody has cleared that alarm."""

    first_bad_seq: int | None
    verified: int
    epoch: str
    seq: int
    hash: str
    missing: str | None
    epochs: tuple[WalkedEpoch, ...]


@get("/status")
async def status(box: TheBox) -> SyncStatus:
    """The state as of the last commit."""
    return await status_of(box)


@post("/pairing-codes")
async def pairing_code(request: litestar.Request[Any, Any, Any], box: TheBox) -> PairingOffer:
    """A one-time code for a workstation, in place of an earlier one."""
    return await offer_pairing(request, box)


@get("/workstations")
async def workstations(box: TheBox) -> Workstations:
    """What `edge workstations` shows."""
    return await workstations_of(box)


async def workstations_of(box: Box) -> Workstations:
    """As of the last commit."""
    now_ms = box.clock.moment().wall_ms
    return await box.reader.read(
        lambda db: Workstations(
            list_workstations(db), list_codes(db, now_ms), dict(box.workstations.heard)
        )
    )


@post("/unpair", status_code=200)
async def unpair(request: litestar.Request[Any, Any, Any], box: TheBox) -> Unpaired:
    """End a workstation's pairing and its code; its next request is answered with 401."""
    asked = await read_body(request, PairingCodeRequest)
    ended = await box.writer.run(lambda db: unpair_workstation(db, asked.workstation_id))
    box.forget_workstations()
    return ended


@post("/verify", status_code=200)
async def verify(box: TheBox) -> VerifyAnswer:
    """Walk the chain of every epoch that this box holds, on a connection of its own: selling goes
    on meanwhile."""
    walked = await asyncio.to_thread(_walk, box)
    bad = [one for one in walked if one.first_bad_seq is not None]
    outcome = (bad or walked[-1:])[0]
    return VerifyAnswer(
        outcome.first_bad_seq,
        outcome.verified,
        str(outcome.head.epoch),
        outcome.head.seq,
        outcome.head.hash.hex(),
        await box.reader.read(_missing),
        tuple(map(_walked, walked)),
    )


def _walked(one: VerifyOutcome) -> WalkedEpoch:
    walked = max(0, one.verified - one.pruned_through)
    return WalkedEpoch(str(one.head.epoch), walked, one.pruned_through)


def _missing(db: sqlite3.Connection) -> str | None:
    alarm = find_standing(db, AlarmKind.REWOUND, "")
    return None if alarm is None else alarm.detail


def _walk(box: Box) -> list[VerifyOutcome]:
    """Every epoch, the one that the box writes in last."""
    with closing(open_connection(database_of(box.folder), create=False)) as db:
        db.execute("BEGIN")
        held = sorted(held_epochs(db), key=lambda one: (one.current, one.opened_no))
        return [verify_chain(db, epoch=one.epoch) for one in held]


class Place(Request, frozen=True):
    """Where tills on other machines find the box, as many as one certificate has at most; what is
    empty stays as it is. ``addresses`` of the answer: where it listens."""

    names: Annotated[tuple[Sentence, ...], msgspec.Meta(max_length=8)] = ()
    addresses: Annotated[tuple[Sentence, ...], msgspec.Meta(max_length=16)] = ()


@post("/place", status_code=200)
async def place(request: litestar.Request[Any, Any, Any], box: TheBox) -> Place:
    """Be called otherwise, without a restart; the next round asks for the certificate."""
    asked = await read_body(request, Place)
    try:
        settings = change_place(box.folder, asked.names, asked.addresses)
    except WrongSettings as error:
        raise InvalidField(str(error), field="names", remedy="Correct it.") from error
    box.certificate.stand_at(settings)
    box.nudge.set()
    return Place(settings.names, tuple(map(str, box.certificate.addresses())))


class Clearing(ClearAlarm, frozen=True, kw_only=True):
    """``event_id`` is made by the command."""

    event_id: EventId


@writes(post, "/alarms/{alarm_id:uuid}/clear", status_code=200)
def clear(db: sqlite3.Connection, asked: Clearing, at: At, alarm_id: IdInPath) -> Alarm:
    """Somebody looked and says why; the alarm of a stop goes on with pushing."""
    return clear_alarm(db, asked, alarm_id, asked.event_id, at.moment)


@writes(post, "/push/resume", status_code=200)
def resume(db: sqlite3.Connection, asked: Clearing, at: At) -> Resumed:
    """Go on with pushing, whatever stopped it."""
    return resume_pushing(db, asked, asked.event_id, at.moment)


ROUTES = (
    status,
    doctor,
    pairing_code,
    workstations,
    unpair,
    verify,
    totals,
    receipts,
    place,
    clear,
    resume,
)
