"""How the store is: what it has sent, what waits, what needs a person."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.commands.alarms import alarm_in_words, how_to_clear
from edge.commands.command import Folder, answer
from sync.program.command_line import command
from sync.program.frame import NEEDS_A_PERSON
from sync.program.plain_commands import tell as print
from sync.protocol.counted import counted


def status(
    data: Folder,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON document.")] = False,
) -> None:
    """What this store has sent, what waits, and what needs a person (then exit code 1)."""
    answered = answer(data, "GET", "/status")
    told = answered.document
    if as_json:
        print(json.dumps(told), to_programs=True)
    else:
        print(f"{told['store_code']}: {told['summary']}")
        for name in ("epoch", "last_seq", "acknowledged_through", "waiting"):
            print(f"  {name.replace('_', ' '):<22}{told[name]}")
        for epoch in told["epochs"][:-1]:
            print(f"  {'epoch before':<22}{_epoch_in_words(epoch)}")
        for feed in told["feeds"]:
            print(f"  {'feed ' + feed['data_set']:<22}{feed['pub_seq']}")
        for link in told["tills_at"]:
            print(f"  {'tills elsewhere':<22}{link}")
        for name in ("clock", "disk", "refused", "certificate"):
            if told[name] is not None:
                print(f"  {name}: {told[name]}")
        if told["first_set_aside"] is not None:
            print(f"  {_rows_aside(told['rows_set_aside'], told['first_set_aside'])}")
        if told["events_set_aside"]:
            print(f"  {_events_aside(told['events_set_aside'])}")
        if told["mails_waiting"] or told["mails_given_up"]:
            print(f"  {_mails(told['mails_waiting'], told['mails_given_up'])}")
        for alarm in told["alarms"]:
            print(f"  {alarm_in_words(alarm)}")
        if told["alarms"]:
            print(how_to_clear(data, told["alarms"][0]["alarm_id"]))
        print(_what_comes_next(data, told["needs_a_person"], serving=answered.serving))
    if told["needs_a_person"]:
        raise typer.Exit(NEEDS_A_PERSON)


EPOCH_IN_WORDS = {
    "ended": "ended here; {waiting:,} records of it are on their way to head office",
    "sent": "ended here, and head office has all of it",
    "left": "left after record {acknowledged_through:,}; what came behind it was carried on",
}


def _epoch_in_words(epoch: dict[str, Any]) -> str:
    return f"{epoch['epoch']}, {EPOCH_IN_WORDS[epoch['state']].format(**epoch)}"


def _rows_aside(rows: int, first: dict[str, str]) -> str:
    return (
        f"set aside: {counted(rows, 'row')} of head office's cannot be used by this version, "
        f"such as {first['data_set']} {first['key']}: {first['reason']}. What was known before is "
        "in use: update this box's software, or have head office publish the row anew."
    )


def _events_aside(events: int) -> str:
    return (
        f"head office keeps {events:,} of this store's records and does not count them yet: its "
        "people see why on the page `To look at`. Nothing is to be done here."
    )


def _mails(waiting: int, given_up: int) -> str:
    return (
        f"e-mail: {counted(waiting, 'letter')} not sent yet, {given_up:,} given up in the last "
        "days; `edge doctor` says why."
    )


def _what_comes_next(folder: Path, needs_a_person: bool, *, serving: bool) -> str:
    from edge.box.addresses import known_address

    if needs_a_person:
        return "Somebody must look at what is said above. Selling goes on meanwhile."
    if not serving:
        return f"The store does not serve. Next: `{command('edge', 'serve', '--data', folder)}`."
    pairing = command("edge", "pair", "W1", "--data", folder)
    return f"It serves at {known_address(folder) or 'its port'} . Next: sell, or `{pairing}`."
