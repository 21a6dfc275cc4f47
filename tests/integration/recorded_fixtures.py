"""A head office that knows the box of a recording: its store, its key, its epoch."""

from central.archive.applying import WRITE_TURN
from central.db.engine import driver_of, unit_of_work
from central.domain.feeds import MAIN_ZONE
from central.usecases.feed.price_zones import declare_zone
from sync.protocol.change import Genesis, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId
from tests.central_fixtures import Served


async def know_box(
    served: Served, genesis: bytes, signature: bytes, public_key: bytes
) -> CompanyId:
    """And its company, whose store it is."""
    told, first = decode(Genesis, genesis), genesis_hash(genesis)
    company = told.company_id
    async with unit_of_work(served.engine) as db:
        connection = await driver_of(db)
        await connection.execute(
            "INSERT INTO company (company_id, name, currency, decimals)"
            " VALUES ($1, 'Recorded', 'SGD', 2)",
            company,
        )
        await declare_zone(db, company, MAIN_ZONE)
        await connection.execute(
            "INSERT INTO store (store_id, company_id, code, name, price_zone, zone, settings,"
            " last_epoch_number) VALUES ($1, $2, $3, $3, '', 'Asia/Singapore', '', 1)",
            *(told.store_id, company, told.store_code),
        )
        await connection.execute(WRITE_TURN, told.store_id)
        await connection.execute(
            "INSERT INTO device (device_id, store_id, public_key, revoked)"
            " VALUES ($1, $2, $3, false)",
            *(told.device_id, told.store_id, public_key),
        )
        await connection.execute(
            "INSERT INTO stream (store_id, epoch_number, epoch_fingerprint, company_id, device_id,"
            " genesis, genesis_signature, watermark, head_hash, provisional, state, sender_seq,"
            " applied_through) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, false, 'current', 0, 0)",
            *(told.store_id, told.epoch_number, first[:4], company, told.device_id),
            *(genesis, signature, first),
        )
    return company
