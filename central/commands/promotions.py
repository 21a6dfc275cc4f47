"""Commands about promotions, and about the groups of customers that they may be for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    TAKEN,
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
from central.commands.customers import customers_app
from central.commands.options import As
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.usecases.feed.put_row import Put
    from central.usecases.promotion.set import PromotionChanges
    from sync.protocol.identity import CompanyId, CustomerId
    from sync.protocol.reference import CustomerGroup, PublishedPromotion

    Shown = tuple[PublishedPromotion, int, str | None]

BOTH = 2
promotion_app = new_group(
    "What lowers prices: published here, in force at every shop by its dates."
)
group_app = new_group("Groups of customers, for whom promotions may be in force.")
customers_app.add_typer(group_app, name="group")

Promotion = Annotated[str, typer.Argument(metavar="PROMOTION", help="Its id: short and lasting.")]
Pairs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY=VALUE]",
        help="What its kind takes, such as of=BUN,dept:Bread pieces=3 price=10.00.",
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(help="Such as several_for or percent_off; a new one needs one, ? names them all."),
]
Name = Annotated[str | None, typer.Option(help="On receipts; a new one needs one.")]
Begin = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Such as 2026-12-01T06:00; a new one: now."),
]
End = Annotated[str | None, typer.Option(metavar="TIME", help="When it is over, or never.")]
Hours = Annotated[str | None, typer.Option(help="Such as 'mon-fri 17:00-19:00; sat 9:00-12:00'.")]
Groups = Annotated[str | None, typer.Option(help="Of customers, commas between.")]
Coupons = Annotated[str | None, typer.Option(help="Codes, commas between.")]
Zones = Annotated[str | None, typer.Option(help="Of prices, commas between.")]
Priority = Annotated[str | None, typer.Option(help="A higher one has the goods first; 0 is usual.")]
Alone = Annotated[
    bool | None, typer.Option("--alone/--with-others", help="Whether it stands with others.")
]
Times = Annotated[str | None, typer.Option(help="How often a receipt gets it; '': as it can.")]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer's id.")]


@promotion_app.command("set")
def promotion_set(
    promotion_id: Promotion,
    pairs: Pairs = None,
    kind: Kind = None,
    name: Name = None,
    since: Begin = None,
    until: End = None,
    hours: Hours = None,
    groups: Groups = None,
    coupons: Coupons = None,
    zones: Zones = None,
    priority: Priority = None,
    alone: Alone = None,
    times: Times = None,
    person: As = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a promotion, or change it: what is left out stays as it is."""
    from central.usecases.promotion.set import PromotionChanges

    more = (since, until, hours, groups, coupons, zones, priority, alone, times)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Shown, Put | None]":
        changes = PromotionChanges(name, kind, _pairs(pairs or []), *more)
        return await _set(db, company_id, promotion_id, changes, acting_user(person))

    said = (company, work, "promotion_set", promotion_id, " ".join(pairs or []))
    setting = putting(*said, put_of=_put_or_draft, person=person, administering=True)
    shown, put = on_database(database_url, data, setting)
    if put is None:
        approving = _approving(promotion_id, company, database_url, data)
        print(
            f"{promotion_id} is kept as a draft; somebody else approves it, on the page Promotions"
            f" or on an account of their own. Next: `{approving}`."
        )
        return
    listing = next_command(database_url, data, "promotion", "list", company=company)
    print(f"{_said(*shown)}: {in_words(put)}. Next: `{listing}`.")


def _approving(
    promotion_id: str, company: str | None, database_url: str | None, data: Path | None
) -> str:
    words = ("promotion", "approve", promotion_id, "--as", "ADDRESS")
    return next_command(database_url, data, *words, company=company)


def _put_or_draft(done: "tuple[Shown, Put | None]") -> "Put":
    from central.usecases.feed.put_row import Put

    return done[1] or Put.NEW


async def _set(
    db: "AsyncConnection",
    company_id: "CompanyId",
    promotion_id: str,
    changes: "PromotionChanges",
    who: str,
) -> "tuple[Shown, Put | None]":
    """None: it is a draft, since the company wants somebody else to approve it."""
    from central.usecases.promotion.draft import draft_promotion, is_by_two
    from central.usecases.promotion.set import set_promotion

    if await is_by_two(db, company_id):
        made = await draft_promotion(db, company_id, promotion_id, changes, who, now_ms())
        return await _shown(db, company_id, made), None
    made, put = await set_promotion(db, company_id, promotion_id, changes, now_ms())
    return await _shown(db, company_id, made), put


@promotion_app.command("approve")
def promotion_approve(
    promotion_id: Promotion,
    person: As,
    over: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION", help="Of what was published since it was drafted, as a refusal says."
        ),
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Approve the draft of a promotion: it is published with it, in the place of what was published
    since it was drafted only with --over."""
    from central.domain.promotion_versions import Seen
    from central.usecases.promotion.draft import approve_promotion

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Shown, Put]":
        asked = (promotion_id, acting_user(person), now_ms(), Seen(published=over))
        made, put = await approve_promotion(db, company_id, *asked)
        return await _shown(db, company_id, made), put

    approving = putting(
        *(company, work, "promotion_approved", promotion_id),
        put_of=lambda done: done[1],
        person=person,
        administering=True,
    )
    shown, put = on_database(database_url, data, approving)
    listing = next_command(database_url, data, "promotion", "list", company=company)
    print(f"{_said(*shown)}: {in_words(put)}. Next: `{listing}`.")


@promotion_app.command("renew")
def promotion_renew(
    promotion_id: Promotion,
    person: As = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Take what was published since a promotion was drafted into its draft, wherever that changed
    nothing itself."""
    from central.usecases.promotion.draft import renew_draft

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Shown":
        made = await renew_draft(db, company_id, promotion_id, acting_user(person), now_ms())
        return await _shown(db, company_id, made)

    renewing = changing(
        *(company, work, "promotion_renewed", promotion_id),
        person=person,
        administering=True,
    )
    shown = on_database(database_url, data, renewing)
    approving = _approving(promotion_id, company, database_url, data)
    print(f"{_said(*shown)}: so is the draft, made upon what is published. Next: `{approving}`.")


@promotion_app.command("approvers")
def promotion_approvers(
    people: Annotated[int, typer.Argument(metavar="PEOPLE", min=1, max=2, help="1 or 2.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say whether whoever approves a promotion must be another than who drafted it."""
    from central.usecases.promotion.draft import say_by_two

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        return await say_by_two(db, company_id, two=people == BOTH)

    saying = changing(
        company, work, "promotion_approvers_set", str(people), changed=lambda done: done
    )
    on_database(database_url, data, saying)
    needed = "two people, one who drafts and one who approves" if people == BOTH else "one person"
    listing = next_command(database_url, data, "promotion", "list", company=company)
    print(f"A promotion needs {needed}. Next: `{listing}`.")


@promotion_app.command("list")
def promotion_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Every promotion, what its dates say of it and how it is typed, also those that ended."""
    from central.usecases.promotion.set import list_promotions

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "list[Shown]":
        found = await list_promotions(db, company_id)
        return [await _shown(db, company_id, one) for one in found]

    found = on_database(database_url, data, looking(company, work))
    for one in found:
        print(_said(*one))
    example = ("WELCOME", "of=all", "rate=5%", "--kind", "percent_off")
    making = ("promotion", "set", *example, "--name", "5 % off")
    following = next_command(database_url, data, *making, company=company)
    if found:
        following = next_command(database_url, data, "item", "list", company=company)
    print(f"There are {len(found)} promotions. Next: `{following}`.")


@promotion_app.command("retire")
def promotion_retire(
    promotion_id: Promotion,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """End a promotion now; `promotion set PROMOTION --until never` brings it back."""
    from central.usecases.promotion.set import retire_promotion

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Shown, Put]":
        made, put = await retire_promotion(db, company_id, promotion_id, now_ms())
        return await _shown(db, company_id, made), put

    retiring = putting(
        company, work, "promotion_retired", promotion_id, put_of=lambda done: done[1]
    )
    shown, put = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "promotion", "list", company=company)
    print(f"{_said(*shown)}: {in_words(put)}. Next: `{listing}`.")


def _pairs(pairs: list[str]) -> dict[str, str]:
    """Raises InvalidField for what is no pair."""
    from sync.protocol.errors import InvalidField

    typed = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InvalidField(
                f"{pair}: it must be a key and its value, such as pieces=3.",
                field=pair,
                remedy="See how others are typed with `central promotion list`.",
            )
        typed[key.strip()] = value
    return typed


async def _shown(
    db: "AsyncConnection", company_id: "CompanyId", promotion: "PublishedPromotion"
) -> "Shown":
    from central.reports.company import company_money
    from central.usecases.price.look_up import clock_of_stores

    decimals = (await company_money(db, company_id)).decimals
    return promotion, decimals, await clock_of_stores(db, company_id)


def _said(promotion: "PublishedPromotion", decimals: int, clock: str | None) -> str:
    """In a line, what it takes as it is typed."""
    import shlex

    from central.domain.promotion_state import state_at
    from central.domain.promotion_text import condition_words, kind_named, write_arguments
    from sync.protocol.codec import decode

    arguments = decode(kind_named(promotion.kind).arguments, promotion.arguments)
    typed = write_arguments(arguments, decimals).items()
    pairs = " ".join(shlex.quote(f"{key}={value}") for key, value in typed)
    when = ", ".join(condition_words(promotion.condition, promotion.terms, clock))
    state = state_at(promotion, now_ms()).value
    return f"{promotion.promotion_id}  {promotion.name}  {promotion.kind} {pairs}  {state}, {when}"


@group_app.command("set")
def group_set(
    customer: Customer,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="Its word, such as gold.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Put a customer in a group; they leave the one that they were in."""
    from central.usecases.customer.group import set_group

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Put":
        return await set_group(db, company_id, _customer(customer), group)

    setting = putting(company, work, "group_set", customer, group, put_of=lambda put: put)
    put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "customers", "group", "list", company=company)
    print(f"{customer} is in the group {group}: {in_words(put)}. Next: `{listing}`.")


@group_app.command("retire")
def group_retire(
    customer: Customer,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Put a customer in no group."""
    from central.commands.command import SAME
    from central.usecases.customer.group import leave_groups

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[CustomerId, ...]":
        return await leave_groups(db, company_id, (_customer(customer),))

    leaving = changing(company, work, "group_retired", customer, publishing=True, changed=bool)
    left = on_database(database_url, data, leaving)
    listing = next_command(database_url, data, "customers", "group", "list", company=company)
    print(f"{customer} is in no group: {TAKEN if left else SAME}. Next: `{listing}`.")


@group_app.command("list")
def group_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Who is in which group."""
    from central.usecases.customer.group import list_groups

    found: tuple[CustomerGroup, ...] = on_database(
        database_url, data, looking(company, list_groups)
    )
    for one in found:
        print(f"{one.group}  {one.customer_id}")
    listing = next_command(database_url, data, "promotion", "list", company=company)
    print(f"{len(found)} customers are in a group. Next: `{listing}`.")


def _customer(typed: str) -> "CustomerId":
    from central.domain.customer import customer_id_of

    return customer_id_of(typed, "customer")
