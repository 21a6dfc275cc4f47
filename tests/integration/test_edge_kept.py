"""What a till kept of a box that is gone comes home: offered, given back, a sale like any other."""

import base64
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from msgspec import structs

from edge.db.days import find_open_day
from edge.db.lineage import keep_lineage
from edge.db.recovered import epochs_here
from edge.domain.reckoning import Steady
from edge.usecases.box.record_contact import record_contact
from edge.usecases.day.close import make_manifest
from sync.engine.journal import Moment
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol import codec
from sync.protocol.change import Epoch, Head, Kept
from sync.protocol.commands import GiveManifest, Seek
from sync.protocol.enrolment import Lineage
from sync.protocol.facts import EventRecovered, ManifestGiven
from sync.protocol.identity import StoreId
from tests.edge_store import CUSTOMER, Till, make_store, open_store, sale, session_at
from tests.integration.kept_fixtures import Burnt, burnt, given, till

__all__ = ["burnt", "till"]


async def facts(till: Till) -> list[EventRecovered]:
    rows = await till.box.reader.read(
        lambda db: db.execute(
            "SELECT body FROM journal WHERE kind = 'event_recovered' ORDER BY seq"
        ).fetchall()
    )
    return [codec.decode(EventRecovered, body) for (body,) in rows]


async def test_what_the_burnt_box_had_not_sent_is_wanted_and_comes_home_unchanged(
    till: Till, burnt: Burnt
) -> None:
    offered = await till.call("POST", "/kept/offers", burnt.offer())
    assert offered.json() == {"standings": ["wanted"] * 3}
    taken = await till.call("POST", "/kept", burnt.envelopes())
    assert taken.json() == {"outcomes": [{"outcome": "taken", "reason": None}] * 3}
    for fact, kept in zip(await facts(till), burnt.kept, strict=True):
        assert (fact.source, fact.workstation_id) == ("workstation", "W1")
        assert Kept(burnt.store_id, *_as_kept(fact)) == kept
        assert verify_bytes(burnt.public_key, SALE_SIGNED, fact.hash, fact.signature)


def _as_kept(fact: EventRecovered) -> tuple[Any, ...]:
    return fact.epoch, fact.prev_hash, fact.envelope, fact.hash, fact.signature


async def test_given_back_again_and_twice_in_one_request_it_stands_there_once(
    till: Till, burnt: Burnt
) -> None:
    twice = {"kept": burnt.envelopes()["kept"] * 2}
    first = await till.call("POST", "/kept", twice)
    outcomes = [one["outcome"] for one in first.json()["outcomes"]]
    assert outcomes == ["taken"] * 3 + ["held"] * 3
    again = await till.call("POST", "/kept", burnt.envelopes())
    assert {one["outcome"] for one in again.json()["outcomes"]} == {"held"}
    assert len(await facts(till)) == 3
    offered = await till.call("POST", "/kept/offers", burnt.offer())
    assert offered.json() == {"standings": ["held"] * 3}


async def test_what_head_office_had_when_it_sealed_the_epoch_is_not_wanted(
    tmp_path: Path, burnt: Burnt
) -> None:
    make_store(tmp_path / "S01", after=(burnt.store_id, burnt.head(1)))
    async with open_store(tmp_path / "S01", signed_in=None) as till:
        told = Lineage((), (True,))
        await till.box.writer.run(lambda db: keep_lineage(db, [burnt.head(0)], told))
        offered = await till.call("POST", "/kept/offers", burnt.offer())
        assert offered.json() == {"standings": ["acknowledged", "acknowledged", "wanted"]}
        given_back = await till.call("POST", "/kept", burnt.envelopes())
        outcomes = [one["outcome"] for one in given_back.json()["outcomes"]]
        assert outcomes == ["held", "held", "taken"]


async def test_the_till_may_forget_it_once_head_office_has_what_wraps_it(
    till: Till, burnt: Burnt
) -> None:
    await till.call("POST", "/kept", burnt.envelopes())
    await till.box.writer.run(
        lambda db: db.execute(
            "UPDATE journal_head SET acknowledged_through = (SELECT max(seq) - 1 FROM journal"
            " WHERE kind = 'event_recovered')"
        )
    )
    offered = await till.call("POST", "/kept/offers", burnt.offer())
    assert offered.json() == {"standings": ["acknowledged", "acknowledged", "held"]}


async def test_its_own_events_are_held_and_then_acknowledged(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        told = (await till.call("POST", "/sales", sale())).json()["head"]
        other = {**told, "hash": "ab" * 32}
        beyond = {**told, "seq": told["seq"] + 9}
        offer = {"kept": [told, other, beyond]}
        offered = await till.call("POST", "/kept/offers", offer)
        assert offered.json() == {"standings": ["held", "later", "later"]}
        await till.box.writer.run(
            lambda db: db.execute("UPDATE journal_head SET acknowledged_through = seq")
        )
        offered = await till.call("POST", "/kept/offers", offer)
        assert offered.json() == {"standings": ["acknowledged", "wanted", "later"]}


async def test_an_event_of_its_own_that_was_damaged_since_is_wanted(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        told = (await till.call("POST", "/sales", sale())).json()
        await till.box.writer.run(
            lambda db: db.execute(
                "UPDATE journal SET body = x'00' WHERE kind = 'retail_transaction'"
            )
        )
        offered = await till.call("POST", "/kept/offers", {"kept": [told["head"]]})
        assert offered.json() == {"standings": ["wanted"]}
        given_back = await till.call("POST", "/kept", {"kept": [told["envelope"]]})
        assert given_back.json()["outcomes"][0]["outcome"] == "taken"
        again = await till.call("GET", f"/sales/{told['sale_id']}")
        totals = (await till.call("GET", "/totals")).json()
        assert again.json()["envelope"] == told["envelope"]
        assert (totals["totals"][0], totals["recovered"][0]) == (1, 0)


async def test_nothing_is_taken_that_no_box_of_this_store_wrote(till: Till, burnt: Burnt) -> None:
    kept = burnt.kept[0]
    changed = structs.replace(kept.envelope, body=kept.envelope.body + b"\xc0")
    wrapped = structs.replace(kept.envelope, kind="event_recovered")
    foreign = structs.replace(kept, store_id=StoreId(CUSTOMER))
    answer = await till.call(
        "POST",
        "/kept",
        {
            "kept": [
                *given(foreign)["kept"],
                *given(structs.replace(kept, envelope=changed))["kept"],
                *given(structs.replace(kept, envelope=wrapped))["kept"],
                *given(structs.replace(kept, signature=b""))["kept"],
                base64.b64encode(b"no envelope").decode(),
                *given(kept)["kept"],
            ]
        },
    )
    outcomes = answer.json()["outcomes"]
    assert [one["outcome"] for one in outcomes] == ["refused"] * 5 + ["taken"]
    assert all(one["reason"] for one in outcomes[:5])
    assert len(await facts(till)) == 1


async def test_of_an_epoch_of_its_own_the_signature_is_held_against_its_key(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        told = (await till.call("POST", "/sales", sale())).json()
        kept = codec.decode(Kept, base64.b64decode(told["envelope"]))
        forged = structs.replace(kept, signature=bytes(64))
        answer = await till.call("POST", "/kept", given(forged))
        assert answer.json()["outcomes"][0]["outcome"] == "refused"


async def test_a_body_beyond_the_bounds_is_refused_whole(till: Till, burnt: Burnt) -> None:
    many = {"kept": [burnt.answers[0]["head"]] * 501}
    assert (await till.call("POST", "/kept/offers", many)).status_code == 400
    envelopes = {"kept": [burnt.answers[0]["envelope"]] * 51}
    assert (await till.call("POST", "/kept", envelopes)).status_code == 400
    assert (await till.call("POST", "/kept", {"kept": ["*"]})).status_code == 400
    assert not await facts(till)
    assert (await till.call("POST", "/kept", {"kept": ["x" * (2 << 20)]})).status_code == 413


async def test_a_box_without_settings_takes_it_when_they_have_come(
    till: Till, burnt: Burnt
) -> None:
    await till.box.writer.run(lambda db: db.execute("UPDATE settings SET current = 0"))
    refused = await till.call("POST", "/kept", burnt.envelopes())
    assert refused.status_code in (409, 503)
    assert not await facts(till)
    await till.box.writer.run(lambda db: db.execute("UPDATE settings SET current = 1"))
    await till.call("POST", "/kept", burnt.envelopes())
    assert len(await facts(till)) == 3


async def sell_at(till: Till) -> None:
    """Somebody signs in at the new box, and opens it."""
    till.client.headers["Holdfast-Session"] = await session_at(till.box, "W1", "anna")
    await till.open_shop()


async def test_it_is_looked_up_and_printed_like_any_other(till: Till, burnt: Burnt) -> None:
    await till.call("POST", "/kept", burnt.envelopes())
    await sell_at(till)
    told = burnt.answers[1]
    by_id = await till.call("GET", f"/sales/{told['sale_id']}")
    assert by_id.json() == {**told, "points_here": 0}
    by_number = await till.call("GET", f"/sales?receipt_number={told['receipt_number']}")
    assert by_number.json()["sale_id"] == told["sale_id"]
    assert "COPY" in by_number.json()["receipt"].upper()


async def test_goods_of_it_are_taken_back_once(till: Till, burnt: Burnt) -> None:
    await till.call("POST", "/kept", burnt.envelopes())
    await sell_at(till)
    back = {
        "lines": [
            {
                "line_no": 1,
                "quantity_milli": 1_000,
                "original": {"sale_id": burnt.answers[0]["sale_id"], "line_no": 1},
            }
        ],
        "tenders": [{"tender_id": "cash", "amount_minor": -345}],
        "total_minor": -345,
    }
    first = await till.call("POST", "/returns", sale(**back))
    assert first.status_code == 201, first.text
    second = await till.call("POST", "/returns", sale(**back))
    assert second.status_code == 422


async def test_its_goods_left_the_shelf_once(till: Till, burnt: Burnt) -> None:
    await till.call("POST", "/kept", burnt.envelopes())
    await till.call("POST", "/kept", burnt.envelopes())
    level = await till.box.reader.read(
        lambda db: db.execute("SELECT on_hand_milli FROM stock_level").fetchall()
    )
    assert level == [(-3_000,)]


async def test_points_that_were_born_in_it_are_not_spent_here(till: Till, burnt: Burnt) -> None:
    await till.call("POST", "/kept", burnt.envelopes())
    rights = await till.box.reader.read(
        lambda db: db.execute("SELECT count(*) FROM points_right").fetchone()
    )
    assert rights == (0,)


async def test_the_days_account_lists_it_apart(till: Till, burnt: Burnt) -> None:
    await till.call("POST", "/kept", burnt.envelopes())
    await sell_at(till)
    await till.call("POST", "/sales", sale())
    day = await till.box.reader.read(find_open_day)
    assert day is not None
    manifest = await till.box.reader.read(lambda db: make_manifest(db, day.business_date))
    assert (manifest.store.transactions, manifest.recovered.transactions) == (1, 3)
    assert (manifest.store.gross_minor, manifest.recovered.gross_minor) == (345, 3 * 345)
    assert [part.totals.transactions for part in manifest.workstations] == [1]
    totals = (await till.call("GET", f"/totals?business_date={day.business_date}")).json()
    assert totals["totals"] is None or totals["totals"][0] == 4


async def test_a_return_that_comes_home_before_its_receipt_counts_against_it(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path / "burnt") as old:
        await old.open_shop()
        sold = (await old.call("POST", "/sales", sale())).json()
        back = sale(
            lines=[
                {
                    "line_no": 1,
                    "quantity_milli": 1_000,
                    "original": {"sale_id": sold["sale_id"], "line_no": 1},
                }
            ],
            tenders=[{"tender_id": "cash", "amount_minor": -345}],
            total_minor=-345,
        )
        returned = (await old.call("POST", "/returns", back)).json()
        store_id, epoch = old.box.enrolment.store_id, await old.epoch()
    make_store(tmp_path / "S01", after=(store_id, Head(epoch, 1, bytes(32))))
    async with open_store(tmp_path / "S01", signed_in=None) as till:
        for each in (returned, sold):
            await till.call("POST", "/kept", {"kept": [each["envelope"]]})
        rows = await till.box.reader.read(
            lambda db: db.execute(
                "SELECT returned_milli FROM sale_line WHERE quantity_milli > 0"
            ).fetchall()
        )
        assert rows == [(1_000,)]


async def test_the_chain_of_the_new_box_is_whole_and_each_recovered_event_has_an_id_of_its_own(
    till: Till, burnt: Burnt
) -> None:
    await till.call("POST", "/kept", burnt.envelopes())
    epochs = await till.box.reader.read(epochs_here)
    assert [str(epoch) for epoch, here in epochs.items() if here.current] == [
        str(await till.epoch())
    ]
    ids = await till.box.reader.read(
        lambda db: db.execute("SELECT count(DISTINCT event_id), count(*) FROM journal").fetchone()
    )
    assert ids[0] == ids[1]


async def test_an_unpaired_caller_gives_nothing_back(till: Till, burnt: Burnt) -> None:
    del till.client.headers["Authorization"]
    assert (await till.call("POST", "/kept", burnt.envelopes())).status_code == 401
    assert (await till.call("POST", "/kept/offers", burnt.offer())).status_code == 401


async def test_what_head_office_keeps_damaged_is_wanted_of_the_till_until_it_has_come(
    tmp_path: Path,
) -> None:
    """Acknowledged as it is, the very event that is sought is taken; what wraps it is not asked for
    twice, and another one at that place is not wanted."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        told = (await till.call("POST", "/sales", sale())).json()
        await till.box.writer.run(
            lambda db: db.execute("UPDATE journal_head SET acknowledged_through = seq")
        )
        offer, here = {"kept": [told["head"]]}, till.box
        assert (await till.call("POST", "/kept/offers", offer)).json() == {
            "standings": ["acknowledged"]
        }
        number, _, fingerprint = told["head"]["epoch"].partition("-")
        epoch = Epoch(int(number), bytes.fromhex(fingerprint))
        event = Head(epoch, told["head"]["seq"], bytes.fromhex(told["head"]["hash"]))
        moment, steady = here.clock.moment(), here.clock.steady()
        other = Head(epoch, event.seq, bytes(32))
        for sought, standing in ((other, "acknowledged"), (event, "wanted")):
            words = ("dance", str(Seek(sought)))
            heard = partial(record_contact, set_aside=1, commands=words)
            await here.writer.run(partial(_told, heard, moment, steady))
            offered = await till.call("POST", "/kept/offers", offer)
            assert offered.json() == {"standings": [standing]}
        taken = await till.call("POST", "/kept", {"kept": [told["envelope"]]})
        assert taken.json()["outcomes"][0]["outcome"] == "taken"
        offered = await till.call("POST", "/kept/offers", offer)
        assert offered.json() == {"standings": ["held"]}


def _told(heard: Callable[..., None], moment: Moment, steady: Steady, db: Connection) -> None:
    heard(db, moment, 1, steady)


async def test_what_comes_home_of_a_day_that_is_not_open_here_brings_its_account(
    till: Till, burnt: Burnt
) -> None:
    """A correction manifest: once for a date, after everything that came; again it says nothing."""
    for _ in range(2):
        await till.call("POST", "/kept", burnt.envelopes())
    rows = await till.box.reader.read(
        lambda db: db.execute("SELECT seq, kind, body FROM journal ORDER BY seq").fetchall()
    )
    ((seq, _, body),) = [row for row in rows if row[1] == "manifest_given"]
    given_fact = codec.decode(ManifestGiven, body)
    assert (given_fact.cause, seq) == ("late", rows[-1][0])
    manifest = given_fact.manifest
    assert (manifest.first_seq, manifest.last_seq) == (1, seq - 1)
    assert manifest.business_date == burnt.sales[0].business_date
    assert (manifest.store.transactions, manifest.recovered.transactions) == (0, 3)


async def test_a_manifest_that_is_asked_for_is_given_once_until_something_happens(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        told = (await till.call("POST", "/sales", sale())).json()
        words = (str(GiveManifest(date.fromisoformat(told["business_date"]))),)
        heard = partial(record_contact, set_aside=1, commands=words)
        moment, steady = till.box.clock.moment(), till.box.clock.steady()
        for sold, transactions in ((False, [1]), (False, [1]), (True, [1, 2])):
            if sold:
                await till.call("POST", "/sales", sale())
            await till.box.writer.run(partial(_told, heard, moment, steady))
            bodies = await till.box.reader.read(
                lambda db: db.execute(
                    "SELECT body FROM journal WHERE kind = 'manifest_given' ORDER BY seq"
                ).fetchall()
            )
            said = [codec.decode(ManifestGiven, body).manifest for (body,) in bodies]
            assert [one.store.transactions for one in said] == transactions
