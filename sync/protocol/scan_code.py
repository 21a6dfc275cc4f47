"""One code, however it is written: the key under which a scan code is kept and looked up.

GS1 numbers of 8, 12, 13 and 14 digits (GTIN-8, UPC-A, EAN-13, GTIN-14) are one numbering: a shorter
one is the longer one without its leading zeros (GS1 General Specifications, 3.3.2), and scanners
send either. Every other code means only itself.
"""

from functools import lru_cache

GTIN_DIGITS = 14
GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_OF_ZEROS = 4 * ord("0") * (GTIN_DIGITS // 2)
KEYS_KEPT = 8_192
"""Codes whose keys are remembered: a shop scans the same ones all day."""


@lru_cache(maxsize=KEYS_KEPT)
def code_key(scan_code: str) -> str:
    """A GTIN with a right check digit as 14 digits; any other text as it is.

    >>> code_key("036000291452") == code_key("0036000291452") == "00036000291452"
    True
    """
    if len(scan_code) in GTIN_LENGTHS and scan_code.isascii() and scan_code.isdecimal():
        padded = scan_code.zfill(GTIN_DIGITS)
        if has_check_digit(padded):
            return padded
    return scan_code


def has_check_digit(gtin: str) -> bool:
    """Whether the last of 14 digits is what the others ask for (GS1 General Specifications, 7.9).

    >>> has_check_digit("00036000291452"), has_check_digit("00036000291453")
    (True, False)
    """
    digits = gtin.encode()
    total = 3 * sum(digits[::2]) + sum(digits[1::2])
    return (total - _OF_ZEROS) % 10 == 0


def check_digit(digits: str) -> str:
    """The last digit of the GTIN of which all others are ``digits``.

    >>> check_digit("400638133393")
    '1'
    """
    return next(
        each for each in "0123456789" if has_check_digit((digits + each).zfill(GTIN_DIGITS))
    )
