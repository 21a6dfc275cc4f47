"""Every struct, parameter and command that takes text holds it to the one rule of
``sync/protocol/text.py`` and looks for card numbers, or stands here with its reason. A field that
is added later without the rule fails this.
"""

import ast
import importlib
import re
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import msgspec
import pytest
import typer
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec import inspect
from typer.testing import CliRunner

import central.commands.cli
import central.commands.people
import edge.commands.cli
import edge.commands.workstations
from central.server.app import build_app as central_app
from edge.server.app import build_app as edge_app
from sync.protocol.answers import read_refusal
from sync.protocol.typed import _looked_at, refuse_card_numbers

ROOT = Path(__file__).parents[2]
HOSTILE = {
    "NUL": "a\x00b",
    "line feed": "a\nb",
    "line end": "ab\n",
    "escape": "a\x1b[31mb",
    "C1 escape": "a\x9b31mb",
    "right to left": "a\u202eb",
    "isolate": "a\u2066b",
    "zero width": "a\u200bb",
    "byte order mark": "\ufeffab",
    "line separator": "a\u2028b",
    "soft hyphen": "a\u00adb",
    "tag": "a\U000e0041b",
    "surrogate": "a\ud800b",
}
CARD = "4111 1111 1111 1111"
NOT_LOOKED_AT = {
    ("LineRequest", "scan_code"): "the catalogue must hold it",
    ("SayCounted", "text"): "it is looked up and not kept",
    ("ScanIntoBasket", "text"): "it is looked up and not kept",
    ("CreateCustomer", "phone"): "kept_phone looks itself",
    ("Updating", "phone"): "kept_phone looks itself",
    ("SignInBody", "password"): "its hash alone is compared",
    ("SignInBody", "code"): "it is compared and used up",
    ("SignIn", "pin"): "it is kept as a hash alone",
    ("SetPin", "pin"): "it is kept as a hash alone",
    ("SetPin", "new_pin"): "it is kept as a hash alone",
    ("GiveOverride", "pin"): "it is kept as a hash alone",
    ("KeptEvent", "epoch"): "a page repeats what a box derived",
    ("KeptEvent", "hash"): "a page repeats what a box derived",
}
"""What refuse_card_numbers passes by."""
OPAQUE = {("GiveBackKept", "kept"): "envelopes as they were signed: their hashes must come out"}
"""What nobody can look into, because one changed byte would make it another thing."""


def requests() -> set[type[msgspec.Struct]]:
    """What the routes of both servers decode bodies as, and what stands within it."""
    found: set[type[msgspec.Struct]] = set()
    for path in (*ROOT.glob("edge/api/*.py"), *ROOT.glob("central/api/*.py")):
        module = importlib.import_module(f"{path.parts[-3]}.api.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text())):
            named = body_of(node)
            if named is None or path.stem == "once":
                continue
            assert isinstance(named, ast.Name), f"{path}: a body is decoded as {ast.unparse(named)}"
            found |= within(getattr(module, named.id))
    return found


def body_of(node: ast.AST) -> ast.expr | None:
    """What a call, or a route that writes, reads a request's body as."""
    if isinstance(node, ast.FunctionDef):
        if not any(called(one) == "writes" for one in node.decorator_list):
            return None
        return next(one.annotation for one in node.args.args if one.arg == "asked")
    place = {"read_body": 1, "decode_body": 1, "once": 2}.get(called(node))
    return None if place is None else node.args[place]  # type: ignore[attr-defined]  # a call's


def called(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return ""


def within(kind: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    found = {kind}
    for field in described.fields:
        for each in leaves(field.type):
            if isinstance(each, inspect.StructType):
                found |= within(each.cls)
    return found


def leaves(described: inspect.Type) -> Iterator[inspect.Type]:
    match described:
        case inspect.Metadata(type=inner):
            yield from leaves(inner)
        case inspect.UnionType(types=types):
            for each in types:
                yield from leaves(each)
        case inspect.VarTupleType(item_type=item):
            yield from leaves(item)
        case _:
            yield described


def of(kind: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    return typing.cast("inspect.StructType", inspect.type_info(kind)).fields


def texts() -> list[tuple[type[msgspec.Struct], str]]:
    return sorted(
        (
            (kind, field.name)
            for kind in requests()
            for field in of(kind)
            if any(isinstance(each, inspect.StrType) for each in leaves(field.type))
        ),
        key=repr,
    )


def test_the_walk_sees_the_requests() -> None:
    """A37: it would find nothing wrong if it found nothing."""
    names = {kind.__name__ for kind in requests()}
    assert names >= {"SaleRequest", "LineRequest", "PairWorkstation", "SignInBody", "EnrolBody"}
    assert len(texts()) > 30


@pytest.mark.parametrize(("kind", "name"), texts(), ids=lambda one: getattr(one, "__name__", one))
def test_every_text_of_a_request_refuses_what_steers_or_hides(
    kind: type[msgspec.Struct], name: str
) -> None:
    """A37: one rule for text, at every border."""
    hint = typing.get_type_hints(kind, include_extras=True)[name]
    described = next(field.type for field in of(kind) if field.name == name)
    several = isinstance(described, inspect.VarTupleType)
    for text in (*HOSTILE.values(), "x" * 5_000):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert([text] if several else text, hint)


def test_every_text_of_a_request_is_looked_at_for_card_numbers() -> None:
    """A32: wherever a person can type; exceptions stand in one table."""
    passed_by = {(kind.__name__, name) for kind, name in texts() if name not in _looked_at(kind)}
    assert passed_by == set(NOT_LOOKED_AT)


def test_a_request_holds_nothing_that_the_walk_cannot_look_into() -> None:
    """A37: no object of any shape, no text as bytes of any kind."""
    known = (
        inspect.StrType,
        inspect.IntType,
        inspect.BoolType,
        inspect.NoneType,
        inspect.UUIDType,
        inspect.DateType,
        inspect.DateTimeType,
        inspect.EnumType,
        inspect.StructType,
    )
    for kind in requests():
        described = typing.cast("inspect.StructType", inspect.type_info(kind))
        for field in described.fields:
            for each in leaves(field.type):
                opaque = (kind.__name__, field.name) in OPAQUE
                assert opaque or isinstance(each, known), (kind, field.name, each)
        assert described.forbid_unknown_fields, kind


def test_a_card_number_deep_in_a_request_is_named_with_its_path() -> None:
    """A32: the field is said, the number is not."""
    from edge.domain.sale.basket import LineRequest, SaleRequest
    from sync.protocol.typed import CardNumberTyped
    from tests.edge_store import sale

    line = {"line_no": 1, "quantity_milli": 1_000, "item_id": "x"}
    body = sale(lines=[line, line | {"serial": f"S {CARD}"}])
    request = msgspec.convert(body, SaleRequest, strict=False)
    assert isinstance(request.lines[1], LineRequest)
    with pytest.raises(CardNumberTyped) as refused:
        refuse_card_numbers(request)
    assert refused.value.field == "lines[1].serial"
    assert "1111" not in refused.value.detail + refused.value.remedy


def applications() -> Iterator[tuple[str, Litestar]]:
    """Both, around nothing: only their routes are looked at."""
    yield "edge", edge_app(MagicMock())
    yield "central", central_app(MagicMock())


def parameters() -> list[tuple[str, Any]]:
    """Where, and how it is declared, in one order in every process: an application keeps the
    handlers of one path in a set. Litestar's own pages of the API are none of ours.
    """
    found = [
        (f"{server} {route.path} {field.name}", field.kwarg_definition)
        for server, app in applications()
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith("/schema/")
        for handler in route.route_handlers
        for field in handler.parsed_fn_signature.parameters.values()
        if field.annotation is str or field.has_inner_subclass_of(str)
        if not field.has_inner_subclass_of(StrEnum)
        if not isinstance(field.annotation, type) or not issubclass(field.annotation, StrEnum)
    ]
    return sorted(found, key=lambda one: (one[0], repr(one[1])))


@pytest.mark.parametrize(
    "declared", [each for _, each in parameters()], ids=[at for at, _ in parameters()]
)
def test_every_text_in_a_path_or_query_refuses_what_steers_or_hides(declared: Any) -> None:
    """A37: report routes answered 500 for a NUL."""
    assert declared is not None, "no bounds at all"
    assert declared.max_length is not None
    for text in HOSTILE.values():
        assert re.search(declared.pattern, text) is None, ascii(text)


def test_the_walk_sees_the_parameters() -> None:
    """A37: it would find nothing wrong if it found nothing."""
    found = [at for at, _ in parameters()]
    assert any(at.startswith("edge /items") for at in found)
    assert any(at.startswith("central /v1/reports/tax") for at in found)
    assert len(found) > 20


def test_forms_are_read_in_one_place() -> None:
    """A37: ``read_form`` holds every field to the rule, so nobody else reads one."""
    for path in (*ROOT.glob("edge/**/*.py"), *ROOT.glob("central/**/*.py")):
        if path.name != "forms.py":
            assert not re.search(r"parse_qs|\.form\(\)", path.read_text()), path


def commands(app: typer.Typer) -> list[tuple[str, ...]]:
    """Every command that can be typed."""

    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield path
            return
        for name, each in inner.items():
            yield from below(each, (*path, name))

    return list(below(typer.main.get_command(app), ()))


@pytest.mark.parametrize(
    ("app", "command"),
    [
        (app, path)
        for app in (edge.commands.cli.app, central.commands.cli.app)
        for path in commands(app)
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
@pytest.mark.parametrize(
    "typed", ["a\x1b[2Jb", "a\nb", "a\u202eb", f"--name={CARD}", "5555555555554444"]
)
def test_no_command_sees_hostile_text_or_a_card_number(
    app: typer.Typer, command: tuple[str, ...], typed: str
) -> None:
    """A32 and A37: the same sentence from every command, and nothing is printed raw."""
    told = CliRunner().invoke(app, [*command, typed])
    assert told.exit_code == 2
    card = sum(map(str.isdigit, typed)) > 10
    assert ("Take it out" if card else "Type it anew") in told.output
    assert told.output.count("\n") == 1
    assert "\x1b" not in told.output
    assert "\u202e" not in told.output
    assert "1111" not in told.output
    assert "4444" not in told.output


@pytest.mark.parametrize("program", [edge.commands.workstations, central.commands.people])
def test_what_a_command_prints_steers_no_terminal(
    program: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A37: ``edge status`` printed escape sequences that came from the line."""
    program.print("alarm: \x1b]0;owned\x07\x1b[2J\u202e\nTOTAL 0.01")
    assert capsys.readouterr().out == "alarm: \ufffd]0;owned\ufffd\ufffd[2J\ufffd\ufffdTOTAL 0.01\n"


def test_every_module_with_commands_prints_by_tell() -> None:
    """A37: a line is made plain where it is printed, so that no caller can forget it."""
    for path in (*ROOT.glob("edge/**/*.py"), *ROOT.glob("central/**/*.py")):
        text = path.read_text()
        prints = re.search(r"(?<![\w.])print\(", text) is not None
        if prints and "demo" not in path.parts:
            assert re.search(r"plain_commands import[\s(]+tell as print", text), path


def test_head_offices_words_are_shown_plain() -> None:
    """A37: whoever answers at its address."""
    body = msgspec.json.encode(
        {"type": "urn:holdfast:problem:fork", "detail": "x\x1b[2J\nSelling is stopped\u202e"}
    )
    said = read_refusal(409, {"content-type": "application/problem+json"}, body, signed=True)
    assert said.detail == "x\ufffd[2J\ufffdSelling is stopped\ufffd"
