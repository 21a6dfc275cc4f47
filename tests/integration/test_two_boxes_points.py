"""Points of a member at two boxes and a head office: servers of stores, `central serve` and
PostgreSQL, each a process of its own, over HTTP (sync/protocol/escrow.py)."""

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import pytest_asyncio

from central.database.embedded import PostgresServer
from central.demo.children import free_port
from central.demo.workstation import SaleRefused, Workstation, new_id
from sync.protocol.codec import decode
from sync.protocol.rights import RightAnswered
from tests.browser.chain import Box, Company, Office, office_on
from tests.central_fixtures import postgres_template
from tests.crash.forge import running_forge
from tests.integration.test_central_background import until
from tests.integration.test_central_cli import central
from tests.losing_line import LosingLine, losing_line
from tests.servers import new_database

__all__ = ["postgres_template"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

BUN_MINOR = 790
WITHOUT_POINTS = """
SELECT customer_id FROM customer_field WHERE company_id = $1 AND customer_id NOT IN
    (SELECT account_id FROM right_account WHERE company_id = $1)
GROUP BY customer_id ORDER BY customer_id LIMIT 1
"""
ACCOUNT = """
SELECT earned, spent, granted, (SELECT count(*) FROM share_due WHERE company_id = $1)
FROM right_account WHERE company_id = $1 AND account_id = $2
"""
HERE = """
SELECT line, points - spent - released FROM points_right
WHERE customer_id = ? AND points > spent + released
"""
ANSWERED = "SELECT granted FROM grant_answer WHERE account_id = $1"
BARRED = """
SELECT count(*) FROM request_given_up AS g JOIN store AS s USING (store_id) WHERE s.company_id = $1
"""


@dataclass
class Shop:
    """A box with its line to head office and a till that is open."""

    box: Box
    line: LosingLine
    till: Workstation

    async def buns(self, member: UUID, times: int, points: int = 0) -> int:
        """So many, paid with points first and by card; the points that they earned. Raises
        SaleRefused."""
        total = BUN_MINOR * times
        tenders: list[dict[str, Any]] = []
        if points:
            tenders.append({"tender_id": "points", "amount_minor": points})
        tenders.append({"tender_id": "card", "amount_minor": total - points, "reference": "A1"})
        sale = {
            "sale_id": new_id(),
            "operator_id": "O01",
            "customer_id": str(member),
            "tendered_at": datetime.now(UTC).isoformat(),
            "total_minor": total,
            "lines": [{"line_no": 1, "quantity_milli": 1_000 * times, "item_id": "BAK-011"}],
            "tenders": tenders,
        }
        return int((await self.till.complete("/sales", sale))["points_earned"])

    async def ask(self, member: UUID, points: int) -> tuple[str, int]:
        """What came of asking head office for so many: its word, and how many."""
        account = {"kind": "points", "customer_id": str(member)}
        said = {"account": account, "amount": points}
        answer = await self.till.call("POST", "/rights/asks", said)
        return answer["outcome"], answer["granted"]

    def rights(self, member: UUID) -> list[tuple[int, int]]:
        """What is left of each right here; line 0: given by head office."""
        return [(int(line), int(left)) for line, left in self.box.rows(HERE, member.bytes)]

    def here(self, member: UUID) -> int:
        """Points that can be spent here."""
        return sum(left for _, left in self.rights(member))


@dataclass
class Chain:
    """Two shops of a company."""

    company: Company
    first: Shop
    second: Shop

    async def member(self) -> UUID:
        """Somebody who has no points yet."""
        rows = await self.company.office.rows(WITHOUT_POINTS, self.company.company_id)
        ((customer_id,),) = rows
        return UUID(bytes=customer_id.bytes)

    async def account(self, member: UUID) -> tuple[int, int, int, int]:
        """Earned, spent, and what stores may still spend, as head office counts; how many accounts
        it is about to share out."""
        rows = await self.company.office.rows(ACCOUNT, self.company.company_id, member)
        return rows[0] if rows else (0, 0, 0, 0)

    async def shared_out(self, member: UUID, earned: int, *more: Shop) -> None:
        """Until all that was earned went back, and what comes of it is where it may be spent."""
        shops = (self.first, self.second, *more)

        async def at_rest() -> bool:
            counted, _, out, due = await self.account(member)
            born = any(line for shop in shops for line, _ in shop.rights(member))
            same = out == sum(shop.here(member) for shop in shops)
            return counted == earned and same and not (born or due)

        await until(at_rest)

    async def spent(self, member: UUID) -> int:
        """As head office counts once it has everything of both."""

        async def all_here() -> bool:
            waiting = [await shop.box.ask("GET", "/status") for shop in (self.first, self.second)]
            applied = "SELECT count(*) FROM stream WHERE applied_through < watermark"
            behind = await self.company.office.rows(applied)
            return not any(one["waiting"] for one in waiting) and behind == [(0,)]

        await until(all_here)
        return (await self.account(member))[1]


@contextlib.asynccontextmanager
async def serving(company: Company, folder: Path, code: str) -> AsyncIterator[Shop]:
    """A new box of the company, on a line, with an open till."""
    box = await company.provision(code, folder / code)
    port = urlsplit(company.office.url).port
    async with losing_line(cast("int", port), b"/grants ") as line:
        box.move_central(line.url)
        await box.start()
        async with box.workstation("W1") as till:
            await till.call("POST", "/business-days", {"event_id": new_id(), "operator_id": "O01"})
            begun = {"till_session_id": new_id(), "operator_id": "O01", "float_minor": 0}
            await till.call("POST", "/till-sessions", begun)
            yield Shop(box, line, till)
        await box.kill()


@contextlib.asynccontextmanager
async def two_shops(office: Office, folder: Path) -> AsyncIterator[Chain]:
    """Of a company of their own."""
    company = await office.company()
    async with (
        serving(company, folder, "S01") as first,
        serving(company, folder, "S02") as second,
    ):
        yield Chain(company, first, second)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    postgres_server: PostgresServer,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Office]:
    url = await asyncio.to_thread(new_database, postgres_server, postgres_template)
    folder = tmp_path_factory.mktemp("office")
    with running_forge() as forge:
        async with office_on(url, folder, forge) as office:
            yield office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chain(office: Office, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chain]:
    """Each test has a member of its own there."""
    async with two_shops(office, tmp_path_factory.mktemp("chain")) as chain:
        yield chain


async def test_a_member_who_earned_at_one_shop_spends_at_the_other(chain: Chain) -> None:
    member = await chain.member()
    earned = await chain.first.buns(member, 100)
    await chain.shared_out(member, earned)
    kept = chain.first.here(member)
    assert (kept, chain.second.here(member)) == (earned * 60 // 100, 0)
    assert await chain.second.ask(member, earned) == ("granted", earned - kept)
    await chain.second.buns(member, 1, points=earned - kept)
    with pytest.raises(SaleRefused, match="points"):
        await chain.second.buns(member, 1, points=1)
    assert await chain.spent(member) == earned - kept


async def test_two_shops_without_a_line_never_spend_the_same_points_twice(chain: Chain) -> None:
    member = await chain.member()
    earned = await chain.first.buns(member, 100) + await chain.second.buns(member, 50)
    await chain.shared_out(member, earned)
    shops = (chain.first, chain.second)
    for shop in shops:
        shop.line.break_off()
    given = [shop.here(member) for shop in shops]
    assert all(given)
    for shop, points in zip(shops, given, strict=True):
        assert await shop.ask(member, earned) == ("away", 0)
        with pytest.raises(SaleRefused, match="points"):
            await shop.buns(member, 1, points=points + 1)
        await shop.buns(member, 1, points=points)
    for shop in shops:
        shop.line.cut = False
    assert await chain.spent(member) == sum(given) <= earned


async def test_an_answer_that_got_lost_is_asked_for_again_and_is_the_same(chain: Chain) -> None:
    member = await chain.member()
    earned = await chain.first.buns(member, 100)
    await chain.shared_out(member, earned)
    free, line = earned - chain.first.here(member), chain.second.line
    seen, line.losing = line.seen, 1
    assert await chain.second.ask(member, free) == ("granted", free)
    assert (line.losing, line.seen - seen) == (0, 2)
    assert await chain.company.office.rows(ANSWERED, member) == [(free,)]
    assert await chain.second.ask(member, 1) == ("refused", 0)


async def test_what_nobody_answered_is_given_up_and_goes_to_who_asks_next(chain: Chain) -> None:
    member = await chain.member()
    earned = await chain.first.buns(member, 100)
    await chain.shared_out(member, earned)
    free, line = earned - chain.first.here(member), chain.second.line
    line.losing = 3
    assert await chain.second.ask(member, free) == ("away", 0)
    assert await chain.company.office.rows(ANSWERED, member) == [(free,)]
    assert chain.second.here(member) == 0

    async def free_again() -> bool:
        return await chain.first.ask(member, free) == ("granted", free)

    await until(free_again)


async def test_a_request_that_comes_after_it_was_given_up_is_granted_nothing(chain: Chain) -> None:
    member = await chain.member()
    earned = await chain.first.buns(member, 100)
    await chain.shared_out(member, earned)
    barred = await chain.company.office.rows(BARRED, chain.company.company_id)
    free, line = earned - chain.first.here(member), chain.second.line
    line.keeping = 3
    assert await chain.second.ask(member, free) == ("away", 0)

    async def is_barred() -> bool:
        return await chain.company.office.rows(BARRED, chain.company.company_id) > barred

    await until(is_barred)
    for sent in line.kept:
        head, _, body = (await line.deliver(sent)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert decode(RightAnswered, body).granted == 0
    assert await chain.first.ask(member, free) == ("granted", free)


@dataclass
class Replaced:
    """A third shop with a new box: the folder of the old one, and what that may still spend."""

    shop: Shop
    old: Path
    member: UUID
    held: int

    async def come_back(self) -> None:
        """Until the new box was given what the old one had."""

        async def are_here() -> bool:
            return self.shop.here(self.member) == self.held

        await until(are_here)


@contextlib.asynccontextmanager
async def replacing(chain: Chain, code: str, folder: Path) -> AsyncIterator[Replaced]:
    """What the old box may spend, nobody is given: neither another shop nor the new box."""
    member = await chain.member()
    async with serving(chain.company, folder, code) as shop:
        earned = await shop.buns(member, 100)
        await chain.shared_out(member, earned, shop)
        held = shop.here(member)
        await shop.box.kill()
        old = folder / "old"
        shutil.copytree(shop.box.folder, old, ignore=lambda _at, _in: ["edge.sock"])
        await chain.company.replace(shop.box)
        await shop.box.start()
        assert await chain.second.ask(member, earned) == ("granted", earned - held)
        assert await chain.second.ask(member, 1) == ("refused", 0)
        assert shop.here(member) == 0
        yield Replaced(shop, old, member, held)


async def test_the_rights_of_a_burnt_box_come_back_by_a_persons_word_and_not_before(
    chain: Chain, tmp_path: Path
) -> None:
    async with replacing(chain, "S03", tmp_path) as replaced:
        words = ("--company", chain.company.name)
        url = chain.company.office.engine.url.render_as_string(hide_password=False)
        url = url.replace("+asyncpg", "")
        shown = (await central("epochs", "S03", *words, url=url)).shown
        burnt = re.search(r"\b1-[0-9a-f]{8}", shown)
        assert burnt is not None, shown
        why = ("--reason", "The box burnt", "--yes")
        done = await central("write-off", "S03", burnt[0], *why, *words, url=url)
        assert done.code == 0, done.complaint
        await replaced.come_back()


async def test_the_rights_of_a_replaced_box_come_back_when_it_ends_its_own_epoch(
    chain: Chain, tmp_path: Path
) -> None:
    async with replacing(chain, "S04", tmp_path) as replaced:
        old = Box("S04", replaced.old, free_port(), chain.company.office.forge)
        old.move_central(chain.company.office.url)
        await old.start()
        try:
            await replaced.come_back()
        finally:
            await old.kill()
