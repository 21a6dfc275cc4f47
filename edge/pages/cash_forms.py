"""What forms about cash have in common: notes and coins by their faces, an amount as a sum, slips
by tender."""

from collections.abc import Iterable, Mapping
from typing import Any

from edge.pages.typed import minor_of
from sync.protocol.denominations import denominations_of
from sync.protocol.errors import InvalidField
from sync.protocol.reference import StoreSettings

FACE, SLIP = "face_", "slip_"
PIECES_DIGITS_MAX = 6


def faces_typed(form: Mapping[str, str], settings: StoreSettings) -> list[dict[str, int]]:
    """Those of which any were typed, as a request says them. Raises InvalidField."""
    found = []
    for face in denominations_of(settings.currency):
        typed = form.get(f"{FACE}{face}", "").strip()
        if not typed:
            continue
        if not (typed.isascii() and typed.isdigit() and len(typed) <= PIECES_DIGITS_MAX):
            raise InvalidField(
                f"{FACE}{face}: it must be a number of notes or coins.",
                field=f"{FACE}{face}",
                remedy="Type how many there are, with digits alone.",
            )
        found.append({"face_minor": face, "count": int(typed)})
    return found


def amount_typed(
    form: Mapping[str, str], field: str, settings: StoreSettings
) -> tuple[int | None, list[dict[str, int]]]:
    """An amount with its notes and coins: what they come to, where it was left empty. Raises
    InvalidField."""
    pieces, stated = faces_typed(form, settings), sum_typed(form, field, settings)
    if stated is None and pieces:
        stated = sum(one["face_minor"] * one["count"] for one in pieces)
    return stated, pieces


def slips_typed(
    form: Mapping[str, str], tenders: Iterable[str], settings: StoreSettings
) -> list[dict[str, Any]]:
    """Slips of each tender that something was typed for. Raises InvalidField."""
    return [
        {"tender_id": one, "counted_minor": minor_of(typed, settings.decimals, f"{SLIP}{one}")}
        for one in tenders
        if (typed := form.get(f"{SLIP}{one}", "").strip())
    ]


def sum_typed(form: Mapping[str, str], field: str, settings: StoreSettings) -> int | None:
    """None where it was left empty. Raises InvalidField."""
    typed = form.get(field, "").strip()
    return minor_of(typed, settings.decimals, field) if typed else None
