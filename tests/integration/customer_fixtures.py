"""Customers as shops make them, and what head office does about them in its background."""

from uuid import UUID

import msgspec

from central.usecases.customer.match import match_customers
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from sync.engine.sealing import seal
from sync.protocol.clock import Hlc
from sync.protocol.codec import encode
from sync.protocol.facts import CustomerChanged
from sync.protocol.identity import CustomerId, EventId
from sync.protocol.shared import CustomerField, FieldChange, PersonalKey
from tests.central_fixtures import Served
from tests.head_office import apply_all, open_stream
from tests.shop_journal import ANNA, NOW_MS, Shop

FIRST, SECOND, THIRD = (CustomerId(UUID(int=0xE0 + number)) for number in (1, 2, 3))


def key_of(customer_id: CustomerId) -> bytes:
    return customer_id.bytes * 2


def sets(
    shop: Shop,
    customer_id: CustomerId,
    *,
    created: bool = False,
    at: int = 0,
    **values: str | None,
) -> None:
    """The shop sets fields, personal ones sealed; ``at``: a later clock."""
    changes = []
    for name, value in sorted(values.items()):
        field, stamp = CustomerField(name), Hlc((NOW_MS + at) << 16)
        plain = field in (CustomerField.CODE, CustomerField.ACTIVE) or value is None
        nonce = bytes([at % 256, shop.number]) * 6
        sealed = (
            None if plain else seal(key_of(customer_id), customer_id, field, value or "", nonce)
        )
        said = value if plain else None
        changes.append(FieldChange(field, stamp, shop.store_id, said, sealed))
    fact = CustomerChanged(customer_id, ANNA, tuple(changes))
    event_id = EventId(customer_id if created else shop.new_id())
    shop.append_body("customer_changed", 1, encode(fact), event_id)


async def brought(served: Served, *shops: Shop, keys: tuple[CustomerId, ...] = ()) -> None:
    """What the shops have arrives with the keys of these customers, is counted and published, and
    head office looks at its customers."""
    archive = served.office.archive
    for shop in shops:
        if not await served.rows("SELECT 1 FROM stream WHERE store_id = $1", shop.store_id):
            await open_stream(archive, served.engine, shop)
        for batch in shop.batches():
            named = tuple(PersonalKey(one, key_of(one)) for one in keys)
            sent = msgspec.structs.replace(batch, keys=named)
            answer = await ingest_batch(archive, shop.store_id, shop.device_id, sent, NOW_MS)
            assert isinstance(answer, Acknowledged)
    await apply_all(archive)
    await looked_at(served)


async def looked_at(served: Served) -> int:
    """How many head office joined by itself."""
    await drain_publications(served.engine)
    joined = await match_customers(served.engine, served.office.key, NOW_MS)
    await drain_publications(served.engine)
    return joined
