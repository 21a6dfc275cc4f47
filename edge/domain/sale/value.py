"""Value on cards and of store credit: what a receipt puts into it, spends of it and gives back.

Rights to it are escrow's (``sync/protocol/escrow.py``): only what this store holds a right to is
spent here, and what is loaded or refunded is at once a right of this store.

- *Loaded* is what a line of an item with ``ItemRule.loads`` comes to, on the card that the line
  names. It is no supply of goods: out of tax's scope whatever its item says, it earns nothing, no
  promotion and no discount touches it, and value pays for none of it.
- *Spent* is what a tender names an account for: the card or the note that was shown, or the
  customer's credit. Oldest rights first.
- *Given back* it is by the tender of a refund. What a gift card paid goes back to that card and to
  no other; what anything paid may go into store credit, of a customer or of a note that the receipt
  prints. By cash or card goes back only what these paid (``sync/protocol/refunds.py``).
- *Taken off the card again* is a load that is returned: as far as its value is here, its own first.
- *Points that paid* come back as points, in a void as in any return: as many of them as paid for
  what comes back (``sync/protocol/refunds.py``), born anew in their tender's place. The rights that
  paid are used up for ever, as head office counts them, and the store's goodwill is not given back.

- *Good through a day* is what is put into an account where the settings say so
  (``sync/protocol/last_days.py``). A receipt of a later business date spends of it only by the word
  of somebody who may allow it, at a shop without a line as at any.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from edge.domain.sale.basket import AccountRequest, TenderRequest, ValueKind
from edge.domain.sale.loyalty import rights_after
from edge.domain.sale.overridden import Said
from edge.domain.sale.priced_basket import PricedBasket, PricedLine
from edge.domain.sale.refusals.lines import TooManyLines
from edge.domain.sale.refusals.value import (
    AccountNotForTender,
    AccountNotNamed,
    CardDidNotPay,
    CardMissing,
    CardNotForItem,
    LoadSpent,
    OneNoteEach,
    ValueBuysNoValue,
    ValueExpired,
    ValueNotHere,
    WrongCardNumber,
)
from edge.domain.sale.situation import NO_VALUE, Situation, TenderInUse
from sync.protocol.cards import account_of, is_note, note_account, note_number, plain_number
from sync.protocol.escrow import Right, RightKind, allot, own_line_first
from sync.protocol.facts import (
    LINES_MAX,
    Account,
    OriginalLine,
    RightGiven,
    RightTaken,
    Spend,
    TenderLine,
)
from sync.protocol.identity import CompanyId, CustomerId, OperatorId, SaleId
from sync.protocol.last_days import is_over, last_day_of
from sync.protocol.permissions import Permission

Held = Mapping[Account, tuple[Right, ...]]
NO_RIGHTS: Held = MappingProxyType({})


class Purse(NamedTuple):
    """``rights``: what is left of value here while the receipt is made; ``taken``: what its return
    lines took off cards."""

    rights: Held = NO_RIGHTS
    taken: tuple[RightTaken, ...] = ()


def card_account(company_id: CompanyId, kind: str, typed: str, field: str) -> Account:
    """Of the number that was scanned or typed. Raises WrongCardNumber."""
    number = plain_number(typed)
    if number is None or is_note(number) is (kind == ValueKind.GIFT_VALUE):
        raise WrongCardNumber(kind, field=field)
    if is_note(number):
        return Account(kind, note_account(number))
    return Account(kind, account_of(company_id, number))


def account_named(
    stated: AccountRequest, company_id: CompanyId, sale_id: SaleId | None, field: str
) -> Account | None:
    """What a request names; None: nothing. ``sale_id``: of the receipt that may print a note.
    Raises WrongCardNumber."""
    if stated.card is not None:
        return card_account(company_id, stated.kind, stated.card, field)
    if stated.account_id is not None:
        return Account(stated.kind, stated.account_id)
    if stated.kind is not ValueKind.STORE_CREDIT:
        return None
    if stated.customer_id is not None:
        return Account(stated.kind, stated.customer_id)
    return None if sale_id is None else Account(stated.kind, note_account(note_number(sale_id)))


def open_purse(basket: PricedBasket, known: Situation) -> Purse:
    """What may be spent once the loads that come back are off their cards; in training none was on
    one. Raises LoadSpent."""
    if known.value is NO_VALUE or known.training:
        return Purse(known.value.held)
    rights, taken = dict(known.value.held), []
    for line in basket.taken.values():
        if line.original is None:
            continue
        original = OriginalLine(line.original.sale_id, line.original.line_no)
        account = known.value.loaded.get(original)
        if account is None:
            continue
        here = rights.get(account, ())
        order = own_line_first(here, original.sale_id, original.line_no)
        spends, uncovered = allot(-line.amount_minor, order)
        if uncovered:
            field = f"lines[{line.line_no - 1}]"
            load, decimals = -line.amount_minor, known.settings.decimals
            raise LoadSpent(load, load - uncovered, decimals, field=field)
        taken += [RightTaken(*_of(account), each.root, each.line, each.points) for each in spends]
        rights[account] = rights_after(here, spends)
    return Purse(rights, _each_once(taken))


def spend(
    stated: TenderRequest, sale_id: SaleId, purse: Purse, known: Situation, path: str
) -> tuple[Account, tuple[Spend, ...], Purse]:
    """By which account a tender that holds value pays or goes back, and the rights that it takes.
    Raises AccountNotNamed, WrongCardNumber, CardDidNotPay, ValueNotHere."""
    asked, field = stated.account, f"{path}.account"
    pays = stated.amount_minor > 0
    company_id = known.value.company_id
    if asked is None or company_id is None or (pays and asked.account_id is not None):
        raise AccountNotNamed(stated.tender_id, field=field)
    account = account_named(asked, company_id, None if pays else sale_id, field)
    if account is None:
        raise AccountNotNamed(stated.tender_id, field=field)
    if not pays:
        if account.kind != ValueKind.STORE_CREDIT and account not in _paid(known):
            raise CardDidNotPay(field=field)
        return account, (), purse
    rights = purse.rights.get(account, ())
    spends, uncovered = allot(stated.amount_minor, rights)
    if uncovered:
        amount, decimals = stated.amount_minor, known.settings.decimals
        raise ValueNotHere(amount, amount - uncovered, decimals, field=f"{path}.amount_minor")
    left = {**purse.rights, account: rights_after(rights, spends)}
    return account, spends, purse._replace(rights=left)


def refuse_wrong_value(
    requests: Sequence[TenderRequest],
    tenders: Sequence[TenderInUse],
    basket: PricedBasket,
    known: Situation,
) -> None:
    """Raises AccountNotForTender, OneNoteEach, ValueBuysNoValue."""
    by_value = notes = 0
    for index, (request, tender) in enumerate(zip(requests, tenders, strict=True)):
        field = f"tenders[{index}].account"
        if not tender.rules.has_account:
            if request.account is not None:
                raise AccountNotForTender(request.tender_id, field=field)
            continue
        by_value += max(0, request.amount_minor)
        notes += request.account is not None and _is_new_note(request.account)
        if notes > 1:
            raise OneNoteEach(field=field)
        loads = sum(line.amount_minor for line in basket.sold if loads_of(line, known) is not None)
        room = max(0, basket.total_minor - loads)
        if loads and by_value > room:
            field = f"tenders[{index}].amount_minor"
            raise ValueBuysNoValue(room, known.settings.decimals, field=field)


def loads_of(line: PricedLine, known: Situation) -> str | None:
    """The kind of value that a sale line puts on a card."""
    rule = known.rules.get(line.priced.item.item_id)
    return None if rule is None else rule.loads


def born_of(sold: Sequence[PricedLine], known: Situation) -> list[RightGiven]:
    """The rights to which the sale lines give birth; a line that names no card yet gives none.
    Raises CardNotForItem, WrongCardNumber."""
    born = []
    for line in sold:
        kind, card = loads_of(line, known), line.request.card
        field = f"lines[{line.request.line_no - 1}].card"
        if kind is None and card is not None:
            raise CardNotForItem(line.priced.item.name, field=field)
        company_id = known.value.company_id
        if kind is None or card is None or company_id is None:
            continue
        account = card_account(company_id, kind, card, field)
        if line.amount_minor:
            place = (line.request.line_no, line.amount_minor)
            born.append(RightGiven(*_of(account), *place, _last_day(kind, known)))
    return born


def card_missing(line: PricedLine, known: Situation) -> CardMissing | None:
    """What is said of a line that loads a card and names none."""
    if line.request.card is not None or loads_of(line, known) is None:
        return None
    return CardMissing(line.priced.item.name, field=f"lines[{line.request.line_no - 1}].card")


def given_back(
    tenders: Sequence[TenderLine],
    lines: int,
    points: Sequence[int],
    customer_id: CustomerId | None,
    known: Situation,
) -> list[RightGiven]:
    """The rights to which refunds give birth, each in its tender's place behind the lines.
    ``points``: so many of the customer's each tender gives back. Raises TooManyLines."""
    given = []
    for place, (tender, again) in enumerate(zip(tenders, points, strict=True), start=lines + 1):
        if again and customer_id is not None:
            given.append(RightGiven(RightKind.POINTS.value, customer_id, place, again))
        elif tender.account is not None and tender.amount_minor < 0:
            last_day = _last_day(tender.account.kind, known)
            given.append(RightGiven(*_of(tender.account), place, -tender.amount_minor, last_day))
    if given and given[-1].line > LINES_MAX:
        raise TooManyLines(lines)
    return given


def expired(
    operator_id: OperatorId, tenders: Sequence[TenderLine], known: Situation
) -> Said | None:
    """What is said where value pays whose last day is over; nothing in training."""
    amount, refusal = 0, None
    for index, tender in enumerate(tenders):
        if tender.account is None or tender.amount_minor <= 0 or known.training:
            continue
        last_day = known.value.last_days.get(tender.account)
        if last_day is not None and is_over(last_day, known.business_date):
            amount += tender.amount_minor
            field = f"tenders[{index}].account"
            permission = Permission.EXPIRED_VALUE.value
            refusal = refusal or ValueExpired(operator_id, permission, last_day, field=field)
    return None if refusal is None else Said(Permission.EXPIRED_VALUE, amount, refusal)


def _last_day(kind: str, known: Situation) -> date | None:
    return last_day_of(kind, known.business_date, known.settings)


def _paid(known: Situation) -> set[Account]:
    """The accounts that paid for what comes back."""
    return {
        one.account for paid in known.paid.by.values() for one in paid if one.account is not None
    }


def _is_new_note(asked: AccountRequest) -> bool:
    named = (asked.card, asked.customer_id, asked.account_id)
    return all(each is None for each in named)


def _of(account: Account) -> tuple[str, UUID]:
    return account.kind, account.account_id


def _each_once(taken: Sequence[RightTaken]) -> tuple[RightTaken, ...]:
    found: dict[tuple[str, UUID, UUID, int], int] = {}
    for one in taken:
        named = (one.kind, one.account_id, one.root, one.line)
        found[named] = found.get(named, 0) + one.amount
    return tuple(RightTaken(*named, amount) for named, amount in found.items())
