"""Lets in over the telephone whom a box has locked out, in a shop without a line: head office's
answer to the challenge that stands on the till (``sync/protocol/telephone.py``)."""

import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.derived_keys import unlock_key
from central.reports.in_use import epoch_in_use
from central.usecases.people.set_operator import operator_of_company
from central.usecases.store.add import find_store
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId
from sync.protocol.telephone import DIGITS, unlock_answer

_CHALLENGE = re.compile(rf"[0-9]{{{DIGITS}}}")


async def answer_unlock(
    db: AsyncConnection,
    company_id: CompanyId,
    key: Ed25519PrivateKey,
    store: str,
    operator_id: str,
    challenge: str,
) -> str:
    """The digits to read out; they open the lock of this operator at the box that sells there
    now. ``key``: head office's own. Raises NotFound, InvalidField."""
    digits = "".join(challenge.split())
    if not _CHALLENGE.fullmatch(digits):
        raise InvalidField(
            f"challenge: it has {DIGITS} digits.",
            field="challenge",
            remedy="Have it read out once more, digit by digit.",
        )
    operator = await operator_of_company(db, company_id, operator_id)
    if not operator.active:
        raise InvalidField(
            f"operator_id: {operator.name} works no more.",
            field="operator_id",
            remedy=f"If they shall again: `central operator set {operator_id} --active`.",
        )
    store_id = await find_store(db, company_id, store)
    used = await epoch_in_use(db, store_id)
    if used is None or used.revoked:
        raise NotFound(
            f"No box speaks for {store}.", field="store", remedy="See `central box list`."
        )
    secret = unlock_key(key, store_id, used.device_id)
    return unlock_answer(secret, operator.operator_id, digits)
