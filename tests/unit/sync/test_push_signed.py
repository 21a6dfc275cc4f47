"""Keys beside the events, packed sizes, and answers that head office did not sign."""

import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine.outcome import Idle, Later
from sync.engine.push import beat_once, push_once
from sync.engine.signing import NONCE_HEADER
from sync.engine.transport import Request, Response
from sync.protocol.batch import (
    PACKED_BYTES_MAX,
    BatchLimits,
)
from sync.protocol.clock import Hlc
from sync.protocol.facts import CustomerChanged, DeviceRecorded
from sync.protocol.identity import EventId, OperatorId
from sync.protocol.shared import CustomerField, FieldChange, PersonalKey
from tests.chain_strategies import STORE
from tests.doubles.journal import MemoryJournal
from tests.doubles.transport import Fate, MemoryTransport
from tests.signed_answers import signed_by, signing
from tests.unit.sync.push_line import (
    CUSTOMER,
    EPOCH,
    GENESIS,
    HEALTH,
    MOMENT,
    OFFICE_KEY,
    SIGNER,
    HeadOffice,
    journal_of,
    line_to,
    problem,
)


def changed_name(sealed: bytes | None) -> CustomerChanged:
    change = FieldChange(CustomerField.NAME, Hlc(1), UUID(int=1), None, sealed)
    return CustomerChanged(CUSTOMER, OperatorId("anna"), (change, change))


async def test_keys_travel_beside_the_events_that_need_them() -> None:
    journal, office = journal_of(1), HeadOffice()
    journal.append(changed_name(b"sealed"), EventId(UUID(int=2)), MOMENT)
    journal.append(changed_name(b"sealed"), EventId(UUID(int=3)), MOMENT)
    journal.append(changed_name(None), EventId(UUID(int=4)), MOMENT)
    for _ in range(4):
        transport = line_to(office)
        await push_once(journal, transport, SIGNER, BatchLimits(1), HEALTH)
    key = (PersonalKey(CUSTOMER, b"c" * 32),)
    assert [batch.keys for batch in office.batches] == [(), key, key, ()]


async def test_a_batch_is_cut_to_its_packed_size() -> None:
    """Bodies that zstd cannot fold: 40 of 32 KB are far more than one request may have."""
    journal, office = MemoryJournal(STORE, EPOCH, GENESIS), HeadOffice()
    noise = random.Random(7)

    def word() -> str:
        return "".join(chr(noise.randrange(0x4E00, 0x9E00)) for _ in range(4_000))

    for seq in range(1, 41):
        fact = DeviceRecorded(word(), word(), word())
        journal.append(fact, EventId(UUID(int=seq)), MOMENT)
    sizes: list[int] = []
    limits = BatchLimits()
    for _ in range(100):
        transport = line_to(office, lambda request: weighed(request, sizes))
        if isinstance(await push_once(journal, transport, SIGNER, limits, HEALTH), Idle):
            break
    assert office.watermark == 40
    assert len(sizes) > 1
    assert max(sizes) <= PACKED_BYTES_MAX


def weighed(request: Request, sizes: list[int]) -> Fate:
    sizes.append(len(request.body))
    return Fate.DELIVERED


STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


def unsigned(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    return office.answer


def by_a_stranger(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    return signing(STRANGER, office.answer)


def an_answer_to_another_question(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    """Head office's own word, once, to a request with another nonce."""

    async def replayed(request: Request) -> Response:
        other = request._replace(headers={**request.headers, NONCE_HEADER: "00" * 16})
        return signed_by(OFFICE_KEY, other, await office.answer(request))

    return replayed


def with_another_body(office: HeadOffice) -> Callable[[Request], Awaitable[Response]]:
    async def changed(request: Request) -> Response:
        answer = signed_by(OFFICE_KEY, request, await office.answer(request))
        return answer._replace(body=answer.body + b" ")

    return changed


FORGERIES = [unsigned, by_a_stranger, an_answer_to_another_question, with_another_body]


@pytest.mark.parametrize("forged", FORGERIES)
async def test_an_acknowledgement_that_head_office_did_not_sign_is_none(
    forged: Callable[[HeadOffice], Callable[[Request], Awaitable[Response]]],
) -> None:
    """A22: whoever answered at head office's address could acknowledge what nobody holds."""
    journal, transport = journal_of(3), MemoryTransport(forged(HeadOffice()))
    pushed = await push_once(journal, transport, SIGNER, BatchLimits(), HEALTH)
    assert isinstance(pushed, Later)
    assert "did not sign" in pushed.detail
    assert isinstance(await beat_once(journal, transport, SIGNER), Later)
    assert (await journal.state()).acknowledged_through == 0


@pytest.mark.parametrize("forged", FORGERIES)
@pytest.mark.parametrize(
    ("status", "slug"), [(409, "fork"), (409, "gap"), (403, "fenced"), (422, "bad-envelope")]
)
async def test_a_verdict_that_head_office_did_not_sign_stops_nothing(
    forged: Callable[[HeadOffice], Callable[[Request], Awaitable[Response]]],
    status: int,
    slug: str,
) -> None:
    """A22, A40: a forged verdict stopped pushing for good."""
    office = HeadOffice()
    office.say = lambda _: problem(status, slug, expected_seq=1, seq=1)
    journal = journal_of(3)
    outcome = await push_once(
        journal, MemoryTransport(forged(office)), SIGNER, BatchLimits(), HEALTH
    )
    assert isinstance(outcome, Later)
    assert not outcome.person
    assert not (await journal.state()).stopped
