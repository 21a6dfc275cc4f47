"""Commands about what people must see, and about what stopped for it: alarms, and sending."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from edge.commands.command import Folder, ask, fail
from sync.program.command_line import command
from sync.program.frame import NEEDS_A_PERSON, instant, new_group
from sync.program.plain_commands import tell as print

By = Annotated[str, typer.Option(help="Who looked.")]
Reason = Annotated[str, typer.Option(help="Why it no longer stands.")]
alarm_app = new_group("What people must see, and that they did.")
push_app = new_group("Sending to head office.")


def alarm_in_words(alarm: Any) -> str:
    """As ``edge status`` tells it, and the list."""
    times = "once" if alarm["times"] == 1 else f"{alarm['times']:,} times, the last"
    told = f"alarm {alarm['kind']}: {alarm['subject']}: {alarm['detail']}"
    return f"{told} ({times} at {instant(alarm['last_at_ms'])}; id {alarm['alarm_id']})"


def how_to_clear(folder: Path, alarm_id: str) -> str:
    """What stands below alarms."""
    wanted = ("--by", "NAME", "--reason", "WHY", "--data", folder)
    clearing = command("edge", "alarm", "clear", alarm_id, *wanted)
    return f"When the cause of an alarm is settled, with who you are and why: `{clearing}`."


@alarm_app.command("list")
def list_alarms(data: Folder) -> None:
    """Each alarm that nobody has cleared (then exit code 1)."""
    alarms = ask(data, "GET", "/status")["alarms"]
    for alarm in alarms:
        print(alarm_in_words(alarm))
    if alarms:
        print(how_to_clear(data, alarms[0]["alarm_id"]))
        raise typer.Exit(NEEDS_A_PERSON)
    print(f"No alarm stands. Next: `{command('edge', 'status', '--data', data)}`.")


@alarm_app.command("clear")
def clear_alarm(alarm_id: str, by: By, reason: Reason, data: Folder) -> None:
    """Clear the alarm ALARM_ID; if sending had stopped for it, sending goes on."""
    asked = _alarm_named(alarm_id)
    cleared = ask(data, "POST", f"/alarms/{asked}/clear", _clearing(by, reason))
    listing = command("edge", "alarm", "list", "--data", data)
    print(
        f"The alarm {cleared['kind']} is cleared; head office is told who and why. If its cause is "
        f"still there, another is raised. Next: `{listing}`."
    )


def _alarm_named(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        fail(f"{typed} is no alarm's id: `edge alarm list` shows the id of each that stands.")


@push_app.command("resume")
def resume_pushing(by: By, reason: Reason, data: Folder) -> None:
    """Send to head office again, whatever stopped it."""
    resumed = ask(data, "POST", "/push/resume", _clearing(by, reason))
    if resumed["was_stopped"] is None:
        following = command("edge", "status", "--data", data)
        print(f"Sending is not stopped: nothing is to be done. Next: `{following}`.")
        return
    print(
        f"Sending goes on; it was stopped ({resumed['was_stopped']}). If the cause is still there, "
        f"it stops again and says so. Next: `{command('edge', 'status', '--data', data)}`."
    )


def _clearing(by: str, reason: str) -> dict[str, str]:
    from uuid_utils import uuid7

    return {"event_id": str(uuid7()), "by": by, "reason": reason}
