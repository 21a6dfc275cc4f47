"""Print what was sold, on the printer beside the till. The sale is finished before; nothing of it
waits for paper."""

from typing import Any

import litestar
import msgspec
from litestar import post

from edge.api.described import accepts
from edge.api.guard import refuse_other_operator, workstation_of
from edge.api.parameters import IdInPath, TheBox
from edge.db.receipt_prints import note_printed
from edge.domain.fields import Request, ShortOperator
from edge.usecases.sale.print import PaperFor, print_sale
from sync.http.body import read_body
from sync.protocol.identity import SaleId


class PrintReceipt(Request, frozen=True):
    """``paper_for``: the customer's is the receipt, and marked as a copy once it came out; the
    merchant's stays in the shop."""

    operator_id: ShortOperator
    paper_for: PaperFor = PaperFor.CUSTOMER


class Printed(msgspec.Struct, frozen=True):
    """What came out."""

    is_copy: bool


@post("/sales/{sale_id:uuid}/print", status_code=200, operation_class=accepts(PrintReceipt))
async def print_receipt(
    request: litestar.Request[Any, Any, Any], sale_id: IdInPath, box: TheBox
) -> Printed:
    """On the printer of this workstation; the drawer opens with the receipt of a sale that it has
    just finished, where cash moved. 409 ``printer-out`` touches no sale: print again."""
    asked, workstation_id = await read_body(request, PrintReceipt), workstation_of(request)
    refuse_other_operator(request, asked.operator_id)
    sale, now_ms = SaleId(sale_id), box.clock.moment().wall_ms
    async with box.printers.turn(workstation_id):
        paper = await box.reader.read(
            lambda db: print_sale(db, sale, asked.paper_for, workstation_id, now_ms)
        )
        drawer = paper.opens_drawer
        await box.printers.print_paper(workstation_id, paper.blocks, opens_drawer=drawer)
        if asked.paper_for is PaperFor.CUSTOMER:
            await box.writer.run(lambda db: note_printed(db, sale, now_ms))
    return Printed(paper.is_copy)


ROUTES = (print_receipt,)
