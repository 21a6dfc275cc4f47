"""The benchmark command keeps working, and its figures keep their names; speeds are not tested."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.benchmarks.figures import (
    Figure,
    JudgedBy,
    Spread,
    Target,
    Unit,
    figure,
    median_of,
    table_of,
)
from tests.benchmarks.machine import Load, moment_of
from tests.benchmarks.parts import ALL
from tests.needed import Need

ASKED = (
    *("board", "board_week", "board_of_a_date", "daily_sales", "tax", "store_days", "verdict"),
    *("day_page", "rows_page", "receipt", "day_sales", "day_tax"),
)
RUSH = "sale_p99_ms", "sale_p50_ms", "sales_per_s", "refused", "asked_per_s", "pushed", "taken"
NAMES = {
    "sale": (
        "sale_http_32_clients_per_s",
        "sale_http_1_client_p50_ms",
        "sale_http_1_client_p99_ms",
        "disk_fdatasync_p50_ms",
        "edge_cpu_32_clients_us",
        "edge_cpu_1_client_us",
        "edge_memory_idle_mib",
        "edge_memory_busy_mib",
        "edge_ready_s",
    ),
    "drain": (
        "drain_sales_per_s",
        "drain_acknowledged_per_s",
        "drain_edge_cpu_us",
        "drain_central_cpu_us",
    ),
    "ingest": ("ingest_sales_per_s", "ingest_raw_per_s", "ingest_central_cpu_us"),
    "wire": ("wire_bytes_per_sale", "wire_pack_us", "wire_unpack_us"),
    "grow": ("growth_p99_ms", "growth_p50_ms", "growth_bytes_per_sale"),
    "report": tuple(f"report_{asked}_p95_ms" for asked in ASKED),
    "goods": ("import_s", "import_again_s"),
    "catalogue": (
        *("catalogue_load_s", "catalogue_ready_s", "catalogue_taken_s"),
        *("catalogue_idle_mib", "catalogue_peak_mib"),
        *(f"catalogue_sale_{name}_ms" for name in ("p50", "p99", "longest")),
    ),
    "search": (
        "search_customer_p99_ms",
        "search_customer_list_p99_ms",
        "search_scan_p99_ms",
        "search_item_p99_ms",
        "search_item_letter_p99_ms",
        "search_item_fragments_p99_ms",
        "read_p50_us",
    ),
    "till": ("till_scan_p50_ms", "till_scan_p95_ms", "till_pay_p50_ms", "till_pay_p95_ms"),
    "promotions": (
        *("promotions_cost_ms", "promotions_quote_p95_ms"),
        *("promotions_crowded_cost_ms", "promotions_crowded_p95_ms"),
    ),
    "tls": ("tls_1_client_p50_ms", "tls_32_clients_cpu_us"),
    "rush": tuple(f"rush_{of}" for of in RUSH),
    "rush_grown": tuple(f"rush_grown_{of}" for of in RUSH),
    "chain": tuple(f"chain_{asked}_p95_ms" for asked in ASKED),
    "big": tuple(f"big_{asked}_p95_ms" for asked in ASKED),
    "herd": (
        "herd_s",
        "herd_answer_p99_s",
        "herd_answer_p50_s",
        "herd_late_p99_s",
        "herd_lost",
        "herd_early",
        "herd_busy",
    ),
    "proof": ("proof_verify_s", "proof_rebuild_s"),
    "fleet": (
        *("fleet_s", "fleet_answer_p95_s", "fleet_answer_p50_s", "fleet_peak_mib"),
        *("fleet_refused", "fleet_in_a_row", "fleet_early", "fleet_failed", "fleet_lost"),
        "fleet_late_p99_s",
    ),
}
"""Whoever compares runs reads these: a name is added, never changed."""
TIMEOUT_S = 300


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Short, for PostgreSQL's socket, and passable, for PostgreSQL does not run as root."""
    with TemporaryDirectory(prefix="hf-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


NEEDS = {"till": [pytest.mark.needs(Need.BROWSER)]}


@pytest.mark.parametrize("part", [pytest.param(each, marks=NEEDS.get(each, [])) for each in NAMES])
def test_each_part_measures_and_leaves_nothing_behind(part: str, short_folder: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--json", "--quick", "--only", part]
    ran = subprocess.run(
        [*command, "--folder", str(short_folder)],
        check=False,
        capture_output=True,
        timeout=TIMEOUT_S,
    )
    assert ran.returncode in (0, 1), ran.stderr.decode()
    told = json.loads(ran.stdout)
    assert tuple(each["name"] for each in told) == NAMES[part]
    assert all(each["measured"] > 0 for each in told if each["unit"] != Unit.TIMES)
    assert all(each["spread"]["runs"] == 1 and each["load"]["before"] >= 0 for each in told)
    assert {(each["target"] is None) == (each["reached"] is None) for each in told} == {True}
    assert list(short_folder.iterdir()) == []


def test_every_part_is_named_here() -> None:
    assert set(NAMES) == set(ALL)


@pytest.mark.parametrize(
    ("measured", "target", "reached"),
    [
        (70, Target(of_ratio=True, at_least=0.7), True),
        (69, Target(of_ratio=True, at_least=0.7), False),
        (400, Target(of_ratio=True, at_most=4), True),
        (401, Target(of_ratio=True, at_most=4), False),
        (3_000, Target(of_ratio=False, at_least=3_000), True),
        (151, Target(of_ratio=False, at_most=150), False),
    ],
)
def test_a_target_is_of_the_figure_or_of_its_ratio(
    measured: float, target: Target, reached: bool
) -> None:
    found = figure("name", "says", Unit.MS, measured, baseline=100, target=target)
    assert found.reached is reached


def test_the_table_has_a_row_for_each_figure() -> None:
    plain = Figure(name="a", says="b", unit=Unit.S, measured=1.5)
    other = figure("c", "d", Unit.MIB, 3, baseline=2, baseline_is="idle")
    table = table_of([plain, other], "2 cores")
    assert table.row_count == 2
    headings = "figure", "measured", "spread", "baseline", "ratio", "target", "reached", "load"
    assert tuple(column.header for column in table.columns) == headings


LOAD = Load(0.5, 3.25, 12.5)


def test_a_figure_is_the_median_of_its_runs_and_is_judged_by_its_median_ratio() -> None:
    target = Target(of_ratio=True, at_most=4)
    runs = [
        [figure("a", "b", Unit.MS, measured, baseline=baseline, target=target)]
        for measured, baseline in ((9, 3), (10, 1), (50, 10))
    ]
    (found,) = median_of(runs, LOAD)
    assert (found.measured, found.baseline, found.ratio) == (10, 3, 5)
    assert found.spread == Spread(3, 9, 50, 3, 10)
    assert (found.reached, found.judged_by) == (False, JudgedBy.RATIO)
    assert found.load == LOAD


def test_a_spread_and_the_load_stand_in_the_table() -> None:
    runs = [[figure("a", "b", Unit.MS, measured)] for measured in (2, 1, 4)]
    table = table_of(median_of(runs, LOAD), "2 cores")
    cells = {str(column.header): next(iter(column.cells)) for column in table.columns}
    assert (cells["measured"], cells["spread"]) == ("2.00 ms", "1.00–4.00 of 3")
    assert cells["load"] == "0.5 → 3.2, 12 % stolen"


def test_time_that_the_host_gave_to_others_is_a_share_of_this_machines_time() -> None:
    before = moment_of(0.5, "cpu  10 0 10 70 0 0 0 10 5 0\ncpu0 1\n")
    after = moment_of(1.5, "cpu  20 0 20 130 0 0 0 30 9 0\ncpu0 1\n")
    assert before.until(after) == Load(0.5, 1.5, 20.0)
    assert moment_of(0.5, "").until(moment_of(1.5, "")) == Load(0.5, 1.5, 0.0)
