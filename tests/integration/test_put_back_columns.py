"""A row of head office's own that was mirrored before its table gained a column comes back."""

from typing import Any

import pytest

from central.db.engine import driver_of, unit_of_work
from central.db.mirrored import OWN
from central.db.tables import metadata
from central.domain.mirror import NotMirrored
from central.usecases.people.note_act import note_act
from sync.protocol.identity import CompanyId
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.put_back import Chain, chain, known_key

__all__ = ["chain", "postgres_template"]

STORE = """
INSERT INTO store (store_id, company_id, code, name, price_zone, zone, settings, last_epoch_number)
SELECT gen_random_uuid(), company_id, 'S09', 'Ninth', price_zone, zone, settings, 0 FROM store
"""
NAMELESS = STORE.replace("name, ", "", 1).replace("'Ninth', ", "")
FIRST_SHAPE = {
    "company": {"company_id", "name", "currency", "decimals", "late_after_days"},
    "price_zone": {"company_id", "zone"},
    "store": {
        *("store_id", "company_id", "code", "name", "price_zone", "zone", "settings"),
        *("last_epoch_number", "last_epoch_fingerprint", "retired"),
    },
    "authority": {"company_id", "office_key", "certificate", "sealed_key"},
    "enrol_code": {
        *("code_hash", "store_id", "expires_at_ms", "redeemed_by", "device_id", "selector"),
        "ended_at_ms",
    },
    "promotion_draft": {
        *("company_id", "promotion_id", "body", "upon", "made_by", "made_at_ms", "approved_by"),
        "approved_at_ms",
    },
    "promotion_by_two": {"company_id", "two"},
}
"""What mirrors hold that were begun by the first version: never changed."""


async def as_before_it_had(served: Served, company: CompanyId, column: str, *did: str) -> None:
    """What an older version did, whose table had not this column yet."""
    table, name = column.split(".")
    async with unit_of_work(served.engine) as db:
        connection = await driver_of(db)
        for statement in (f"ALTER TABLE {table} DROP COLUMN {name}", *did):
            await connection.execute(statement)
        await note_act(db, company, "tests", "done", "", "", NOW_MS)


async def renamed(served: Served, company: CompanyId, name: str) -> None:
    async with unit_of_work(served.engine) as db:
        await (await driver_of(db)).execute("UPDATE company SET name = $1", name)
        await note_act(db, company, "tests", "done", "", "", NOW_MS)


async def stores(served: Served) -> list[Any]:
    return await served.rows("SELECT code, name, retired FROM store ORDER BY code")


async def test_a_row_that_was_mirrored_before_its_table_gained_a_column_has_the_columns_default(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await served.store(company, "S01")
        await known_key(served)
    copy = await chain.copy()
    async with serving(chain.url, mirror=chain.mirror) as served:
        await as_before_it_had(served, company, "store.retired", STORE)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        assert [(code, retired) for code, _, retired in await stores(served)] == [
            ("S01", False),
            ("S09", False),
        ]


async def test_of_a_row_that_is_there_what_the_mirror_does_not_say_stays(chain: Chain) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await known_key(served)
        async with unit_of_work(served.engine) as db:
            await (await driver_of(db)).execute("UPDATE company SET late_after_days = 9")
            await note_act(db, company, "tests", "done", "", "", NOW_MS)
    copy = await chain.copy()
    async with serving(chain.url, mirror=chain.mirror) as served:
        did = "UPDATE company SET name = 'Renamed'"
        await as_before_it_had(served, company, "company.late_after_days", did)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        said = await served.rows("SELECT name, late_after_days FROM company")
        assert [tuple(row) for row in said] == [("Renamed", 9)]


async def test_a_row_that_lacks_what_must_be_said_is_not_taken_and_nothing_is_decided(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await served.store(company, "S01")
        await known_key(served)
    copy = await chain.copy()
    async with serving(chain.url, mirror=chain.mirror) as served:
        await as_before_it_had(served, company, "store.name", NAMELESS)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        assert [code for code, _, _ in await stores(served)] == ["S01"]
        with pytest.raises(NotMirrored):
            await renamed(served, company, "Later")


def test_whatever_a_mirrored_table_gained_since_its_first_version_has_a_default() -> None:
    assert set(FIRST_SHAPE) == set(OWN)
    for name, first in FIRST_SHAPE.items():
        gained = [one for one in metadata.tables[name].columns if one.name not in first]
        lacking = [one.name for one in gained if not (one.nullable or one.default is not None)]
        assert lacking == [], f"{name}: older mirrors say nothing of them"
