"""Strategies of what stores say of goods between them."""

from hypothesis import strategies as st

from sync.protocol.facts import TransferNote, TransferNoted, WishedLine
from sync.protocol.identity import ItemId, MovementId, StoreId
from tests.strategies import dates, ids, operators, words

transfer_notes = st.builds(
    lambda note, note_id, subject, other_id, code, by, day, why, number: TransferNoted(
        *(note_id, note[0], subject, other_id, code, by, day, why, number, note[1])
    ),
    st.sampled_from(
        (
            (TransferNote.WISHED, (WishedLine(ItemId("I1"), 3_000),)),
            (TransferNote.WISH_ENDED, ()),
            (TransferNote.SETTLED, ()),
        )
    ),
    ids.map(MovementId),
    ids,
    st.none() | ids.map(StoreId),
    words,
    operators,
    st.none() | dates,
    words,
    words,
)
