"""Commands about coupons that are good once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    in_one_sentence,
    looking,
    next_command,
    now_ms,
    on_database,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.usecases.promotion.make_coupons import CouponBatch
    from sync.protocol.identity import CompanyId

coupon_app = new_group("Coupons that are good once: a number each, of a promotion.")
COLUMNS = ("number", "promotion", "batch")


@coupon_app.command("make")
def coupon_make(
    promotion_id: Annotated[
        str, typer.Argument(metavar="PROMOTION", help="Which asks for one of them from then on.")
    ],
    pieces: Annotated[int, typer.Argument(metavar="PIECES", help="How many, up to 10,000.")],
    file: Annotated[Path, typer.Argument(help="A new file: .csv, .tsv or .xlsx.", dir_okay=False)],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a batch of coupons, each with a number that is good once, and write them into a file:
    they stand nowhere else."""
    from central.usecases.goods.write_table import refuse_name, write_table
    from central.usecases.promotion.make_coupons import make_coupons
    from sync.program.private_folder import FILE_MODE

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "CouponBatch":
        who = acting_user()
        return await make_coupons(db, company_id, promotion_id, pieces, who, now_ms())

    with in_one_sentence():
        refuse_name(file)
        file.touch(FILE_MODE)
    making = changing(
        company, work, "coupons_made", promotion_id, f"{pieces} coupons", publishing=True
    )
    made = on_database(database_url, data, making)
    with in_one_sentence():
        rows = ((number, promotion_id, str(made.batch)) for number in made.numbers)
        write_table(file, COLUMNS, rows)
    listing = next_command(database_url, data, "coupon", "list", company=company)
    print(
        f"{file} has {len(made.numbers):,} coupons of {made.promotion.name}, and nobody else has"
        f" their numbers: keep it safe. Stores take them with their next pull. Next: `{listing}`."
    )


@coupon_app.command("list")
def coupon_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every batch: how many were made, were used, and are where a shop may take them."""
    from central.reports.coupons import batches_of_coupons

    found = on_database(database_url, data, looking(company, batches_of_coupons))
    for one in found:
        print(
            f"{one.picture}  {one.promotion_id}: {one.made:,} made by {one.decided_by},"
            f" {one.used:,} used, {one.at_shops:,} at shops that may take them"
        )
    listing = next_command(database_url, data, "promotion", "list", company=company)
    print(f"There are {len(found)} batches of coupons. Next: `{listing}`.")
