"""What stands in head office's database, and how far its work has come."""

import asyncio
from collections import Counter

from central.database.chosen import POSTGRES_MIN
from central.db.migrate import is_current
from central.db.mirror_files import MirrorBroken, MirrorFiles
from central.doctor.scene import COULD_NOT_LOOK, Scene
from central.domain.incarnation import Expected
from central.domain.mirror import Verdict
from central.office.settings import mirror_folder
from central.reports import condition
from central.reports.incarnation import read_since, still_expected
from sync.program.command_line import command, shell, version_of
from sync.program.findings import Found, attention, fine, stop
from sync.program.frame import instant
from sync.protocol.batch import Health
from sync.protocol.codec import decode
from sync.protocol.text import shown

CLOCK_GAP_MS_MAX = 5_000
CONNECTIONS_SPARE = 10
UNAPPLIED_MAX = 20_000
"""What head office counts in some three seconds."""
WAITING_MAX = 10_000
AWAY_MS = 24 * 3_600 * 1_000
NOTICED_MS = 7 * AWAY_MS
NAMED_MAX = 10
CONNECT_WITHIN_S = 15

TO_COME = {
    Expected.CONTACT: "(has not called since)",
    Expected.EVENTS: "(sends receipts again)",
    Expected.RIGHTS: "(states its rights to spend)",
    Expected.FORGOTTEN: "(is over, and states what it was given; or `central write-off`)",
}
SERVE_HELP = command("central", "serve", "--help")


async def database(scene: Scene) -> Found:
    """It answers, is new enough and takes changes."""
    checking = "See that PostgreSQL runs, and that it lets this user in:"
    if scene.engine is None:
        return stop(f"{(scene.why or 'There is none').rstrip('.')}.", checking, shell("df", "-h"))
    try:
        async with asyncio.timeout(CONNECT_WITHIN_S), scene.reading() as db:
            found = await condition.server(db)
    except COULD_NOT_LOOK as error:
        said = str(getattr(error, "orig", None) or error).splitlines() or ["no answer"]
        url = scene.engine.url.set(drivername="postgresql").render_as_string(hide_password=True)
        says = f"The database {url} refuses: {shown(said[0]).rstrip('.')}."
        return stop(says, checking, shell("pg_isready", "--dbname", url))
    if found.number // 10_000 < POSTGRES_MIN:
        says = f"The database is PostgreSQL {found.version}, and head office needs {POSTGRES_MIN}."
        return stop(says, "Upgrade it, or name another:", SERVE_HELP)
    if found.read_only:
        says = f"PostgreSQL {found.version} there takes no changes: it is a standby."
        return stop(says, "Name the one that does:", SERVE_HELP)
    return fine(f"PostgreSQL {found.version} answers; the database has {found.bytes >> 20:,} MiB.")


async def schema(scene: Scene) -> Found:
    """It stands at this program's newest step."""
    async with scene.reading():
        assert scene.engine is not None  # noqa: S101  reading has looked
        current = await is_current(scene.engine)
    if current:
        return fine("The database stands at the newest schema.")
    says = "The database's schema is not this version's."
    return stop(says, "Bring it up to date:", scene.command("migrate"))


async def clock(scene: Scene) -> Found:
    """This machine's against the database's."""
    async with scene.reading() as db:
        found = await condition.server(db)
    gap_ms = scene.now_ms - found.now_ms
    if abs(gap_ms) > CLOCK_GAP_MS_MAX:
        way = "ahead of" if gap_ms > 0 else "behind"
        says = f"This machine's clock is {abs(gap_ms) // 1_000:,} s {way} the database's."
        setting = shell("sudo", "timedatectl", "set-ntp", "true")
        return attention(says, "Let the network set both:", setting)
    return fine(f"It shows {instant(scene.now_ms)}, as the database's does.")


async def connections(scene: Scene) -> Found:
    """There is room for more at the database."""
    async with scene.reading() as db:
        found = await condition.server(db)
    says = f"{found.connections} of the database's {found.connections_max} connections are in use."
    if found.connections_max - found.connections < CONNECTIONS_SPARE:
        remedy = "Stop what needs none, or raise max_connections there; how head office asks:"
        return attention(says, remedy, SERVE_HELP)
    return fine(says)


async def feeds(scene: Scene) -> Found:
    """What is published has its numbers."""
    async with scene.reading() as db:
        found = await condition.feeds(db)
    if found.waiting > WAITING_MAX:
        says = f"{found.waiting:,} published rows wait for their numbers, so no store gets them."
        return attention(says, "The running head office gives them:", scene.command("serve"))
    waits = f"; {found.waiting:,} rows wait for theirs" if found.waiting else ""
    return fine(f"{found.feeds:,} feeds, {found.published:,} publications with numbers{waits}.")


async def backlog(scene: Scene) -> Found:
    """What arrived is in the figures."""
    async with scene.reading() as db:
        found = await condition.backlog(db)
    says = f"{found.unapplied:,} events are here and not in the figures yet."
    if found.unapplied > UNAPPLIED_MAX:
        return attention(says, "The running head office counts them:", scene.command("serve"))
    return fine(says)


async def set_aside(scene: Scene) -> Found:
    """What could not be counted."""
    async with scene.reading() as db:
        found = await condition.set_aside(db)
    if not found:
        return fine("Every event that arrived counts.")
    named = ", ".join(f"{many:,} {state}" for state, many in found.items())
    remedy = "The page `To look at` says why; a newer version may count them:"
    return attention(f"Events are set aside: {named}.", remedy, scene.command("rebuild"))


async def stores(scene: Scene) -> Found:
    """Each store's box called within a day."""
    async with scene.reading() as db:
        away = await condition.away_stores(db, scene.now_ms - AWAY_MS)
        many = await condition.count_stores(db)
    if not away:
        return fine(f"Every box of {many:,} stores called within a day.")
    named = ", ".join(
        f"{one.code} {'never' if one.last_contact_ms is None else instant(one.last_contact_ms)}"
        for one in away[:NAMED_MAX]
    )
    says = f"{len(away):,} of {many:,} stores did not call for a day; the last calls: {named}."
    remedy = "They sell on. On each box this says what is in the way:"
    return attention(says, remedy, "edge doctor --data S01")


async def places(scene: Scene) -> Found:
    """Every box may be at the door at once, as they are when a line comes back for all of them."""
    async with scene.reading() as db:
        many = await condition.count_stores(db)
    most = scene.settings.door.connections
    if many > most:
        says = f"{many:,} stores may call at once, and {most:,} connections are taken in."
        remedy = "Start it with more places for connections (README, CENTRAL_DOOR):"
        return attention(says, remedy, scene.command("serve"))
    return fine(f"{most:,} connections are taken in at once, of {many:,} stores.")


async def mirror(scene: Scene) -> Found:
    """Whether what is decided stands on another disk as well, and that disk has all of it."""
    async with scene.reading() as db:
        at = await condition.mirrored_at(db)
    begin = scene.command("mirror", "begin", "DIR")
    if at is None:
        says = "There is none: what is decided after the database's last copy is lost with it."
        return fine(f"{says} `{begin}` begins one on another disk.")
    folder = mirror_folder(scene.settings)
    if folder is None:
        says = "Decisions are mirrored, and this folder of head office does not say where."
        return stop(says, "Name it:", scene.command("serve", "--mirror", "DIR"))
    try:
        verdict = await asyncio.to_thread(MirrorFiles(folder).verdict, at)
    except MirrorBroken as error:
        return stop(f"Nothing can be decided: {error}.", "Mount it, or begin anew:", begin)
    if verdict is Verdict.SAME:
        return fine(f"{folder} has all {at.number:,} entries.")
    if verdict is Verdict.AHEAD:
        says = f"The database was put back to before what {folder} has."
        return attention(says, "This takes it back:", scene.command("serve"))
    says = f"Nothing can be decided: {folder} is not this database's mirror, or an older one."
    return stop(says, "Mount the right one, or begin anew:", begin)


async def past(scene: Scene) -> Found:
    """Whether head office was put back to its past, and what stores still owe it since."""
    async with scene.reading() as db:
        since, expected = await read_since(db), await still_expected(db)
    if since.begun_at_ms == 0:
        return fine("Head office was never put back to an older state.")
    says = (
        f"Head office was put back to an older state; that was found {instant(since.begun_at_ms)}."
    )
    if since.lost_since_ms is not None:
        lost = instant(since.lost_since_ms)
        says += f" What it decided after {lost} is lost: revoke, erase and write off again."
    if not expected:
        return fine(f"{says} Every store has sent everything again.")
    named = ", ".join(f"{one.store_code} {TO_COME[one.what]}" for one in expected[:NAMED_MAX])
    says += f" Still to come from {len(expected):,} epochs: {named}."
    return attention(
        says, "They come by themselves with each call:", scene.command("store", "list")
    )


async def alarms(scene: Scene) -> Found:
    """What head office noticed about stores in a week."""
    async with scene.reading() as db:
        found = await condition.alarm_kinds(db, scene.now_ms - NOTICED_MS)
    if not found:
        return fine("Nothing was noticed about a store within a week.")
    named = ", ".join(f"{many:,} {kind}" for kind, many in found.items())
    says = f"Noticed about stores within a week: {named}."
    return attention(
        says, "The page `To look at` names each; held against all:", scene.command("verify")
    )


async def versions(scene: Scene) -> Found:
    """This program's, and those of the boxes as they said last."""
    own = f"This is {version_of('central')}"
    async with scene.reading() as db:
        told = await condition.told_healths(db)
    boxes = Counter(shown(decode(Health, each).software) for each in told)
    named = ", ".join(f"{software} ({many})" for software, many in boxes.most_common(NAMED_MAX))
    return fine(f"{own}; boxes run {named or 'nothing yet'}.")
