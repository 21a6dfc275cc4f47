"""Print what was sold, on the printer beside the till. The sale is finished before; nothing of it
waits for paper."""

from typing import Any

import litestar
import msgspec
from litestar import post

from edge.api.described import accepts
from edge.api.guard import refuse_other_operator, workstation_of
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.domain.fields import Request, ShortOperator
from edge.domain.printing import PrinterOut
from edge.usecases.sale.print import Paper, PaperFor, print_sale, take_back_paper
from sync.http.body import read_body
from sync.protocol.identity import SaleId, WorkstationId


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
    paper = await print_on(box, workstation_id, SaleId(sale_id), asked.paper_for)
    return Printed(paper.is_copy)


async def print_on(
    box: Box, at: WorkstationId, sale: SaleId, paper_for: PaperFor, *, drawer: bool = True
) -> Paper:
    """The same for whoever may; ``drawer``: one may open. Raises NoPrinter, PrinterOut (then it was
    not given out), NotFound, SaleArchived, SaleDamaged."""
    now_ms = box.clock.moment().wall_ms
    async with box.printers.turn(at):
        paper = await box.writer.run(lambda db: print_sale(db, sale, paper_for, at, now_ms))
        opens = drawer and paper.opens_drawer
        try:
            await box.printers.print_paper(at, paper.blocks, opens_drawer=opens)
        except PrinterOut:
            if paper_for is PaperFor.CUSTOMER and not paper.is_copy:
                await box.writer.run(lambda db: take_back_paper(db, sale))
            raise
    return paper


ROUTES = (print_receipt,)
