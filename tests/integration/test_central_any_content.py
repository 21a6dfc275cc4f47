"""Content stops no upload, whatever form it travels in: what is no fact is kept and set aside."""

from collections.abc import Sequence

import msgspec
import pytest

from central.usecases.journal.apply_events import apply_events
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import link
from sync.protocol.codec import decode, encode
from sync.protocol.columns import SALE_COLUMNS
from tests.central_fixtures import postgres_template, serving
from tests.shop_journal import Shop

__all__ = ["postgres_template"]


async def pushed(url: str, bodies: Sequence[tuple[str, int, bytes]]) -> list[tuple[str, str]]:
    """What becomes of events of these kinds, versions and bodies, with a good one behind them:
    state and error of those set aside, which their box hears of (A51)."""
    async with serving(url) as served:
        company = await served.company()
        box = await served.enrolled(await served.store(company, "S01"))
        for kind, version, body in bodies:
            box.record(1)
            odd = {"kind": kind, "kind_version": version, "body": body}
            box.events[-1] = msgspec.structs.replace(box.events[-1], **odd)
            prev = box.hash_at(len(box.events) - 1)
            box.hashes[-1] = link(box.me.store_id, box.epoch, box.events[-1], prev).hash
        box.record(1)
        answer = await box.push_events(1, len(box.events))
        assert answer.status_code == 200, answer.text
        applied = await apply_events(served.office.archive, box.me.store_id, box.epoch)
        assert (applied.events, applied.more) == (len(box.events), False)
        heard = await box.get(f"/v1/stores/{box.me.store_id}/feeds")
        assert decode(Acknowledgement, heard.content).set_aside == len(bodies)
        rows = await served.rows("SELECT state, error FROM quarantine ORDER BY seq")
        return [(str(state), str(error)) for state, error in rows]


@pytest.mark.parametrize("lines", [1_001, 3_000])
async def test_a_receipt_of_too_many_lines_is_kept_and_set_aside(
    postgres_url: str, lines: int
) -> None:
    """A50: turned into columns as well as alone."""
    sale = Shop(1).sale(((1, 1_000, 1),))
    values = msgspec.msgpack.decode(encode(sale))
    place = SALE_COLUMNS.index("lines")
    values[place] = values[place] * lines
    body = msgspec.msgpack.encode(values)
    ((state, error),) = await pushed(postgres_url, [("retail_transaction", 1, body)])
    assert state == "error"
    assert error


async def test_a_kind_version_that_nobody_ever_wrote_is_kept_and_parked(
    postgres_url: str,
) -> None:
    """A50: 0 is a version like any that is not known here."""
    body = encode(Shop(1).sale())
    found = await pushed(
        postgres_url, [("retail_transaction", 0, body), ("device_recorded", 65_535, b"\xc1")]
    )
    assert [state for state, _ in found] == ["parked", "parked"]


async def test_any_bytes_at_all_are_kept(postgres_url: str) -> None:
    """A50: empty, cut, nested without end, of another shape, of wild numbers."""
    sale = encode(Shop(1).sale())
    bodies = [b"", sale[:-1], sale + b"\xc0", b"\x91" * 5_000, b"\xdd\xff\xff\xff\xff", b"\xc1"]
    values = msgspec.msgpack.decode(sale)
    for name, wild in (("tendered_at_ms", 1 << 62), ("lines", []), ("sale_id", b"x" * 15)):
        odd = list(values)
        odd[SALE_COLUMNS.index(name)] = wild
        bodies.append(msgspec.msgpack.encode(odd))
    found = await pushed(postgres_url, [("retail_transaction", 1, body) for body in bodies])
    assert [state for state, _ in found] == ["error"] * len(bodies)
