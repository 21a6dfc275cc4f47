"""Both servers answer whatever their own descriptions allow, and what they do not: schemathesis
makes requests from each OpenAPI document, right ones and wrong ones. No answer is a 5xx, and each
is one that the document describes: its status, its type, its shape."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    status_code_conformance,
)

from central.db.engine import unit_of_work
from central.domain.access import UserRole
from central.usecases.people.sign_in import add_token
from tests.central_fixtures import NOW_MS, postgres_template, serving
from tests.edge_store import open_store
from tests.integration.people_fixtures import PINS, publish

__all__ = ["postgres_template"]

EXAMPLES = 8
"""Of each operation, right ones and wrong ones each."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
]
"""The shape is looked at apart (``_refuse_other_shape``): schemathesis 4.32 turns ``prefixItems``,
which every struct that is written as an array has, into an older draft that it then refuses."""
ENDS = {
    ("DELETE", "/session"),
    ("POST", "/session"),
    ("POST", "/session/lock"),
    ("POST", "/unpair"),
}
"""What may end the session or the pairing that the others are asked with: asked last."""


def ask_everything(document: dict[str, Any], base_url: str, headers: dict[str, str]) -> int:
    """How many operations were asked. Raises what schemathesis finds, with the request as curl."""
    found: Any = schemathesis.openapi.from_dict(document).get_all_operations()
    operations = [result.ok() for result in found]
    operations.sort(key=lambda each: (each.method.upper(), each.path) in ENDS)
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(document, operation, mode, base_url, headers)
    return len(operations)


def _ask(
    document: dict[str, Any],
    operation: Any,
    mode: GenerationMode,
    base_url: str,
    headers: dict[str, str],
) -> None:
    takes_something = operation.body or operation.query or operation.path_parameters
    if mode is GenerationMode.NEGATIVE and not takes_something:
        return

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call_and_validate(base_url=base_url, headers=headers, checks=CHECKS)
        _refuse_other_shape(document, operation, answer)

    ask()


def _refuse_other_shape(document: dict[str, Any], operation: Any, answer: Any) -> None:
    answers = document["paths"][operation.path][operation.method]["responses"]
    components = document.get("components", {})
    described = answers.get(str(answer.status_code), answers["default"])
    for media, content in described.get("content", {}).items():
        if "json" not in media:
            continue
        schema = _without_patterns({**content["schema"], "components": components})
        assert jsonschema_rs.Draft202012Validator(schema).is_valid(answer.json()), (
            f"{answer.request.method} {answer.request.url}: {answer.text[:500]}"
        )


def _without_patterns(node: Any) -> Any:
    """``test_descriptions`` looks at them; Rust's regular expressions know no lone surrogate."""
    if isinstance(node, dict):
        return {key: _without_patterns(one) for key, one in node.items() if key != "pattern"}
    return [_without_patterns(one) for one in node] if isinstance(node, list) else node


async def _document(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    answer = await client.get("/schema/openapi.json", headers=headers)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_no_request_that_can_be_described_breaks_a_store_server(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.box.writer.run(publish)
        await till.open_shop()
        asked = {"request_id": "0199aaaa-0000-7000-8000-000000000077", "operator_id": "anna"}
        signed_in = await till.call("POST", "/session", {**asked, "pin": PINS["anna"]})
        headers = {
            "Authorization": till.client.headers["Authorization"],
            "Holdfast-Session": signed_in.json()["token"],
        }
        document, base = await _document(till.client, headers), str(till.client.base_url)
        assert await asyncio.to_thread(ask_everything, document, base, headers) > 30


async def test_no_request_that_can_be_described_breaks_head_office(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        async with unit_of_work(served.engine) as db:
            token = await add_token(db, company_id, "ci", NOW_MS, role=UserRole.ADMINISTER)
        headers = {"Authorization": f"Bearer {token}"}
        document, base = await _document(served.client, headers), str(served.client.base_url)
        assert await asyncio.to_thread(ask_everything, document, base, headers) > 8
