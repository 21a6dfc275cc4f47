"""What somebody says exists of a store, and head office does not hold: it comes by itself, or a
person gives it up."""

from central.reports.claims import open_claims
from central.reports.exceptions.case import (
    NAMED_MAX,
    Case,
    Deed,
    Found,
    Kind,
    Scene,
    Weight,
)
from sync.protocol.identity import StoreId


async def _find(scene: Scene) -> Found:
    ids = [StoreId(store_id) for store_id in scene.codes]
    claimed = await open_claims(scene.db, ids)
    cases = [
        Case(
            scene.codes[store_id],
            None,
            (claim.said, claim.first_day),
            subject={"epoch": str(claim.epoch)},
        )
        for store_id in ids
        for claim in claimed.get(store_id, ())
    ]
    return Found(tuple(cases[:NAMED_MAX]), len(cases))


CLAIMS = Kind("claims", Weight.LOOK, _find, Deed.WRITE_OFF)
