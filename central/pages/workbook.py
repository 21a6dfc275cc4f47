"""A page of figures as a workbook: exactly what is shown, a sheet for each of its tables."""

from typing import Any

from litestar import Request, Response

from central.pages.page import page
from sync.http.tables import WORKBOOK, file_address, page_or_file


def shown(
    request: Request[Any, Any, Any], template: str, *, status: int = 200, **context: Any
) -> Response[Any]:
    """The page, with the address of its workbook; or that, where it is asked for."""
    address = file_address(request, WORKBOOK)
    made = page(template, status=status, workbook=address, **context)
    return page_or_file(request, made, untitled="board")
