"""Makes a rule that multiplies points, or changes it: what is left out stays as it was."""

from typing import Any, NamedTuple

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import plain_text, short_id
from central.domain.promotion_text import read_hours, read_pick, read_words
from central.domain.times_text import times_of
from central.domain.typed import instant_of
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.price.look_up import clock_of_stores
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.loyalty import ONCE, PointsRule
from sync.protocol.promotions.conditions import Condition
from sync.protocol.reference import DataSet

NEVER = "never"
RULES_MAX = 200
"""A till looks at all of them for each basket of a customer."""


class RuleChanges(NamedTuple):
    """What shall be, as it was typed; None: as it is. ``of``: which goods, as promotions name
    them."""

    name: str | None = None
    times: str | None = None
    of: str | None = None
    since: str | None = None
    until: str | None = None
    hours: str | None = None
    groups: str | None = None
    zones: str | None = None


async def list_rules(db: AsyncConnection, company_id: CompanyId) -> tuple[PointsRule, ...]:
    """By id."""
    return tuple((await published_rows(db, company_id, DataSet.POINTS_RULES)).values())


async def set_rule(
    db: AsyncConnection, company_id: CompanyId, rule_id: str, changes: RuleChanges
) -> tuple[PointsRule, Put]:
    """A new one needs a name and how many times. Raises InvalidField."""
    await lock_published(db, company_id)
    held = {one.rule_id: one for one in await list_rules(db, company_id)}
    if rule_id not in held and len(held) >= RULES_MAX:
        raise InvalidField(
            f"rule: a company has at most {RULES_MAX}.", field="rule", remedy="Retire one first."
        )
    wanted = held.get(rule_id) or _new(rule_id, changes)
    if changes.name is not None:
        wanted = replace(wanted, name=plain_text(changes.name, "name"))
    if changes.times is not None:
        wanted = replace(wanted, multiplier=times_of(changes.times, "times"))
    if changes.of is not None:
        wanted = replace(wanted, of=read_pick(changes.of))
    clock = await clock_of_stores(db, company_id)
    wanted = replace(wanted, condition=_condition(wanted.condition, changes, clock))
    return wanted, await put_row(db, company_id, DataSet.POINTS_RULES, wanted)


async def retire_rule(db: AsyncConnection, company_id: CompanyId, rule_id: str) -> PointsRule:
    """It multiplies nothing any more. Raises NotFound."""
    await lock_published(db, company_id)
    found = await published_rows(db, company_id, DataSet.POINTS_RULES, keys=[rule_id])
    if rule_id not in found:
        raise NotFound(
            f"There is no rule {rule_id}.",
            field="rule",
            remedy="See which there are with `central loyalty rule list`.",
        )
    gone = [PublishedRow(rule_id, None)]
    await publish(db, company_id, DataSet.POINTS_RULES, SHARED, gone)
    rule: PointsRule = found[rule_id]
    return rule


def _new(rule_id: str, changes: RuleChanges) -> PointsRule:
    for field in ("name", "times"):
        if getattr(changes, field) is None:
            raise InvalidField(
                f"{field}: a new rule needs one.", field=field, remedy="State it as well."
            )
    return PointsRule(short_id(rule_id, "rule"), rule_id, ONCE)


def _condition(base: Condition, changes: RuleChanges, clock: str | None) -> Condition:
    made: dict[str, Any] = {}
    if changes.since is not None:
        made["from_ms"] = instant_of(changes.since, clock, "from")
    if changes.until is not None:
        ends = changes.until.strip() not in (NEVER, "")
        made["until_ms"] = instant_of(changes.until, clock, "until") if ends else None
    if changes.hours is not None:
        made["hours"] = read_hours(changes.hours)
    for name in ("groups", "zones"):
        typed = getattr(changes, name)
        if typed is not None:
            made[name] = read_words(typed)
    wanted = replace(base, **made)
    if wanted.until_ms is not None and wanted.until_ms <= wanted.from_ms:
        raise InvalidField(
            "until: it would end before it begins.", field="until", remedy="Correct one of both."
        )
    return wanted
