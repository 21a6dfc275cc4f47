"""A day is signed off by a person who decided nothing in it; what was signed stands for good."""

import os
import pwd
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from central.archive.arriving import insert_alarm
from central.archive.port import Alarm
from central.db.engine import driver_of, snapshot, unit_of_work
from central.domain.access import UserRole
from central.domain.signing import (
    Correction,
    DayNotProven,
    DecidedByNobody,
    DecidedInDay,
    NothingToSign,
    SignedAlready,
    Signing,
    correction,
    is_reopened,
)
from central.reports.company import store_of_company
from central.reports.day_figures import day_figures
from central.reports.deeds import deeds_in_day, deeds_of_nobody
from central.reports.signings import day_signings
from central.reports.store_day import StoreDay
from central.usecases.box.clear_alarm import clear_alarm
from central.usecases.day.sign_off import Accepted, accepted, sign_off
from central.usecases.journal.close_tail import close_tail
from central.usecases.journal.correct_event import EventPlace, release_event
from central.usecases.people.add_user import add_user
from sync.protocol.errors import InvalidField
from sync.protocol.facts import BusinessDayClosed
from sync.protocol.figures import Totals, owed_minor
from sync.protocol.money import format_minor
from tests.board_pages import load
from tests.central_fixtures import Served, postgres_template
from tests.head_office import apply_all, deliver, open_stream
from tests.integration.board_fixtures import acme, arrive, day_path, sign_in, traded, user_of
from tests.integration.test_central_cli import central
from tests.integration.test_central_quarantine import asked, poisoned, text_of, verified
from tests.shop_journal import ANNA, COMPANY, DAY, NOW_MS, Shop

__all__ = ["postgres_template"]

ANN, BEN = "ann@example.com", "ben@example.com"


async def sign(
    served: Served, who: str = BEN, exception: Accepted | None = None, code: str = "S01"
) -> None:
    async with unit_of_work(served.engine) as db:
        store = await store_of_company(db, COMPANY, code)
        await sign_off(db, COMPANY, store, DAY, exception, who, NOW_MS)


async def signings(served: Served, shop: Shop) -> list[Signing]:
    async with snapshot(served.engine) as db:
        return list(await day_signings(db, shop.store_id, DAY))


async def counted(served: Served, shop: Shop) -> Totals:
    async with snapshot(served.engine) as db:
        day = StoreDay(shop.store_id, DAY)
        return (await day_figures(db, [day]))[day]


async def more(served: Served, shop: Shop) -> None:
    await deliver(served.office.archive, shop)
    await apply_all(served.office.archive)


async def test_a_proven_day_is_signed_with_its_figures_and_how_far_it_was_counted(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(count=20)
        await arrive(served, shop)
        await sign(served)
        (one,) = await signings(served, shop)
        assert (one.number, one.signed_by, one.exception_minor) == (1, BEN, None)
        assert one.counted == one.declared
        assert owed_minor(one.counted) == owed_minor(await counted(served, shop))
        assert [(str(each.epoch), each.seq) for each in one.through] == [
            (str(shop.epoch), len(shop.events))
        ]
        with pytest.raises(SignedAlready):
            await sign(served, ANN)
        await verified(served)


async def test_a_late_sale_stands_beside_what_was_signed_until_somebody_signs_again(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(count=20)
        await arrive(served, shop)
        await sign(served)
        late = shop.sale()
        shop.append(late)
        await more(served, shop)
        (first,) = await signings(served, shop)
        now = await counted(served, shop)
        found = correction(first.counted, now)
        assert found is not None
        assert (found.receipts, found.total_minor) == (
            1,
            owed_minor(now) - owed_minor(first.counted),
        )
        assert found.total_minor == sum(line.amount_minor for line in late.lines)
        assert is_reopened(first, now, differs=False)
        shop.append(BusinessDayClosed(DAY, ANNA, shop.manifest()))
        await more(served, shop)
        await sign(served, ANN)
        second, before = await signings(served, shop)
        assert (second.number, second.signed_by, before) == (2, ANN, first)
        assert not is_reopened(second, await counted(served, shop), differs=False)
        await verified(served)


async def test_a_day_that_is_not_proven_is_signed_with_an_exception_alone(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(count=5, close=False)
        await arrive(served, shop)
        with pytest.raises(DayNotProven) as refused:
            await sign(served)
        assert "has not closed the day" in refused.value.detail
        await sign(served, exception=Accepted(-1_200, "the box burnt, the bank counted it"))
        (one,) = await signings(served, shop)
        assert (one.exception_minor, one.exception) == (
            -1_200,
            "the box burnt, the bank counted it",
        )
        assert one.declared is None
        assert not is_reopened(one, one.counted, differs=True), "that it differs was accepted"
        assert is_reopened(one._replace(exception=""), one.counted, differs=True)
        await verified(served)


async def test_a_day_of_which_nothing_came_is_not_signed(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        await open_stream(served.office.archive, served.engine, Shop(1))
        with pytest.raises(NothingToSign):
            await sign(served, exception=Accepted(0, "nothing was sold"))


async def test_whoever_let_an_event_go_does_not_sign_the_day(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        shop, seq, _ = await poisoned(served)
        async with unit_of_work(served.engine) as db:
            place = EventPlace(shop.store_id, shop.epoch, seq)
            await release_event(db, COMPANY, place, "nobody bought it", ANN, NOW_MS)
        excepted = Accepted(0, "it was let go")
        with pytest.raises(DecidedInDay) as refused:
            await sign(served, ANN, excepted)
        assert "was let go (nobody bought it)" in refused.value.detail
        await sign(served, BEN, excepted)


async def test_whoever_gave_a_tail_up_does_not_sign_its_last_day_and_signs_others(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(count=5, close=False)
        await arrive(served, shop)
        await open_stream(served.office.archive, served.engine, Shop(1, epoch_number=2))
        async with unit_of_work(served.engine) as db:
            tail = (shop.store_id, str(shop.epoch), None, "it burnt", ANN, NOW_MS)
            await close_tail(db, *tail)
        async with snapshot(served.engine) as db:
            found = await deeds_in_day(db, shop.store_id, DAY, ANN)
            assert found == (f"gave up what is missing of epoch {shop.epoch} (it burnt).",)
            assert await deeds_in_day(db, shop.store_id, DAY, BEN) == ()
            other = DAY.replace(day=DAY.day - 1)
            assert await deeds_in_day(db, shop.store_id, other, ANN) == ()


async def test_a_person_is_the_same_by_a_command_that_names_them_and_by_the_page(
    postgres_url: str, tmp_path: Path
) -> None:
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with acme(postgres_url) as served:
        shop, seq, _ = await poisoned(served)
        letting_go = ("quarantine", "release", "S01", str(shop.epoch), str(seq), "--reason", "no")
        nobody = await typed(*letting_go, "--as", "nobody@example.com")
        assert (nobody.code, "no user nobody@example.com" in nobody.complaint) == (2, True)
        assert (await typed(*letting_go, "--as", ANN.upper())).code == 0
        (by,) = await served.rows("SELECT decided_by FROM correction")
        assert by[0].startswith(f"{ANN} by command:")
        excepted = Accepted(0, "it was let go")
        with pytest.raises(DecidedInDay):
            await sign(served, ANN, excepted)
        await sign(served, BEN, excepted)


async def test_what_a_command_decided_for_nobody_may_be_whoever_signs(
    postgres_url: str, tmp_path: Path
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(count=5)
        await arrive(served, shop)
        async with unit_of_work(served.engine) as db:
            alarm = Alarm(UUID(int=7), "fork", "two wrote as one", NOW_MS)
            await insert_alarm(await driver_of(db), shop.store_id, alarm)
        clearing = ("alarm", "clear", "S01", UUID(int=7).hex, "--reason", "a copy")
        assert (await central(*clearing, url=postgres_url, data=tmp_path)).code == 0
        with pytest.raises(DecidedByNobody) as refused:
            await sign(served, ANN)
        assert "cleared the alarm fork (a copy)" in refused.value.detail
        await sign(served, ANN, Accepted(0, "ben cleared it"))


async def test_a_command_signs_for_nobody_only_where_nobody_decided(
    postgres_url: str, tmp_path: Path
) -> None:
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with acme(postgres_url) as served:
        await user_of(served, COMPANY, BEN)
        shop = traded(count=5)
        await arrive(served, shop)
        async with unit_of_work(served.engine) as db:
            alarm = Alarm(UUID(int=7), "fork", "two wrote as one", NOW_MS)
            await insert_alarm(await driver_of(db), shop.store_id, alarm)
            await clear_alarm(db, COMPANY, shop.store_id, UUID(int=7).hex, "a copy", ANN, NOW_MS)
        refused = await typed("sign", "S01", str(DAY))
        assert (refused.code, "named nobody" in refused.complaint) == (2, True)
        assert (await typed("sign", "S01", str(DAY), "--as", BEN)).code == 0


async def test_commands_on_one_account_are_no_two_people_whoever_they_name(
    postgres_url: str, tmp_path: Path
) -> None:
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with acme(postgres_url) as served:
        await user_of(served, COMPANY, BEN)
        shop = traded(count=5)
        await arrive(served, shop)
        async with unit_of_work(served.engine) as db:
            alarm = Alarm(UUID(int=7), "fork", "two wrote as one", NOW_MS)
            await insert_alarm(await driver_of(db), shop.store_id, alarm)
        clearing = ("alarm", "clear", "S01", UUID(int=7).hex, "--reason", "a copy", "--as", ANN)
        assert (await typed(*clearing)).code == 0
        signing = ("sign", "S01", str(DAY), "--as", BEN)
        refused = await typed(*signing)
        assert (refused.code, "on the account that signs" in refused.complaint) == (2, True)
        with pytest.raises(DecidedByNobody):
            await sign(served, f"{BEN} by command:{pwd.getpwuid(os.getuid()).pw_name}")
        async with unit_of_work(served.engine) as db:
            store = await store_of_company(db, COMPANY, "S01")
            elsewhere = f"{BEN} by command:another"
            assert await deeds_of_nobody(db, store.store_id, DAY, elsewhere) == ()
        excepted = await typed(*signing, "--exception", "0.00", "--reason", "we are two")
        assert excepted.code == 0
        ((who, why),) = await served.rows("SELECT decided_by, exception FROM day_signed")
        assert who.startswith(f"{BEN} by command:")
        assert why == "we are two"


async def test_a_command_names_only_whoever_may_do_the_same_on_the_page(
    postgres_url: str, tmp_path: Path
) -> None:
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with acme(postgres_url) as served:
        shop, seq, _ = await poisoned(served)
        async with unit_of_work(served.engine) as db:
            await add_user(db, COMPANY, BEN, "Ben", "four words will do", UserRole.SIGN_OFF)
        letting_go = ("quarantine", "release", "S01", str(shop.epoch), str(seq), "--reason", "no")
        refused = await typed(*letting_go, "--as", BEN)
        assert (refused.code, "has no right to administer" in refused.complaint) == (2, True)
        assert await served.rows("SELECT decided_by FROM correction") == []
        assert (await typed(*letting_go, "--as", ANN)).code == 0


def test_an_exception_has_an_amount_and_a_reason_or_is_none() -> None:
    assert accepted(" ", "", 2) is None
    assert accepted("\N{MINUS SIGN}12", "counted twice", 2) == Accepted(-1_200, "counted twice")
    for amount, reason in (("", "counted twice"), ("12.00", " "), ("12.001", "x"), ("--1", "x")):
        with pytest.raises(InvalidField):
            accepted(amount, reason, 2)


def test_a_correction_is_now_less_signed() -> None:
    signed = Totals(transactions=2, gross_minor=900, refunds_minor=100)
    now = replace(signed, transactions=5, gross_minor=5_020)
    assert correction(signed, signed) is None
    found = correction(signed, now)
    assert found is not None
    assert found[:2] == Correction(3, 4_120, ())[:2]
    assert [(one.name, one.store, one.central) for one in found.figures] == [
        ("transactions", 2, 5),
        ("gross", 900, 5_020),
    ]


async def test_the_command_signs_and_says_what_was_signed(
    postgres_url: str, tmp_path: Path
) -> None:
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with acme(postgres_url) as served:
        shop = traded(count=5)
        await arrive(served, shop)
        refused = await typed("sign", "S01", "2026-03-03")
        assert (refused.code, "there is nothing to sign" in refused.complaint) == (2, True)
        done = await typed("sign", "S01", str(DAY))
        assert done.code == 0
        assert f"S01 on {DAY} is signed off: {(await counted(served, shop)).transactions}" in (
            done.shown
        )
        audit = await served.rows("SELECT act, subject FROM audit WHERE act = 'day_signed'")
        assert audit == [("day_signed", f"S01 {DAY}")]
        again = await typed("sign", "S01", str(DAY))
        assert (again.code, "signed S01 on" in again.complaint) == (2, True)


async def test_on_the_page_another_person_signs_and_a_late_sale_reopens_the_day(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        await user_of(served, COMPANY, BEN)
        shop, seq, meant = await poisoned(served)
        here = f"/attention/S01/{shop.epoch}/{seq}"
        fields = {"body": text_of(meant), "reason": "read from the till's paper"}
        assert (await asked(served, f"{here}/repair", **fields)).status_code == 303
        shop.facts.insert(seq - 1, meant)  # the store itself counts what it sold
        for name in shop.tills:
            shop.append(shop.settling(name, DAY))
        shop.append(BusinessDayClosed(DAY, ANNA, shop.manifest()))
        await more(served, shop)
        refused = await asked(served, f"{day_path(shop)}/sign")
        assert refused.status_code == 403
        assert "ann@example.com decided something in this day" in refused.text
        assert await served.rows("SELECT count(*) FROM day_signed") == [(0,)]
        await sign_in(served, email=BEN)
        assert (await asked(served, f"{day_path(shop)}/sign")).status_code == 303
        page = await load(served, day_path(shop))
        assert page.words["verdict"].startswith("signed")
        assert page.words["signings"].startswith(f"{BEN} signed ")
        assert (await asked(served, f"{day_path(shop)}/sign")).status_code == 409
        late = shop.sale()
        shop.append(late)
        await more(served, shop)
        page = await load(served, day_path(shop))
        assert page.words["verdict"].startswith("reopened")
        total = format_minor(sum(line.amount_minor for line in late.lines))
        assert page.words["correction"].startswith(f"Reopened: +1 receipt, +{total} since")
        assert late.receipt_number in page.words["late"]
        rows = {row[0].text: row for row in page.tables["correction-table"][1:]}
        assert rows["Receipts"][3].text == "+1"
        assert rows["Gross sales"][3].text == f"+{total}"
        await verified(served)


async def test_an_exception_is_asked_for_on_the_page_and_what_was_typed_stays(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        shop = traded(count=5, close=False)
        await arrive(served, shop)
        path = f"{day_path(shop)}/sign"
        refused = await asked(served, path)
        assert refused.status_code == 409
        assert "has not closed the day" in refused.text
        typed = await asked(served, path, reason="the bank counted it")
        assert typed.status_code == 400
        assert 'value="the bank counted it"' in typed.text
        exception = {"exception": "-12.00", "reason": "the bank counted it"}
        assert (await asked(served, path, **exception)).status_code == 303
        page = await load(served, day_path(shop))
        assert "with an exception of -12.00: the bank counted it." in page.words["signings"]
