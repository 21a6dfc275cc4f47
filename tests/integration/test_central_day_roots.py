"""The root of a day over all stores: an auditor who keeps the files finds out what was changed."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from central.db.engine import unit_of_work
from central.db.key_file import public_half
from central.domain.day_root import NothingToRoot, RootPassed
from central.domain.root_file import RootFile, faults_of, root_file
from central.reports.company import store_of_company
from central.reports.day_roots import day_roots, named_company
from central.usecases.day.check_root import check_root, key_name
from central.usecases.day.keep_root import keep_root
from central.usecases.day.make_roots import make_roots
from central.usecases.day.sign_off import Accepted, sign_off
from central.usecases.decision.begin_incarnation import Found, begin_incarnation
from central.usecases.journal.settle_days import settle_days
from sync.engine.signing import ROOT_SIGNED, sign_bytes
from sync.protocol.errors import InvalidField
from tests.board_pages import load
from tests.central_fixtures import CENTRAL_KEY, Served, postgres_template
from tests.head_office import apply_all, deliver
from tests.integration.board_fixtures import acme, arrive, day_path, traded
from tests.integration.test_central_cli import central
from tests.integration.test_central_quarantine import verified
from tests.shop_journal import COMPANY, DAY, NOW_MS, Shop

__all__ = ["postgres_template"]
LATER_MS = NOW_MS + 90 * 86_400_000


def day(number: int) -> date:
    return DAY + timedelta(days=number)


async def exported(served: Served, on: date, only: str = "") -> RootFile:
    async with unit_of_work(served.engine) as db:
        log = await keep_root(db, COMPANY, on, CENTRAL_KEY, "ann@example.com", LATER_MS)
        return root_file(await named_company(db, COMPANY), log, LATER_MS, only)


async def test_days_follow_each_other_and_each_file_proves_the_one_before(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        first, second = traded(1, 5), traded(2, 5)
        await arrive(served, first)
        files = [await exported(served, day(0))]
        await arrive(served, second)
        files.append(await exported(served, day(1)))
        first.append(first.sale())
        await deliver(served.office.archive, first)
        await apply_all(served.office.archive)
        files.append(await exported(served, day(4)))
        assert [len(one.leaves) for one in files] == [1, 2, 2]
        assert [one.store for one in files[1].leaves] == ["S01", "S02"]
        assert files[2].leaves[0].seq == files[1].leaves[0].seq + 1
        for place, one in enumerate(files):
            assert faults_of(one, files[place - 1] if place else None) == []
            assert await exported(served, one.business_date) == one
        assert faults_of(files[2], files[0]) == [
            f"The file of {day(4)} does not go on from that of {day(0)}."
        ]
        part = await exported(served, day(4), "S02")
        assert ([one.store for one in part.leaves], part.peaks) == (["S02"], ())
        assert faults_of(part, files[1]) == []
        await verified(served)


async def test_nothing_in_a_file_can_be_changed_without_that_it_shows(postgres_url: str) -> None:
    async with acme(postgres_url) as served:
        for number in (1, 2, 3):
            await arrive(served, traded(number, 3))
        before, file = await exported(served, day(0)), await exported(served, day(1))
        part = await exported(served, day(1), "S02")
        leaf, other = file.leaves[0], "0" * 64
        for changed in (
            replace(leaf, seq=leaf.seq - 1),
            replace(leaf, hash=other),
            replace(leaf, epoch="2-00000000"),
            replace(leaf, store_id=file.leaves[1].store_id),
        ):
            assert faults_of(replace(file, leaves=(changed, *file.leaves[1:])))
        assert faults_of(replace(file, leaves=file.leaves[1:]))
        assert faults_of(replace(file, leaves=file.leaves[::-1]))
        assert faults_of(replace(file, business_date=day(2)))
        assert faults_of(replace(file, peaks=(other, *file.peaks[1:])))
        assert faults_of(replace(file, growth=(other, *file.growth[1:])))
        assert faults_of(replace(file, root=other))
        assert faults_of(replace(file, previous=None))
        assert faults_of(replace(file, company_id=part.incarnation), before)
        assert faults_of(replace(part, leaves=(replace(part.leaves[0], seq=1),)))
        assert faults_of(replace(part, leaves=()))
        rewritten = replace(before, root=other)
        assert f"The file of {day(0)}: its leaves do not come to its root" in faults_of(
            file, rewritten
        )


async def test_what_was_held_and_is_changed_afterwards_never_goes_on_from_the_root_before(
    postgres_url: str,
) -> None:
    """Somebody with the whole database can make a new log: not one that begins with the old."""
    async with acme(postgres_url) as served:
        await arrive(served, traded(1, 3))
        before = await exported(served, day(0))
        await served.rows("DELETE FROM decision WHERE kind = 'day_rooted' RETURNING 1")
        await served.rows("UPDATE stream SET head_hash = sha256(head_hash) RETURNING 1")
        forged = await exported(served, day(0))
        file = await exported(served, day(1))
        assert faults_of(file, forged) == []
        assert faults_of(file, before) == [
            f"The file of {day(1)} does not go on from that of {day(0)}."
        ]


async def test_a_new_incarnation_begins_a_new_log_that_cites_where_the_last_one_ended(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, traded(1, 3))
        older, newest = await exported(served, day(0)), await exported(served, day(1))
        async with unit_of_work(served.engine) as db:
            await begin_incarnation(db, Found(("a copy was put back",), 0, True), NOW_MS)
        file = await exported(served, day(2))
        assert (file.first, file.previous, file.cites) == (0, None, newest.end)
        assert faults_of(file, newest) == []
        assert "does not cite" in faults_of(file, older)[0]
        assert faults_of(await exported(served, day(3)), file) == []


async def test_a_root_is_made_for_a_day_that_is_over_and_after_the_last_one(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        with pytest.raises(NothingToRoot):
            await exported(served, day(0))
        await arrive(served, traded(1, 3))
        with pytest.raises(InvalidField):
            await exported(served, day(90))
        await exported(served, day(5))
        with pytest.raises(RootPassed):
            await exported(served, day(4))


async def test_a_root_is_exported_and_checked_by_commands_without_the_database(
    postgres_url: str, tmp_path: Path
) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, traded(1, 3))
        files = [tmp_path / f"{number}.json" for number in (1, 2)]
        for number, file in enumerate(files):
            words = ("root", "export", str(day(number)), "--file", str(file))
            done = await central(*words, url=postgres_url, data=tmp_path)
            assert (done.code, done.complaint) == (0, "")
            assert f"root check {file}" in done.shown
        held = await central("root", "check", str(files[1]), str(files[0]))
        assert held.code == 0
        assert f"The root of {day(1)} holds" in held.shown
        name = held.shown.split()[-1].removesuffix(".")
        spaced = " ".join(name[at : at + 4] for at in range(0, len(name), 4))
        assert (await central("root", "check", str(files[1]), "--key", spaced)).code == 0
        assert (await central("root", "check", str(files[1]), "--key", "0" * 16)).code == 1
        assert (await central("root", "check", str(files[1]), "--key", "mine")).code == 2
        read = msgspec.json.decode(files[1].read_bytes(), type=RootFile)
        files[1].write_bytes(msgspec.json.encode(replace(read, root="0" * 64)))
        wrong = await central("root", "check", str(files[1]), str(files[0]))
        assert wrong.code == 1
        assert f"The file of {day(1)}: its leaves do not come to its root" in wrong.shown
        files[1].write_text("{}")
        assert (await central("root", "check", str(files[1]))).code == 2


def noon(number: int) -> int:
    """Of a day, by UTC."""
    return (day(number) - date(1970, 1, 1)).days * 86_400_000 + 43_200_000


async def heard(served: Served, at_ms: int, code: str = "") -> None:
    """Every store's box called, or one's."""
    boxes = "UPDATE stream SET last_contact_ms = $1 WHERE $2 = '' OR store_id = ("
    await served.rows(
        boxes + "SELECT store_id FROM store WHERE code = $2) RETURNING 1", at_ms, code
    )


async def made(served: Served, now_ms: int) -> list[date]:
    """By itself, as head office does now and then."""
    await settle_days(served.engine, now_ms)
    await make_roots(served.engine, CENTRAL_KEY, now_ms)
    async with unit_of_work(served.engine) as db:
        return [one.business_date for one in await day_roots(db, COMPANY)]


async def test_a_root_is_made_by_itself_once_every_day_here_is_proven_or_signed_off(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        first, second = traded(1, 5), traded(2, 5, close=False)
        for one in (first, second):
            await arrive(served, one)
        await heard(served, noon(1))
        page = await load(served, day_path(first))
        assert f"The root of {DAY} over all stores is made once every store" in page.words["root"]
        assert await made(served, noon(1)) == []
        async with unit_of_work(served.engine) as db:
            store = await store_of_company(db, COMPANY, "S02")
            why = Accepted(0, "its drawer was counted by hand")
            await sign_off(db, COMPANY, store, DAY, why, "ben@example.com", NOW_MS)
        assert await made(served, noon(0)) == []  # the day is not over
        assert await made(served, noon(1)) == [DAY]
        assert await made(served, noon(1)) == [DAY]
        file = await exported(served, DAY)
        assert check_root(file) == []
        page = await load(served, day_path(first))
        assert f"The root of {DAY} over all stores is {file.root[:16]}" in page.words["root"]
        await verified(served)


async def test_a_day_that_is_not_proven_is_waited_for_a_week_and_then_left_out(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        open_, closed = traded(1, 3, close=False), Shop(2)
        closed.open(day(1))
        closed.trade(3, day(1))
        closed.close(day(1))
        for one in (open_, closed):
            await arrive(served, one)
        await heard(served, noon(2))
        assert await made(served, noon(2)) == []
        assert await made(served, noon(7)) == []
        assert await made(served, noon(8)) == [day(1)]
        await verified(served)


async def test_a_store_that_was_not_heard_since_is_waited_for_a_week(postgres_url: str) -> None:
    """It may have sold on that day."""
    async with acme(postgres_url) as served:
        shop, silent = traded(1, 3), Shop(3)
        await arrive(served, shop)
        await arrive(served, silent)
        await heard(served, noon(1))
        await heard(served, noon(0), "S03")
        assert await made(served, noon(3)) == []
        await heard(served, noon(3), "S03")
        assert await made(served, noon(3)) == [DAY]
        silent.open(day(4))
        silent.trade(3, day(4))
        silent.close(day(4))
        await deliver(served.office.archive, silent)
        await apply_all(served.office.archive)
        await heard(served, noon(3))
        assert await made(served, noon(11)) == [DAY]
        assert await made(served, noon(12)) == [DAY, day(4)]


async def test_a_root_is_held_against_head_offices_key_and_a_file_against_the_keys_that_are_named(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served:
        await arrive(served, traded(1, 3))
        before, file = await exported(served, day(0)), await exported(served, day(1))
        assert check_root(file, before) == check_root(file, before, [key_name(file)[:16]]) == []
        wrong = f"The file of {day(1)}: its signature is not its key's"
        for changed in (
            replace(file, signature="0" * 128),
            replace(file, key="0" * 64),
            replace(file, cites=file.end),
            replace(file, company_id=file.incarnation),
        ):
            assert wrong in check_root(changed)
        other = f"The file of {day(1)}: its key is another one"
        assert check_root(file, None, ["0" * 16]) == [other]
        stranger = Ed25519PrivateKey.generate()
        signature = sign_bytes(stranger, ROOT_SIGNED, before.signed).hex()
        forged = replace(before, key=public_half(stranger).hex(), signature=signature)
        assert check_root(forged) == []
        assert check_root(file, forged) == [
            "The two files are signed by two keys: name both, if both are head office's."
        ]
        assert check_root(file, forged, [key_name(file), key_name(forged)]) == []
