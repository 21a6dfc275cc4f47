"""One telephone number, however people write it."""

import pytest

from sync.protocol.phone import country_of, phone_endings, phone_key, phone_parts, written_phone

SPELLINGS = [
    *("+65 9123 4567", "+6591234567", "9123 4567", "9123-4567", "(9123) 4567", "09123 4567"),
    *("0065 9123 4567", "6591234567", "65 9123 4567"),
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_of_a_number_has_one_key(text: str) -> None:
    """B4: trunk zero, 00, +, blanks, with and without the country."""
    assert phone_key(text, "SG") == "6591234567"
    assert written_phone(text, "SG") == "+6591234567"


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("0176 1234567", "DE", "491761234567"),
        ("+49 (0)176 1234567", "SG", "491761234567"),
        ("0049 176 1234567", "DE", "491761234567"),
        ("8 912 345-67-89", "RU", "79123456789"),
        ("06 20 123 4567", "HU", "36201234567"),
        ("06 1234 5678", "IT", "390612345678"),
        ("(202) 555-0123", "US", "12025550123"),
        ("8001 0234", "SG", "6580010234"),
        ("+65 8001 0234", None, "6580010234"),
        ("091234567", None, "91234567"),
        ("1234", "SG", "1234"),
    ],
)
def test_the_countrys_own_rules_hold(text: str, country: str | None, key: str) -> None:
    """B4: what is dialled before a number differs from country to country."""
    assert phone_key(text, country) == key


@pytest.mark.parametrize("text", ["9123", "912 345", "09123 45", "0065 912", "+65 91", "4567"])
def test_a_part_of_a_number_lies_within_its_key(text: str) -> None:
    """B4: while it is being typed."""
    assert any(part in "6591234567" for part in phone_parts(text, "SG"))


def test_a_part_may_begin_with_the_home_countrys_prefix() -> None:
    """B4: 06 in Hungary, 8 in Russia."""
    assert any(part in "36201234567" for part in phone_parts("06 20 12", "HU"))
    assert any(part in "79123456789" for part in phone_parts("8 912", "RU"))


@pytest.mark.parametrize("text", ["12", "abc", "T-100", "", "+", "()"])
def test_other_text_is_no_part_of_a_number(text: str) -> None:
    """B4: a code or a name is not looked for among telephone numbers."""
    assert phone_parts(text, "SG") == ()


def test_a_number_kept_without_its_country_is_an_ending_of_the_whole_one() -> None:
    """B4: written down where nobody knew the country."""
    assert "91234567" in phone_endings("+65 9123 4567", "SG")


@pytest.mark.parametrize(
    ("zone", "country"),
    [("Asia/Singapore", "SG"), ("Asia/Calcutta", "IN"), ("US/Pacific", "US"), ("UTC", None)],
)
def test_a_zone_tells_the_country(zone: str, country: str | None) -> None:
    """B4: head office publishes a zone, no country."""
    assert country_of(zone) == country


def test_what_is_no_number_of_the_country_is_kept_as_typed() -> None:
    """B4: nothing is made up."""
    assert written_phone("80010234", "SG") == "80010234"
    assert written_phone("12-345", "SG") == "12345"
    assert written_phone("0176 1234567", None) == "01761234567"
