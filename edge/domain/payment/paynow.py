"""The text of a PayNow QR code: EMVCo's merchant-presented code (EMV QRCPS-MPM 1.1) with PayNow's
own template of an account (SGQR: ``26``, ``SG.PAYNOW``).

    00 01 · 01 12 (shown once) · 26 account · 52 0000 · 53 702 (SGD) · 54 amount
    58 SG · 59 payee · 60 Singapore · 62 (01 reference) · 63 checksum

Each object is its id (two digits), its length (two digits) and its value. In the account stand
``00`` the name of the template, ``01`` 2 (the proxy is a UEN), ``02`` the UEN, ``03`` 0 (whoever
pays cannot change the amount) and ``04`` until when it holds, YYYYMMDDHHMMSS in Singapore. The
checksum is CRC-16/CCITT-FALSE over everything up to and including ``6304``.
"""

from binascii import crc_hqx
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from sync.protocol.money import format_minor

CURRENCY = "SGD"
PAYEE_CHARACTERS_MAX = 25
VALUE_CHARACTERS_MAX = 99
_SINGAPORE = timezone(timedelta(hours=8))
_UEN = "2"
_AMOUNT_FIXED = "0"
_PRINTABLE = range(0x20, 0x7F)
_CRC_START = 0xFFFF


class PayNow(NamedTuple):
    """Who is paid, how much, under which reference, until when (UTC milliseconds)."""

    proxy: str
    payee: str
    amount_minor: int
    reference: str
    expires_at_ms: int


def paynow_text(payment: PayNow) -> str:
    """What the code says. Raises ValueError for an amount that is no payment."""
    if payment.amount_minor <= 0:
        raise ValueError("a code asks for an amount above zero")
    account = (
        _object("00", "SG.PAYNOW"),
        _object("01", _UEN),
        _object("02", payment.proxy),
        _object("03", _AMOUNT_FIXED),
        _object("04", _in_singapore(payment.expires_at_ms)),
    )
    objects = (
        _object("00", "01"),
        _object("01", "12"),
        _object("26", "".join(account)),
        _object("52", "0000"),
        _object("53", "702"),
        _object("54", format_minor(payment.amount_minor, 2).replace(",", "")),
        _object("58", "SG"),
        _object("59", payee_text(payment.payee)),
        _object("60", "Singapore"),
        _object("62", _object("01", payment.reference)),
    )
    text = f"{''.join(objects)}6304"
    return f"{text}{checksum(text):04X}"


def payee_text(name: str) -> str:
    """The payee as a code may say it: characters of ASCII, 25 of them; NA without any.

    >>> payee_text("Crème & Co, the bakery of Tiong Bahru")
    'Crme & Co, the bakery of'
    """
    plain = "".join([letter for letter in name if ord(letter) in _PRINTABLE])
    return plain.strip()[:PAYEE_CHARACTERS_MAX].strip() or "NA"


def checksum(text: str) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, from FFFF, nothing turned around.

    >>> f"{checksum('123456789'):04X}"
    '29B1'
    """
    return crc_hqx(text.encode(), _CRC_START)


def _object(name: str, value: str) -> str:
    if not 1 <= len(value) <= VALUE_CHARACTERS_MAX:
        raise ValueError(f"object {name} has {len(value)} characters")
    return f"{name}{len(value):02d}{value}"


def _in_singapore(instant_ms: int) -> str:
    instant = datetime.fromtimestamp(instant_ms // 1_000, UTC).astimezone(_SINGAPORE)
    return f"{instant:%Y%m%d%H%M%S}"
