"""Issues a box its certificate, with the keys that go with it: asked for at its enrolment, at two
thirds of the certificate's life, and when its names have changed.

A name is one store's at a time, so that no box, stolen or not, stands in for another shop's; an
address may be many shops'.
"""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.credentials import BoxName
from central.db.tables import Store, table
from central.domain.authority import NameTaken, read_request, sign_for_box
from central.domain.derived_keys import sealing_key, unlock_key
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.company.own_authority import own_authority
from central.usecases.people.note_act import note_act
from sync.protocol.enrolment import BoxKeys

_NAMES = table(BoxName)
_STORES = table(Store)


async def issue_certificate(
    db: AsyncConnection, key: Ed25519PrivateKey, device: EnrolledDevice, csr: bytes, now_ms: int
) -> BoxKeys:
    """For the key and names in ``csr`` (PKCS #10, DER). Raises InvalidField, NameTaken."""
    wanted = read_request(csr)
    authority = await own_authority(db, key, device.company_id, now_ms)
    store = select(_STORES.c.code).where(_STORES.c.store_id == device.store_id)
    code = str(await db.scalar(store))
    issued = sign_for_box(authority.key, authority.certificate, wanted, code, now_ms)
    await _take_names(db, device, wanted.names, issued.expires_at_ms, now_ms)
    named = " ".join((*wanted.names, *map(str, wanted.addresses)))
    detail = f"{named}, serial {issued.certificate.serial_number:x}"
    act = "certificate_issued"
    await note_act(db, device.company_id, f"box:{code}", act, code, detail, now_ms)
    return BoxKeys(
        issued.certificate.public_bytes(Encoding.PEM),
        authority.certificate.public_bytes(Encoding.PEM),
        sealing_key(key).public_key().public_bytes_raw(),
        unlock_key(key, device.store_id, device.device_id),
    )


async def _take_names(
    db: AsyncConnection,
    device: EnrolledDevice,
    names: Sequence[str],
    expires_at_ms: int,
    now_ms: int,
) -> None:
    """The store's names are these from now on. Raises NameTaken."""
    await db.execute(
        delete(_NAMES).where(
            _NAMES.c.company_id == device.company_id,
            _NAMES.c.store_id == device.store_id,
            _NAMES.c.name.not_in(names),
        )
    )
    if not names:
        return
    own = {
        "company_id": device.company_id,
        "store_id": device.store_id,
        "expires_at_ms": expires_at_ms,
    }
    rows = [{**own, "name": name} for name in sorted(names)]
    put = insert(_NAMES).values(rows)
    free = (_NAMES.c.store_id == device.store_id) | (_NAMES.c.expires_at_ms <= now_ms)
    taken = await db.scalars(
        put.on_conflict_do_update(
            index_elements=["company_id", "name"],
            set_={name: put.excluded[name] for name in ("store_id", "expires_at_ms")},
            where=free,
        ).returning(_NAMES.c.name)
    )
    refused = sorted(set(names) - set(taken))
    if refused:
        raise NameTaken(f"{refused[0]} is another store's.")
