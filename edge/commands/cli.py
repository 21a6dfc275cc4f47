"""The commands of the store server.

Exit codes: 0 done and true, 1 something needs a person or differs, 2 could not run (wrong use,
port, disk, database, head office). What a command needs is imported when it runs, so that help and
the short commands are quick. All but ``provision`` and ``serve`` ask the running edge through its
folder's socket, or own the folder for a moment if none runs.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from uuid import UUID

import typer

from edge.db.connection.errors import CannotStart
from sync.program.plain_commands import PlainGroup
from sync.program.plain_commands import (
    tell as print,  # whatever a line holds, it steers no terminal
)
from sync.protocol.errors import Refusal

if TYPE_CHECKING:
    from edge.commands.running_box import Answer

NEEDS_A_PERSON = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130
PAIRING_MINUTES = 15
PROBLEM_STATUS_MIN = 400

app = typer.Typer(
    name="edge",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The store server of Holdfast: sells with no network.",
    cls=PlainGroup,
)

Folder = Annotated[
    Path, typer.Option("--data", help="The store's folder.", file_okay=False, envvar="EDGE_DATA")
]


def _say_version(wanted: bool) -> None:
    if wanted:
        from sync.program.command_line import version_of

        print(version_of("edge"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say the version and end.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    """What stands before the command."""


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """What keeps a command from running is told in a sentence, exit code 2."""
    try:
        yield
    except CannotStart as error:
        _fail(str(error))
    except Refusal as error:
        _fail(f"{error.detail} {error.remedy}")
    except OSError as error:
        _fail(
            f"{error.filename or 'The system'}: {error.strerror or error}. Make room, give this "
            "user the right to it, or name another folder with `--data DIR`."
        )
    except KeyboardInterrupt:
        print("edge: stopped. Run the same command again: it goes on from here.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


def _fail(sentence: str) -> NoReturn:
    print(f"edge: {sentence}", file=sys.stderr)
    raise typer.Exit(COULD_NOT_RUN)


def _ask(folder: Path, method: str, path: str, body: object = None) -> Any:
    """What the store answers; a refusal is told in a sentence, exit code 2."""
    return _answer(folder, method, path, body).document


def _answer(folder: Path, method: str, path: str, body: object = None) -> "Answer":
    from edge.commands.running_box import call_edge

    with _in_one_sentence():
        answer = call_edge(folder, method, path, body)
        if answer.status >= PROBLEM_STATUS_MIN:
            _fail(f"{answer.document['detail']} {answer.document['remedy']}")
        return answer


@app.command()
def provision(
    central: Annotated[str, typer.Option(help="Head office's address, such as https://hq:8443.")],
    code: Annotated[str, typer.Option(help="The one-time code of `central enrol-code`.")],
    data: Folder,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Where to serve; 0: any free port.")
    ] = None,
) -> None:
    """Make this machine a store's server: enrol it and load everything it needs to sell.

    Safe to run again: it goes on where it stopped.
    """
    from edge.commands.provision import provision_store

    with _in_one_sentence():
        provision_store(central, code, data, port, print)


@app.command()
def serve(
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="A store's folder; may stand several times.",
            file_okay=False,
            envvar="EDGE_DATA",
        ),
    ],
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Instead of the setting, for a single store."),
    ] = None,
) -> None:
    """Serve one or several stores on 127.0.0.1 until SIGTERM or Ctrl-C."""
    if port is not None and len(data) > 1:
        _fail("`--port` is for a single store: each folder's edge.toml has its own.")
    with _in_one_sentence():
        from edge.box.addresses import telling_addresses
        from edge.commands.running_box import await_turn
        from edge.server.serving import serve as serve_folders

        for folder in data:
            await_turn(folder)
        with telling_addresses(data, _say) as say:
            serve_folders(data, port, say)


def _say(line: str) -> None:
    print(line, flush=True)


@app.command()
def pair(workstation: str, data: Folder) -> None:
    """Make a one-time code, and a link, that pair the workstation WORKSTATION."""
    from edge.box.addresses import configured_address, known_address, pairing_link
    from sync.program.command_line import command

    answer = _answer(data, "POST", "/pairing-codes", {"workstation_id": workstation})
    code, workstation_id = answer.document["code"], answer.document["workstation_id"]
    with _in_one_sentence():
        address = known_address(data) if answer.serving else configured_address(data)
    print(code)
    if address is not None:
        print(f"Till page: {pairing_link(address, workstation_id, code)}")
    serving = command("edge", "serve", "--data", data)
    first = "" if answer.serving else f"start the store, which does not serve yet, `{serving}`; "
    print(
        f"Code and link pair {workstation_id} once, within {PAIRING_MINUTES} minutes. Next: "
        f"{first}open the link in {workstation_id}'s browser, or type the code at the till page."
    )


@app.command()
def unpair(workstation: str, data: Folder) -> None:
    """End the pairing of WORKSTATION, and its code: it was lost, stolen or sold."""
    from sync.program.command_line import command

    ended = _ask(data, "POST", "/unpair", {"workstation_id": workstation})
    held = " and ".join(
        what for what, there in (("pairing", ended["token"]), ("code", ended["code"])) if there
    )
    pairing = command("edge", "pair", ended["workstation_id"], "--data", data)
    print(
        f"The {held} of {ended['workstation_id']} opens nothing any more. To let a device in under"
        f" that name again: `{pairing}`."
    )


@app.command()
def workstations(data: Folder) -> None:
    """Which workstations are paired, and which codes may still be used."""
    told = _ask(data, "GET", "/workstations")
    for one in told["paired"]:
        print(f"{one['workstation_id']}  paired {_instant(one['paired_at_ms'])}")
    for name, over_at_ms in told["codes"].items():
        print(f"{name}  has a code until {_instant(over_at_ms)}")
    if not told["paired"] and not told["codes"]:
        print("No workstation is paired.")


def _instant(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M} UTC"


@app.command()
def status(
    data: Folder,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON document.")] = False,
) -> None:
    """What this store has sent, what waits, and what needs a person (then exit code 1)."""
    answer = _answer(data, "GET", "/status")
    told = answer.document
    if as_json:
        print(json.dumps(told))
    else:
        print(f"{told['store_code']}: {told['summary']}")
        for name in ("epoch", "last_seq", "acknowledged_through", "waiting"):
            print(f"  {name.replace('_', ' '):<22}{told[name]}")
        for feed in told["feeds"]:
            print(f"  {'feed ' + feed['data_set']:<22}{feed['pub_seq']}")
        for name in ("clock", "disk", "refused"):
            if told[name] is not None:
                print(f"  {name}: {told[name]}")
        if told["first_set_aside"] is not None:
            print(f"  {_rows_aside(told['rows_set_aside'], told['first_set_aside'])}")
        if told["events_set_aside"]:
            print(f"  {_events_aside(told['events_set_aside'])}")
        for alarm in told["alarms"]:
            print(f"  {_alarm_in_words(alarm)}")
        if told["alarms"]:
            print(_how_to_clear(data, told["alarms"][0]["alarm_id"]))
        print(_what_comes_next(data, told["needs_a_person"], serving=answer.serving))
    if told["needs_a_person"]:
        raise typer.Exit(NEEDS_A_PERSON)


def _rows_aside(rows: int, first: dict[str, str]) -> str:
    return (
        f"set aside: {rows:,} row(s) of head office's cannot be used by this version, such as "
        f"{first['data_set']} {first['key']}: {first['reason']}. What was known before is in use: "
        "update this box's software, or have head office publish the row anew."
    )


def _events_aside(events: int) -> str:
    return (
        f"head office keeps {events:,} of this store's records and does not count them yet: its "
        "people see why on the page `To look at`. Nothing is to be done here."
    )


def _what_comes_next(folder: Path, needs_a_person: bool, *, serving: bool) -> str:
    from edge.box.addresses import known_address
    from sync.program.command_line import command

    if needs_a_person:
        return "Somebody must look at what is said above. Selling goes on meanwhile."
    if not serving:
        return f"The store does not serve. Next: `{command('edge', 'serve', '--data', folder)}`."
    pairing = command("edge", "pair", "W1", "--data", folder)
    return f"It serves at {known_address(folder) or 'its port'} . Next: sell, or `{pairing}`."


def _alarm_in_words(alarm: Any) -> str:
    times = "once" if alarm["times"] == 1 else f"{alarm['times']:,} times, the last"
    told = f"alarm {alarm['kind']}: {alarm['subject']}: {alarm['detail']}"
    return f"{told} ({times} at {_instant(alarm['last_at_ms'])}; id {alarm['alarm_id']})"


def _how_to_clear(folder: Path, alarm_id: str) -> str:
    from sync.program.command_line import command

    wanted = ("--by", "NAME", "--reason", "WHY", "--data", folder)
    clearing = command("edge", "alarm", "clear", alarm_id, *wanted)
    return f"When the cause of an alarm is settled, with who you are and why: `{clearing}`."


By = Annotated[str, typer.Option(help="Who looked.")]
Reason = Annotated[str, typer.Option(help="Why it no longer stands.")]
alarm_app = typer.Typer(no_args_is_help=True, help="What people must see, and that they did.")
app.add_typer(alarm_app, name="alarm")
push_app = typer.Typer(no_args_is_help=True, help="Sending to head office.")
app.add_typer(push_app, name="push")


@alarm_app.command("list")
def list_alarms(data: Folder) -> None:
    """Each alarm that nobody has cleared (then exit code 1)."""
    alarms = _ask(data, "GET", "/status")["alarms"]
    for alarm in alarms:
        print(_alarm_in_words(alarm))
    if alarms:
        print(_how_to_clear(data, alarms[0]["alarm_id"]))
        raise typer.Exit(NEEDS_A_PERSON)
    print("No alarm stands.")


@alarm_app.command("clear")
def clear_alarm(alarm_id: str, by: By, reason: Reason, data: Folder) -> None:
    """Clear the alarm ALARM_ID; if sending had stopped for it, sending goes on."""
    asked = _alarm_named(alarm_id)
    cleared = _ask(data, "POST", f"/alarms/{asked}/clear", _clearing(by, reason))
    print(
        f"The alarm {cleared['kind']} is cleared; head office is told who and why. If its cause is "
        "still there, another is raised."
    )


def _alarm_named(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        _fail(f"{typed} is no alarm's id: `edge alarm list` shows the id of each that stands.")


@push_app.command("resume")
def resume_pushing(by: By, reason: Reason, data: Folder) -> None:
    """Send to head office again, whatever stopped it."""
    from sync.program.command_line import command

    resumed = _ask(data, "POST", "/push/resume", _clearing(by, reason))
    if resumed["was_stopped"] is None:
        print("Sending is not stopped: nothing is to be done.")
        return
    print(
        f"Sending goes on; it was stopped ({resumed['was_stopped']}). If the cause is still there, "
        f"it stops again and says so: `{command('edge', 'status', '--data', data)}`."
    )


def _clearing(by: str, reason: str) -> dict[str, str]:
    from uuid_utils import uuid7

    return {"event_id": str(uuid7()), "by": by, "reason": reason}


@app.command()
def verify(data: Folder) -> None:
    """Walk the journal's chain from its first event; exit code 1 names the first bad one."""
    walked = _ask(data, "POST", "/verify")
    if walked["first_bad_seq"] is not None:
        print(f"Event {walked['first_bad_seq']} of epoch {walked['epoch']} is not what was written")
        print("or is missing: keep this box's disk as it is and tell head office.")
        raise typer.Exit(NEEDS_A_PERSON)
    print(f"head {walked['seq']} {walked['hash']}")
    if walked["missing"] is not None:
        print(f"What is here is whole, but not all that was: {walked['missing']}.")
        print("Keep this box's disk as it is and tell head office; tills may have those receipts.")
        raise typer.Exit(NEEDS_A_PERSON)
    print(
        f"{walked['verified']:,} events of epoch {walked['epoch']} are whole: nothing is to be "
        "done."
    )


@app.command()
def totals(
    data: Folder,
    business_date: Annotated[
        str | None, typer.Option(help="Of one day (YYYY-MM-DD); left out: of everything.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON document.")] = False,
    receipts: Annotated[bool, typer.Option(help="Each receipt's figures too (JSON).")] = False,
) -> None:
    """What this store's own rows add up to."""
    day = None if business_date is None else _day_named(business_date)
    query = f"?business_date={day}" if day is not None else ""
    told = _ask(data, "GET", f"/totals{query}")
    if receipts:
        told["receipts"] = _all_receipts(data, day)
    if as_json or receipts:
        print(json.dumps(told))
        return
    from sync.protocol.money import format_minor

    for figure in told["figures"]:
        amount = figure["amount"]
        of_money = figure["unit"] == "minor"
        text = format_minor(amount, told["decimals"] or 0) if of_money else f"{amount:,}"
        print(f"{figure['name']:<32}{text:>18}")
    print(f"{'last sequence':<32}{told['last_seq']:>18,}")
    print(f"{'head hash':<32}{told['head_hash'][:16]:>18}")


def _day_named(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        _fail(f"{typed} is no day: write it as YYYY-MM-DD, such as 2026-11-28.")


def _all_receipts(folder: Path, business_date: date | None) -> list[Any]:
    """Every receipt, page by page; ends because each page moves ``after`` on."""
    found: list[Any] = []
    after: str | None = None
    while True:
        query = "&".join(
            f"{name}={value}"
            for name, value in (("business_date", business_date), ("after", after))
            if value is not None
        )
        page = _ask(folder, "GET", f"/totals/receipts?{query}")
        found += page["receipts"]
        after = page["after"]
        if after is None:
            return found


def main() -> None:
    """The entry point of ``edge``."""
    app()
