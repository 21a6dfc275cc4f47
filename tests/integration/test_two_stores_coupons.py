"""Two stores and a head office that hear of each other when they please: no coupon that is good
once is ever taken twice but by a receipt that was voided, and one that nobody took, or whose
receipt was voided, is free again in the end. Over the use cases of
the boxes and the very functions that head office decides by (``sync/protocol/escrow.py``)."""

import sqlite3
from collections import Counter, defaultdict
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.db.connection.engine import open_connection
from edge.domain.sale.refusals.coupons import CouponNotHere
from edge.usecases.right.ask import give_up, note_answer, note_question
from edge.usecases.right.give_back import RESERVED_MS, give_back_rights
from sync.protocol.codec import decode_fact
from sync.protocol.escrow import HeldRights, available, granted_of
from sync.protocol.facts import GrantReleased, RetailTransaction
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.once import once_number, picture_of
from sync.protocol.promotions.percent_off import PercentOff
from tests.builders import CARD, moment, new_store
from tests.integration.test_edge_coupons_once import COUPON, account
from tests.integration.test_edge_promotions import HALF, TEA, HeadOffice, row
from tests.sale_builders import line, sale_id, sale_request, sell, tender

NUMBERS = tuple(once_number(7, drawn) for drawn in (1, 2))
STORES = (0, 1)
DONE_MS = 2 * RESERVED_MS
_FACTS = "SELECT seq, kind, kind_version, body FROM journal WHERE seq > ? ORDER BY seq"


class Store:
    """A box, with tea for half of its price by a coupon."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        opened = open_connection(new_store(path), writer=True)
        self.db: sqlite3.Connection = stack.enter_context(closing(opened))
        self.db.execute("BEGIN")
        asked = Condition(coupons=(picture_of(7),))
        HeadOffice(self.db).publishes(row("half", PercentOff(TEA, HALF), asked))
        self.heard = 0
        self.sales = 0
        self.sold: list[tuple[str, str]] = []

    def sells_by(self, number: str) -> bool:
        """Whether the coupon was taken; nothing is sold without it."""
        self.sales += 1
        name, paid = f"{id(self)} {self.sales}", [tender(CARD, 190)]
        asked = sale_request(name, [line("I05")], paid, total_minor=190, coupons=(number,))
        try:
            taken = bool(sell(self.db, asked).fact.rights_taken)
        except CouponNotHere:
            return False
        self.sold += [(name, number)] * taken
        return taken

    def voids(self) -> str | None:
        """The coupon of the receipt that it voids, the last one; None: there is none."""
        if not self.sold:
            return None
        name, number = self.sold.pop()
        more = {"post_void_of": sale_id(name), "note": "a mistake"}
        void = sell(self.db, sale_request(f"void {name}", [], [], total_minor=-190, **more)).fact
        assert [one.account_id for one in void.rights_given] == [account(self.db, number)]
        return number


class Office:
    """What head office counts of each coupon: by store, and by request."""

    def __init__(self) -> None:
        self.sums: defaultdict[UUID, dict[int, Counter[str]]] = defaultdict(
            lambda: {store: Counter() for store in STORES}
        )
        self.granted: dict[UUID, tuple[int, UUID, int]] = {}
        self.barred: set[UUID] = set()

    def answers(self, store: int, request: UUID, coupon: UUID) -> int:
        """As ``answer_request``: out of what is available, and nothing to one that was given up."""
        sums = self.sums[coupon]
        balance = 1 + sum(one["born"] - one["used"] for one in sums.values())
        held = [HeldRights(one["given"], one["used"], one["back"]) for one in sums.values()]
        free = 0 if request in self.barred else granted_of(1, available(balance, held))
        self.granted[request] = (store, coupon, free)
        sums[store]["given"] += free
        return free

    def hears(self, store: int, box: Store) -> None:
        """Everything that the box wrote since."""
        for seq, kind, version, body in box.db.execute(_FACTS, (box.heard,)).fetchall():
            box.heard = seq
            match decode_fact(kind, version, body):
                case RetailTransaction(rights_taken=taken, rights_given=born):
                    for one in taken:
                        self.sums[one.account_id][store]["used"] += one.amount
                    for again in born:
                        self.sums[again.account_id][store]["given"] += again.amount
                        self.sums[again.account_id][store]["born"] += again.amount
                case GrantReleased(releases, requests):
                    for back in releases:
                        self.sums[back.account_id][store]["back"] += back.amount
                    for request in requests:
                        self.barred.add(request)
                        of, coupon, free = self.granted.get(request, (store, UUID(int=0), 0))
                        self.sums[coupon][of]["back"] += free


def asks(office: Office, store: int, box: Store, number: str, *, lost: bool) -> None:
    """``lost``: head office is asked, and the box never learns what it said."""
    request, coupon = uuid4(), account(box.db, number)
    note_question(box.db, request, (COUPON, coupon), 1, moment(), event_id=uuid4())
    granted = office.answers(store, request, coupon)
    if lost:
        give_up(box.db, request, moment(), event_id=uuid4())
    else:
        note_answer(box.db, request, granted)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "lose", "sell", "sell", "void", "give back", "hear"]),
        st.sampled_from(STORES),
        st.sampled_from(NUMBERS),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(ACTS)
def test_no_coupon_is_taken_twice_whatever_two_stores_do_and_one_that_is_left_is_free_again(
    acts: list[tuple[str, int, str]],
) -> None:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        boxes = [Store(Path(folder) / f"{store}.sqlite3", stack) for store in STORES]
        office, taken = Office(), Counter[str]()
        for act, store, number in acts:
            box = boxes[store]
            match act:
                case "ask" | "lose":
                    asks(office, store, box, number, lost=act == "lose")
                case "sell":
                    taken[number] += box.sells_by(number)
                case "void":
                    if (again := box.voids()) is not None:
                        taken[again] -= 1
                case "give back":
                    give_back_rights(box.db, moment(DONE_MS), event_id=uuid4())
                case _:
                    office.hears(store, box)
        assert all(times <= 1 for times in taken.values())
        for store, box in zip(STORES, boxes, strict=True):
            while give_back_rights(box.db, moment(DONE_MS), event_id=uuid4()):
                pass
            office.hears(store, box)
        for number in NUMBERS:
            asks(office, 0, boxes[0], number, lost=False)
            assert boxes[0].sells_by(number) == (taken[number] == 0)
