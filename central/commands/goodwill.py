"""Commands about what stores may let customers spend beyond their rights, and about the shares in
which rights go ahead to stores."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    SAME,
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    in_words,
    looking,
    next_command,
    now_ms,
    on_database,
    putting,
)
from central.commands.options import FirstDate, OneStore
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.goodwill import GoodwillSaid
    from central.usecases.feed.put_row import Put
    from sync.protocol.escrow import ShareRule
    from sync.protocol.identity import CompanyId

goodwill_app = new_group("What stores may let customers spend beyond what they have there.")
share_app = new_group("How points go ahead to the stores where their owners shop.")

StoreCode = Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")]
Reason = Annotated[str, typer.Option(help="As it is written down.")]
KindWord = Annotated[str, typer.Option(help="points, gift_value, store_credit, coupon or refund.")]


@goodwill_app.command("list")
def goodwill_list(
    store: OneStore = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Each store's budget, what was lent of it in the period that runs, and which epoch has it."""
    from central.reports.goodwill import goodwill_said
    from central.usecases.store.add import find_store

    async def read(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[GoodwillSaid, ...]":
        store_id = None if store is None else await find_store(db, company_id, store)
        return await goodwill_said(db, company_id, store_id, now_ms())

    found = on_database(database_url, data, looking(company, read))
    for one in found:
        print(f"{one.store_code}  {one.kind}: {one.lent:,} lent, {one.left:,} may be lent yet")
        for budget in one.budgets:
            print(
                f"  from {budget.from_date} {budget.amount:,} a {budget.period}:"
                f" {budget.reason} ({budget.decided_by})"
            )
        for held in one.elsewhere:
            both = "as well" if held.written_off else "once it is closed"
            print(
                f"  epoch {held.epoch} may lend {held.most:,} of it still, once: the store's"
                f" present box has that {both}"
            )
    code = store or (found[0].store_code if found else "S01")
    if not found:
        example = (code, "500", "--period", "month", "--reason", "regulars")
        setting = next_command(database_url, data, "goodwill", "set", *example, company=company)
        print(f"No store lends anything: goodwill is 0. Next, if one shall: `{setting}`.")
        return
    following = next_command(database_url, data, "grants", code, company=company)
    print(f"{len(found)} budgets. Next, the worst that can come of it: `{following}`.")


@goodwill_app.command("set")
def goodwill_set(
    store: StoreCode,
    amount: Annotated[
        int,
        typer.Argument(metavar="AMOUNT", min=1, help="Points, minor units, or pieces of the kind."),
    ],
    reason: Reason,
    period: Annotated[str, typer.Option(help="day, week or month.")] = "month",
    kind: KindWord = "points",
    begin: FirstDate = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say how much a store may lend in each period, to all customers together."""
    since, put = _say(
        (store, kind, amount, period, begin, reason), company, database_url, data, "goodwill_set"
    )
    following = next_command(database_url, data, "goodwill", "list", store, company=company)
    print(
        f"{store} lends up to {amount:,} of {kind} a {period} from {since}: {in_words(put)}."
        f" Next: `{following}`."
    )


@goodwill_app.command("retire")
def goodwill_retire(
    store: StoreCode,
    reason: Reason,
    kind: KindWord = "points",
    begin: FirstDate = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say that a store lends nothing any more."""
    since, put = _say(
        (store, kind, 0, "day", begin, reason), company, database_url, data, "goodwill_retired"
    )
    following = next_command(database_url, data, "goodwill", "list", store, company=company)
    print(f"{store} lends no {kind} from {since}: {in_words(put)}. Next: `{following}`.")


def _say(
    said: tuple[str, str, int, str, str | None, str],
    company: str | None,
    url: str | None,
    data: Folder,
    act: str,
) -> "tuple[str, Put]":
    """From which date, and what became of it."""
    from central.domain.fields import plain_text
    from central.domain.typed import date_of, one_of
    from central.usecases.grant.goodwill import Wanted, set_goodwill, today_at
    from central.usecases.store.add import find_store
    from sync.protocol.escrow import RightKind
    from sync.protocol.periods import Period

    store, kind, amount, period, begin, reason = said

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[str, Put]":
        store_id = await find_store(db, company_id, store)
        since = date_of(begin, "from") if begin else await today_at(db, store_id, now_ms())
        kinds, periods = one_of(RightKind, kind, "kind"), one_of(Period, period, "period")
        wanted = Wanted(kinds, amount, periods, since)
        why = (plain_text(reason, "reason"), acting_user())
        return str(since), await set_goodwill(db, company_id, store_id, wanted, why, now_ms())

    detail = f"{amount} of {kind} a {period}: {reason}" if amount else f"{kind}: {reason}"
    putting_it = putting(company, work, act, store, detail, put_of=lambda done: done[1])
    return on_database(url, data, putting_it)


@share_app.command("show")
def share_show(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """How what may be given of an account is cut between stores."""
    from central.reports.share_rule import share_rule

    print(f"{_shares(on_database(database_url, data, looking(company, share_rule)))}.")
    example = ("60", "25", "15", "--cap", "10000", "--reason", "as ever")
    setting = next_command(database_url, data, "share", "set", *example, company=company)
    print(f"Next, to say otherwise: `{setting}`.")


@share_app.command("set")
def share_set(
    percents: Annotated[
        list[int],
        typer.Argument(metavar="PERCENT...", help="For the store where most was earned, and next."),
    ],
    reason: Reason,
    cap: Annotated[
        int, typer.Option(help="No store is given more of an account at once.")
    ] = 10_000,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Cut what may be given of an account otherwise, from the next time on."""
    from central.usecases.grant.set_share_rule import set_share_rule

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[ShareRule, bool]":
        return await set_share_rule(
            db, company_id, tuple(percents), cap, (reason, acting_user()), now_ms()
        )

    detail = f"{' '.join(map(str, percents))}, at most {cap}: {reason}"
    setting = changing(
        company, work, "share_rule_set", "points", detail, changed=lambda done: done[1]
    )
    rule, changed = on_database(database_url, data, setting)
    following = next_command(database_url, data, "grants", company=company)
    told = "what comes free is given so from now on" if changed else SAME
    print(f"{_shares(rule)}: {told}. Next: `{following}`.")


def _shares(rule: "ShareRule") -> str:
    parts = ", ".join(f"{part} %" for part in rule.percents)
    return f"Stores where the owner earned most are filled up to {parts}, {rule.cap:,} at most each"
