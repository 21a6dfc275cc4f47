"""Figures for Prometheus: what is counted, and who gets them."""

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from central.db.engine import driver_of, unit_of_work
from central.domain.access import UserRole
from central.usecases.company.add import add_company
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.sign_in import add_token
from edge.box.metrics_token import TOKEN_FILE, make_metrics_token
from sync.protocol.reference import DataSet
from tests.central_fixtures import postgres_template, serving
from tests.edge_store import open_store, sale
from tests.integration.board_fixtures import acme
from tests.integration.command_fixtures import refusal, run
from tests.integration.test_central_quarantine import poisoned
from tests.integration.test_put_back import VOUCHER
from tests.shop_journal import COMPANY

__all__ = ["postgres_template"]


def figures(answer: httpx.Response) -> dict[str, float]:
    """By name, with the label's value where there is one."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_a_box_tells_its_figures_to_its_token_alone(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        assert (await till.call("GET", "/metrics")).status_code == 401
        token = make_metrics_token(tmp_path / "S01")
        assert (await till.call("GET", "/metrics")).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        before = figures(await till.client.get("/metrics", headers=headers))
        assert (await till.call("POST", "/sales", sale())).status_code == 201
        refused = await till.call("POST", "/sales", sale(total_minor=1))
        slug = refused.json()["type"].rpartition(":")[2]
        told = figures(await till.client.get("/metrics", headers=headers))
    rose = {name: told[name] - before.get(name, 0) for name in told}
    assert rose["holdfast_edge_receipts_total"] == 1
    assert rose[f"holdfast_edge_refusals_total {slug}"] == 1
    assert rose["holdfast_edge_waiting_records"] == 1
    assert rose["holdfast_edge_commits_total"] >= 1
    assert told["holdfast_edge_commit_seconds_count"] == told["holdfast_edge_commits_total"]
    assert told["holdfast_edge_disk_free_bytes"] > 0
    stored = (tmp_path / "S01" / TOKEN_FILE).read_bytes()
    assert token.encode() not in stored
    assert (tmp_path / "S01" / TOKEN_FILE).stat().st_mode & 0o777 == 0o600


def test_the_token_is_made_by_a_command_for_a_store_that_is_there(tmp_path: Path) -> None:
    assert "holds no store yet" in refusal(run("metrics-token", "--data", tmp_path / "none"))


async def test_head_office_tells_its_figures_to_whoever_may_look(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        assert (await served.client.get("/metrics")).status_code == 401
        async with unit_of_work(served.engine) as db:
            token = await add_token(
                db, company_id, "prometheus", served.clock.now_ms, 1, UserRole.LOOK, ""
            )
        headers = {"Authorization": f"Bearer {token}"}
        told = figures(await served.client.get("/metrics", headers=headers))
    assert told["holdfast_central_unapplied_events"] == 0
    assert told["holdfast_central_served_total people"] >= 0
    assert told["holdfast_central_pool_in_use"] >= 1
    assert told["holdfast_central_set_aside_events parked"] == 0


async def test_of_what_belongs_to_a_company_head_office_tells_whose_token_it_is(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        await poisoned(served)
        async with unit_of_work(served.engine) as db:
            await (await driver_of(db)).execute("UPDATE stream SET sender_seq = watermark + 2")
        told = []
        async with unit_of_work(served.engine) as db:
            other = await add_company(db, "Other", "SGD")
            await publish_rows(db, COMPANY, DataSet.TENDERS, [VOUCHER])
        await drain_publications(served.engine)
        for company_id in (COMPANY, other):
            async with unit_of_work(served.engine) as db:
                token = await add_token(
                    db, company_id, "prometheus", served.clock.now_ms, 1, UserRole.LOOK, ""
                )
            headers = {"Authorization": f"Bearer {token}"}
            told.append(figures(await served.client.get("/metrics", headers=headers)))
    ours, others = told
    assert ours["holdfast_central_set_aside_events error"] == 1
    assert others["holdfast_central_set_aside_events error"] == 0
    for name in ("missing_events", "published_total"):
        assert ours[f"holdfast_central_{name}"] > 0, name
        assert others[f"holdfast_central_{name}"] == 0, name
    assert ours["holdfast_central_database_bytes"] == others["holdfast_central_database_bytes"]
