"""The demo's doors for a person: a link that signs in at the board, and for each store one that
pairs a workstation which the demo itself does not use.

Codes and links live 15 minutes and are good once, so that they are made anew each time.
"""

import secrets
from datetime import UTC, datetime

from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import unit_of_work
from central.demo.stage import Stage, StoreBox
from central.demo.technician import paired_workstations, pairing_code
from central.domain.access import UserRole
from central.office.addresses import central_command
from central.usecases.people.add_user import add_user
from central.usecases.people.sign_in_link import create_sign_in_link, link_address
from sync.program.command_line import command
from sync.protocol.identity import CompanyId

VISITOR = "W9"
"""The workstation that is left to a person."""
LINKS_TITLE = "Look, or sell yourself, while it runs (each link is good once, for 15 minutes):"
OF_ALL = ("rebuild", "verify")
EMAIL = "visitor@demo.example"
PASSWORD_BYTES = 24


async def add_visitor(db: AsyncConnection, company_id: CompanyId) -> None:
    """Whom the link signs in; nobody knows the password."""
    await add_user(
        db, company_id, EMAIL, "Visitor", secrets.token_urlsafe(PASSWORD_BYTES), UserRole.ADMINISTER
    )


async def renewing_commands(stage: Stage) -> list[str]:
    """What makes a link anew when its 15 minutes are over: one command for the board, one for each
    till. They run beside the demo, on its own database and folders."""
    words = ("user", "link", EMAIL, "--url", stage.url)
    url = stage.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    linking = central_command(url, stage.data, *words, company=stage.company_name)
    return [
        linking,
        *(command("edge", "pair", VISITOR, "--data", box.folder) for box in stage.boxes),
    ]


def typed(stage: Stage, *words: str) -> str:
    """A command of head office, for a terminal whose environment says where that is; with the
    company, where it may not be the database's only one."""
    whole = stage.database.embedded or words[0] in OF_ALL
    return command("central", *words, *(() if whole else ("--company", stage.company_name)))


async def show_links(stage: Stage, console: Console, title: str) -> None:
    """A line for the board and one for each store: never cut or folded, whatever the width."""
    if stage.company_id is None:
        return
    now_ms = int(datetime.now(UTC).timestamp() * 1_000)
    async with unit_of_work(stage.engine) as db:
        token = await create_sign_in_link(db, stage.company_id, EMAIL, now_ms)
    doors = [("head office's board", link_address(stage.url, token))]
    for box in stage.boxes:
        doors.append((f"till {VISITOR} of store {box.code}", await _till_link(stage, box)))
    width = max(len(what) for what, _ in doors)
    lines = (f"  {what:<{width}}  {link}" for what, link in doors)
    pins = "\n".join(f"  {who}: {pin}" for who, pin in stage.pins.items())
    text = "\n".join((title, *lines, "PINs of who works at the tills:", pins))
    console.print(text, soft_wrap=True, markup=False, highlight=False)


async def is_visited(stage: Stage, box: StoreBox) -> bool:
    """Whether a person's till is paired there."""
    return VISITOR in await paired_workstations(stage, box)


async def pairing_again(stage: Stage, box: StoreBox) -> str:
    """For a person whose till a box does not know any more."""
    return f"Your till {VISITOR} there must be paired again: {await _till_link(stage, box)}"


async def _till_link(stage: Stage, box: StoreBox) -> str:
    return f"{box.url}/#pair={VISITOR}:{await pairing_code(stage, box, VISITOR)}"
