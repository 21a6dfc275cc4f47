"""What a new box believes of what tills kept of the boxes before it: whose keys signed there, and
which of the events head office holds, by their hashes."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from edge.box.clock import wall_clock_ms
from edge.db.lineage import epoch_keys, keep_lineage
from edge.db.showing import keep_incarnation
from edge.domain.kept import Refused, Standing
from sync.engine.signing import SALE_SIGNED, sign_bytes
from sync.protocol.change import Epoch, Head, Kept, link
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import EpochKey, Lineage, LineageAsked
from sync.protocol.identity import Incarnation
from tests.central_fixtures import Served, TestedBox, postgres_template, problem, serving
from tests.edge_store import CUSTOMER, Till, make_store, open_store
from tests.integration.kept_fixtures import Burnt, burnt, given, till
from tests.integration.test_put_back_burnt import Keeping, applied, enrolled, given_back
from tests.integration.test_put_back_shop import published
from tests.put_back import delivered, known_key

__all__ = ["burnt", "postgres_template", "till"]
STRANGER = Ed25519PrivateKey.from_private_bytes(b"a till that makes a box's key up "[:32])


async def asked(box: TestedBox, *events: Head) -> httpx.Response:
    path, body = f"/v1/stores/{box.me.store_id}/lineage", encode(LineageAsked(events))
    headers = {**box.headers("POST", path, body), "Content-Type": "application/msgpack"}
    return await box.client.post(path, content=body, headers=headers)


async def lineage(box: TestedBox, *events: Head) -> Lineage:
    answer = await asked(box, *events)
    assert answer.status_code == 200, answer.text
    return decode(Lineage, answer.content)


async def told(till: Till, burnt: Burnt, held: Sequence[bool], events: Sequence[Head]) -> None:
    """What head office would say of the box before this one."""
    keys = (EpochKey(burnt.head(0).epoch, burnt.public_key),)
    said = Lineage(keys, tuple(held))
    await till.box.writer.run(lambda db: keep_lineage(db, events, said))


async def outcomes(till: Till, *kept: Kept) -> list[tuple[str, str | None]]:
    answer = await till.call("POST", "/kept", given(*kept))
    return [(one["outcome"], one["reason"]) for one in answer.json()["outcomes"]]


async def home(till: Till) -> int:
    """How many events came home."""
    found: tuple[int] = await till.box.reader.read(
        lambda db: db.execute("SELECT count(*) FROM recovered").fetchone()
    )
    return found[0]


async def test_head_office_says_whose_keys_signed_and_which_events_it_holds(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company = await served.company()
        store_id = await served.store(company, "S01")
        other = await served.enrolled(await served.store(company, "S02"))
        box = await served.enrolled(store_id)
        box.record(3)
        await delivered(box)
        new = await served.enrolled(store_id)
        there = [Head(box.epoch, seq, box.hash_at(seq)) for seq in (1, 3)]
        another = Head(box.epoch, 2, bytes(32))
        await served.rows("UPDATE raw_event SET damaged = true WHERE seq = 3")
        said = await lineage(new, *there, another)
        assert said.held == (True, False, False)
        keys = [EpochKey(one.epoch, one.genesis.device_key) for one in (new, box)]
        assert said.keys == tuple(keys)
        assert (await lineage(other, *there)).held == (False, False)
        assert problem(await asked(box)) == (403, "fenced")


async def test_an_envelope_that_the_box_of_its_epoch_did_not_sign_is_refused(
    till: Till, burnt: Burnt
) -> None:
    """Its hash comes out: whoever has a till can make one. Nothing of it stands in the store."""
    await told(till, burnt, (), ())
    kept = burnt.kept[0]
    forged = structs.replace(kept, signature=sign_bytes(STRANGER, SALE_SIGNED, kept.hash))
    assert await outcomes(till, forged) == [("refused", Refused.WRONG_SIGNATURE.value)]
    assert not await till.box.reader.read(lambda db: db.execute("SELECT 1 FROM sale").fetchall())
    assert await home(till) == 0
    assert await outcomes(till, kept) == [("taken", None)]


async def test_an_epoch_that_head_office_never_heard_of_is_that_boxs_if_its_key_signed(
    till: Till, burnt: Burnt
) -> None:
    """A box may open one itself, and burn before it says so; whatever else names an epoch that is
    not known stays with the till."""
    signing = Ed25519PrivateKey.from_private_bytes(bytes(32))
    keys = (EpochKey(burnt.head(0).epoch, signing.public_key().public_bytes_raw()),)
    await till.box.writer.run(lambda db: keep_lineage(db, (), Lineage(keys, ())))
    own, unheard = burnt.head(0).epoch, Epoch(burnt.head(0).epoch.number, b"\x01\x02\x03\x04")
    later = Epoch(own.number + 7, b"\x01\x02\x03\x04")
    made = [_written(burnt.kept[0], epoch, signing) for epoch in (unheard, later)]
    stranger = _written(burnt.kept[1], unheard, STRANGER)

    async def told_since(_: object) -> bool:
        told = Lineage((EpochKey(later, signing.public_key().public_bytes_raw()),), ())
        await till.box.writer.run(lambda db: keep_lineage(db, (), told))
        return True

    till.box.asker.for_lineage = told_since
    assert await outcomes(till, stranger, made[1]) == [("later", None)] * 2
    assert await home(till) == 0
    assert await outcomes(till, made[0]) == [("taken", None)]
    assert await outcomes(till, stranger, made[1]) == [("later", None), ("taken", None)]


def _written(kept: Kept, epoch: Epoch, key: Ed25519PrivateKey) -> Kept:
    """The same event in another epoch, signed by this key."""
    hash_ = link(kept.store_id, epoch, kept.envelope, kept.prev_hash).hash
    signature = sign_bytes(key, SALE_SIGNED, hash_)
    return structs.replace(kept, epoch=epoch, hash=hash_, signature=signature)


async def test_while_head_office_cannot_say_whose_keys_signed_tills_keep_what_they_have(
    till: Till, burnt: Burnt
) -> None:
    async def away(_: object) -> bool:
        return False

    till.box.asker.for_lineage = away
    assert await outcomes(till, *burnt.kept) == [("later", None)] * 3
    assert await home(till) == 0
    await told(till, burnt, (), ())
    assert await outcomes(till, *burnt.kept) == [("taken", None)] * 3


async def test_a_new_box_says_acknowledged_of_its_parents_events_only_where_the_hash_agrees(
    tmp_path: Path, burnt: Burnt
) -> None:
    """Of the last one by its own record, of those before it once head office said so; under another
    incarnation that is asked again."""
    make_store(tmp_path / "S01", after=(burnt.store_id, burnt.head(2)))
    async with open_store(tmp_path / "S01", signed_in=None) as till:
        heads = [burnt.head(place) for place in range(3)]
        other = Head(heads[2].epoch, heads[2].seq, bytes(32))
        offer = {"kept": [_offered(one) for one in (*heads, other)]}
        for held, standings in (
            (None, ["later", "later", "acknowledged", "wanted"]),
            ((True, False), ["acknowledged", "wanted", "acknowledged", "wanted"]),
        ):
            if held is not None:
                await told(till, burnt, held, heads[:2])
            offered = await till.call("POST", "/kept/offers", offer)
            assert offered.json() == {"standings": standings}
        another = Incarnation(CUSTOMER)
        await till.box.writer.run(lambda db: keep_incarnation(db, another))
        offered = await till.call("POST", "/kept/offers", offer)
        assert offered.json() == {"standings": ["later", "later", "acknowledged", "wanted"]}


def _offered(event: Head) -> dict[str, object]:
    return {"epoch": str(event.epoch), "seq": event.seq, "hash": event.hash.hex()}


@pytest.mark.parametrize("knows", [True, False], ids=["", "older"])
async def test_what_a_copy_gave_before_the_box_was_replaced_comes_home_to_the_new_one(
    postgres_url: str, tmp_path: Path, knows: bool
) -> None:
    """Head office has other events at those places: a number alone would say *acknowledged*. One
    that does not know the question leaves them with the till."""
    async with serving(postgres_url, now_ms=wall_clock_ms()) as served:
        company = await served.company()
        await known_key(served)
        store_id = await served.store(company, "S01")
        await published(served, company, 345)
        await enrolled(served, store_id, tmp_path / "one")
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            await shop.exchanged()
            await till.open_shop()
            await shop.exchanged()
        shutil.copytree(tmp_path / "one", tmp_path / "two")
        async with open_store(tmp_path / "two") as till:
            lost = await Keeping(till, served).sell_kept(2)
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            kept = await shop.sell_kept(4)
            await shop.exchanged()
        await enrolled(served, store_id, tmp_path / "new")
        await _at_the_new_box(served, tmp_path / "new", kept, lost, knows=knows)


async def _at_the_new_box(
    served: Served, folder: Path, kept: list[Any], lost: list[Any], *, knows: bool
) -> None:
    async with open_store(folder) as till:
        shop = Keeping(till, served)
        assert await till.box.reader.read(epoch_keys)
        if not knows:
            till.box.asker.for_lineage = None
            standings = await given_back(till, [*kept, *lost])
            assert standings[:3] + standings[4:] == [Standing.LATER] * 5
            return
        assert await given_back(till, [*kept, *lost]) == [
            *[Standing.ACKNOWLEDGED] * 4,
            *[Standing.WANTED] * 2,
        ]
        await shop.exchanged()
        await applied(served)
        assert await served.rows("SELECT count(*) FROM sale") == [(6,)]
