"""Leave to take goods of a receipt back at another shop than sold them: a right of the kind
``refund``, whose account is the sale's id.

Nobody puts it into the account. While goods of the receipt are left to come back, head office has
one leave to give beyond what the account has; what is used was made for its use (``fold/sale.py``),
so the account comes to nothing again. Of one receipt one leave is out at a time: so two shops never
take back the same goods under leaves, for the second is told what the first took. It is one whole
receipt's, not one line's: a till reads all lines under it and takes back any of them.

Whoever has one and does not come back has it until its last day is over (``reports/leaves.py``).
The shop that sold takes back without one where head office does not answer, for nothing on the
network stops a shop; what came back twice so is found (``reports/exceptions/returned_twice.py``).
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.reports.leaves import without_over
from central.reports.receipt_back import goods_are_left
from central.reports.rights import Account
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CompanyId

ONE = 1


async def with_leave(
    db: AsyncConnection, company_id: CompanyId, kind: str, account: Account, now_ms: int
) -> Account:
    """The account with the leave that may be made, and without those whose time is over; of other
    kinds as it is. Read it after the account: what is used up meanwhile is then seen with what it
    took back."""
    if kind != RightKind.REFUND or not await goods_are_left(db, company_id, account.account_id):
        return account
    out = await without_over(db, account, now_ms)
    return out._replace(balance=out.balance + ONE)
