"""Opens and closes a store's business day while a person may be at one of its tills: what that
person began, opened or left open is gone on with, and said."""

from datetime import date

from central.demo.workstation import SaleRefused, Workstation, new_id

OPEN_ALREADY = "business-day-open-already"
ASKED_ABOUT = ("business-day-too-early", "business-day-far")
TILLS_OPEN = "tills-open"
NO_DAY_OPEN = 404
WHY_ANOTHER_DAY = "the demo trades the days of a file"


async def open_day(station: Workstation, operator_id: str, business_date: date | None) -> date:
    """Open ``business_date`` (None: today in the store's zone); where another is open, go on with
    that one. The date that is open."""
    body = {"event_id": new_id(), "operator_id": operator_id}
    if business_date is not None:
        body["business_date"] = business_date.isoformat()
    try:
        opened = await station.call("POST", "/business-days", body)
    except SaleRefused as refusal:
        if refusal.slug in ASKED_ABOUT:
            again = {**body, "event_id": new_id(), "override_reason": WHY_ANOTHER_DAY}
            opened = await station.call("POST", "/business-days", again)
        elif refusal.slug == OPEN_ALREADY:
            opened = await station.call("GET", "/business-days/current")
        else:
            raise
    return date.fromisoformat(opened["business_date"])


async def close_day(station: Workstation, operator_id: str) -> str | None:
    """Close the open day; baskets that wait are given up with it. What is to be said of a day that
    stays open, with its tills' names; a day that a person closed meanwhile is closed."""
    try:
        day = await station.call("GET", "/business-days/current")
        path = f"/business-days/{day['business_date']}/close"
        closing = {"event_id": new_id(), "operator_id": operator_id, "cancel_suspended": True}
        await station.call("POST", path, closing)
    except SaleRefused as refusal:
        if refusal.slug == TILLS_OPEN:
            return (
                f"{station.store_code}'s day stays open, because somebody is at a till there: "
                f"{refusal.problem.get('detail', '')} Both sides are compared as they are."
            )
        if refusal.problem.get("status") != NO_DAY_OPEN:
            raise
    return None
