"""PROTOCOL.md can be written against: its examples are bytes of today, its lists are the code's."""

import json
import re
from enum import StrEnum
from pathlib import Path

import pytest

import sync
from sync.protocol import batch, bounds, facts
from sync.protocol.change import Genesis
from sync.protocol.clock import ClockState
from sync.protocol.codec import decode, decode_fact, encode
from sync.protocol.columns import ARTICLE_FIELDS, SALE_FIELDS, SentBatch
from sync.protocol.shared import CustomerField
from sync.protocol.turning import fold, received
from tests.golden import examples

TEXT = (Path(sync.__file__).parent / "PROTOCOL.md").read_text()
GOLDEN = Path(examples.__file__).parent
EXAMPLES = {
    name: "".join(lines.split())
    for name, lines in re.findall(r"^```example (.+)\n([0-9a-f\n]+)```$", TEXT, re.MULTILINE)
}


KEPT = {"body": "bodies_1", "message": "messages_1", "later": "messages_later_1"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_is_written_today(name: str) -> None:
    kept, _, which = name.partition(" ")
    golden = json.loads((GOLDEN / KEPT[kept]).with_suffix(".json").read_text())
    assert golden[which] == EXAMPLES[name]


def body_of(kind: str) -> facts.AnyFact:
    return decode_fact(kind, 1, bytes.fromhex(EXAMPLES[f"body {kind} 1"]))


def test_the_examples_are_read_to_their_last_field() -> None:
    """D: each belongs into the text, with an example that a test decodes."""
    receipt = decode_fact(
        "retail_transaction", 1, bytes.fromhex(EXAMPLES["body retail_transaction 1"])
    )
    assert isinstance(receipt, facts.RetailTransaction)
    assert {line.tax_included for line in receipt.lines} == {True, False}
    closed = decode_fact(
        "business_day_closed", 1, bytes.fromhex(EXAMPLES["body business_day_closed 1"])
    )
    assert isinstance(closed, facts.BusinessDayClosed)
    sent = decode(SentBatch, bytes.fromhex(EXAMPLES["message batch"]))
    assert len(received(sent).envelopes) == 2
    genesis = bytes.fromhex(EXAMPLES["message genesis"])
    assert encode(decode(Genesis, genesis)) == genesis


LISTED: list[type[StrEnum]] = [
    facts.TaxClass,
    facts.TenderKind,
    facts.TillMovementKind,
    facts.StockMovementKind,
    facts.TransferDirection,
    facts.AlarmKind,
    ClockState,
    CustomerField,
]


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.__name__)
def test_every_value_of_every_enumeration_is_told(kind: type[StrEnum]) -> None:
    """D: every enumeration was "in poslog.py"."""
    table = TEXT[TEXT.index("**Enumerations.**") : TEXT.index("**A receipt**")]
    assert [value for value in kind if f"`{value.value}`" not in table] == []


def test_a_batch_without_sales_is_the_empty_columns_that_the_text_tells() -> None:
    empty = fold(()).sales
    assert (len(empty.fields), len(empty.articles)) == (SALE_FIELDS, ARTICLE_FIELDS)
    assert f"{SALE_FIELDS} empty `fields`, {ARTICLE_FIELDS} empty `articles`" in TEXT


def test_the_limits_are_the_codes() -> None:
    assert (batch.EVENTS_MAX, batch.KEYS_MAX, batch.ALARMS_MAX) == (200, 1_000, 50)
    assert "| 200, 1,000, 50 |" in TEXT
    assert (facts.LINES_MAX, facts.TENDERS_MAX) == (1_000, 20)
    assert "| 1,000, 20 |" in TEXT
    assert (bounds.DATE_MIN.isoformat(), bounds.DATE_MAX.isoformat()) == (
        "2000-01-01",
        "2199-12-31",
    )
    assert "from 2000-01-01 to 2199-12-31" in TEXT
    assert batch.PROTOCOL_VERSION == 1
