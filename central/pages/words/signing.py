"""What a day's page says of its signatures."""

from central.domain.signing import Correction, Signing
from central.pages.words.figures import amount, change
from central.reports.company import CompanyMoney
from sync.protocol.counted import counted
from sync.protocol.figures import owed_minor

title = "Sign-off"
hint = "The figures are kept as they stand now; what arrives later stands beside them."
exception_hint = (
    "The day is not proven. It can be signed with an exception: the amount that it is off by, and"
    " why that is accepted."
)
exception = "Exception, amount"
amount_hint = "Such as -12.00; 0.00 where no money is off."
reason = "Reason"
sign = "Sign off"
sign_with = "Sign off with this exception"
stands = "What was signed stands; this is the correction until somebody signs again."
differs_since = "Reopened: it was signed as proven, and differs now."
corrections = "What changed since it was signed"
as_signed = "As signed"
now = "Now"
correction = "Correction"
late = "Receipts that arrived since"


def reopened(found: Correction, decimals: int) -> str:
    """``Reopened: +3 receipts, +41.20 since it was signed.``"""
    return f"Reopened: {in_short(found, decimals)} since it was signed."


def in_short(found: Correction, decimals: int) -> str:
    """``+3 receipts, +41.20``: what a signed day changed by."""
    said = [change(found.total_minor, "minor", decimals)]
    if found.receipts:
        receipts = counted(abs(found.receipts), "receipt")
        said.insert(0, f"{'+' if found.receipts > 0 else '-'}{receipts}")
    elif not found.total_minor:
        said = [counted(len(found.figures), "figure")]
    return ", ".join(said)


def signed(one: Signing, when: str, money: CompanyMoney) -> str:
    """Who signed what, when, and through where."""
    receipts = counted(one.counted.transactions, "receipt")
    total = f"{amount(owed_minor(one.counted), money.decimals)} {money.currency}"
    through = "; ".join(f"epoch {each.epoch} through event {each.seq:,}" for each in one.through)
    said = f"{one.signed_by} signed {receipts}, {total}, on {when} ({through})"
    if not one.exception:
        return f"{said}."
    by = amount(one.exception_minor, money.decimals)
    return f"{said}, with an exception of {by}: {one.exception}."
