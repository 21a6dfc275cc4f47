"""Commands about who may call the store: its workstations and their one-time codes."""

import sys
from typing import Annotated, Any

import typer

from edge.commands.command import Folder, answer, ask, in_one_sentence
from sync.program.command_line import command
from sync.program.frame import instant
from sync.program.plain_commands import tell as print

PAIRING_MINUTES = 15


def pair(
    workstation: str,
    data: Folder,
    office: Annotated[
        bool, typer.Option("--office", help="A manager's device: the back office, and no till.")
    ] = False,
) -> None:
    """Make a one-time code, and a link, that pair the workstation WORKSTATION."""
    from edge.box.addresses import configured_address, known_address, pairing_link
    from edge.domain.workstation import WorkstationKind

    kind = WorkstationKind.OFFICE if office else WorkstationKind.TILL
    asked = {"workstation_id": workstation, "kind": kind.value}
    answered = answer(data, "POST", "/pairing-codes", asked)
    code, workstation_id = answered.document["code"], answered.document["workstation_id"]
    with in_one_sentence():
        address = known_address(data) if answered.serving else configured_address(data)
    print(code)
    if address is not None:
        page = "Back office" if office else "Till page"
        print(f"{page}: {pairing_link(address, workstation_id, code, kind)}")
    _tell_other_machines(answered.document)
    serving = command("edge", "serve", "--data", data)
    first = "" if answered.serving else f"start the store, which does not serve yet, `{serving}`; "
    typed = "there" if office else "at the till page"
    print(
        f"Code and link pair {workstation_id} once, within {PAIRING_MINUTES} minutes. Next: "
        f"{first}open the link in {workstation_id}'s browser, or type the code {typed}."
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
    ended = ask(data, "POST", "/unpair", {"workstation_id": workstation})
    held = " and ".join(
        what for what, there in (("pairing", ended["token"]), ("code", ended["code"])) if there
    )
    pairing = command("edge", "pair", ended["workstation_id"], "--data", data)
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
        kind = ", back office" if one["kind"] == "office" else ""
        print(f"{one['workstation_id']}  paired {instant(one['paired_at_ms'])}, {heard}{kind}")
    for name, over_at_ms in told["codes"].items():
        print(f"{name}  has a code until {instant(over_at_ms)}")
    if not told["paired"] and not told["codes"]:
        print("No workstation is paired.")
    following = command("edge", "status", "--data", data)
    print(f"{len(told['paired'])} are paired. Next: `{following}`.")
