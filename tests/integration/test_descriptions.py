"""What both servers say of their own API is true: answers, patterns, methods."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from central.db.engine import unit_of_work
from central.usecases.people.sign_in import add_token
from sync.http.describing import answer_type, described_routes, pattern_for_clients, schema_of
from tests.central_fixtures import NOW_MS, postgres_template, problem, serving
from tests.edge_store import open_store

__all__ = ["postgres_template"]


def patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for value in node.values():
            yield from patterns(value)
    elif isinstance(node, list):
        for value in node:
            yield from patterns(value)


def assert_readable(document: dict[str, Any]) -> None:
    """No pattern is one that only Python reads, and nothing leads elsewhere."""
    for pattern in patterns(document):
        assert not re.search(r"\\[AZz]|\(\?P|\(\?[aiLmsux]", pattern), pattern
    for path, methods in document["paths"].items():
        if path.startswith("/schema"):
            continue
        for operation in methods.values():
            errors = operation["responses"]["default"]["content"]
            assert list(errors) == ["application/problem+json"], path


async def test_the_edge_describes_arrays_as_arrays(tmp_path: Path) -> None:
    """B16: the description said object where /totals answers arrays."""
    async with open_store(tmp_path / "S01") as till:
        document = (await till.call("GET", "/schema/openapi.json")).json()
        totals = (await till.call("GET", "/totals")).json()["totals"]
    assert_readable(document)
    answered = document["paths"]["/totals"]["get"]["responses"]["200"]["content"]
    told = answered["application/json"]["schema"]["properties"]["totals"]
    said = next(one for one in told.get("anyOf", [told]) if one["type"] == "array")
    assert isinstance(totals, list)
    assert said["minItems"] <= len(totals)


async def test_every_described_answer_is_what_is_written(tmp_path: Path) -> None:
    """B16: by kind: the schema of each answer is that of the type that is encoded."""
    async with open_store(tmp_path / "S01") as till:
        document = (await till.call("GET", "/schema/openapi.json")).json()
        from edge.server.app import build_app

        seen = 0
        for path, method, route in described_routes(build_app(till.box)):
            kind = answer_type(route)
            operation = document["paths"].get(path, {}).get(method)
            if operation is None or kind is None:
                continue
            for status, answered in operation["responses"].items():
                if status == "default" or "content" not in answered:
                    continue
                schema = answered["content"]["application/json"]["schema"]
                said = json.loads(msgspec.json.encode(schema_of(kind)))
                assert schema.keys() == said.keys(), (path, method)
                seen += 1
    assert seen > 15


async def test_head_office_describes_itself_to_whoever_may_read_reports(postgres_url: str) -> None:
    """B16: it served no description; it asks for a session or an API token."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        refused = await served.client.get("/schema/openapi.json")
        assert problem(refused) == (401, "not-signed-in")
        async with unit_of_work(served.engine) as db:
            token = await add_token(db, company_id, "ci", NOW_MS)
        headers = {"Authorization": f"Bearer {token}"}
        answer = await served.client.get("/schema/openapi.json", headers=headers)
    assert answer.status_code == 200
    document = answer.json()
    assert_readable(document)
    paths = document["paths"]
    assert {"/v1/enrol", "/v1/reports/stores", "/session", "/health"} <= paths.keys()
    assert not {"/", "/sign-in"} & paths.keys()
    body = paths["/session"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["required"]) == {"company", "email", "password"}


async def test_allow_names_every_method_of_an_address(tmp_path: Path, postgres_url: str) -> None:
    """B10, B16: OPTIONS named one route's methods only, head office's 405 none."""
    async with open_store(tmp_path / "S01") as till:
        for path, wanted in (
            ("/customers", {"GET", "POST", "OPTIONS"}),
            ("/sales", {"GET", "POST", "OPTIONS"}),
            ("/health", {"GET", "OPTIONS"}),
        ):
            for method in ("OPTIONS", "DELETE"):
                answer = await till.call(method, path)
                assert set(answer.headers["allow"].split(", ")) == wanted, (method, path)
    async with serving(postgres_url) as served:
        answer = await served.client.request("PUT", "/session")
        assert problem(answer) == (405, "method-not-allowed")
        assert set(answer.headers["allow"].split(", ")) == {"GET", "POST", "DELETE", "OPTIONS"}
        answer = await served.client.options("/session")
        assert set(answer.headers["allow"].split(", ")) == {"GET", "POST", "DELETE", "OPTIONS"}


def test_a_pattern_for_clients_means_the_same() -> None:
    for python, client in ((r"\A[a-z]+\Z", "^[a-z]+$"), ("^a", "^a"), (r"a\Z", "a$")):
        assert pattern_for_clients(python) == client
