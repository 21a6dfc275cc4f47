"""Commands about customers: who is the same person, and who asked to be forgotten."""

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
from sync.program.frame import NEEDS_A_PERSON, instant, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.customers import CustomerPair, Person
    from sync.protocol.identity import CompanyId, CustomerId

customers_app = new_group("Customers: who is the same person, and who asked to be forgotten.")
alias_app = new_group("Records of customers that are one person, or may be.")
customers_app.add_typer(alias_app, name="alias")

One = Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer's id.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another customer's id.")]
Reason = Annotated[str, typer.Option(help="As it is written down.")]


@customers_app.command("find")
def customers_find(
    what: Annotated[str, typer.Argument(metavar="CODE", help="A code, or an id.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Who has a code or an id, with their points."""
    from central.domain.customer import typed_ids
    from central.reports.customers import find_people

    async def find(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Person, ...]":
        return await find_people(db, company_id, typed_ids(what), what.strip(), b"")

    found = on_database(database_url, data, looking(company, find))
    for one in found:
        print(f"{_named(one)}, {one.points:,} points{'' if one.active else ', not active'}")
    erasing = next_command(
        database_url, data, "customers", "erase", "CUSTOMER", "--reason", "WHY", company=company
    )
    print(
        f"{len(found)} found. Next, if one of them asks to be forgotten: `{erasing}`."
        if found
        else f"Nobody has the code or id {what}. Next: `central customers alias list`."
    )


@customers_app.command("erase")
def customers_erase(
    customer: One,
    reason: Reason,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Forget a customer for ever: the key of their name, address and number is destroyed, here and
    with each store's next pull. Receipts and points stay, and say an id."""
    from central.domain.customer import customer_id_of
    from central.usecases.customer.erase import erase_customer

    async def erasing(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[CustomerId, ...]":
        asked = (customer_id_of(customer, "customer"), reason, acting_user(), now_ms())
        return await erase_customer(db, company_id, *asked)

    done = changing(company, erasing, "customer_erased", customer, reason, publishing=True)
    for one in on_database(database_url, data, done):
        print(f"{one} is erased, and the id is barred for ever.")
    verifying = next_command(database_url, data, "verify")
    print(
        "Stores forget them with their next pull. Copies of the database from before hold the key:"
        f" delete them when they are old enough. Next: `{verifying}` shows that all adds up."
    )


@alias_app.command("list")
def alias_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Who is found as whom, and who may be the same person."""
    from central.reports.customers import joined_pairs, proposed_pairs

    async def listing(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[tuple[CustomerPair, ...], tuple[CustomerPair, ...]]":
        return await joined_pairs(db, company_id), await proposed_pairs(db, company_id)

    joined, proposed = on_database(database_url, data, looking(company, listing))
    for pair in joined:
        print(f"{_named(pair.alias)} is found as {_named(pair.kept)}")
    for pair in proposed:
        since = "" if pair.at_ms is None else f", since {instant(pair.at_ms)}"
        print(f"{_named(pair.alias)} has the same {pair.field} as {_named(pair.kept)}{since}")
    if not proposed:
        print(f"{len(joined)} are joined, and nobody waits to be. Next: `central verify`.")
        return
    words = ("customers", "alias", "join", str(proposed[0].alias.customer_id))
    more = (str(proposed[0].kept.customer_id), "--reason", "WHY")
    joining = next_command(database_url, data, *words, *more, company=company)
    print(f"{len(proposed)} may be one person. Next: `{joining}`, or `part` where they are two.")
    raise typer.Exit(NEEDS_A_PERSON)


@alias_app.command("join")
def alias_join(
    customer: One,
    other: Other,
    reason: Reason,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Two records are one person: either finds the one, and the points of both are theirs."""
    from central.domain.customer import customer_id_of
    from central.usecases.customer.join import join_customers

    async def joining(db: "AsyncConnection", company_id: "CompanyId") -> "CustomerId":
        ids = (customer_id_of(customer, "customer"), customer_id_of(other, "other"))
        return await join_customers(db, company_id, *ids, reason, acting_user(), now_ms())

    subject = f"{customer} {other}"
    done = changing(company, joining, "customers_joined", subject, reason, publishing=True)
    kept = on_database(database_url, data, done)
    words = ("customers", "alias", "part", customer, other, "--reason", "WHY")
    parting = next_command(database_url, data, *words, company=company)
    print(f"Both are found as {kept} with each store's next pull. `{parting}` takes it back.")


@alias_app.command("part")
def alias_part(
    customer: One,
    other: Other,
    reason: Reason,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Two records are two people: joined ones are so no more, and a proposal is dismissed."""
    from central.domain.customer import customer_id_of
    from central.usecases.customer.join import part_customers

    async def parting(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        ids = (customer_id_of(customer, "customer"), customer_id_of(other, "other"))
        await part_customers(db, company_id, *ids, reason, acting_user(), now_ms())
        return True

    subject = f"{customer} {other}"
    done = changing(company, parting, "customers_parted", subject, reason, publishing=True)
    on_database(database_url, data, done)
    listing = next_command(database_url, data, "customers", "alias", "list", company=company)
    print(f"They are two, each with what receipts say of them. Next: `{listing}`.")


def _named(one: "Person") -> str:
    code = f" ({one.code})" if one.code and one.name else ""
    return f"{one.customer_id} {one.called}{code}"
