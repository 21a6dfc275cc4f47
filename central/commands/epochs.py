"""Commands about the epochs of a store, and about alarms."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    looking,
    next_command,
    now_ms,
    on_database,
    once,
)
from central.commands.options import As
from sync.program.frame import NEEDS_A_PERSON, instant, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.alarms import OneAlarm
    from central.reports.epochs import StoreEpoch
    from central.reports.in_use import InUse
    from central.reports.incarnation import Uncounted
    from central.usecases.box.seal_epoch import Sealed
    from central.usecases.journal.close_tail import Closing, Cost
    from sync.protocol.identity import CompanyId

alarm_app = new_group("What head office and stores raised for people.")

StoreCode = Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")]
Reason = Annotated[str, typer.Option(help="As it is written down.")]
EpochName = Annotated[str, typer.Argument(metavar="EPOCH", help="Its name, as 1-aabbccdd.")]


def epochs(
    store: StoreCode, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Every epoch of a store: its state, where it goes on from, what is here and what is not."""
    from central.pages.words.boxes import beside, by_name_alone
    from central.reports.epochs import store_epochs
    from central.reports.in_use import epoch_in_use
    from central.reports.incarnation import forgotten_epochs
    from central.usecases.store.add import find_store

    async def read(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[tuple[StoreEpoch, ...], tuple[Uncounted, ...], InUse | None]":
        store_id = await find_store(db, company_id, store)
        forgotten = await forgotten_epochs(db, store_id)
        return await store_epochs(db, store_id), forgotten, await epoch_in_use(db, store_id)

    found, forgotten, used = on_database(database_url, data, looking(company, read))
    for one in found:
        for line in _lines(one):
            print(line)
    for each in forgotten:
        print(f"{each.epoch}  {by_name_alone(each)}")
    following = partial(next_command, database_url, data, company=company)
    if used is not None and used.beside:
        print(f"{used.epoch}  {beside}")
    print(_last(store, found, [each for each in forgotten if each.waits], following))


def _last(
    store: str,
    found: "Sequence[StoreEpoch]",
    waiting: "Sequence[Uncounted]",
    following: "Callable[..., str]",
) -> str:
    """What is true of all of them, and what comes next."""
    from central.domain.epoch import EpochState

    if waiting:
        name = str(waiting[0].epoch)
        ending = following("write-off", store, name, "--reason", "WHY")
        return (
            f"No store is given anything before {name} of {store} was heard. Next: switch its"
            f" box on; where there is none: `{ending}`."
        )
    if not found:
        return f"No box was ever enrolled for {store}. Next: `{following('enrol-code', store)}`."
    missing = [one for one in found if one.claims]
    if missing:
        said = (
            f"{store} has {_counted(len(found), 'epoch')}; of {len(missing)} something is missing"
        )
        ended = [one for one in missing if one.state is not EpochState.CURRENT]
        if not ended:
            return f"{said}. Next: switch its box and tills on; `{following('alarm', 'list')}`."
        giving_up = following("write-off", store, str(ended[0].epoch), "--reason", "WHY")
        return (
            f"{said}. Next: switch on whatever box or till may have it; where nobody has it,"
            f" `{giving_up}`."
        )
    every = f"{store} has {_counted(len(found), 'epoch')}, and nobody knows of more than is here"
    if not any(one.state is EpochState.CURRENT for one in found):
        return f"{every}; none speaks for it. Next: `{following('enrol-code', store)}`."
    return f"{every}. Next: `central box list`."


def _lines(one: "StoreEpoch") -> list[str]:
    """An epoch in words."""
    from central.domain.epoch import EpochState
    from central.pages.words.boxes import epoch_state

    at = {
        EpochState.SEALED: f"sealed at event {one.sealed_through}; ",
        EpochState.CLOSED: f"ended with event {one.ended_seq}; ",
    }.get(one.state, "")
    heard = "never" if one.last_contact_ms is None else instant(one.last_contact_ms)
    begins = "the first" if one.parent is None else f"after event {one.parent_seq} of {one.parent}"
    lines = [
        f"{one.epoch}  {epoch_state(one)}",
        f"  {begins}; {at}{_counted(one.watermark, 'event')} here, heard last {heard}",
    ]
    if one.alarm is not None:
        lines.append(f"  stands under an alarm: {one.alarm}")
    if one.given_up is not None:
        unheard = one.given_up.unheard.replace(" ", ", ") or "none"
        lines.append(
            f"  {one.given_up.decided_by} gave it up: {one.given_up.reason}."
            f" Workstations not heard: {unheard}"
        )
    return [*lines, *(f"  {claim}" for claim in one.claims)]


def _counted(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count:,} {word}s"


def seal(
    store: StoreCode,
    reason: Reason,
    epoch: Annotated[
        str | None, typer.Option(help="Its name; left out: the one that speaks for the store.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """End that a box speaks for its store; what it still has comes as a late tail."""
    from central.usecases.box.seal_epoch import seal_epoch
    from central.usecases.store.add import find_store

    async def sealing(db: "AsyncConnection", company_id: "CompanyId") -> "Sealed":
        store_id = await find_store(db, company_id, store)
        return await seal_epoch(db, store_id, epoch, reason, acting_user(), now_ms())

    done = once(database_url, data, changing(company, sealing, "epoch_sealed", store, reason))
    if done is None:
        print(f"The epoch of {store} was sealed already.")
        return
    enrolling = next_command(database_url, data, "enrol-code", store, company=company)
    print(
        f"Epoch {done.epoch} of {store} is sealed at event {done.watermark}: its box is fenced, and"
        f" what it still has comes as a late tail. Next: `{enrolling}` for the box that takes its"
        " place."
    )


def write_off(
    store: StoreCode,
    epoch: EpochName,
    reason: Reason,
    through: Annotated[
        int | None, typer.Option(min=0, help="Up to this event; left out: all that is claimed.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    person: As = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Close an epoch whose box will never end it, and give up what is missing of it."""
    from central.usecases.journal.close_tail import close_tail, weigh_closing
    from central.usecases.store.add import find_store

    async def weighing(db: "AsyncConnection", company_id: "CompanyId") -> "Closing":
        store_id = await find_store(db, company_id, store)
        return await weigh_closing(db, store_id, epoch, through)

    async def closing(db: "AsyncConnection", company_id: "CompanyId") -> "Closing":
        store_id = await find_store(db, company_id, store)
        return await close_tail(db, store_id, epoch, through, reason, acting_user(person), now_ms())

    nothing = changing(company, weighing, "", store, changed=lambda _done: False)
    asked = on_database(database_url, data, nothing)
    print(_what_is_given_up(store, asked))
    if not yes and not (sys.stdin.isatty() and typer.confirm("Give it up?")):
        print("Nothing was given up. Next: the same again with --yes, once nobody has more of it.")
        raise typer.Exit(NEEDS_A_PERSON)
    subject = f"{store} {epoch}"
    done = changing(company, closing, "tail_closed", subject, reason, person=person)
    on_database(database_url, data, done)
    showing = next_command(database_url, data, "epochs", store, company=company)
    print(
        f"Epoch {asked.epoch} of {store} is written off: its days are proven by what is here, and"
        f" what comes after all is kept, counted and flagged. Next: `{showing}`."
    )


def _what_is_given_up(store: str, asked: "Closing") -> str:
    missing = asked.through - asked.held
    unheard = ", ".join(asked.unheard)
    return (
        f"Of epoch {asked.epoch} of {store} {_counted(asked.held, 'event')} are here, and"
        f" {_counted(missing, 'event')} that somebody knows of are not."
        + (
            f" Not heard since, and may have kept some: workstation {unheard}."
            if unheard
            else " Every workstation that worked in it was heard since."
        )
        + "".join(f" {_cost_in_words(one)}" for one in asked.costs)
        + (
            f" {_counted(asked.others, 'other epoch')} are still to be heard: what they bring may"
            " add to that."
            if asked.others and asked.unknown
            else ""
        )
    )


def _cost_in_words(cost: "Cost") -> str:
    """What others are given from then on, while its box may be spending it."""
    known = f"{cost.held:,} that it may still spend" if cost.held else ""
    unknown = (
        f"at most {cost.unknown:,} that it was given and that are forgotten here"
        if cost.unknown
        else ""
    )
    what = " and ".join(part for part in (known, unknown) if part)
    return f"Of {cost.kind}, {what} may be spent twice: others are given the same from then on."


@alarm_app.command("list")
def alarm_list(
    store: Annotated[str | None, typer.Option(help="Of one store alone.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that were cleared.")] = False,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Alarms that nobody cleared yet, the newest first."""
    from central.reports.alarms import list_alarms
    from central.usecases.store.add import find_store

    async def read(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[OneAlarm, ...]":
        store_id = None if store is None else await find_store(db, company_id, store)
        return await list_alarms(db, company_id, store_id, cleared=every)

    found = on_database(database_url, data, looking(company, read))
    for one in found:
        by = "its box" if one.by_store else "head office"
        print(f"{one.store_code}  {one.short}  {one.kind}, {by}, {instant(one.at_ms)}")
        print(f"  {one.detail}")
        if one.cleared_by is not None:
            print(f"  cleared by {one.cleared_by}: {one.reason}")
    standing = [one for one in found if one.cleared_by is None]
    if not standing:
        print("No alarm stands. Next: `central doctor`.")
        return
    first = standing[0]
    clearing = next_command(
        *(database_url, data, "alarm", "clear", first.store_code, first.short, "--reason", "WHY"),
        company=company,
    )
    stand = "stands" if len(standing) == 1 else "stand"
    print(f"{_counted(len(standing), 'alarm')} {stand}. Next: look into it, then `{clearing}`.")


@alarm_app.command("clear")
def alarm_clear(
    store: StoreCode,
    alarm: Annotated[str, typer.Argument(help="Its id, or the end of it as the list shows it.")],
    reason: Reason,
    person: As = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what an alarm was, once somebody looked into it."""
    from central.usecases.box.clear_alarm import clear_alarm
    from central.usecases.store.add import find_store

    async def clearing(db: "AsyncConnection", company_id: "CompanyId") -> "OneAlarm":
        store_id = await find_store(db, company_id, store)
        who = (alarm, reason, acting_user(person), now_ms())
        return await clear_alarm(db, company_id, store_id, *who)

    work = changing(company, clearing, "alarm_cleared", store, reason, person=person)
    done = once(database_url, data, work)
    listing = next_command(database_url, data, "alarm", "list", company=company)
    if done is None:
        print(f"The alarm {alarm} of {store} was cleared already. Next: `{listing}`.")
        return
    print(f"The alarm {done.kind} of {store} is cleared: {reason}. Next: `{listing}`.")
