"""The sample chain's reference data and customers, drawn from a seed."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from stdnum.ean import calc_check_digit

from central.sample.catalogue import DEPARTMENTS, products_of
from central.sample.people import FAMILY_NAMES, GIVEN_NAMES, OPERATORS
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import ItemId, OperatorId, TenderId
from sync.protocol.reference import Item, Operator, Price, TaxRate, Tender
from sync.protocol.units import Unit

CUSTOMERS = 200
GS1_PREFIX = "888"
COMPANY_DIGITS = "0417"
PRICED_FROM_MS = 1_704_067_200_000
"""1 January 2024, 00:00 UTC."""
COST_PERCENT_MIN = 58
COST_PERCENT_MAX = 78
CASE_CODE_EVERY = 9
WITH_POINTS_PERCENT = 65
OPENING_POINTS_MIN = 120
OPENING_POINTS_MAX = 4_000

TENDERS = (
    Tender(TenderId("cash"), "Cash", TenderKind.CASH),
    Tender(TenderId("card"), "Credit card", TenderKind.CARD),
    Tender(TenderId("nets"), "NETS", TenderKind.CARD),
    Tender(TenderId("paynow"), "PayNow", TenderKind.QR),
    Tender(TenderId("voucher"), "Voucher", TenderKind.VOUCHER, refundable=False),
    Tender(TenderId("points"), "Points", TenderKind.POINTS),
)
TAX_RATES = (
    TaxRate(TaxClass.STANDARD, date(2023, 1, 1), 800, "GST 8 %"),
    TaxRate(TaxClass.STANDARD, date(2024, 1, 1), 900, "GST 9 %"),
    TaxRate(TaxClass.ZERO, date(2023, 1, 1), 0, "GST zero-rated"),
    TaxRate(TaxClass.EXEMPT, date(2023, 1, 1), 0, "GST exempt"),
    TaxRate(TaxClass.OUT_OF_SCOPE, date(2023, 1, 1), 0, "Out of scope"),
)


class Person(NamedTuple):
    """A customer of the chain; ``points``: what is brought along, 0 for many."""

    code: str
    name: str
    email: str
    phone: str
    points: int


def sample_items(random: Random) -> tuple[tuple[Item, Price], ...]:
    """Items of all departments with their prices, the same for one state of ``random``."""
    made = []
    number = 0
    for department in DEPARTMENTS:
        for place, product in enumerate(products_of(department), start=1):
            number += 1
            percent = random.randint(COST_PERCENT_MIN, COST_PERCENT_MAX)
            codes = [ean13(number)]
            if number % CASE_CODE_EVERY == 0:
                codes.append(ean13(50_000 + number))
            item = Item(
                ItemId(f"{department.prefix}-{place:03d}"),
                product.name,
                department.name,
                department.tax_class,
                tuple(codes),
                unit=Unit(product.unit),
                unit_cost_minor=product.price_minor * percent // 100,
            )
            made.append((item, Price(item.item_id, PRICED_FROM_MS, product.price_minor)))
    return tuple(made)


def ean13(number: int) -> str:
    """A valid EAN-13: prefix, company, number of five digits, check digit."""
    digits = f"{GS1_PREFIX}{COMPANY_DIGITS}{number:05d}"
    return digits + str(calc_check_digit(digits))


def sample_operators() -> tuple[Operator, ...]:
    """Two managers, a supervisor and their cashiers."""
    return tuple(Operator(OperatorId(id_), name, role) for id_, name, role in OPERATORS)


def sample_people(random: Random, count: int = CUSTOMERS) -> Sequence[Person]:
    """Customers with codes, names, e-mail addresses and telephone numbers, all different."""
    names = [f"{given} {family}" for given in GIVEN_NAMES for family in FAMILY_NAMES]
    people = []
    for number, name in enumerate(random.sample(names, count), start=1):
        mailbox = name.lower().replace(" ", ".")
        has_points = random.randrange(100) < WITH_POINTS_PERCENT
        points = random.randint(OPENING_POINTS_MIN, OPENING_POINTS_MAX) if has_points else 0
        phone = f"+65 {random.choice('89')}{number:03d} {random.randrange(10_000):04d}"
        people.append(Person(f"C{number:04d}", name, f"{mailbox}@example.com", phone, points))
    return people
