"""Facts that hold something sealed of a person beside a customer's fields, as strategies."""

from typing import Any

from hypothesis import strategies as st

from sync.protocol.facts import BirthMonthTold, InvoiceMadeOut, KindVersion
from sync.protocol.identity import CustomerId, SaleId
from tests.strategies import ids, operators

_SEALED = st.binary(min_size=1, max_size=60)
PERSONAL_FACTS: dict[KindVersion, st.SearchStrategy[Any]] = {
    BirthMonthTold.KIND: st.builds(BirthMonthTold, ids.map(CustomerId), operators, _SEALED),
    InvoiceMadeOut.KIND: st.builds(
        InvoiceMadeOut, ids.map(SaleId), ids.map(CustomerId), operators, _SEALED
    ),
}
