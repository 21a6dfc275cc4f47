"""Commands about events that count nowhere for now: what they say, and what is done about them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    looking,
    next_command,
    now_ms,
    on_database,
)
from central.commands.options import As
from sync.program.frame import NEEDS_A_PERSON, instant, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from central.reports.quarantine import Quarantined, QuarantinedEvent
    from central.usecases.journal.apply_events import Applied
    from central.usecases.journal.correct_event import EventPlace
    from sync.protocol.identity import CompanyId

quarantine_app = new_group("Events that are set aside, and what is done about them.")

Store = Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")]
EpochName = Annotated[str, typer.Argument(metavar="EPOCH", help="As `list` shows it.")]
Seq = Annotated[int, typer.Argument(min=1, help="As `list` shows it.")]
Reason = Annotated[str, typer.Option(help="As it is written down.")]


@quarantine_app.command("list")
def quarantine_list(
    store: Annotated[str | None, typer.Argument(metavar="[STORE]", help="Left out: all.")] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Events that are set aside, and those that were put right or let go."""
    from central.reports.quarantine import quarantined
    from central.usecases.store.add import find_store

    async def listing(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Quarantined, ...]":
        store_id = await find_store(db, company_id, store) if store else None
        return await quarantined(db, company_id, store_id)

    found = on_database(database_url, data, looking(company, listing))
    for one in found:
        print(
            f"{one.store_code} {one.epoch} {one.seq}  {one.kind} {one.kind_version}  {_said(one)}"
        )
    aside = [one for one in found if one.state]
    if not aside:
        print(
            "Nothing is set aside: every event that came counts, or a person decided on it. Next:"
            " `central verify`."
        )
        return
    words = ("show", aside[0].store_code, str(aside[0].epoch), str(aside[0].seq))
    showing = next_command(database_url, data, "quarantine", *words, company=company)
    print(f"{len(aside):,} are set aside. Next: `{showing}`.")
    raise typer.Exit(NEEDS_A_PERSON)


def _said(one: "Quarantined") -> str:
    if one.state:
        return f"{one.state}: {one.error}"
    done = "put right" if one.now else "let go"
    return f"{done} by {one.decided_by}: {one.reason}"


@quarantine_app.command("show")
def quarantine_show(
    store: Store,
    epoch: EpochName,
    seq: Seq,
    body: Annotated[
        bool, typer.Option("--body", help="The body and nothing else, to be corrected in a file.")
    ] = False,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """One of them, with its body as it came and what counts in its place."""
    from central.domain.body_text import body_text
    from central.domain.fields import epoch_name
    from central.reports.quarantine import quarantined_event
    from central.usecases.store.add import find_store

    async def show(db: "AsyncConnection", company_id: "CompanyId") -> "QuarantinedEvent":
        store_id = await find_store(db, company_id, store)
        return await quarantined_event(db, store_id, epoch_name(epoch), seq)

    found = on_database(database_url, data, looking(company, show))
    one = found.listed
    if not body:
        print(f"{store} {epoch} {seq}: {one.kind} {one.kind_version}, {_said(one)}")
        print(f"It came {instant(one.received_at_ms)}, as:")
    _lines(body_text(one.kind, one.kind_version, found.body))
    if body:
        return
    if one.now and found.version_now is not None and found.body_now is not None:
        print(f"In its place counts a {one.now} {found.version_now}:")
        _lines(body_text(one.now, found.version_now, found.body_now))
    words = ("quarantine", "repair", store, epoch, str(seq), "FILE", "--reason", "WHY")
    repairing = next_command(database_url, data, *words, company=company)
    print(f"Next: write its body to a file with `--body`, correct it, then `{repairing}`.")


def _lines(text: str) -> None:
    for line in text.splitlines():
        print(line)


@quarantine_app.command("release")
def quarantine_release(
    store: Store,
    epoch: EpochName,
    seq: Seq,
    reason: Reason,
    person: As = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let an event go: it counts nowhere, and nothing waits behind it any more."""
    from central.usecases.journal.correct_event import release_event

    async def releasing(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        place = await _place(db, company_id, store, epoch, seq)
        await release_event(db, company_id, place, reason, acting_user(person), now_ms())
        return True

    subject = f"{store} {epoch} {seq}"
    said = (company, releasing, "event_released", subject, reason)
    done = changing(*said, publishing=True, person=person, administering=True)
    on_database(database_url, data, done)
    print(
        f"{subject} is let go: it counts nowhere, and stays in the journal as it came."
        f" Next: `central quarantine list {store}`."
    )


@quarantine_app.command("repair")
def quarantine_repair(
    store: Store,
    epoch: EpochName,
    seq: Seq,
    file: Annotated[
        Path,
        typer.Argument(help="The corrected body as `show --body` writes it; `-`: from stdin."),
    ],
    reason: Reason,
    kind: Annotated[
        str | None, typer.Option(help="Of what counts in its place; left out: as it came.")
    ] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Of that kind.")] = None,
    person: As = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let a correcting event count in the place of one that is set aside."""
    from central.reports.quarantine import quarantined_event
    from central.usecases.journal.correct_event import Corrected, repair_event

    text = _read(file)

    async def repairing(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        place = await _place(db, company_id, store, epoch, seq)
        one = (await quarantined_event(db, *place)).listed
        counts = Corrected(kind or one.kind, version or one.kind_version, text)
        await repair_event(db, company_id, place, counts, reason, acting_user(person), now_ms())
        return True

    subject = f"{store} {epoch} {seq}"
    said = (company, repairing, "event_repaired", subject, reason)
    done = changing(*said, publishing=True, person=person, administering=True)
    on_database(database_url, data, done)
    print(
        f"{subject} is put right: what was given counts in its place, and the event stays beside it"
        f" as it came. Next: `{next_command(database_url, data, 'verify')}` shows that all adds up."
    )


@quarantine_app.command("retry")
def quarantine_retry(
    store: Store, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Try every event of a store again that is set aside, as head office does after an update."""
    from central.archive.postgres import PostgresArchive
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.feed.publish_reference import publish_customers
    from central.usecases.journal.retry_quarantined import retry_quarantined
    from central.usecases.store.add import find_store

    async def retrying(engine: "AsyncEngine") -> "Applied":
        async with unit_of_work(engine) as db:
            store_id = await find_store(db, await find_company(db, company), store)
        archive = PostgresArchive(engine, publish_customers)
        return await retry_quarantined(archive, store_id, every=True)

    tried = on_database(database_url, data, retrying)
    print(
        f"{tried.events:,} were tried again, {tried.set_aside:,} of them are still set aside. Next:"
        f" `central quarantine list {store}`."
    )
    if tried.set_aside:
        raise typer.Exit(NEEDS_A_PERSON)


async def _place(
    db: "AsyncConnection", company_id: "CompanyId", store: str, epoch: str, seq: int
) -> "EventPlace":
    from central.domain.fields import epoch_name
    from central.usecases.journal.correct_event import EventPlace
    from central.usecases.store.add import find_store

    return EventPlace(await find_store(db, company_id, store), epoch_name(epoch), seq)


def _read(file: Path) -> str:
    from central.commands.command import fail

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read ({error}). Name a file of text that `show --body` wrote.")
