"""What a store refuses about business days and tills: the state forbids it, or the date cannot be
meant."""

from datetime import date

from edge.domain.errors import NotAcceptable, NotNow
from sync.protocol.identity import TillId, TillSessionId, WorkstationId


class BusinessDayOpenAlready(NotNow):
    """Another business day is open; at most one is at a time."""

    slug = "business-day-open-already"
    title = "Another business day is open"

    def __init__(self, open_date: date) -> None:
        super().__init__(
            f"The business day {open_date} is still open; only one can be at a time.",
            field="business_date",
            remedy=f"Close it first: POST /business-days/{open_date}/close.",
        )
        self.open_date = open_date


class BusinessDayClosedAlready(NotNow):
    """A closed day is proven by its manifest: only a manager opens it again."""

    slug = "business-day-closed"
    title = "This business day is closed"

    def __init__(self, business_date: date) -> None:
        super().__init__(
            f"The business day {business_date} was closed.",
            field="business_date",
            remedy="Open the day that is traded now, under its own date; if this one was closed by "
            f"mistake, a manager opens it again: POST /business-days/{business_date}/reopen.",
        )
        self.business_date = business_date


class BusinessDayBehind(NotNow):
    """Days were traded and closed after it: its manifest is history."""

    slug = "business-day-behind"
    title = "Only the last business day can be opened again"

    def __init__(self, business_date: date) -> None:
        super().__init__(
            f"Other days were closed after the business day {business_date}.",
            field="business_date",
            remedy="Book what is missing on the day that is open now.",
        )
        self.business_date = business_date


class BusinessDayTooEarly(NotNow):
    """A day before the last closed one needs somebody's reason (protocol.md, Time)."""

    slug = "business-day-too-early"
    title = "The business day is earlier than one that was closed"

    def __init__(self, business_date: date, last_closed: date) -> None:
        super().__init__(
            f"{business_date} is earlier than {last_closed}, the last day that was closed; days "
            "follow each other.",
            field="business_date",
            remedy="Check the date and the clock; if it is meant, a manager says why in "
            "override_reason.",
        )
        self.business_date = business_date
        self.last_closed = last_closed


class BusinessDayFar(NotNow):
    """A day far from what is known of the time is asked about: a clock may be wrong."""

    slug = "business-day-far"
    title = "The business day is far from today"

    def __init__(self, business_date: date, known_today: date) -> None:
        super().__init__(
            f"{business_date} is far from today, which is {known_today} as far as this store knows "
            "from head office's clock and its own.",
            field="business_date",
            remedy="Check the date, and this box's clock; if it is meant, a manager says why in "
            "override_reason.",
        )
        self.business_date = business_date
        self.known_today = known_today


class BusinessDayOutOfReach(NotAcceptable):
    """No reason opens a day that no calendar of this shop will ever see."""

    slug = "business-day-out-of-reach"
    title = "This business day cannot be meant"

    def __init__(self, business_date: date, earliest: date, latest: date) -> None:
        super().__init__(
            f"{business_date} cannot be opened: days from {earliest} to {latest} can.",
            field="business_date",
            remedy="State the day that is traded; if that is what was stated, set this box's "
            "clock first.",
        )
        self.business_date = business_date


class CountedBlind(NotNow):
    """Whoever counts a drawer does not know what is expected in it."""

    slug = "counted-blind"
    title = "Amounts are shown when every till was counted"

    def __init__(self) -> None:
        super().__init__(
            "A till is open, and drawers are counted without knowing what is expected in them.",
            remedy="Settle the tills first; on the store server `edge totals` shows them always.",
        )


class UnknownBusinessDay(NotNow):
    """No business day of this date was ever opened."""

    slug = "unknown-business-day"
    title = "This business day was never opened"

    def __init__(self, business_date: date) -> None:
        super().__init__(
            f"No business day {business_date} was opened at this store.",
            field="business_date",
            remedy="See which day is open: GET /business-days/current.",
        )
        self.business_date = business_date


class TillsOpen(NotNow):
    """A day closes when each of its tills was counted."""

    slug = "tills-open"
    title = "Some tills were not settled"

    def __init__(self, business_date: date, open_tills: tuple[tuple[TillId, WorkstationId], ...]):
        named = ", ".join(f"{till} (at {workstation})" for till, workstation in open_tills)
        super().__init__(
            f"The business day {business_date} has tills that were not settled: {named}.",
            remedy="Count and settle them: POST /till-sessions/{id}/settle, then close the day.",
        )
        self.open_tills = open_tills


class TillOpenAlready(NotNow):
    """A till, and a workstation, has one open session at a time."""

    slug = "till-open-already"
    title = "A till session is open already"

    def __init__(self, till_id: TillId, workstation_id: WorkstationId, session: TillSessionId):
        super().__init__(
            f"The till {till_id} is open at the workstation {workstation_id} (session {session}).",
            field="till_id",
            remedy=f"Go on with it, or settle it: POST /till-sessions/{session}/settle.",
        )
        self.till_id = till_id
        self.workstation_id = workstation_id
        self.till_session_id = session


class UnknownTillSession(NotNow):
    """No till session has this id."""

    slug = "unknown-till-session"
    title = "This till session is not known"

    def __init__(self, session: TillSessionId) -> None:
        super().__init__(
            f"This store knows no till session {session}.",
            field="till_session_id",
            remedy="See which one is open: GET /till-sessions/current.",
        )
        self.till_session_id = session


class AnotherWorkstationsTill(NotNow):
    """A drawer is counted where it stands."""

    slug = "another-workstations-till"
    title = "The till belongs to another workstation"

    def __init__(self, till_id: TillId, holder: WorkstationId, asking: WorkstationId) -> None:
        super().__init__(
            f"The till {till_id} is open at the workstation {holder}, and {asking} asks.",
            field="till_session_id",
            remedy=f"Count it at {holder}; if {holder} is gone, a manager says so in "
            "override_reason.",
        )
        self.till_id = till_id
        self.holder = holder


class TillSettledAlready(NotNow):
    """A till is settled once; another count afterwards is another matter."""

    slug = "till-settled-already"
    title = "The till session was settled with another count"

    def __init__(self, session: TillSessionId, counted: str) -> None:
        super().__init__(
            f"The till session {session} was settled already, with {counted} counted.",
            field="counted_cash_minor",
            remedy="Open a new session for what is counted now.",
        )
        self.till_session_id = session
