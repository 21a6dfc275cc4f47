"""What the pages about stores' boxes say."""

from collections.abc import Sequence

from central.domain.epoch import EpochState
from central.pages.words.figures import NOT_KNOWN, ago
from central.reports.boxes import Book, StoreBox
from central.reports.day_cells import AWAY_MS
from central.reports.epochs import StoreEpoch
from central.reports.incarnation import Uncounted
from sync.protocol.counted import counted

title = "Stores"
none_yet = ("No store yet. Open one: ", ".")
open_a_store = "central store add CODE"
state = "State"
epoch = "Epoch"
software = "Software"
disk = "Disk free"
clock = "Clock"
goods = "Goods and prices"
queue = "Not sent yet, as it said"
history = "Its epochs"
going_on_from = "Goes on from"
here = "Here"
missing = "What may be missing"
data_set = "Data set"
published = "Published"
handed_out = "Handed out"
when = "When"
days = "Days"
no_box = "No box speaks for this store."
beside = (
    "Its box sells beside the store's line, because a copy of its disk was heard before it. What it"
    " sells counts, and it is given no points, value or credit to let customers spend. Let it send"
    " everything and stop it; make a code, use it there with a folder that is not there yet (`edge"
    " replace --enrol CODE --data NEW`), and pair its tills with that. Then end this epoch:"
    " `central seal` with `--epoch`, and `central write-off`."
)
enrol = "Enrol a box"
enrol_hint = (
    "A code for one box, good for fifteen minutes and once. Where the store has a box already, the"
    " new one takes its place, and head office takes nothing more from the old one."
)
send_enrol = "Make a code"
code_once = "The code, shown once"
string_once = "The enrolment string, with head office's address and how to know it, shown once"
on_the_box = "On the box"

_STATES = {
    EpochState.CURRENT: "speaks for the store",
    EpochState.SIDE: "a side branch",
    EpochState.SEALED: "sealed, its late tail is open",
    EpochState.CLOSED: "closed, its box ended it",
    EpochState.WRITTEN_OFF: "written off",
}
CLOCK_OFF_MS = 60_000
DISK_LOW_BYTES = 1 << 30
_GIB = 1 << 30
_MINUTE_MS = 60_000


def summary(boxes: Sequence[StoreBox], now_ms: int) -> str:
    """The answer first."""
    away = sum(1 for box in boxes if state_of(box, now_ms)[0] != "green")
    stores = counted(len(boxes), "store")
    return (
        f"{stores}: all were heard within a quarter of an hour."
        if not away
        else f"{away} of {stores} {'needs' if away == 1 else 'need'} a look."
    )


def state_of(box: StoreBox, now_ms: int) -> tuple[str, str]:
    """Its colour, and the word for it."""
    if box.epoch is None:
        return "none", "no box"
    if box.last_contact_ms is None or now_ms - box.last_contact_ms > AWAY_MS:
        return "none", "away"
    if box.disk_free is not None and box.disk_free < DISK_LOW_BYTES:
        return "red", "disk full soon"
    if box.clock_off_ms is not None and abs(box.clock_off_ms) > CLOCK_OFF_MS:
        return "amber", "clock off"
    if box.beside:
        return "amber", "side branch"
    return ("amber", "behind") if box.behind else ("green", "fine")


_ORDER = ("red", "amber", "none", "green")


def worst_first(boxes: Sequence[StoreBox], now_ms: int) -> list[StoreBox]:
    """By colour, then by code."""
    return sorted(boxes, key=lambda box: (_ORDER.index(state_of(box, now_ms)[0]), box.code))


def lag(box: StoreBox, now_ms: int) -> str:
    """Events, and for how long nothing more was heard of them."""
    if box.epoch is None:
        return NOT_KNOWN
    if not box.behind:
        return "none"
    heard = box.last_contact_ms
    minutes = 0 if heard is None else max(0, now_ms - heard) // _MINUTE_MS
    return f"{counted(box.behind, 'event')}, {minutes:,} min"


def disk_free(free: int | None) -> str:
    """In GiB."""
    return NOT_KNOWN if free is None else f"{free / _GIB:,.1f} GiB"


def clock_off(off_ms: int | None) -> str:
    """Seconds ahead or behind."""
    if off_ms is None:
        return NOT_KNOWN
    seconds = abs(off_ms) // 1_000
    if seconds < 2:
        return "right"
    return f"{seconds:,} s {'ahead' if off_ms > 0 else 'behind'}"


def goods_age(box: StoreBox) -> str:
    """Which data set it lacks most of."""
    if box.epoch is None:
        return NOT_KNOWN
    if not box.stale:
        return "all"
    worst = box.stale[0]
    more = f", and {counted(len(box.stale) - 1, 'other set')}" if len(box.stale) > 1 else ""
    return f"{set_name(worst)}: {worst.behind:,} behind{more}"


def set_name(book: Book) -> str:
    """A data set by its own name, in words."""
    return book.data_set.replace("_", " ")


def handed(book: Book) -> str:
    """How far it has it."""
    if book.through is None:
        return "nothing yet"
    return f"{book.through:,}" if not book.behind else f"{book.through:,}, {book.behind:,} behind"


def epoch_state(one: StoreEpoch) -> str:
    """Of an epoch: its state, whoever opened it, whether its box may speak still."""
    opened = ", opened by its box itself" if one.provisional else ""
    revoked = ", its box is revoked" if one.revoked else ""
    return f"{state_said(one.state, one.provisional)}{opened}{revoked}"


def state_said(state: EpochState, provisional: bool) -> str:
    """A state of the table in ``central/domain/epoch.py``, as a page and every command says it."""
    if state is EpochState.SIDE and not provisional:
        return "left, its box goes on in another"
    return _STATES[state]


def by_name_alone(one: Uncounted) -> str:
    """Of an epoch that was given out after the copy that head office was put back to."""
    known = "known by its name alone: an epoch that came after it names it"
    if one.waits:
        return f"{known}; no store is given anything before its box was heard or it is written off"
    return f"{known}; written off"


def parent(one: StoreEpoch) -> str:
    """Where it goes on from."""
    return "the beginning" if one.parent is None else f"{one.parent} after event {one.parent_seq:,}"


def heard(then_ms: int | None, now_ms: int) -> str:
    """When."""
    return ago(then_ms, now_ms)


def provision(string: str, code: str) -> str:
    """The command for the technician."""
    return f"edge provision --enrol {string} --data {code}"
