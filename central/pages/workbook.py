"""A page of figures as a file: exactly what is shown, as a workbook with a sheet for each of its
tables, or as CSV."""

from typing import Any

from litestar import Request, Response

from central.pages.page import page
from sync.http.tables import CSV, WORKBOOK, file_address, page_or_file


def shown(
    request: Request[Any, Any, Any], template: str, *, status: int = 200, **context: Any
) -> Response[Any]:
    """The page, with the addresses of its files; or one of these, where it is asked for."""
    given_as = {"workbook": file_address(request, WORKBOOK), "csv": file_address(request, CSV)}
    made = page(template, status=status, given_as=given_as, **context)
    return page_or_file(request, made, untitled="board")
