"""UEN as ACRA publishes their forms, and as PayNow takes them."""

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from stdnum.sg import uen

from sync.protocol.uen import is_paynow_proxy, is_uen

KNOWN = {
    "00192200M": "a business registered with ACRA",
    "197401143C": "a local company",
    "201403121W": "a local company of this century",
    "S16FC0121D": "a foreign company",
    "T01FC6132D": "the same, of this century",
}
WRONG = {
    "": "nothing",
    "00192200N": "another check letter",
    "197401143": "without one",
    "197401143c": "in small letters",
    " 197401143C": "with a blank",
    "174401143C": "a company of the eighteenth century",
    "U16FC0121D": "a letter that no entity has",
    "S16IO0121D": "letters that are no kind of entity",
    "M2-1234567-8": "a GST number",
    "１９７４０１１４３C": "digits of another width",
}


@pytest.mark.parametrize("text", [one for one in KNOWN if KNOWN[one]])
def test_a_published_form_is_a_uen(text: str) -> None:
    assert is_uen(text)
    assert is_paynow_proxy(text)
    assert is_paynow_proxy(f"{text}001")
    assert not is_paynow_proxy(f"{text}00")
    assert not is_paynow_proxy(f"{text}00a")
    assert not is_paynow_proxy(f"{text}0012")


@pytest.mark.parametrize("text", WRONG)
def test_anything_else_is_none(text: str) -> None:
    assert not is_uen(text)
    assert not is_paynow_proxy(text)


def test_no_clock_decides_what_a_uen_is() -> None:
    with time_machine.travel(0, tick=False):
        assert not uen.is_valid("201403121W")
        assert is_uen("201403121W")


@given(
    st.sampled_from(sorted(one for one in KNOWN if KNOWN[one])),
    st.integers(0, 9),
    st.sampled_from("0123456789"),
)
def test_a_digit_that_was_typed_wrong_is_noticed(text: str, at: int, digit: str) -> None:
    if at >= len(text) or not text[at].isdigit() or text[at] == digit:
        return
    assert not is_uen(text[:at] + digit + text[at + 1 :])
