"""What a PayNow code says: worked examples, and codes that others made."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.payment.paynow import PayNow, checksum, payee_text, paynow_text
from edge.domain.payment.reference import NUMBER_MAX, is_reference, reference_of
from sync.protocol.identity import SaleId
from sync.protocol.money import MINOR_MAX

NEW_YEAR_MS = 1_767_225_599_000
"""23:59:59 UTC on 31 December 2025: 07:59:59 of the next day in Singapore."""
EXAMPLES = {
    "exactly ten dollars": (
        PayNow("201403121W", "ACME Pte Ltd", 1_000, "0123456789AB", NEW_YEAR_MS),
        "000201"
        "010212"
        "2655"
        "0009SG.PAYNOW"
        "01012"
        "0210201403121W"
        "03010"
        "041420260101075959"
        "52040000"
        "5303702"
        "540510.00"
        "5802SG"
        "5912ACME Pte Ltd"
        "6009Singapore"
        "6216"
        "01120123456789AB"
        "6304",
    ),
    "one cent to a receiver of a business": (
        PayNow("00192200M001", "Kaya & Toast", 1, "ZZZZZZZZZZZZ", 0),
        "000201"
        "010212"
        "2657"
        "0009SG.PAYNOW"
        "01012"
        "021200192200M001"
        "03010"
        "041419700101080000"
        "52040000"
        "5303702"
        "54040.01"
        "5802SG"
        "5912Kaya & Toast"
        "6009Singapore"
        "6216"
        "0112ZZZZZZZZZZZZ"
        "6304",
    ),
    "as much as a receipt may hold": (
        PayNow("S16FC0121D", "光明书店", MINOR_MAX, "0123456789AB", NEW_YEAR_MS),
        "000201"
        "010212"
        "2655"
        "0009SG.PAYNOW"
        "01012"
        "0210S16FC0121D"
        "03010"
        "041420260101075959"
        "52040000"
        "5303702"
        "54131000000000.00"
        "5802SG"
        "5902NA"
        "6009Singapore"
        "6216"
        "01120123456789AB"
        "6304",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_code_says_what_was_worked_out_by_hand(name: str) -> None:
    payment, text = EXAMPLES[name]
    said = paynow_text(payment)
    assert said[:-4] == text
    assert said[-4:] == f"{bit_by_bit(text):04X}"


def bit_by_bit(text: str) -> int:
    """The checksum as its definition goes, without a table: polynomial 1021, from FFFF."""
    value = 0xFFFF
    for byte in text.encode():
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
            value &= 0xFFFF
    return value


@pytest.mark.parametrize(
    "text",
    [
        # A code that stands in a shop (published by its reader, gitlab poonchuanan).
        "00020101021126430009SG.PAYNOW010120210T04SS0129D030110502QS51810007SG.SGQR0112210730"
        "31741D020701.000103066003160402010503279060400000708202107305204000053037025802SG5925"
        "LOVING HEART MULTI-SERVIC6009Singapore6304A177",
    ],
)
def test_the_checksum_of_somebody_else_s_code_comes_out(text: str) -> None:
    assert f"{checksum(text[:-4]):04X}" == text[-4:]


def test_the_checksum_is_the_one_that_is_published_as_ccitt_false() -> None:
    assert checksum("123456789") == 0x29B1 == bit_by_bit("123456789")


@given(st.text(max_size=60))
def test_the_checksum_is_the_same_bit_by_bit(text: str) -> None:
    assert checksum(text) == bit_by_bit(text)


def objects(text: str) -> dict[str, str]:
    """A code taken apart: id, length, value, until nothing is left."""
    found = {}
    while text:
        name, length = text[:2], int(text[2:4])
        assert name not in found
        found[name], text = text[4 : 4 + length], text[4 + length :]
        assert len(found[name]) == length
    return found


@given(st.text(max_size=80), st.integers(1, MINOR_MAX), st.integers(0, 1 << 42), st.uuids())
def test_a_code_is_read_back_as_what_it_was_made_of(
    payee: str, amount_minor: int, expires_at_ms: int, sale: UUID
) -> None:
    reference = reference_of(SaleId(sale), 1)
    said = objects(paynow_text(PayNow("201403121W", payee, amount_minor, reference, expires_at_ms)))
    account, more = objects(said["26"]), objects(said["62"])
    assert (account["00"], account["01"], account["02"]) == ("SG.PAYNOW", "2", "201403121W")
    assert account["03"] == "0"
    assert len(account["04"]) == 14
    assert int(said["54"].replace(".", "")) == amount_minor
    assert more["01"] == reference
    assert said["59"] == payee_text(payee)
    assert 1 <= len(said["59"]) <= 25
    assert list(said)[-1] == "63"


def test_no_code_asks_for_nothing() -> None:
    with pytest.raises(ValueError, match="above zero"):
        paynow_text(PayNow("201403121W", "ACME", 0, "0123456789AB", 0))


@given(st.uuids(), st.integers(1, NUMBER_MAX), st.integers(1, NUMBER_MAX))
def test_each_payment_of_a_sale_has_a_reference_of_its_own(sale: UUID, one: int, two: int) -> None:
    first, second = reference_of(SaleId(sale), one), reference_of(SaleId(sale), two)
    assert is_reference(first)
    assert len(first) == 12
    assert (first == second) == (one == two)
    assert first[:10] == second[:10]


@pytest.mark.parametrize(
    "text", ["", "k3n8a8pj1j01", "K3N8A8PJ1J0", "K3N8A8PJ1JI1", "4111111111111111"]
)
def test_what_a_person_types_is_seldom_taken_for_one(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize("number", [0, -1, NUMBER_MAX + 1])
def test_a_number_that_no_payment_has_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="numbers"):
        reference_of(SaleId(UUID(int=1)), number)
