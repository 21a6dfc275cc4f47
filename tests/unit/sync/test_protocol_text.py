"""PROTOCOL.md says what the code does: its tables are held against the definitions."""

import re
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

import sync
from central.api import certificates, hello, proof, readmission
from central.api import rights as rights_api
from central.api import sync as sync_api
from central.api.reached import NotByHttps, WrongHost
from central.domain.access import NotAllowed
from central.domain.authority import NameTaken
from central.domain.box import BoxReplaced, DeviceRevoked
from central.domain.enrol_code import EnrolCodeRefused
from central.domain.epoch import EPOCH, BadEpoch, EpochEvent, EpochState
from central.domain.feeds import CursorGone
from central.domain.grant import KindNotIssued, RequestReused
from central.domain.journal import BatchTooLarge, RecordDamaged, UnknownProtocol, WrongBatch
from central.domain.mirror import NotMirrored
from central.domain.receipt import ReceiptAmbiguous, ReceiptNotHeard, ReceiptUnknown
from sync.engine import sealed_box, signing, transport
from sync.engine.signing import BadSignature
from sync.http.later import Busy, TooManyTries
from sync.protocol import (
    batch,
    bounds,
    buying,
    change,
    checkpoints,
    codec,
    columns,
    enrolment,
    feeds,
    figures,
    manifest,
    price_books,
    reference,
    retry,
    rights,
    shared,
    snapshot,
    telephone,
    text,
    told,
)
from sync.protocol.answers import RETRY_AFTER_S_MAX, Slug
from sync.protocol.clock import ClockState
from sync.protocol.errors import (
    BadRequest,
    Explained,
    InvalidField,
    NotFound,
    NotJson,
    WrongContentType,
)
from sync.protocol.facts import (
    KindVersion,
    TaxClass,
    TenderKind,
    escrow,
    purchase,
    sale,
    stock,
    tender,
    transfer,
)
from sync.protocol.money import CashRounding
from sync.protocol.reference import DataSet
from sync.protocol.shared import CustomerField
from sync.protocol.units import Unit

TEXT = (Path(sync.__file__).parent / "PROTOCOL.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| `")
]
ROWS_ONLY = {"Batch", "OfRight"}
"""Never travel as they are."""
FACTS = {fact.__name__ for fact in codec.KINDS.values()}
MODULES = (
    batch,
    buying,
    change,
    checkpoints,
    columns,
    enrolment,
    escrow,
    figures,
    manifest,
    price_books,
    purchase,
    reference,
    rights,
    sale,
    shared,
    snapshot,
    stock,
    tender,
    told,
    transfer,
)
WIRE = {
    name: kind
    for module in MODULES
    for name, kind in vars(module).items()
    if hasattr(kind, "__struct_fields__") and kind.__module__ == module.__name__
}


@pytest.mark.parametrize("name", codec.KINDS, ids=str)
def test_every_kind_has_its_line(name: KindVersion) -> None:
    """Of an earlier version the first of today's fields: it is read as them."""
    kind = codec.KINDS[name]
    lines = [row for row in ROWS if row[:2] == [f"`{name.kind}`", str(name.version)]]
    assert len(lines) == 1
    told = tuple(lines[0][3].split(", "))
    earlier = name.version in kind.EARLIER
    assert told == kind.__struct_fields__[: len(told) if earlier else None]


def test_every_structure_of_the_wire_has_its_line() -> None:
    told = {row[0].strip("`"): row[1] for row in ROWS if row[0].strip("`") in WIRE}
    expected = {
        name: ", ".join(kind.__struct_fields__)
        for name, kind in WIRE.items()
        if name not in FACTS and kind.__struct_fields__ and name not in ROWS_ONLY
    }
    assert told == expected


@pytest.mark.parametrize("slug", Slug)
def test_every_verdict_has_its_line(slug: Slug) -> None:
    assert re.search(rf"^\| \d{{3}} `{slug.value}`", TEXT, re.MULTILINE)


ASKED = [
    handler
    for module in (certificates, hello, proof, readmission, rights_api, sync_api)
    for handler in vars(module).values()
    if isinstance(handler, HTTPRouteHandler)
]


@pytest.mark.parametrize("handler", ASKED, ids=lambda handler: handler.handler_name)
def test_every_route_that_a_box_asks_has_its_line_with_the_words_of_its_query(
    handler: HTTPRouteHandler,
) -> None:
    (path,), (method,) = handler.paths, handler.http_methods
    asked = f"`{method} {path.replace('{store_id:uuid}', '{store}')}"
    lines = [row[0] for row in ROWS if re.match(rf"{re.escape(asked)}[`?]", row[0])]
    told = {word for line in lines for word in re.findall(r"[?&](\w+)", line)}
    hints = get_type_hints(handler.fn, include_extras=True)
    words = {
        getattr(meta, "name", None) or name
        for name, hint in hints.items()
        for meta in getattr(hint, "__metadata__", ())
        if isinstance(meta, QueryParameter)
    }
    assert lines
    assert told == words


REFUSED_TO_A_BOX = (
    *(BadRequest, InvalidField, NotJson, WrongContentType, NotFound, BadSignature, TooManyTries),
    *(BoxReplaced, DeviceRevoked, NameTaken, NotMirrored, NotAllowed, EnrolCodeRefused, Busy),
    *(CursorGone, RequestReused, KindNotIssued, BadEpoch, BatchTooLarge, WrongBatch, NotByHttps),
    *(UnknownProtocol, RecordDamaged, WrongHost, ReceiptUnknown, ReceiptNotHeard),
    ReceiptAmbiguous,
)


@pytest.mark.parametrize("refusal", REFUSED_TO_A_BOX)
def test_every_problem_word_that_a_box_may_get_has_its_place(refusal: type[Explained]) -> None:
    table = TEXT[TEXT.index("## Problem words") : TEXT.index("## The first steps")]
    assert f"`{refusal.slug}`" in table


def test_every_data_set_has_its_line_in_the_order_of_pulling() -> None:
    names = [one.value for one in DataSet]
    told = [row for row in ROWS if row[0].strip("`") in names]
    assert [row[0].strip("`") for row in told] == names
    described = [feeds.ROWS[one] for one in DataSet]
    assert [row[1] for row in told] == [one.scope.value for one in described]
    assert [row[3].strip("`") for row in told] == [one.struct.__name__ for one in described]


@pytest.mark.parametrize("state", ClockState)
def test_every_clock_state_is_named(state: ClockState) -> None:
    assert f"`{state.value}`" in TEXT


HEADERS = [value for name, value in vars(signing).items() if name.endswith("_HEADER")]
TAGS = [
    signing.ANSWER_TAG,
    signing.REQUEST_TAG,
    signing.GENESIS_SIGNED,
    signing.PROVISIONAL_SIGNED,
    signing.SALE_SIGNED,
]

MADE = [sealed_box.SEALED_TAG, telephone.UNLOCK_TAG]


@pytest.mark.parametrize("header", HEADERS)
def test_every_header_has_its_line(header: str) -> None:
    assert f"| `{header}` |" in TEXT


@pytest.mark.parametrize("tag", [*TAGS, change.HASH_TAG, change.GENESIS_TAG, *MADE])
def test_every_tag_is_named(tag: bytes) -> None:
    assert tag.decode() in TEXT


STATED = [
    (batch.EVENTS_MAX, 200, "at most 200 events"),
    (batch.PACKED_BYTES_MAX, 256 * 1024, "256 KiB packed"),
    (batch.UNFOLDED_BYTES_MAX, 4 << 20, "4 MiB unfolded"),
    (columns.SALE_FIELDS, 16, "the other 16 fields"),
    (columns.ARTICLE_FIELDS, 15, "15 columns"),
    (columns.TAIL_FIELDS_MAX, 32, "at most 32 columns"),
    (columns.BODIES_BYTES_MAX, 8 << 20, "more than 8 MiB"),
    (change.EVENT_BODY_BYTES_MAX, 1 << 20, "at most 1 MiB"),
    (codec.PACK_LEVEL, 6, "level 6"),
    (bounds.FIGURE_MAX, 10**11, "±10¹¹"),
    (bounds.SUM_MAX, (1 << 63) - 1, "±(2⁶³−1)"),
    (text.TEXT_CHARACTERS_MAX, 4_000, "4,000 characters"),
    (change.INSTANT_MS_MAX, (1 << 47) - 1, "±(2⁴⁷−1)"),
    (reference.PAGE_ROWS_MAX, 1_000, "at most 1,000"),
    (RETRY_AFTER_S_MAX, 3_600, "at most an hour"),
    (telephone.CHALLENGE_AGE_MAX_S, 900, "good for 15 minutes"),
    (telephone.WRONG_ANSWERS_MAX, 3, "three answers"),
    (telephone.DIGITS, 8, "eight digits"),
    (retry.BASE_MS, 2_000, "2 s × 2ⁿ"),
    (retry.CAP_MS, 300_000, "at most 300 s"),
    (transport.CONNECT_TIMEOUT_S, 10, "at most 10 s"),
    (transport.IDLE_TIMEOUT_S, 30, "silence 30 s"),
    (transport.REQUEST_TIMEOUT_S, 120, "exchange 120 s"),
    (transport.ANSWER_BYTES_MAX, 4 << 20, "at most 4 MiB"),
]


@pytest.mark.parametrize(("built", "stated", "words"), STATED, ids=[row[2] for row in STATED])
def test_every_stated_bound_is_the_one_that_is_built(built: int, stated: int, words: str) -> None:
    assert built == stated
    assert words in TEXT


CLOSED_IN_ROWS = (TaxClass, TenderKind, CashRounding, CustomerField, Unit)


@pytest.mark.parametrize("closed", CLOSED_IN_ROWS)
def test_every_value_of_an_enumeration_that_is_closed_in_rows_is_named(
    closed: type[StrEnum],
) -> None:
    """A3: whoever writes an edge knows which values there are, and that others are set aside."""
    text = TEXT[TEXT.index("**Open and closed.** A head's") :].split("\n")[0]
    assert all(f"`{one.value}`" in text for one in closed)


SHAPES = {name: kind for name, kind in WIRE.items() if name not in FACTS | ROWS_ONLY}
SHAPES |= {name.kind: kind for name, kind in codec.KINDS.items()}


def test_the_fields_that_may_be_nil_are_named() -> None:
    """D: a foreign edge wrote nil for a reason, and its stock was set aside."""
    told = {
        name: fields.split(", ")
        for name, fields in re.findall(r"`(\w+)` ([a-z_, ]+)[;.]", _paragraph("**Nil** may stand"))
    }
    built = {
        name: [field for field, kind in get_type_hints(kind).items() if NoneType in get_args(kind)]
        for name, kind in SHAPES.items()
    }
    assert told == {name: fields for name, fields in built.items() if fields}


def test_the_ids_that_are_text_are_named() -> None:
    """D: nothing said which ids travel as sixteen bytes."""
    told = set(re.findall(r"`(\w+_id)`", _paragraph("**Types.**")))
    hints = [pair for kind in SHAPES.values() for pair in get_type_hints(kind).items()]
    ids = {name: _plain(kind) for name, kind in hints if name.endswith("_id")}
    assert told == {name for name, kind in ids.items() if kind is str}
    assert {kind for name, kind in ids.items() if name not in told} == {UUID}


def _paragraph(beginning: str) -> str:
    return TEXT[TEXT.index(beginning) :].split("\n")[0]


def _plain(kind: Any) -> Any:
    """Without what may be absent and without the name of an id's type."""
    kind = next((one for one in get_args(kind) if one is not NoneType), kind)
    while hasattr(kind, "__supertype__"):
        kind = kind.__supertype__
    return next(iter(get_args(kind)), kind)


def test_what_befalls_an_epoch_at_head_office_stands_in_the_text() -> None:
    """The columns are those events that an epoch can meet once it is there."""
    header = next(line for line in TEXT.splitlines() if line.startswith("| state | it is | left"))
    events = [EpochEvent(cell.strip().replace(" ", "_")) for cell in header.split("|")[3:-1]]
    assert set(events) == {*EpochEvent} - {EpochEvent.BEGUN, EpochEvent.BRANCHED}
    told = {row[0].strip("`"): row[2:] for row in ROWS if len(row) == 2 + len(events)}
    for state in EpochState:
        cells = [EPOCH.table[state][event] for event in events]
        words = ["refused" if not isinstance(cell, EpochState) else f"`{cell}`" for cell in cells]
        assert told[state] == ["" if word == f"`{state}`" else word for word in words]
