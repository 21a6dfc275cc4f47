"""Card numbers are refused wherever a person can type: no journal, table, page or log may hold one
(PCI DSS 4, requirement 3.5; torture.md, invariant 20).

A number is a card's if it has the length and the first digits that an issuer uses (ISO/IEC 7812,
the networks' published ranges) and its last digit is Luhn's. From 14 digits on only, so that an
EAN, a UPC or a phone number is none. Digits may stand in groups, as people write them, and may be
followed by what a magnetic stripe has behind them.
"""

import re
import unicodedata

from stdnum import luhn

DIGITS_MIN = 14
DIGITS_MAX = 19

_RUN = re.compile(r"[0-9]+(?:[ \-./_][0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_ISSUED = re.compile(
    r"3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|095|[689]\d)\d{11,16}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|4\d{15}(?:\d{3})?"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|(?:50|5[6-8]|6\d)\d{12,17}"  # Maestro, Discover, UnionPay, RuPay
    r"|8[12]\d{14,17}|220[0-4]\d{12,15}"  # UnionPay, RuPay; Mir
)


def card_number_in(text: str) -> bool:
    """Whether ``text`` holds what may be a card's number."""
    plain = unicodedata.normalize("NFKC", text)
    return any(_has_card(_GROUP.findall(run.group())) for run in _RUN.finditer(plain))


def _has_card(groups: list[str]) -> bool:
    """Whether some neighbouring groups are a card's number together: an expiry may follow it."""
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > DIGITS_MAX:
                break
            if len(digits) >= DIGITS_MIN and _is_card(digits):
                return True
    return False


def _is_card(digits: str) -> bool:
    return _ISSUED.fullmatch(digits) is not None and luhn.is_valid(digits)
