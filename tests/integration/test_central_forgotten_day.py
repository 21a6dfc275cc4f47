"""A day that closed itself at its store: head office's page says what was not counted, claims no
cash over or short of it, and finds both sides equal."""

from msgspec.structs import replace

from sync.protocol.facts import AlarmKind, AlarmRaised, BusinessDayClosed
from sync.protocol.identity import OperatorId
from tests.board_pages import load
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive, day_path
from tests.shop_journal import DAY, NOW_MS, Shop

__all__ = ["postgres_template"]
NOBODY = OperatorId("")


def closed_itself() -> Shop:
    """After ten sales; nobody counted any drawer."""
    shop = Shop(1)
    shop.open()
    shop.trade(10)
    detail = f"Nobody closed the business day {DAY}."
    shop.append(AlarmRaised(shop.new_id(), AlarmKind.DAY_FORGOTTEN, str(DAY), detail))
    for name in shop.tills:
        counted = shop.settling(name)
        expected = counted.expected_cash_minor
        shop.append(
            replace(counted, operator_id=NOBODY, counted_cash_minor=expected, counted=False)
        )
    shop.append(BusinessDayClosed(DAY, NOBODY, shop.manifest()))
    return shop


async def test_a_till_that_nobody_counted_is_neither_over_nor_short_on_the_day_s_page(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        served.clock.now_ms = NOW_MS
        shop = closed_itself()
        await arrive(served, shop)
        page = await load(served, day_path(shop))
        tills = page.tables["tills-table"][1:]
        assert len(tills) == len(shop.tills)
        for row in tills:
            assert "not counted: the day closed itself" in row[0].text
            expected, counted, over = (cell.text for cell in row[3:6])
            assert (expected, counted, over) == ("200.00", counted, counted)
            assert "200.00" not in counted
        assert "differs" not in page.html
        noticed = await load(served, "/attention")
        assert "Nobody closed the business day" in noticed.html
