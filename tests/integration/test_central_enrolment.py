"""A one-time code brings one box into a store: once, in order, and never by guessing."""

import asyncio
import base64
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from central.db.engine import unit_of_work
from central.usecases.box.create_enrol_code import LIFETIME_S_MAX, create_enrol_code
from central.usecases.box.give_first_grants import drain_due_grants, give_due_grants
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from sync.engine.signing import GENESIS_SIGNED, verify_bytes
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import StoreId
from sync.protocol.reference import FeedPage, Grant
from tests.central_fixtures import (
    CENTRAL_KEY,
    DAY_MS,
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)

__all__ = ["postgres_template"]


async def test_a_code_makes_a_box_the_stores_first(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        store_id = await served.store(company_id, "S01")
        box = await served.enrolled(store_id)
        genesis = box.genesis
        assert (genesis.store_id, genesis.company_id) == (store_id, company_id)
        assert (genesis.store_code, genesis.epoch_number, genesis.parent) == ("S01", 1, None)
        assert genesis.device_key == box.key.public_key().public_bytes_raw()
        assert genesis.issued_at_ms == NOW_MS
        assert genesis.incarnation == box.me.incarnation
        assert box.me.central_key == CENTRAL_KEY.public_key().public_bytes_raw()
        assert verify_bytes(box.me.central_key, GENESIS_SIGNED, box.me.genesis, box.me.signature)
        heartbeat = await box.get(f"/v1/stores/{store_id}/feeds")
        heard = decode(Acknowledgement, heartbeat.content)
        assert (heard.acknowledged_through, heard.head_hash) == (0, box.hash_at(0))


async def test_a_lost_answer_is_given_again(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        code = await served.code(store_id)
        box = TestedBox(served.client)
        first = await box.enrol(code)
        served.clock.now_ms += DAY_MS
        second = await box.enrol(f" {code.lower().replace('-', ' ')} ")
        assert first.status_code == 200
        assert second.content == first.content
        assert await served.rows("SELECT count(*) FROM stream") == [(1,)]


async def test_a_used_code_is_worth_nothing_to_another_box(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        code = await served.code(store_id)
        await TestedBox(served.client).enrol(code)
        other = await TestedBox(served.client).enrol(code)
        assert problem(other) == (403, "enrol-code-refused")
        assert await served.rows("SELECT count(*) FROM device") == [(1,)]


async def test_of_boxes_that_race_for_a_code_one_wins(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        code = await served.code(store_id)
        boxes = [TestedBox(served.client) for _ in range(8)]
        answers = await asyncio.gather(*(box.enrol(code) for box in boxes))
        assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7
        assert await served.rows("SELECT epoch_number FROM stream") == [(1,)]
        assert await served.rows("SELECT last_decision_no FROM central_state") == [(1,)]


async def test_one_box_that_asks_eight_times_at_once_gets_one_answer(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        code = await served.code(store_id)
        box = TestedBox(served.client)
        answers = await asyncio.gather(*(box.enrol(code) for _ in range(8)))
        assert {answer.content for answer in answers} == {answers[0].content}
        assert await served.rows("SELECT count(*) FROM stream") == [(1,)]


async def test_codes_made_and_used_at_once_leave_epochs_in_order_and_one_live_code(
    postgres_url: str,
) -> None:
    """A29: of several codes of a store one is live, whoever makes and uses them at once."""
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        codes = await asyncio.gather(*(served.code(store_id) for _ in range(4)))
        live = "SELECT count(*) FROM enrol_code WHERE ended_at_ms IS NULL"
        assert await served.rows(live) == [(1,)]
        boxes = [TestedBox(served.client) for _ in codes]
        answers = await asyncio.gather(
            *(box.enrol(code) for box, code in zip(boxes, codes, strict=True))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]


async def test_epochs_of_a_store_follow_each_other(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        boxes = [await served.enrolled(store_id) for _ in range(4)]
        genesis = sorted((box.genesis for box in boxes), key=lambda one: one.epoch_number)
        assert [one.epoch_number for one in genesis] == [1, 2, 3, 4]
        names = {box.genesis.epoch_number: box.epoch for box in boxes}
        assert [one.parent for one in genesis] == [None, names[1], names[2], names[3]]
        current = await served.rows("SELECT epoch_number FROM stream WHERE state = 'current'")
        assert current == [(4,)]


async def test_a_code_ends_when_its_time_is_over(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        code = await served.code(store_id, 900)
        served.clock.now_ms += 900_000
        refused = await TestedBox(served.client).enrol(code)
        assert problem(refused) == (403, "enrol-code-refused")
        assert "expired" in refused.json()["detail"]
        served.clock.now_ms -= 1
        assert (await TestedBox(served.client).enrol(code)).status_code == 200


def _guess(code: str, number: int) -> str:
    letters = "ABCDE"[number % 5] + code[6:]
    return code[:5] + (letters if letters != code[5:] else "Z" + code[6:])


async def test_wrong_guesses_of_anybody_take_nothing_from_a_code(postgres_url: str) -> None:
    """A36: five wrong tries by anybody killed an enrolment code."""
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        code = await served.code(store_id)
        guesses = [TestedBox(served.client).enrol(_guess(code, number)) for number in range(20)]
        for refused in await asyncio.gather(*guesses):
            assert problem(refused) == (403, "enrol-code-refused")
        assert (await TestedBox(served.client).enrol(code)).status_code == 200


async def test_nothing_of_a_code_is_kept_that_would_let_anybody_in(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        code = await served.code(store_id)
        kept = str(await served.rows("SELECT * FROM enrol_code"))
        secret = code.replace("-", "")[4:]
        assert len(secret) * 5 >= 64
        assert secret not in kept


async def test_a_new_box_seals_what_the_old_one_delivered(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        old = await served.enrolled(store_id)
        old.record(5)
        assert (await old.push_events(1, 3)).status_code == 200
        new = await served.enrolled(store_id)
        genesis = new.genesis
        assert (genesis.epoch_number, genesis.parent) == (2, old.epoch)
        assert (genesis.parent_watermark, genesis.parent_hash) == (3, old.hash_at(3))
        late = await old.push_events(4, 5)
        assert problem(late) == (403, "fenced")
        assert late.json()["sealed_watermark"] == 3
        assert problem(await old.get(f"/v1/stores/{store_id}/feeds")) == (403, "fenced")
        new.record(2)
        assert (await new.push_events(1, 2)).status_code == 200


async def test_each_store_gets_an_equal_part_of_each_balance_once(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        stores = [await served.store(company_id, code) for code in ("S01", "S02", "S03")]
        async with unit_of_work(served.engine) as db:
            await load_sample(db, company_id, NOW_MS)
        balances = dict(await served.rows("SELECT account_id, opening FROM right_account"))
        assert len(balances) > 100
        given: dict[UUID, list[int]] = {}
        for store_id in stores:
            box = await served.enrolled(store_id)
            await drain_publications(served.engine)
            page = decode(FeedPage, (await box.feed("grants", scope=store_id)).content)
            grants = [decode(Grant, row.body or b"") for row in page.rows]
            assert {grant.epoch_number for grant in grants} == {1}
            assert [row.key for row in page.rows] == [str(grant.grant_id) for grant in grants]
            for grant in grants:
                given.setdefault(grant.customer_id, []).append(grant.points)
        assert given == {customer: [points // 3] * 3 for customer, points in balances.items()}
        granted = dict(await served.rows("SELECT account_id, granted FROM right_account"))
        assert granted == {customer: sum(shares) for customer, shares in given.items()}
        before = await served.rows("SELECT count(*) FROM decision WHERE kind = 'grant_issued'")
        await served.enrolled(stores[0])
        after = await served.rows("SELECT count(*) FROM decision WHERE kind = 'grant_issued'")
        assert before == after == [(3 * len(balances),)]


async def test_grants_to_more_customers_than_one_unit_takes_are_given_in_portions(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A11: above 100,000 customers with points no box could be enrolled, and every account was
    locked meanwhile."""
    monkeypatch.setattr("central.usecases.box.give_first_grants.PORTION_CUSTOMERS", 50)
    async with serving(postgres_url) as served:
        company_id = await served.company()
        stores = [await served.store(company_id, code) for code in ("S01", "S02", "S03")]
        async with unit_of_work(served.engine) as db:
            await load_sample(db, company_id, NOW_MS)
        monkeypatch.setattr("central.db.decisions.DECISIONS_MAX", 60)
        balances = await served.rows(
            "SELECT account_id, opening FROM right_account ORDER BY account_id"
        )
        assert len(balances) > 100
        granted = "SELECT count(*) FROM right_account WHERE granted > 0"
        async with unit_of_work(served.engine) as holding:
            await holding.execute(
                text("SELECT FROM right_account WHERE account_id = :last FOR UPDATE"),
                {"last": balances[-1][0]},
            )
            await served.enrolled(stores[0])
            assert await served.rows(granted) == [(50,)]
            assert await give_due_grants(served.engine, NOW_MS)
            assert await served.rows(granted) == [(100,)]
        with pytest.raises(ZeroDivisionError):
            await _cut_short(served, monkeypatch)
        assert await served.rows(granted) == [(100,)]
        await drain_due_grants(served.engine, NOW_MS)
        for store_id in stores[1:]:
            await served.enrolled(store_id)
        await asyncio.gather(*(drain_due_grants(served.engine, NOW_MS) for _ in range(3)))
        held = await served.rows("SELECT account_id, granted FROM right_account ORDER BY 1")
        assert held == [(customer, points // 3 * 3) for customer, points in balances]
        assert await served.rows("SELECT count(*) FROM grants_due") == [(0,)]


async def _cut_short(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("central.usecases.grant.give.publish", failing)
        await give_due_grants(served.engine, NOW_MS)


async def test_decisions_are_numbered_without_a_hole(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        stores = [await served.store(company_id, f"S{number}") for number in range(6)]
        async with unit_of_work(served.engine) as db:
            await load_sample(db, company_id, NOW_MS)
        await asyncio.gather(*(served.enrolled(store_id) for store_id in stores))
        numbers = [number for (number,) in await served.rows("SELECT decision_no FROM decision")]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        kinds = await served.rows("SELECT count(*) FROM decision WHERE kind = 'epoch_issued'")
        assert kinds == [(6,)]


GOOD_KEY = base64.b64encode(bytes(32)).decode()


NO_ENROLMENT: list[tuple[Any, int, str]] = [
    ({"code": "AAAA-AAAA-AAAA-AAAA-AAAA", "public_key": GOOD_KEY}, 403, "enrol-code-refused"),
    ({"code": "short", "public_key": GOOD_KEY}, 403, "enrol-code-refused"),
    ({"code": "é" * 20, "public_key": GOOD_KEY}, 403, "enrol-code-refused"),
    ({"code": "", "public_key": GOOD_KEY}, 400, "invalid-field"),
    ({"code": "A" * 65, "public_key": GOOD_KEY}, 400, "invalid-field"),
    ({"code": "A\u0000A", "public_key": GOOD_KEY}, 400, "invalid-field"),
    ({"code": 7, "public_key": GOOD_KEY}, 400, "invalid-field"),
    ({"public_key": GOOD_KEY}, 400, "invalid-field"),
    ({"code": "A", "public_key": GOOD_KEY, "store": "S01"}, 400, "invalid-field"),
    ({"code": "A", "public_key": "A" * 44}, 400, "invalid-field"),
    ({"code": "A", "public_key": "*" * 44}, 400, "invalid-field"),
    ({"code": "A", "public_key": "AAAA"}, 400, "invalid-field"),
]


async def test_what_no_box_would_send_is_refused(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        for body, status, slug in NO_ENROLMENT:
            answer = await served.client.post("/v1/enrol", json=body)
            assert (body, *problem(answer)) == (body, status, slug)


async def test_a_code_lives_minutes_to_three_days(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        for lifetime_s in (0, 59, LIFETIME_S_MAX + 1):
            with pytest.raises(InvalidField):
                await _code(served, store_id, lifetime_s)


async def test_a_store_that_is_none_gets_no_code(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        with pytest.raises(NotFound):
            await _code(served, StoreId(UUID(int=1)), 900)


async def _code(served: Served, store_id: StoreId, lifetime_s: int) -> None:
    async with unit_of_work(served.engine) as db:
        await create_enrol_code(db, store_id, NOW_MS, lifetime_s)
