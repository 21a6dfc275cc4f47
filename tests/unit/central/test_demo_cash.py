"""The demo's cash as notes and coins."""

import pytest

from central.demo.cash import pieces_of


@pytest.mark.parametrize(
    ("amount", "currency", "pieces"),
    [
        (1_205, "SGD", [(1_000, 1), (200, 1), (5, 1)]),
        (20_000, "SGD", [(10_000, 2)]),
        (0, "SGD", []),
        (1_203, "SGD", []),  # no coin of a cent: the sum alone
        (1_203, "XXX", []),
    ],
)
def test_an_amount_is_told_in_the_currency_s_own_notes_and_coins(
    amount: int, currency: str, pieces: list[tuple[int, int]]
) -> None:
    assert [(one["face_minor"], one["count"]) for one in pieces_of(amount, currency)] == pieces
