"""The company's certificate authority, made when its first box asks for a certificate.

Its key stands in the database sealed under head office's own, so every process of head office can
issue, and a dump of the database alone can not. One that was sealed under another ``central.key``
is another company's as far as tablets can tell: after ``central key replace`` a new one is made.
"""

import secrets
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.credentials import AuthorityRow
from central.db.key_file import public_half
from central.db.mirrored import note_own
from central.db.tables import Company, table
from central.domain.authority import new_authority
from central.domain.derived_keys import NONCE_BYTES, open_at_rest, seal_at_rest
from sync.protocol.identity import CompanyId

_AUTHORITIES = table(AuthorityRow)
_COMPANIES = table(Company)
_ABOUT = b"authority"


class Authority(NamedTuple):
    """What signs for the company's boxes."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


async def own_authority(
    db: AsyncConnection, key: Ed25519PrivateKey, company_id: CompanyId, now_ms: int
) -> Authority:
    """The company's, under head office's ``key``; made if there is none."""
    known = await _find(db, key, company_id)
    if known is not None:
        return known
    made = generate_private_key(SECP256R1())
    name = await db.scalar(select(_COMPANIES.c.name).where(_COMPANIES.c.company_id == company_id))
    plain = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    row = {
        "company_id": company_id,
        "office_key": public_half(key),
        "certificate": new_authority(made, str(name), now_ms).public_bytes(Encoding.DER),
        "sealed_key": seal_at_rest(
            key, _about(company_id), plain, secrets.token_bytes(NONCE_BYTES)
        ),
    }
    note_own(db)
    await db.execute(insert(_AUTHORITIES).values(row).on_conflict_do_nothing())
    found = await _find(db, key, company_id)  # another process may have been first
    assert found is not None  # noqa: S101 - it was written above
    return found


async def _find(
    db: AsyncConnection, key: Ed25519PrivateKey, company_id: CompanyId
) -> Authority | None:
    wanted = select(_AUTHORITIES.c.certificate, _AUTHORITIES.c.sealed_key).where(
        _AUTHORITIES.c.company_id == company_id, _AUTHORITIES.c.office_key == public_half(key)
    )
    row = (await db.execute(wanted)).one_or_none()
    if row is None:
        return None
    opened = load_der_private_key(
        open_at_rest(key, _about(company_id), row.sealed_key), password=None
    )
    assert isinstance(opened, EllipticCurvePrivateKey)  # noqa: S101 - as it was written
    return Authority(x509.load_der_x509_certificate(row.certificate), opened)


def _about(company_id: CompanyId) -> bytes:
    return _ABOUT + company_id.bytes
