"""What is in one of an item, as people type it and as a file says it."""

import pytest

from central.domain.typed import content_of
from sync.protocol.content import Content
from sync.protocol.errors import InvalidField
from sync.protocol.units import Unit


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("330 ml", Content(330_000, Unit.MILLILITRE)),
        (" 0.75L ", Content(750, Unit.LITRE)),
        ("1.5 kg", Content(1_500, Unit.KILOGRAM)),
        ("10 each", Content(10_000, Unit.EACH)),
        ("", None),
    ],
)
def test_a_content_is_a_quantity_and_a_unit(typed: str, said: Content | None) -> None:
    assert content_of(typed, "content") == said
    if said is not None:
        assert content_of(str(said), "content") == said


@pytest.mark.parametrize(
    "typed", ["330", "ml", "0 ml", "0.0001 l", "6 pack", "1,5 l", "-1 l", "٣ l"]
)
def test_what_is_none_is_refused(typed: str) -> None:
    with pytest.raises(InvalidField, match="such as 330 ml"):
        content_of(typed, "content")
