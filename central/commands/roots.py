"""Commands about the root of a day over all stores: what an auditor keeps, and checks alone."""

from pathlib import Path
from string import hexdigits
from typing import TYPE_CHECKING, Annotated, Any

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    fail,
    next_command,
    now_ms,
    on_database,
    settings_of,
)
from sync.program.frame import NEEDS_A_PERSON, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from datetime import date

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from central.domain.root_file import RootFile
    from sync.protocol.identity import CompanyId

FILE_BYTES_MAX = 64 * 1024 * 1024
FINGERPRINT_BYTES = 8
"""So much of a key's SHA-256 names it."""
root_app = new_group("The root of a day over all stores, for an auditor.")


@root_app.command("export")
def root_export(
    business_date: Annotated[str, typer.Argument(metavar="DATE", help="As 2026-11-23.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="Where to: day-root-DATE.json unless given.")
    ] = None,
    store: Annotated[
        str, typer.Option(help="Only this store's part, with its way up to the root.")
    ] = "",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Write a day's root into a file that anybody can check.

    It is made once every store's day is proven or signed off, or else with the first export.
    """
    from central.domain.typed import date_of

    asked, folder = date_of(business_date, "date"), settings_of(database_url, data).data

    async def exporting(engine: "AsyncEngine") -> "RootFile":
        from central.usecases.company.own_key import own_key

        keeping = _keeping(asked, store, await own_key(engine, folder, now_ms()))
        work = changing(company, keeping, "day_root_exported", business_date, store)
        return await work(engine)

    made = on_database(database_url, data, exporting)
    to = file or Path(f"day-root-{asked}{f'-{store}' if store else ''}.json")
    _write(to, made)
    checking = next_command(None, None, "root", "check", str(to))
    print(
        f"The root of {asked} is {made.root[:16]}…, over {made.size - made.first:,} epochs and all"
        f" days before. It is in {to}: give that to the auditor. Next: `{checking}`."
    )


def _keeping(
    asked: "date", store: str, key: "Ed25519PrivateKey"
) -> "Callable[[AsyncConnection, CompanyId], Coroutine[Any, Any, RootFile]]":
    from central.domain.root_file import root_file
    from central.reports.day_roots import named_company
    from central.usecases.day.keep_root import keep_root
    from central.usecases.store.add import find_store

    async def keeping(db: "AsyncConnection", company_id: "CompanyId") -> "RootFile":
        at_ms = now_ms()
        if store:
            await find_store(db, company_id, store)
        log = await keep_root(db, company_id, asked, key, acting_user(), at_ms)
        return root_file(await named_company(db, company_id), log, at_ms, store)

    return keeping


def _write(file: Path, made: "RootFile") -> None:
    import msgspec

    try:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}. Name another file with --file.")


@root_app.command("check")
def root_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As it was exported.")],
    before: Annotated[
        Path | None, typer.Argument(metavar="BEFORE", help="The file of the day before.")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="Of a key that is head office's, as `central key show` has it."),
    ] = None,
) -> None:
    """Check a day's root by its file alone, or with that of the day before: no database is read."""
    from central.usecases.day.check_root import check_root, key_name

    later, earlier = _read(file), None if before is None else _read(before)
    faults = check_root(later, earlier, _fingerprints(key or ()))
    for fault in faults:
        print(fault)
    if faults:
        print(
            f"The root of {later.business_date} is not proven: ask {later.company} for the files."
        )
        raise typer.Exit(NEEDS_A_PERSON)
    since = "" if earlier is None else f", and nothing from before {earlier.business_date} changed"
    of = f"{later.only}'s part of the root" if later.only else "The root"
    name = key_name(later)[: 2 * FINGERPRINT_BYTES]
    print(
        f"{of} of {later.business_date} holds ({later.root[:16]}…){since}."
        f" Signed with the key {name}."
    )


def _fingerprints(typed: "Iterable[str]") -> list[str]:
    """However they are spaced."""
    found = ["".join(one.split()).lower() for one in typed]
    for one in found:
        if len(one) < 2 * FINGERPRINT_BYTES or not set(one) <= set(hexdigits):
            fail(f"{one} is no fingerprint of a key: `central key show` says head office's.")
    return found


def _read(file: Path) -> "RootFile":
    import msgspec

    from central.domain.root_file import RootFile

    try:
        with file.open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX)
        return msgspec.json.decode(raw, type=RootFile)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}. Name a file that `root export` wrote.")
    except msgspec.DecodeError as error:
        fail(f"{file} is no exported root ({error}). Name a file that `root export` wrote.")
