"""What both programs say of themselves, and what they make of nonsense beside head office."""

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from central.commands.cli import app as central_app
from edge.commands.cli import app as edge_app
from sync.engine.transport import Request, Response
from tests.fake_central import FakeCentral
from tests.fake_central_http import served
from tests.integration.command_fixtures import central, provision

__all__ = ["central"]


@pytest.fixture
def url(central: FakeCentral) -> Iterator[str]:
    with served(central) as address:
        yield address


@pytest.mark.parametrize(("name", "app"), [("central", central_app), ("edge", edge_app)])
def test_both_programs_say_their_version(name: str, app: typer.Typer) -> None:
    """B27: neither did."""
    said = CliRunner().invoke(app, ["--version"])
    version = importlib.metadata.version("holdfast-pos")
    assert (said.exit_code, said.output) == (0, f"{name} {version}\n")


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "",
        "Mon, 99 Foo 2024 00:00:00 GMT",
        "Mon, 01 Jan 2024 25:61:61 GMT",
        "Mon, 01 Jan 99999 00:00:00 GMT",
        "\xff",
    ],
)
def test_a_date_header_that_is_no_date_does_not_stop_a_technician(
    central: FakeCentral, url: str, tmp_path: Path, date: str
) -> None:
    """B13: it ended `edge provision` in a traceback."""

    def health(request: Request) -> Response | None:
        if request.path != "/health":
            return None
        return Response(200, {"date": date}, b'{"status": "ok"}')

    central.instead = health
    made = provision(url, tmp_path / "S01")
    assert (made.exit_code, made.exception) == (0, None)
