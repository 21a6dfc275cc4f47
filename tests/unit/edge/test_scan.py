"""What is typed or scanned is read as a code first."""

import pytest

from edge.domain.scan import Scan, readings_of


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("12x330", [("12x330", None), ("330", 12_000)]),
        ("3*4006381333931", [("3*4006381333931", None), ("4006381333931", 3_000)]),
        (" 3 × a/b ", [("3 × a/b", None), ("a/b", 3_000)]),
        ("0*330", [("0*330", None)]),
        ("1000*330", [("1000*330", None)]),
        ("٣*330", [("٣*330", None)]),
        ("12x", [("12x", None)]),
        ("T-100", [("T-100", None)]),
    ],
)
def test_the_whole_text_comes_before_quantity_and_code(
    text: str, readings: list[tuple[str, int | None]]
) -> None:
    """B2: ``12x330`` is asked for as a code first."""
    assert list(readings_of(text)) == [Scan(code, quantity) for code, quantity in readings]
