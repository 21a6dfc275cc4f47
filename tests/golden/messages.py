"""Messages beside the journal and the feeds, of which the golden bytes are."""

from datetime import date
from uuid import UUID

from sync.protocol.change import Epoch, Head
from sync.protocol.enrolment import AnswerShown, EpochKey, Lineage, LineageAsked, Predecessor
from sync.protocol.identity import WorkstationId
from sync.protocol.periods import Period
from sync.protocol.reference import Goodwill
from tests.golden.examples import CUSTOMER

PREDECESSOR = Predecessor(
    ("s01.shop.internal", "till.local"), (WorkstationId("W1"), WorkstationId("W2"))
)
_FIRST = Epoch(1, bytes(range(4)))
_TWO = (Head(_FIRST, 7, bytes(range(32))), Head(_FIRST, 8, bytes(range(1, 33))))
LINEAGE_ASKED = LineageAsked(_TWO)
LINEAGE = Lineage((EpochKey(_FIRST, bytes(range(32))),), (True, False))
ANSWERS = (AnswerShown(UUID(int=9), "points", CUSTOMER, 150, 120),)
LENT = Goodwill("points", 500, Period.WEEK, date(2026, 11, 23), "2-00010203", date(2026, 11, 29))
