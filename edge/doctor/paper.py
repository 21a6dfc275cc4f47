"""Paper and post: the printers of the counter and of shelf labels, what receipts are drawn and set
with, and what goes by e-mail."""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from edge.box.mail_settings import password_of
from edge.box.printers import place_of
from edge.db.mails import MailFigures, mail_figures
from edge.devices.at import DeviceAt
from edge.devices.printer.ask import Asked, Condition, ask_printer
from edge.devices.shelf_label.ask import ask_label_printer
from edge.doctor.scene import Scene
from edge.domain.mail import MailKind, letters
from edge.domain.sync_state import DAY_MS
from edge.usecases.box.read_status import MAILS_TOLD_DAYS
from sync.program.command_line import shell
from sync.program.findings import Found, attention, fine, stop
from sync.program.frame import instant
from sync.program.pages import look_at_pages

Place: TypeAlias = DeviceAt | Path
NAMED_MAX = 20
AT_ONCE_MAX = 8
WAITS_LONG_MS = 3_600_000
SAYS: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.READY: "is ready",
        Condition.SILENT: "is reached, and says nothing of its paper",
        Condition.PAPER_LOW: "is ready, and its paper ends soon",
        Condition.PAPER_OUT: "has no paper",
        Condition.COVER_OPEN: "has its cover open",
        Condition.FAULT: "says that it has a fault",
        Condition.UNREACHED: "cannot be reached",
    }
)
WELL = frozenset({Condition.READY, Condition.SILENT})


def printers(scene: Scene) -> Found:
    """Each printer of the counter is asked."""
    stated = scene.settings.printers
    if not stated:
        return fine("No printer is named in edge.toml: receipts print through the browser.")
    remedy = "See to paper, cover and cable; sales go on, and each receipt prints again when it is."
    return _asked(stated, ask_printer, remedy)


def label_printers(scene: Scene) -> Found:
    """Each printer of shelf labels is asked."""
    stated = scene.settings.label_printers
    if not stated:
        return fine("No label printer is named in edge.toml: labels print on sheets.")
    return _asked(stated, ask_label_printer, "See to labels, head and cable, then print again.")


def _asked(stated: Mapping[str, str], ask: Callable[[Place], Asked], remedy: str) -> Found:
    """What each says of itself."""
    with ThreadPoolExecutor(AT_ONCE_MAX) as asking:
        told = dict(zip(stated, asking.map(ask, map(place_of, stated.values())), strict=True))
    says = "; ".join(f"{name} {_in_words(one)}" for name, one in list(told.items())[:NAMED_MAX])
    if all(one.condition in WELL for one in told.values()):
        return fine(f"{says}.")
    return attention(f"{says}.", remedy)


def _in_words(one: Asked) -> str:
    why = f" ({one.why.lower()})" if one.why else ""
    return f"{SAYS[one.condition]}{why}"


def drawing(scene: Scene) -> Found:
    """What PDFs, the logo and letters that a printer does not have are made with."""
    fault = _logo_fault(scene)
    if fault is not None:
        return attention(f"The logo is left out of receipts: {fault}.", "Give another picture.")
    from PIL import features

    if not features.check("raqm"):
        says = "Tamil is not drawn for printers: the library that orders its letters is missing."
        return attention(says, "Install it:", shell("sudo", "apt", "install", "libfribidi0"))
    return look_at_pages()


def _logo_fault(scene: Scene) -> str | None:
    from edge.devices.printer.picture import NoLogo, read_logo

    logo = scene.settings.logo
    if logo is None:
        return None
    try:
        read_logo(scene.folder / logo)
    except NoLogo as error:
        return str(error)
    return None


def mail(scene: Scene) -> Found:
    """Receipts and orders that wait for the server for e-mail, and those that were given up."""
    with scene.reading() as db:
        told = mail_figures(db, scene.now_ms - MAILS_TOLD_DAYS * DAY_MS)
    server = scene.settings.mail
    if server is None and not told.waiting:
        return fine("No server for e-mail is named in edge.toml: nothing goes by e-mail.")
    if server is None:
        says = f"{_wait(told.waiting)} to go by e-mail, and no server for it is named."
        return attention(says, "Name one under `[mail]` in edge.toml, and start the box again.")
    try:
        password = password_of(server, scene.settings.mail_password)
    except (OSError, UnicodeDecodeError):
        says = f"The file with the password for {server.host} cannot be read."
        return stop(says, "Let the user that runs the box read it, and nobody else.")
    if server.user is not None and password is None and scene.at_work is None:
        says = f"{server.host} asks for a password, and none is given here."
        return attention(says, "Name a `password_file` under `[mail]` in edge.toml.")
    return _of_figures(told, scene.now_ms)


def _of_figures(told: MailFigures, now_ms: int) -> Found:
    failure = "" if told.failure is None else f" It said last: {told.failure}."
    remedy = "See to host, port, user and password under `[mail]` in edge.toml."
    since_ms = told.waiting_since_ms
    if since_ms is not None and now_ms - since_ms > WAITS_LONG_MS:
        says = f"{_wait(told.waiting)} to go by e-mail, since {instant(since_ms)}.{failure}"
        return attention(says, remedy)
    if told.given_up:
        many = letters(told.given_up)
        were = "was" if told.given_up.total() == 1 else "were"
        says = f"{many} {were} given up in {MAILS_TOLD_DAYS} days.{failure}"
        return attention(says, "Give them on paper; see to addresses and the server.")
    return fine(f"{_wait(told.waiting) if told.waiting else 'Nothing waits'} to go by e-mail.")


def _wait(waiting: Counter[MailKind]) -> str:
    return f"{letters(waiting)} {'waits' if waiting.total() == 1 else 'wait'}"
