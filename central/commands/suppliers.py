"""Commands about suppliers: who they are, what they bring for how much, when a store wants more."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    in_words,
    looking,
    next_command,
    on_database,
    putting,
)
from central.commands.goods import (
    DryRun,
    Encoding,
    File,
    Report,
    SheetName,
)
from central.commands.lines import Act, Where, drop_line, import_lines, read_lines, set_line
from central.commands.options import Item
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.domain.buying import Planned
    from central.usecases.feed.put_row import Put
    from sync.protocol.buying import Supplier, SupplierItem
    from sync.protocol.identity import CompanyId

supplier_app = new_group("Suppliers, what they bring for how much, and when stores want more.")
SHOWN_MAX = 200

Id = Annotated[str, typer.Argument(metavar="SUPPLIER", help="Its id: short and lasting.")]
Name = Annotated[str | None, typer.Option(help="What they are called; a new one needs one.")]
Email = Annotated[str | None, typer.Option(help="Where orders go.")]
Address = Annotated[str | None, typer.Option(help="As orders show it.")]
Lead = Annotated[str | None, typer.Option("--lead-days", help="Days from order to delivery.")]
Over = Annotated[
    str | None, typer.Option(help="So much more than was ordered is taken: 5%; at first none.")
]
Code = Annotated[str, typer.Option(help="Their own code for the item.")]
InOne = Annotated[str, typer.Option("--pack", help="How much comes in one, such as 12.")]
Cost = Annotated[str, typer.Option(help="Of one of these, such as 9.60.")]
Preferred = Annotated[bool, typer.Option(help="Of several suppliers the one that is proposed.")]
AStore = Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")]


@supplier_app.command("set")
def supplier_set(
    supplier_id: Id,
    name: Name = None,
    email: Email = None,
    address: Address = None,
    lead_days: Lead = None,
    over: Over = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a supplier or change one: what is left out stays as it is."""
    from central.usecases.supplier.set import SupplierChanges

    changes = SupplierChanges(name, email, address, lead_days, over, active=True)
    detail = ", ".join(filter(None, (name, lead_days, over)))
    _set(supplier_id, changes, "supplier_set", detail, company, database_url, data)


@supplier_app.command("retire")
def supplier_retire(
    supplier_id: Id, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Nothing more is ordered of them; `supplier set` brings them back."""
    from central.usecases.supplier.set import SupplierChanges

    changes = SupplierChanges(active=False)
    _set(supplier_id, changes, "supplier_retired", "", company, database_url, data)


def _set(
    supplier_id: str,
    changes: "Any",
    act: str,
    detail: str,
    company: str | None,
    database_url: str | None,
    data: "Path | None",
) -> None:
    from central.usecases.supplier.set import set_supplier

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Supplier, Put]":
        return await set_supplier(db, company_id, supplier_id, changes)

    setting = putting(company, work, act, supplier_id, detail, put_of=lambda done: done[1])
    made, put = on_database(database_url, data, setting)
    following = next_command(database_url, data, "supplier", "items", supplier_id, company=company)
    print(f"{_said(made)}: {in_words(put)}. Next: `{following}`.")


@supplier_app.command("list")
def supplier_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Every supplier."""
    from central.usecases.supplier.set import list_suppliers

    found = on_database(database_url, data, looking(company, list_suppliers))
    for one in found:
        print(_said(one))
    making = next_command(
        database_url, data, "supplier", "set", "ACME", "--name", "Acme", company=company
    )
    print(f"There are {len(found):,} suppliers. Next: `{making}`.")


@supplier_app.command("item")
def supplier_item(
    supplier_id: Id,
    item_id: Item,
    code: Code = "",
    pack: InOne = "",
    cost: Cost = "",
    preferred: Preferred = False,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what a supplier brings: its code there, how much comes in one, what one costs."""
    from central.domain.buying import TypedItem
    from central.usecases.supplier.bring import set_supplier_item

    typed = TypedItem(supplier_id, item_id, code, pack, cost, "yes" if preferred else "")

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Planned":
        return await set_supplier_item(db, company_id, typed)

    detail = " ".join(filter(None, (item_id, code, pack, cost)))
    set_line(
        Where(company, database_url, data),
        work,
        Act("supplier_item_set", supplier_id, detail),
        f"{supplier_id} brings {item_id}",
        ("supplier", "items", supplier_id),
    )


@supplier_app.command("items")
def supplier_items(
    supplier_id: Id, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """What a supplier brings, the first two hundred."""
    from central.reports.company import company_money
    from central.usecases.supplier.bring import list_supplier_items
    from central.usecases.supplier.set import supplier_of_company

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> list[str]:
        await supplier_of_company(db, company_id, supplier_id)
        currency = (await company_money(db, company_id)).currency
        found = await list_supplier_items(db, company_id, supplier_id)
        return [_item_said(one, currency) for one in found]

    lines = on_database(database_url, data, looking(company, work))
    for line in lines[:SHOWN_MAX]:
        print(line)
    listing = next_command(database_url, data, "supplier", "list", company=company)
    print(f"{supplier_id} brings {len(lines):,} items. Next: `{listing}`.")


@supplier_app.command("drop")
def supplier_drop(
    supplier_id: Id,
    item_id: Item,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """They bring an item no more."""
    from central.usecases.supplier.bring import retire_supplier_item

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> None:
        await retire_supplier_item(db, company_id, supplier_id, item_id)

    drop_line(
        Where(company, database_url, data),
        work,
        Act("supplier_item_dropped", supplier_id, item_id),
        f"{supplier_id} brings {item_id} no more",
        ("supplier", "items", supplier_id),
    )


@supplier_app.command("import")
def supplier_import(
    file: File,
    dry_run: DryRun = False,
    report: Report = None,
    encoding: Encoding = None,
    sheet: SheetName = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Bring in what suppliers bring: columns supplier, item, code, pack, cost, preferred."""
    from central.usecases.supplier.bring import import_supplier_items

    rows = read_lines(file, encoding, sheet)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Planned":
        return await import_supplier_items(db, company_id, rows, dry_run=dry_run)

    where, act = Where(company, database_url, data), Act("supplier_items_imported", file.name)
    import_lines(where, work, act, report, ("supplier", "list"), dry_run=dry_run)


@supplier_app.command("point")
def supplier_point(
    store: AStore,
    item_id: Item,
    at: Annotated[str, typer.Argument(metavar="AT", help="Where so many or fewer are left.")],
    up_to: Annotated[str, typer.Argument(metavar="UP_TO", help="So many are wanted then.")] = "",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say when a store wants more of an item, and how many it then wants to have."""
    from central.domain.buying import TypedPoint
    from central.usecases.store.add import find_store
    from central.usecases.supplier.bring import set_reorder_point

    typed = TypedPoint(item_id, at, up_to)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Planned":
        store_id = await find_store(db, company_id, store)
        return await set_reorder_point(db, company_id, store_id, typed)

    detail = " ".join(filter(None, (item_id, at, up_to)))
    set_line(
        Where(company, database_url, data),
        work,
        Act("reorder_point_set", store, detail),
        f"{store} wants more of {item_id} at {at}",
        ("supplier", "points", store),
    )


@supplier_app.command("points")
def supplier_points(
    store: AStore, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """When a store wants more of which item, the first two hundred."""
    from central.usecases.store.add import find_store
    from central.usecases.supplier.bring import list_reorder_points
    from sync.protocol.units import format_milli

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> list[str]:
        store_id = await find_store(db, company_id, store)
        found = await list_reorder_points(db, company_id, store_id)
        return [
            f"{one.item_id}  at {format_milli(one.at_milli)}  up to {format_milli(one.up_to_milli)}"
            for one in found
        ]

    lines = on_database(database_url, data, looking(company, work))
    for line in lines[:SHOWN_MAX]:
        print(line)
    listing = next_command(database_url, data, "supplier", "list", company=company)
    print(f"{store} has {len(lines):,} reorder points. Next: `{listing}`.")


@supplier_app.command("drop-point")
def supplier_drop_point(
    store: AStore,
    item_id: Item,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """A store is proposed nothing of an item any more."""
    from central.usecases.store.add import find_store
    from central.usecases.supplier.bring import retire_reorder_point

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> None:
        store_id = await find_store(db, company_id, store)
        await retire_reorder_point(db, company_id, store_id, item_id)

    drop_line(
        Where(company, database_url, data),
        work,
        Act("reorder_point_dropped", store, item_id),
        f"{store} has no reorder point of {item_id}",
        ("supplier", "points", store),
    )


@supplier_app.command("import-points")
def supplier_import_points(
    store: AStore,
    file: File,
    dry_run: DryRun = False,
    report: Report = None,
    encoding: Encoding = None,
    sheet: SheetName = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Bring in a store's reorder points: columns item, at, up_to."""
    from central.usecases.store.add import find_store
    from central.usecases.supplier.bring import import_reorder_points

    rows = read_lines(file, encoding, sheet)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Planned":
        store_id = await find_store(db, company_id, store)
        return await import_reorder_points(db, company_id, store_id, rows, dry_run=dry_run)

    where, act = Where(company, database_url, data), Act("reorder_points_imported", file.name)
    import_lines(where, work, act, report, ("supplier", "points", store), dry_run=dry_run)


def _said(supplier: "Supplier") -> str:
    from sync.protocol.money import MILLI_OF_BP
    from sync.protocol.units import format_milli

    state = "" if supplier.active else "  retired"
    lead = f"  {supplier.lead_days} days" if supplier.lead_days else ""
    over = f"  {format_milli(supplier.over_bp * MILLI_OF_BP)}% over" if supplier.over_bp else ""
    email = f"  {supplier.email}" if supplier.email else ""
    return f"{supplier.supplier_id}  {supplier.name}{email}{lead}{over}{state}"


def _item_said(item: "SupplierItem", currency: str) -> str:
    from sync.protocol.currency import format_money
    from sync.protocol.units import format_milli

    cost = "" if item.pack_cost_minor is None else format_money(item.pack_cost_minor, currency)
    code = f"  {item.code}" if item.code else ""
    preferred = "  preferred" if item.preferred else ""
    return f"{item.item_id}{code}  {format_milli(item.pack_milli)} in one  {cost}{preferred}"
