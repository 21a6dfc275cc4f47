"""Commands about who may call the store: its workstations and their one-time codes."""

from edge.commands.command import Folder, answer, ask, in_one_sentence
from sync.program.command_line import command
from sync.program.frame import instant
from sync.program.plain_commands import tell as print

PAIRING_MINUTES = 15


def pair(workstation: str, data: Folder) -> None:
    """Make a one-time code, and a link, that pair the workstation WORKSTATION."""
    from edge.box.addresses import configured_address, known_address, pairing_link

    answered = answer(data, "POST", "/pairing-codes", {"workstation_id": workstation})
    code, workstation_id = answered.document["code"], answered.document["workstation_id"]
    with in_one_sentence():
        address = known_address(data) if answered.serving else configured_address(data)
    print(code)
    if address is not None:
        print(f"Till page: {pairing_link(address, workstation_id, code)}")
    serving = command("edge", "serve", "--data", data)
    first = "" if answered.serving else f"start the store, which does not serve yet, `{serving}`; "
    print(
        f"Code and link pair {workstation_id} once, within {PAIRING_MINUTES} minutes. Next: "
        f"{first}open the link in {workstation_id}'s browser, or type the code at the till page."
    )


def unpair(workstation: str, data: Folder) -> None:
    """End the pairing of WORKSTATION, and its code: it was lost, stolen or sold."""
    ended = ask(data, "POST", "/unpair", {"workstation_id": workstation})
    held = " and ".join(
        what for what, there in (("pairing", ended["token"]), ("code", ended["code"])) if there
    )
    pairing = command("edge", "pair", ended["workstation_id"], "--data", data)
    print(
        f"The {held} of {ended['workstation_id']} opens nothing any more. To let a device in under"
        f" that name again: `{pairing}`."
    )


def workstations(data: Folder) -> None:
    """Which workstations are paired, and which codes may still be used."""
    told = ask(data, "GET", "/workstations")
    for one in told["paired"]:
        print(f"{one['workstation_id']}  paired {instant(one['paired_at_ms'])}")
    for name, over_at_ms in told["codes"].items():
        print(f"{name}  has a code until {instant(over_at_ms)}")
    if not told["paired"] and not told["codes"]:
        print("No workstation is paired.")
