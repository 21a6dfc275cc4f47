"""A report that has more rows than one answer takes says so, and how to get the rest."""

import re
from typing import Any

import pytest

from central.db.engine import unit_of_work
from central.db.tables import metadata
from central.domain.day_verdict import Doubt
from central.pages.words import figures as words
from central.reports.reconciled_day import Reason, ReconciledDay
from central.usecases.people.sign_in import add_token
from sync.protocol.figures import Totals
from sync.protocol.manifest import Difference
from tests.central_fixtures import NOW_MS, postgres_template, serving
from tests.head_office import apply_all, deliver, open_stream
from tests.shop_journal import COMPANY, DAY, Shop

__all__ = ["postgres_template"]

PERIOD = "first=2026-03-01&last=2026-03-02"


@pytest.mark.parametrize(
    "path",
    [f"daily-sales?{PERIOD}", f"tax?{PERIOD}", "stock?", "stores?"],
)
async def test_a_report_names_its_next_page_until_the_last(postgres_url: str, path: str) -> None:
    """B15: reports ended silently at 100,000 rows."""
    async with serving(postgres_url) as served:
        async with unit_of_work(served.engine) as db:
            row = {"company_id": COMPANY, "name": "Acme", "currency": "SGD", "decimals": 2}
            await db.execute(metadata.tables["company"].insert(), row)
            token = await add_token(db, COMPANY, "ci", NOW_MS)
        for number in range(1, 6):
            shop = Shop(number)
            shop.open()
            shop.trade(6)
            await open_stream(served.office.archive, served.engine, shop)
            await deliver(served.office.archive, shop)
        await apply_all(served.office.archive)
        headers = {"Authorization": f"Bearer {token}"}
        whole = await served.client.get(f"/v1/reports/{path}", headers=headers)
        assert len({row["store_code"] for row in whole.json()}) == 5
        assert "link" not in whole.headers
        found: list[Any] = []
        asked: str | None = f"/v1/reports/{path}&limit=2"
        sizes = []
        while asked is not None:
            answer = await served.client.get(asked, headers=headers)
            found += answer.json()
            sizes.append(len(answer.json()))
            named = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
            asked = named.group(1) if named else None
        assert found == whole.json()
        assert set(sizes[:-1]) == {2}
        assert sizes[-1] in (1, 2)


def test_a_reason_is_known_by_its_slug_and_not_by_its_english() -> None:
    """B15: whoever worded the sentence otherwise changed what the board shows."""
    claimed = Reason(Doubt.CLAIMED, "It differs from what the store declared, somebody says.")
    differs = Reason(Doubt.DIFFERS, "Zahlen weichen ab.")
    day = ReconciledDay(
        store_id=Shop(1).store_id,
        business_date=DAY,
        reasons=(differs, claimed),
        central=Totals(),
        declared=Totals(),
        differences=(Difference("gross", 1, 2, "minor"),),
        workstations=(),
        set_aside=(),
        proven=(),
    )
    said = words.verdict_sentence(day, 2)
    assert claimed.said in said
    assert differs.said not in said
