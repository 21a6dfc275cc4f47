"""Where somebody lands in the back office, and what stands in the bar."""

import re

from edge.pages import places
from sync.protocol.permissions import SHIPPED
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]


async def test_a_cashier_comes_in_where_they_may_and_sees_no_place_that_turns_them_away(
    browser: Browser,
) -> None:
    await browser.enter("ben")
    assert (await browser.get("/office")).headers["location"] == places.TILLS
    for address, status in ((places.TILLS, 200), (places.DAY, 403)):
        answer = await browser.get(address)
        assert answer.status_code == status
        bar = re.findall(r'<li><a href="(/office/[a-z]+)"', answer.text)
        mine = SHIPPED["cashier"].permissions
        assert bar == [place.address for place in places.PLACES if place.needs in mine]
        assert "/office/sign-out" in answer.text
    assert "ben may not see reports." in (await browser.get(places.DAY)).text
