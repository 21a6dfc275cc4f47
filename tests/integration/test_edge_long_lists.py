"""Lists that are longer than one answer have a next page."""

from pathlib import Path
from typing import Any

import pytest

from edge.db.operators import OPERATORS_LISTED_MAX
from edge.db.tenders import TENDERS_LISTED_MAX
from tests.edge_store import Till, open_store

OPERATOR = "INSERT INTO operator VALUES ('p' || ?, 'Person ' || ?, 'cashier', 1)"
TENDER = "INSERT INTO tender VALUES ('v' || ?, 'Voucher ' || ?, 'voucher', 1, 1)"


async def _all(till: Till, name: str, told: dict[str, Any]) -> list[Any]:
    found = list(told[name])
    while page := (await till.call("GET", f"/till/{name}?offset={len(found)}")).json():
        found += page
    return found


@pytest.mark.parametrize(
    ("name", "first", "statement"),
    [("operators", OPERATORS_LISTED_MAX, OPERATOR), ("tenders", TENDERS_LISTED_MAX, TENDER)],
)
async def test_what_does_not_fit_into_the_first_answer_is_counted_and_comes_by_pages(
    tmp_path: Path, name: str, first: int, statement: str
) -> None:
    """B15: the 201st operator and the 51st tender could not be chosen."""
    async with open_store(tmp_path / "S01") as till:
        numbers = [(f"{number:04d}", f"{number:04d}") for number in range(first + 30)]
        await till.box.writer.run(lambda db: db.executemany(statement, numbers) and None)
        told = (await till.call("GET", "/till")).json()
        assert len(told[name]) == first
        whole = await _all(till, name, told)
        key = f"{name[:-1]}_id"
        assert len({one[key] for one in whole}) == len(whole) == first + told[f"{name}_left"]
        assert told[f"{name}_left"] >= 30
