"""Commands about what a store is: opened, given up, and its settings one by one."""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    changing,
    looking,
    next_command,
    on_database,
    putting,
)
from central.commands.stores import store_app
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.domain.store_settings import AllSettings
    from central.reports.epochs import OpenEpoch
    from central.usecases.feed.put_row import Put
    from central.usecases.store.look_up import KnownStore
    from central.usecases.store.set import StoreSet
    from sync.protocol.identity import CompanyId

setting_app = new_group("Stores' settings.")

StoreCode = Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")]
Pairs = Annotated[
    list[str], typer.Argument(metavar="KEY=VALUE", help="Such as zone=Asia/Kuala_Lumpur.")
]
Keys = Annotated[list[str], typer.Argument(metavar="KEY", help="As `setting list` names them.")]


@setting_app.command("set")
def setting_set(
    code: StoreCode,
    pairs: Pairs,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Change settings of a store; what is left out stays as it is."""
    from central.usecases.store.set import set_settings

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[StoreSet, bool]":
        done = await set_settings(db, company_id, code, _typed(pairs))
        return done, await _is_priced(db, company_id, done)

    _tell_set(code, work, "; ".join(pairs), company, database_url, data)


@setting_app.command("retire")
def setting_retire(
    code: StoreCode,
    keys: Keys,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Give settings of a store back what a new store has."""
    from central.usecases.store.set import reset_settings

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[StoreSet, bool]":
        done = await reset_settings(db, company_id, code, tuple(keys))
        return done, await _is_priced(db, company_id, done)

    _tell_set(code, work, f"{', '.join(keys)} as a new store's", company, database_url, data)


def _typed(pairs: list[str]) -> Mapping[str, str]:
    """Raises InvalidField for what is no pair."""
    from sync.protocol.errors import InvalidField

    typed = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InvalidField(
                f"{pair}: it must be a key and its value, such as name=Orchard.",
                field=pair,
                remedy="See the keys with `central setting list`.",
            )
        typed[key.strip()] = value
    return typed


async def _is_priced(db: "AsyncConnection", company_id: "CompanyId", done: "StoreSet") -> bool:
    from central.usecases.price.look_up import has_prices

    return await has_prices(db, company_id, done.settings.price_zone)


def _tell_set(
    code: str,
    work: "Callable[[AsyncConnection, CompanyId], Coroutine[Any, Any, tuple[StoreSet, bool]]]",
    detail: str,
    company: str | None,
    url: str | None,
    data: Folder,
) -> None:
    from central.usecases.feed.put_row import Put

    setting = putting(company, work, "settings_set", code, detail, put_of=lambda done: done[0].put)
    done, priced = on_database(url, data, setting)
    if not priced:
        print(
            f"Nothing has a price in its price zone {done.settings.price_zone} yet, and its tills"
            " sell nothing before."
        )
    showing = next_command(url, data, "setting", "show", code, company=company)
    told = {
        Put.NEW: "is open now",
        Put.CHANGED: "has these settings: its box takes them with its next pull",
        Put.SAME: "has these settings already, and nothing was changed",
    }[done.put]
    print(f"{done.settings.store_name} ({code}) {told}. Next: `{showing}`.")


@setting_app.command("show")
def setting_show(
    code: StoreCode, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """A store's settings, as they can be typed."""
    _show_store(code, company, database_url, data)


@setting_app.command("list")
def setting_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Every setting that there is, and what may be typed for it."""
    from central.domain.store_settings import SETTINGS

    for setting in SETTINGS.values():
        print(f"{setting.key:<20} {setting.allowed}")
    listing = next_command(database_url, data, "store", "list", company=company)
    print(f"A store has {len(SETTINGS)} settings. Next: `{listing}`.")


def _show_store(code: str, company: str | None, url: str | None, data: Folder) -> None:
    from central.domain.store_settings import SETTINGS
    from central.usecases.store.look_up import all_settings, known_store

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[KnownStore, AllSettings]":
        store = await known_store(db, company_id, code)
        return store, await all_settings(db, company_id, store)

    store, settings = on_database(url, data, looking(company, work))
    for setting in SETTINGS.values():
        print(f"{setting.key:<20} {setting.show(settings)}")
    listing = next_command(url, data, "setting", "list", company=company)
    state = "was given up" if store.retired else "is open"
    print(f"The store {code} {state}. Next, for what may be typed: `{listing}`.")


@store_app.command("set")
def store_set(
    code: StoreCode,
    pairs: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]", help="Its settings.")
    ] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--retired", help="Whether it is open or given up.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Open a store, or change it: what is left out stays as it is."""
    from central.usecases.feed.put_row import Put
    from central.usecases.store.set import open_store, retire_store

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[StoreSet, bool]":
        done = await open_store(db, company_id, code, _typed(pairs or []))
        if active is not None:
            _, put = await retire_store(db, company_id, code, retired=not active)
            done = done._replace(put=put if done.put is Put.SAME else done.put)
        return done, await _is_priced(db, company_id, done)

    _tell_set(code, work, "; ".join(pairs or ()), company, database_url, data)


@store_app.command("show")
def store_show(
    code: StoreCode, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """A store and its settings."""
    _show_store(code, company, database_url, data)


@store_app.command("list")
def store_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """The company's stores, also those that were given up."""
    from central.reports.epochs import open_epochs
    from central.usecases.store.look_up import list_stores

    async def read(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[tuple[KnownStore, ...], dict[str, list[OpenEpoch]]]":
        return await list_stores(db, company_id), await open_epochs(db, company_id)

    stores, of_stores = on_database(database_url, data, looking(company, read))
    for store in stores:
        one = store.settings
        state = ", given up" if store.retired else ""
        print(f"{store.code}  {one.store_name}  {one.zone}, prices of {one.price_zone}{state}")
        print(f"  {_epochs(of_stores.get(store.code, []))}")
    then = ("enrol-code", stores[0].code) if stores else ("store", "add", "S01")
    following = next_command(database_url, data, *then, company=company)
    print(f"There are {len(stores)} stores. Next: `{following}`.")


def _epochs(known: "list[OpenEpoch]") -> str:
    """Which epoch speaks for the store, and which others may bring something still."""
    from central.domain.epoch import EpochState
    from central.pages.words.boxes import state_said

    told = [f"epoch {one.epoch}: {state_said(*one[1:])}" for one in known]
    if not any(one.state is EpochState.CURRENT for one in known):
        told.insert(0, "no box speaks for the store")
    return "; ".join(told)


@store_app.command("retire")
def store_retire(
    code: StoreCode, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Give a store up: it leaves the board, and no box is enrolled as it any more."""
    from central.usecases.feed.put_row import Put
    from central.usecases.store.set import retire_store

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[KnownStore, Put]":
        return await retire_store(db, company_id, code, retired=True)

    retiring = changing(
        company, work, "store_retired", code, changed=lambda done: done[1] is not Put.SAME
    )
    _, put = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "box", "list", company=company)
    now = "already" if put is Put.SAME else "now"
    print(
        f"The store {code} is given up {now}; its days and receipts stay, and its box may send what"
        f" it still has: `central revoke {code}` ends it then. Next: `{listing}`."
    )
