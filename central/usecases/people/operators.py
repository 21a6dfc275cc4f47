"""A company's operators as head office shows them: each with the state of their PIN."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.read_published import published_rows
from central.usecases.people.set_operator import operator_of_company
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Credential, DataSet, Operator


class OperatorLine(NamedTuple):
    """``credential`` None: nobody signs in as they."""

    operator: Operator
    credential: Credential | None

    @property
    def pin_said(self) -> str:
        """In a few words."""
        if self.credential is None:
            return "without a PIN"
        return "with a starting PIN" if self.credential.starting else "with a PIN of their own"


async def find_line(db: AsyncConnection, company_id: CompanyId, operator_id: str) -> OperatorLine:
    """Raises NotFound."""
    operator = await operator_of_company(db, company_id, operator_id)
    held = await published_rows(db, company_id, DataSet.CREDENTIALS, keys=[operator_id])
    return OperatorLine(operator, held.get(operator_id))


async def operator_lines(db: AsyncConnection, company_id: CompanyId) -> tuple[OperatorLine, ...]:
    """All, by id."""
    operators = await published_rows(db, company_id, DataSet.OPERATORS)
    credentials = await published_rows(db, company_id, DataSet.CREDENTIALS)
    return tuple(OperatorLine(one, credentials.get(key)) for key, one in operators.items())
