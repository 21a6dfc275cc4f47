"""A store's day signed off: what was signed stands for good, what came since beside it. Pure.

A day is signed by a person once it is proven, or with an exception that names an amount and a
reason, and never by who decided something in it: who put an event right, let one go, gave a tail up
or cleared an alarm has said what counts, and another one says that it is so. Whom a command names
(``--as``) nobody has proven: who may run it may name anybody. So a command that names nobody may
have been anybody's, and commands on one account of the machine may have been one person's, whoever
they name; then the day is signed with an exception, which says so. What is signed is frozen. Where
what head office counts is another figure afterwards, or a day that was signed as proven differs,
the day is *reopened*, and what changed is its *correction*: now less signed. It stands until
somebody signs again; each signing stays.
"""

from datetime import date
from typing import NamedTuple

from central.domain.signed import CountedThrough
from sync.protocol.errors import Declared, NotNow
from sync.protocol.figures import Totals, owed_minor
from sync.protocol.manifest import Difference, differences


class Signing(NamedTuple):
    """A signature of a day, as it was decided (``DaySigned``)."""

    number: int
    counted: Totals
    declared: Totals | None
    through: tuple[CountedThrough, ...]
    exception_minor: int | None
    exception: str
    signed_at_ms: int
    signed_by: str


class Correction(NamedTuple):
    """What came since a day was signed, or went: now less signed. ``figures``: each that changed,
    as it was signed (``store``) and as it is now (``central``)."""

    receipts: int
    total_minor: int
    figures: tuple[Difference, ...]


def correction(signed: Totals, now: Totals) -> Correction | None:
    """None where nothing changed.

    >>> found = correction(Totals(gross_minor=500), Totals(transactions=1, gross_minor=620))
    >>> found.receipts, found.total_minor
    (1, 120)
    """
    figures = differences(signed, now)
    if not figures:
        return None
    receipts = now.transactions - signed.transactions
    return Correction(receipts, owed_minor(now) - owed_minor(signed), figures)


def is_reopened(last: Signing, now: Totals, *, differs: bool) -> bool:
    """Somebody has to look at a signed day again. ``differs``: its verdict says so now."""
    return correction(last.counted, now) is not None or (differs and not last.exception)


_COMMAND = "command:"


def by_command(account: str, person: str | None) -> str:
    """Who decides by a command on an account of the machine, as decisions and the audit name them.

    >>> by_command("root", "ann@example.com"), by_command("root", None)
    ('ann@example.com by command:root', 'command:root')
    """
    return f"{person} by {_COMMAND}{account}" if person else f"{_COMMAND}{account}"


def person_of(who: str) -> str | None:
    """Which person it was, by a page or a command; None where a command did not say so.

    >>> person_of("ann@example.com by command:root"), person_of("command:root")
    ('ann@example.com', None)
    """
    return None if who.startswith(_COMMAND) else who.partition(f" by {_COMMAND}")[0]


def account_of(who: str) -> str | None:
    """On which account of the machine a command decided; None: it was by a page.

    >>> account_of("ann@example.com by command:root"), account_of("ann@example.com")
    ('root', None)
    """
    _, by_command, account = who.rpartition(_COMMAND)
    return account if by_command else None


def may_be_one(who: str, other: str) -> bool:
    """Nothing proves that these are two people.

    >>> may_be_one("ann@example.com", "ben@example.com by command:root")
    False
    >>> may_be_one("ann@example.com by command:root", "ben@example.com by command:root")
    True
    >>> may_be_one("ann@example.com", "command:root")
    True
    """
    person, account = person_of(who), account_of(who)
    if person is None or person_of(other) in (None, person):
        return True
    return account is not None and account == account_of(other)


class DayNotProven(
    NotNow, slug="day-not-proven", title="The day is not proven, and no exception was named"
):
    store: str
    business_date: date
    why: str
    detail = "{store} on {business_date} is not proven: {why}"
    remedy = "Mend what is missing, or sign with an exception: its amount and its reason."
    field = "exception"


class NothingToSign(NotNow, slug="nothing-to-sign", status=404, title="Nothing of the day is here"):
    store: str
    business_date: date
    detail = "Nothing of {store} on {business_date} has arrived: there is nothing to sign."
    remedy = "Choose a day that is on the board."


class SignedAlready(NotNow, slug="signed-already", title="The day was signed already"):
    store: str
    business_date: date
    who: str
    detail = "{who} signed {store} on {business_date}, and nothing of it changed since."
    remedy = "There is nothing to do."


class DecidedInDay(
    Declared, slug="decided-in-day", status=403, title="Whoever decided in a day does not sign it"
):
    who: str
    did: str
    detail = "{who} decided something in this day and does not sign it: {did}"
    remedy = "Ask another person who may sign off."


class DecidedByNobody(
    Declared, slug="decided-by-nobody", status=403, title="Nobody knows who decided in the day"
):
    who: str
    did: str
    detail = (
        "A command that named nobody, or ran on the account that signs, may have been {who}: {did}"
    )
    remedy = (
        "Sign with an exception: its amount, 0.00, and why. What people decide on the board's"
        " pages is known as theirs."
    )
    field = "exception"
