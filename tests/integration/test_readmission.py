"""Head office's database is put back and there is no mirror: boxes show what it once signed and are
taken in again, and nothing is granted before every store has told which rights it holds."""

import msgspec
import pytest

from central.db.engine import unit_of_work
from central.domain.incarnation import Expected, Since
from central.pages.words.board import put_back
from central.reports.incarnation import Past, StillExpected, may_grant_now, still_expected
from central.usecases.box.give_first_grants import drain_due_grants, give_due_grants
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import Epoch, Head
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import Readmission
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Grant, StoreSettings
from tests.central_fixtures import (
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)
from tests.put_back import Chain, chain, delivered, known_key, reached, whole

__all__ = ["chain", "postgres_template"]
LATER_MS = NOW_MS + 3_600_000


def shown(box: TestedBox, **changes: object) -> Readmission:
    """What the box shows; everything that it sent was acknowledged."""
    issued = box.me
    about = (issued.genesis, issued.signature, issued.incarnation)
    settings = StoreSettings(
        store_code=issued.store_code,
        store_name="Corner",
        supplier_name="Acme",
        supplier_address="",
        tax_number="",
        currency="SGD",
        decimals=2,
        zone="Asia/Singapore",
        price_zone="main",
    )
    whole = Readmission(*about, box.head, encode(settings), (), False)
    return msgspec.structs.replace(whole, **changes)


async def show(box: TestedBox, what: Readmission) -> Acknowledgement | tuple[int, str]:
    path = f"/v1/stores/{box.me.store_id}/readmission"
    body = encode(what)
    headers = {**box.headers("POST", path, body), "Content-Type": "application/msgpack"}
    answer = await box.client.post(path, content=body, headers=headers)
    if answer.status_code != 200:
        return problem(answer)
    return decode(Acknowledgement, answer.content)


async def grants_of(served: Served, box: TestedBox) -> tuple[Grant, ...]:
    rows = await served.rows(
        "SELECT body FROM feed_latest WHERE data_set = 'grants' AND scope = $1 AND body IS NOT NULL"
        " ORDER BY key",
        str(box.me.store_id),
    )
    return tuple(decode(Grant, body) for (body,) in rows)


async def incarnation(served: Served) -> object:
    ((found,),) = await served.rows("SELECT incarnation FROM central_state")
    return found


async def may_grant(served: Served, company: CompanyId) -> bool:
    async with unit_of_work(served.engine) as db:
        return await may_grant_now(db, company)


async def test_without_a_mirror_boxes_are_taken_in_by_what_head_office_had_signed(
    chain: Chain,
) -> None:
    async with serving(chain.url) as served:
        company = await served.company()
        store = await served.store(company, "S01")
        await known_key(served)
        old = await served.enrolled(store)
        old.record(3)
        await delivered(old)
    copy = await chain.copy()
    async with serving(chain.url) as served:
        async with unit_of_work(served.engine) as db:
            await load_sample(db, company, NOW_MS)
        new = await served.enrolled(store)
        other = await served.enrolled(await served.store(company, "S02"))
        for box in (new, other):
            box.record(2)
            await delivered(box)
        while await give_due_grants(served.engine, NOW_MS):
            pass
        await whole(served)
        rights = await grants_of(served, other)
        assert rights
        before = await served.rows(ISSUED)
    chain.put_back(copy)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        first = await incarnation(served)
        assert problem(await reached(other, served).push_events(1, 2)) == (401, "bad-signature")
        assert await may_grant(served, company)  # nothing has shown yet that something is missing
        said = await show(other, shown(other, rights=rights))
        assert isinstance(said, Acknowledgement)
        assert said.acknowledged_through == 0
        assert said.incarnation == await incarnation(served) != first
        assert await grants_of(served, other) == rights
        assert not await may_grant(served, company)
        assert isinstance(await show(reached(new, served), shown(new)), Acknowledgement)
        assert await incarnation(served) == said.incarnation  # it was found out already
        async with unit_of_work(served.engine) as db:
            waiting = [(one.store_code, one.epoch) for one in await still_expected(db)]
        assert waiting == [("S01", old.epoch)]  # it was replaced since the copy
        assert not await may_grant(served, company)
        assert isinstance(await show(reached(old, served), shown(old)), Acknowledgement)
        assert await may_grant(served, company)
        for box in (new, other):
            await delivered(box)
        await whole(served)
        assert await served.rows(ISSUED) == before


ISSUED = (
    "SELECT store_id, epoch_number, epoch_fingerprint, genesis, state, watermark, head_hash"
    " FROM stream ORDER BY 1, 2"
)


async def test_nothing_is_granted_before_each_store_has_sent_all_and_told_its_rights(
    chain: Chain,
) -> None:
    async with serving(chain.url) as served:
        company = await served.company()
        await known_key(served)
        boxes = [await served.enrolled(await served.store(company, code)) for code in ("A", "B")]
    copy = await chain.copy()
    async with serving(chain.url) as served:
        lost = await served.enrolled(await served.store(company, "C"))
        for box in boxes:
            reached(box, served).record(2)
            await delivered(box)
    chain.put_back(copy)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        assert isinstance(await show(reached(lost, served), shown(lost)), Acknowledgement)
        for box in boxes:
            assert not await may_grant(served, company)
            heard = await reached(box, served).get(f"/v1/stores/{box.me.store_id}/feeds")
            assert decode(Acknowledgement, heard.content).acknowledged_through == 0
            said = await show(box, shown(box))
            assert isinstance(said, Acknowledgement)
            assert not await may_grant(served, company)  # its events are still to come
            await delivered(box)
        assert await may_grant(served, company)


@pytest.mark.parametrize("mirrored", [True, False], ids=["with the mirror", "without it"])
async def test_first_grants_of_a_store_that_came_since_the_copy_are_resumed_and_none_is_given_twice(
    chain: Chain, monkeypatch: pytest.MonkeyPatch, mirrored: bool
) -> None:
    monkeypatch.setattr("central.usecases.box.give_first_grants.PORTION_CUSTOMERS", 50)
    mirror = chain.mirror if mirrored else None
    async with serving(chain.url, mirror=mirror) as served:
        company = await served.company()
        await known_key(served)
        first, second = [await served.store(company, code) for code in ("S01", "S02")]
        async with unit_of_work(served.engine) as db:
            await load_sample(db, company, NOW_MS)
        old = await served.enrolled(first)
        await drain_due_grants(served.engine, NOW_MS)
    copy = await chain.copy()
    async with serving(chain.url, mirror=mirror) as served:
        new = await served.enrolled(second)
        await drain_publications(served.engine)
        rights = await grants_of(served, new)
        assert len(rights) == 50
    chain.put_back(copy)
    async with serving(chain.url, mirror=mirror, now_ms=LATER_MS) as served:
        if not mirrored:
            said = await show(reached(new, served), shown(new, rights=rights))
            assert isinstance(said, Acknowledgement)
            await drain_due_grants(served.engine, LATER_MS)
            assert await grants_of(served, new) == rights  # no more before every store was heard
            assert isinstance(await show(reached(old, served), shown(old)), Acknowledgement)
        await drain_due_grants(served.engine, LATER_MS)
        await drain_publications(served.engine)
        given = await grants_of(served, new)
        assert set(rights) < set(given)
        assert len({one.customer_id for one in given}) == len(given)
        held = await served.rows("SELECT granted, opening FROM right_account")
        assert held == [(points // 2 * 2, points) for _, points in held]
        assert len(held) > 100
        await whole(served)


def test_the_board_says_what_is_still_to_come_of_whom() -> None:
    since, one = Since(NOW_MS, NOW_MS - 1), Epoch(1, bytes(4))
    expected = (StillExpected("S01", one, Expected.CONTACT, 0),)
    said = put_back(Past(since, expected, False))
    assert said is not None
    assert said.endswith("Still to come: S01 has not called since.")
    assert "is lost: revoke, erase and write off again" in said
    assert put_back(Past(Since(NOW_MS, None), (), True)) is None
    assert put_back(Past(Since(0, None), (), False)) is None


async def test_a_box_that_was_told_more_than_is_here_shows_that_head_office_was_put_back(
    chain: Chain,
) -> None:
    async with serving(chain.url) as served:
        store = await served.store(await served.company(), "S01")
        box = await served.enrolled(store)
    copy = await chain.copy()
    async with serving(chain.url) as served:
        reached(box, served).record(2)
        await delivered(box)
    chain.put_back(copy)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        first = await incarnation(served)
        said = await show(reached(box, served), shown(box))
        assert isinstance(said, Acknowledgement)
        assert said.incarnation != first
        again = await show(box, shown(box, incarnation=said.incarnation))
        assert isinstance(again, Acknowledgement)
        assert again.incarnation != said.incarnation  # told by this one, and gone once more


async def test_what_a_box_shows_again_changes_nothing(chain: Chain) -> None:
    async with serving(chain.url, now_ms=LATER_MS) as served:
        store = await served.store(await served.company(), "S01")
        box = await served.enrolled(store)
        box.record(2)
        await delivered(box)
        before = await served.rows("SELECT * FROM decision")
        for _ in range(2):
            said = await show(box, shown(box))
            assert isinstance(said, Acknowledgement)
            assert said.acknowledged_through == 2
        assert await served.rows("SELECT * FROM decision") == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signature": bytes(64)}, (401, "bad-signature")),
        ({"genesis": b"\x90"}, (401, "bad-signature")),
    ],
)
async def test_what_head_office_never_signed_lets_nobody_in(
    chain: Chain, changes: dict[str, object], expected: tuple[int, str]
) -> None:
    async with serving(chain.url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        assert await show(box, shown(box, **changes)) == expected


async def test_nobody_shows_anothers_record_and_no_revoked_box_comes_in(chain: Chain) -> None:
    async with serving(chain.url) as served:
        company = await served.company()
        box = await served.enrolled(await served.store(company, "S01"))
        other = await served.enrolled(await served.store(company, "S02"))
        assert await show(other, shown(box)) == (401, "bad-signature")
        await served.rows("UPDATE device SET revoked = true RETURNING 1")
        assert await show(box, shown(box)) == (403, "device-revoked")
        assert Head(box.epoch, 0, box.hash_at(0)) == box.head
