"""Commands that begin a company: with its stores, and with something to sell."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    address_of,
    changing,
    next_command,
    now_ms,
    on_database,
    once,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from sync.protocol.reference import Operator

company_app = new_group("Companies.")


def setup(
    name: Annotated[str, typer.Argument(help="The company's name.")],
    store: Annotated[list[str], typer.Option(help="A store's code; may stand several times.")],
    user: Annotated[
        str | None, typer.Option(help="E-mail address of who looks at the board.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Three letters, such as SGD.")] = "SGD",
    sample: Annotated[
        bool, typer.Option(help="Load the sample chain's items, prices and people.")
    ] = True,
    tax: Annotated[
        str | None, typer.Option(help="Without the sample: the rate of most items, such as 9%.")
    ] = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Begin a company with its stores, what selling needs, and a link to the board."""
    from central.usecases.company.set_up import SetUp, Wanted, set_up_company
    from central.usecases.people.sign_in_link import link_address

    async def set_up(engine: "AsyncEngine") -> SetUp:
        wanted = Wanted(name, currency, tuple(store), sample, user, tax)
        return await set_up_company(engine, wanted, acting_user(), now_ms())

    done = on_database(database_url, data, set_up)
    if done.new:
        print(f"Made: {'; '.join(done.new)}.")
    if done.kept:
        print(f"There already, and left as they are: {'; '.join(done.kept)}.")
    tell_pins(done.pins)
    if done.token is not None:
        print(f"Board: {link_address(address_of(database_url, data), done.token)}")
        print(f"The link signs {user} in once, within 15 minutes, while head office serves.")
    enrolling = next_command(database_url, data, "enrol-code", store[0], company=name)
    print(f"Head office has {name} with {', '.join(store)}. Next: `{enrolling}`.")


def tell_pins(pins: "tuple[tuple[Operator, str], ...]") -> None:
    """What operators begin with: it is nowhere else."""
    if pins:
        print("PINs to begin with, not shown again; the first sign-in asks for one of their own:")
    for operator, pin in pins:
        print(f"  {operator.operator_id}  {operator.name}, {operator.role}: {pin}")


@company_app.command("add")
def company_add(
    name: str,
    currency: Annotated[str, typer.Option(help="Three letters, such as SGD.")] = "SGD",
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Begin a company."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import add_company
    from central.usecases.people.note_act import note_act

    async def add(engine: "AsyncEngine") -> bool:
        async with unit_of_work(engine) as db:
            made = await add_company(db, name, currency)
            await note_act(db, made, acting_user(), "company_added", name, currency, now_ms())
        return True

    now = "now" if once(database_url, data, add) else "already, and it stays as it is"
    adding = next_command(database_url, data, "store", "add", "S01", company=name)
    print(f"There is a company {name} {now}. Next: `{adding}`.")


def load_sample(
    company: CompanyName = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same sample.")] = 1,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Give a company the sample chain: items, prices, taxes, tenders, operators, customers."""
    from central.usecases.company.load_sample import load_sample as load
    from central.usecases.people.start_pin import start_pins

    loading = changing(
        company,
        lambda db, company_id: load(db, company_id, now_ms(), seed=seed),
        "sample_loaded",
        f"seed {seed}",
        publishing=True,
    )
    sample = once(database_url, data, loading)
    starting = changing(
        company,
        lambda db, company_id: start_pins(db, company_id, now_ms()),
        "starting_pins_given",
        "operators without a PIN",
        publishing=True,
        changed=bool,
    )
    tell_pins(on_database(database_url, data, starting))
    adding = next_command(database_url, data, "store", "add", "S01", company=company)
    if sample is None:
        print(f"The company has the sample chain already. Next: `{adding}`.")
        return
    print(
        f"The company has {len(sample.items)} items, {len(sample.operators)} operators and"
        f" {len(sample.customer_ids)} customers. Next: `{adding}`."
    )
