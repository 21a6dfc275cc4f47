"""Commands about who may call the store: its workstations and their one-time codes."""

import sys
from typing import Annotated, Any

import typer

from edge.commands.command import Folder, answer, ask, fail
from sync.program.command_line import command
from sync.program.frame import instant
from sync.program.plain_commands import tell as print

PAIRING_MINUTES = 15
_PAGES = {"till": "Till page", "office": "Back office", "display": "Customer display"}
_NOT_A_TILL = {"office": ", back office", "display": ", customer display"}


def pair(
    workstation: str,
    data: Folder,
    office: Annotated[
        bool, typer.Option("--office", help="A manager's device: the back office, and no till.")
    ] = False,
    display: Annotated[
        bool, typer.Option("--display", help="What customers see before the till WORKSTATION.")
    ] = False,
) -> None:
    """Make a one-time code, and a link, that pair the workstation WORKSTATION."""
    from edge.domain.workstation import WorkstationKind

    if office and display:
        fail("A device is a manager's (`--office`) or stands before customers (`--display`).")
    kind = WorkstationKind.TILL
    if office or display:
        kind = WorkstationKind.OFFICE if office else WorkstationKind.DISPLAY
    asked = {"workstation_id": workstation, "kind": kind.value}
    answered = answer(data, "POST", "/pairing-codes", asked)
    workstation_id, here = answered.document["workstation_id"], answered.document["here"]
    print(answered.document["code"])
    if here is not None:
        print(f"{_PAGES[kind.value]}: {here}")
    _tell_other_machines(answered.document)
    serving = command("edge", "serve", "--data", data)
    first = "" if answered.serving else f"start the store, which does not serve yet, `{serving}`; "
    typed = "" if display else f", or type the code {'there' if office else 'at the till page'}"
    print(
        f"Code and link pair {workstation_id} once, within {PAIRING_MINUTES} minutes. Next: "
        f"{first}open the link in {workstation_id}'s browser{typed}."
    )


def _tell_other_machines(offer: dict[str, Any]) -> None:
    """Links for tills elsewhere, the first as a QR code too, and what to compare before a device
    trusts the company."""
    for link in offer["links"]:
        print(f"On another machine: {link}")
    if offer["links"] and sys.stdout.isatty():
        for line in _as_qr(offer["links"][0]):
            print(line)
    trusted = offer["to_trust"]
    if trusted is not None:
        where = "" if trusted["told_at"] is None else f" at {trusted['told_at']}"
        print(
            f"A device that was never here is told how to trust {trusted['authority']}{where} . "
            "Compare the fingerprint there, all of it:"
        )
        print(trusted["fingerprint"])


def _as_qr(link: str) -> list[str]:
    import io

    import segno

    drawn = io.StringIO()
    segno.make(link, error="l").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue().splitlines()


def unpair(workstation: str, data: Folder) -> None:
    """End the pairing of WORKSTATION, and its code: it was lost, stolen or sold."""
    from edge.domain.workstation import till_before

    ended = ask(data, "POST", "/unpair", {"workstation_id": workstation})
    held = " and ".join(
        what for what, there in (("pairing", ended["token"]), ("code", ended["code"])) if there
    )
    name, till = ended["workstation_id"], till_before(ended["workstation_id"])
    again = [name] if name == till else [till, "--display"]
    pairing = command("edge", "pair", *again, "--data", data)
    print(
        f"The {held} of {ended['workstation_id']} opens nothing any more. Next, to let a device in"
        f" under that name again: `{pairing}`."
    )


def workstations(data: Folder) -> None:
    """Which workstations are paired, and which codes may still be used."""
    told = ask(data, "GET", "/workstations")
    for one in told["paired"]:
        at_ms = told["heard"].get(one["workstation_id"])
        heard = (
            "not here since the store was started" if at_ms is None else f"last {instant(at_ms)}"
        )
        kind = _NOT_A_TILL.get(one["kind"], "")
        print(f"{one['workstation_id']}  paired {instant(one['paired_at_ms'])}, {heard}{kind}")
    for name, over_at_ms in told["codes"].items():
        print(f"{name}  has a code until {instant(over_at_ms)}")
    if not told["paired"] and not told["codes"]:
        print("No workstation is paired.")
    following = command("edge", "status", "--data", data)
    print(f"{len(told['paired'])} are paired. Next: `{following}`.")
