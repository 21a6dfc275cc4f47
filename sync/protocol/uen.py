"""Unique entity numbers of Singapore (UEN), in the forms that ACRA publishes.

    nnnnnnnnX     a business registered with ACRA
    yyyynnnnnX    a local company, by the year it was registered in
    TyyPQnnnnX    everybody else: R, S or T and two digits of the year, the kind of entity

X is a check letter, whose weights python-stdnum has; what it says of years is left out, for that
asks this machine's clock. At PayNow an entity may register several receivers under one UEN, by
three characters behind it.
"""

import re
from collections.abc import Callable

from stdnum.sg import uen

_CheckLetter = Callable[[str], str]
_FORMS: tuple[tuple[re.Pattern[str], _CheckLetter], ...] = (
    (re.compile(r"[0-9]{8}[A-Z]"), uen.calc_business_check_digit),
    (re.compile(r"(?:18|19|20)[0-9]{7}[A-Z]"), uen.calc_local_company_check_digit),
    (re.compile(r"[RST][0-9]{2}[A-HJ-NP-X]{2}[0-9]{4}[A-Z]"), uen.calc_other_check_digit),
)
_RECEIVER = re.compile(r"[0-9A-Z]{3}")


def is_uen(text: str) -> bool:
    """Whether ``text`` is a UEN as it is printed, in capitals and without blanks.

    >>> is_uen("00192200M"), is_uen("197401143C"), is_uen("S16FC0121D"), is_uen("197401143D")
    (True, True, True, False)
    """
    return any(
        form.fullmatch(text) is not None and letter_of(text[:-1]) == text[-1]
        for form, letter_of in _FORMS
    )


def is_paynow_proxy(text: str) -> bool:
    """Whether ``text`` is a UEN, alone or with the three characters of one of its receivers."""
    return is_uen(text) or (_RECEIVER.fullmatch(text[-3:]) is not None and is_uen(text[:-3]))
