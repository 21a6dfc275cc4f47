"""The command that measures a large switch says each wait beside the same alone, in one run."""

from pathlib import Path

from tests.benchmarks.large_switch import measure, reported


async def test_waits_during_a_switch_are_told_relative_to_those_of_the_same_run(
    tmp_path: Path,
) -> None:
    alone, during = await measure(tmp_path, 2_000, alone_s=1)
    assert alone.ms
    assert during.ms
    lines = reported(2_000, alone, during)
    assert len(lines) == 6
    assert all("× the same alone" in line for line in lines[1:5])
