"""How far this shop and head office are apart, in plain words: what waits and what it is worth,
what head office has confirmed, what is wrong and what to do. The words are those of `edge status`
(``edge/usecases/box/read_status.py``) and of `edge doctor` (``edge/doctor``)."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from litestar import Request, Response, get

from edge.api.doctor import examined
from edge.api.parameters import TheBox
from edge.api.sync_status import status_of
from edge.box.box import Box
from edge.db.sessions import SignedInAt, signed_in_now
from edge.db.store import read_settings
from edge.db.unsent import Confirmed, Unsent, last_confirmed, unsent_receipts, waiting_since
from edge.db.workstations import PairedWorkstation, list_workstations
from edge.doctor.in_chinese import report_in_chinese
from edge.domain.box import SettingsMissing
from edge.domain.state_words import CHINESE, said_in, summary_in
from edge.pages.coming_in import needing, office_guard
from edge.pages.page import language_here, page, tables_page
from edge.pages.places import SYNC
from edge.pages.words import LANGUAGES, say_in
from edge.usecases.box.read_status import SyncStatus
from sync.protocol.money import format_minor
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
REFRESH_S = 5
Light: TypeAlias = Literal["fine", "wait", "attention", "stop", "away", "unknown"]


class Money(NamedTuple):
    """How amounts are written; before the store's settings have arrived with two decimals."""

    currency: str
    decimals: int


class Told(NamedTuple):
    """An alarm: what it means and what to do, how often, and what the box wrote down of it."""

    means: str
    times: str
    detail: str


class Looked(NamedTuple):
    """One thing that is looked at. ``said``: in the page's words, ``quoted``: in others'."""

    name: str
    light: Light
    said: str
    quoted: tuple[str, ...] = ()
    alarms: tuple[Told, ...] = ()


class WorkstationLine(NamedTuple):
    """``heard_ms``: when it called last since the box was started; ``keeps``: how many receipts of
    its own it keeps, because head office has them not."""

    workstation: PairedWorkstation
    heard_ms: int | None
    who: tuple[SignedInAt, ...]
    keeps: int


class _Read(NamedTuple):
    unsent: tuple[Unsent, ...]
    confirmed: Confirmed | None
    since_ms: int | None
    paired: tuple[PairedWorkstation, ...]
    who: tuple[SignedInAt, ...]
    money: Money


@get(SYNC, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_sync(request: AnyRequest, box: TheBox) -> Response[Any]:
    """All of it, live."""
    status, read = await status_of(box), await box.reader.read(_read)
    receipts = sum(one.receipts for one in read.unsent)
    worth_minor = sum(one.worth_minor for one in read.unsent)
    return tables_page(
        request,
        "sync.html",
        status_light=_light(status),
        sync=status,
        summary=summary_in(LANGUAGES.index(language_here(request)), status.sentences),
        money=read.money,
        receipts=receipts,
        worth_minor=worth_minor,
        since_ms=read.since_ms,
        confirmed=read.confirmed,
        looked=_looked(request, box, status, (receipts, worth_minor, read.money)),
        lines=_lines(box, read),
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
        refresh_s=REFRESH_S,
    )


@get(f"{SYNC}/everything", guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_everything(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Every check of the box, with the remedy for what is not fine: `edge doctor` on a page."""
    report = await examined(box)
    if LANGUAGES.index(language_here(request)) == CHINESE:
        report = report_in_chinese(report)
    return page(request, "everything.html", report=report, zone=box.clock.zone)


def _read(db: sqlite3.Connection) -> _Read:
    try:
        settings = read_settings(db)
        money = Money(settings.currency, settings.decimals)
    except SettingsMissing:
        money = Money("", 2)
    return _Read(
        unsent_receipts(db),
        last_confirmed(db),
        waiting_since(db),
        list_workstations(db),
        signed_in_now(db),
        money,
    )


def _light(status: SyncStatus) -> Light:
    """Of the whole, the worst first."""
    if status.stopped is not None or status.refused is not None:
        return "stop"
    if status.needs_a_person:
        return "attention"
    if status.head_office_away:
        return "away"
    return "wait" if status.waiting else "fine"


def _looked(
    request: AnyRequest, box: Box, status: SyncStatus, unsent: tuple[int, int, Money]
) -> Sequence[Looked]:
    """In the order in which a person would look."""
    say = say_in(language_here(request)).sync
    return [
        Looked("line", _line_light(status), _spoken(request, status, _of_line)),
        _clock(request, say, status),
        _disk(request, say, status),
        _backup(say, unsent),
        _certificate(request, say, box, status),
        _data(say, status),
        Looked("counted", "wait", say.not_counted(status.events_set_aside))
        if status.events_set_aside
        else Looked("counted", "fine", say.all_counted),
        _mail(say, status),
        Looked("printers", "fine", say.printers(", ".join(sorted(box.settings.printers)))),
        _alarms(say, status),
    ]


def _line_light(status: SyncStatus) -> Light:
    if status.stopped is not None or status.refused is not None:
        return "stop"
    return "away" if status.head_office_away else "fine"


def _spoken(request: AnyRequest, status: SyncStatus, is_meant: Callable[[str], bool]) -> str:
    """What the box says of itself, in the page's language: the sentences of these names."""
    language = LANGUAGES.index(language_here(request))
    return " ".join(said_in(language, one) for one in status.sentences if is_meant(one.name))


def _of_line(name: str) -> bool:
    """How sending goes: the summary without what has a row of its own."""
    return not name.startswith(("clock", "certificate", "alarms", "aside", "disk"))


def _clock(request: AnyRequest, say: Any, status: SyncStatus) -> Looked:
    if status.clock is not None:
        spoken = _spoken(request, status, lambda name: name.startswith("clock"))
        return Looked("clock", "attention", spoken)
    if status.last_contact_ms is None:
        return Looked("clock", "unknown", say.clock_unknown)
    return Looked("clock", "fine", say.clock_fine)


def _disk(request: AnyRequest, say: Any, status: SyncStatus) -> Looked:
    if status.disk is not None:
        return Looked("disk", "attention", _spoken(request, status, lambda name: name == "disk"))
    return Looked("disk", "fine", say.disk_fine(status.disk_free_bytes >> 20))


def _backup(say: Any, unsent: tuple[int, int, Money]) -> Looked:
    receipts, worth_minor, money = unsent
    amount = format_minor(worth_minor, money.decimals)
    said = say.backup(receipts, amount, money.currency)
    return Looked("backup", "wait" if receipts else "fine", said)


def _certificate(request: AnyRequest, say: Any, box: Box, status: SyncStatus) -> Looked:
    if status.certificate is not None:
        spoken = _spoken(request, status, lambda name: name.startswith("certificate"))
        return Looked("certificate", "attention", spoken)
    if box.certificate.served is None or not box.settings.lan:
        light: Light = "unknown" if box.settings.lan else "fine"
        return Looked("certificate", light, say.certificate_none)
    return Looked("certificate", "fine", say.certificate_fine)


def _data(say: Any, status: SyncStatus) -> Looked:
    first = status.first_set_aside
    if not status.rows_set_aside or first is None:
        return Looked("data", "fine", say.data_fine)
    quoted = (f"{first.data_set} {first.key}: {first.reason}",)
    return Looked("data", "attention", say.aside(status.rows_set_aside), quoted)


def _mail(say: Any, status: SyncStatus) -> Looked:
    if not status.mails_waiting and not status.mails_given_up:
        return Looked("mail", "fine", say.no_mail)
    said = say.mails(status.mails_waiting, status.mails_given_up)
    return Looked("mail", "attention" if status.mails_given_up else "wait", said)


def _alarms(say: Any, status: SyncStatus) -> Looked:
    if not status.alarms:
        return Looked("alarms", "fine", say.no_alarm)
    told = tuple(
        Told(say.alarms.get(one.kind, say.another_alarm), say.times(one.times), one.detail)
        for one in status.alarms
    )
    return Looked("alarms", "attention", say.who_clears, alarms=told)


def _lines(box: Box, read: _Read) -> Sequence[WorkstationLine]:
    keeps = {one.workstation_id: one.receipts for one in read.unsent}
    return [
        WorkstationLine(
            one,
            box.workstations.heard.get(one.workstation_id),
            tuple(each for each in read.who if each.workstation_id == one.workstation_id),
            keeps.get(one.workstation_id, 0),
        )
        for one in read.paired
    ]


ROUTES = (show_sync, show_everything)
