"""A store's day figure by figure: both sides beside each other, and each workstation's part."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.day_state import DayState, day_state
from central.domain.day_verdict import DayVerdict
from central.domain.signing import Correction, Signing, correction
from central.pages.page import wrong_fields
from central.pages.places import (
    BusinessDate,
    StoreCode,
    Workstation,
    day_address,
    journal_address,
    receipt_address,
    rows_address,
    sequence_address,
    store_address,
)
from central.pages.words.figures import day_sentence
from central.pages.workbook import shown
from central.reports.company import (
    CompanyMoney,
    NeighbourDays,
    StoreOfCompany,
    company_money,
    neighbour_days,
    store_of_company,
)
from central.reports.day_tills import DayTill, day_tills
from central.reports.differing_receipts import (
    DifferingReceipt,
    DifferingReceipts,
)
from central.reports.figure_rows import FigureKey, FigureKind, figure_keys
from central.reports.reconciled_day import ReconciledDay, WorkstationAccount
from central.reports.signings import LateReceipt, arrived_since
from central.reports.store_days import store_standing
from central.reports.streams import Standing
from central.reports.whole_day import WholeDay, whole_day
from central.usecases.day.sign_off import accepted, sign_off
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import NotFound, Refusal
from sync.protocol.figures import Totals, figures, owed_minor
from sync.protocol.identity import CompanyId
from sync.protocol.manifest import ZERO

AnyRequest = Request[Any, Any, Any]
HERE = "/stores/{code:str}/{business_date:date}"
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({"exception": "", "reason": ""})


class Sides(NamedTuple):
    """A figure on both sides, with the address of the rows that head office's adds up from.
    ``store`` is None while it is not known."""

    key: FigureKey
    unit: str
    address: str
    store: int | None
    central: int

    @property
    def difference(self) -> int | None:
        """Head office less store."""
        return None if self.store is None else self.central - self.store


class WorkstationLine(NamedTuple):
    """A workstation's part of a day: its own page, and its receipts."""

    workstation_id: str
    address: str
    receipts: Sides
    total: Sides


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_day(
    request: AnyRequest,
    code: StoreCode,
    business_date: BusinessDate,
    workstation: Workstation = None,
) -> Response[str]:
    """A store's day figure by figure; or one workstation's part of it."""
    return await _shown(request, code, business_date, workstation)


@post(
    f"{HERE}/sign",
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_signature(
    request: AnyRequest, code: StoreCode, business_date: BusinessDate
) -> Response[Any]:
    """Sign the day off; one that is not proven with an exception."""
    form, person, office = await read_form(request), person_of(request), office_of(request)
    typed = {name: form.get(name, "") for name in NOTHING_TYPED}
    told = " ".join(filter(None, typed.values()))
    try:
        async with acting(request, "day_signed", f"{code} {business_date}", told) as db:
            money = await company_money(db, person.company_id)
            store = await store_of_company(db, person.company_id, code)
            exception = accepted(typed["exception"], typed["reason"], money.decimals)
            asked = (store, business_date, exception, person.name, office.clock_ms())
            await sign_off(db, person.company_id, *asked)
    except Refusal as refusal:
        return await _shown(request, code, business_date, None, typed, refusal)
    return see_other(f"{day_address(store, business_date)}#signing")


async def _shown(
    request: AnyRequest,
    code: str,
    business_date: date,
    workstation: str | None,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
) -> Response[str]:
    """``typed``: what a refused form held, which stays in its fields."""
    person, office, now_ms = person_of(request), office_of(request), office_of(request).clock_ms()
    async with reading(office) as db:
        read = await _read(db, person.company_id, code, business_date, now_ms)
    money, store, day, found, beside, standing = read[:6]
    return shown(
        request,
        "day.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        store=store,
        all_days=store_address(store),
        day=day,
        whole=read.whole,
        signing=_signing(read, may_sign=person.role.allows(UserRole.SIGN_OFF)),
        values=typed,
        refusal=refusal,
        wrong=wrong_fields(refusal),
        workstation=workstation,
        sentence=day_sentence(day, found, money.decimals),
        differing=_differing(store, found),
        sides=_sides(store, business_date, _account(day, workstation), workstation),
        tills=[one for one in read.tills if workstation in (None, one.workstation_id)],
        sequence=sequence_address(store, business_date, workstation),
        stations=[_station(store, business_date, one) for one in day.accounts],
        all_receipts=rows_address(store, business_date, FigureKey(FigureKind.TOTAL), workstation),
        whole_day=day_address(store, business_date),
        beside=beside,
        standing=standing,
        now_ms=now_ms,
    )


class _Read(NamedTuple):
    """What the page is made of. ``found``: which receipts differ, where the day does; ``late``:
    those that arrived since it was signed last."""

    money: CompanyMoney
    store: StoreOfCompany
    day: ReconciledDay
    found: DifferingReceipts | None
    beside: NeighbourDays
    standing: Standing
    signings: Sequence[Signing]
    late: Sequence[LateReceipt]
    tills: Sequence[DayTill]
    whole: WholeDay


async def _read(
    db: AsyncConnection, company_id: CompanyId, code: str, business_date: date, now_ms: int
) -> _Read:
    money = await company_money(db, company_id)
    store = await store_of_company(db, company_id, code)
    asked = (db, store.store_id, business_date)
    whole = await whole_day(*asked, now_ms)
    beside = await neighbour_days(*asked)
    standing = await store_standing(db, store.store_id)
    signings = whole.signings
    late = await arrived_since(*asked, signings[0]) if signings else ()
    tills = await day_tills(*asked)
    return _Read(
        money, store, whole.day, whole.found, beside, standing, signings, late, tills, whole
    )


class SigningPart(NamedTuple):
    """What the page says of signatures, the last one first; ``may_sign``: whoever looks."""

    state: DayState
    is_proven: bool
    signings: Sequence[Signing]
    correction: Correction | None
    late: Sequence[tuple[LateReceipt, str]]
    may_sign: bool


def _signing(read: _Read, *, may_sign: bool) -> SigningPart:
    day, last = read.day, read.signings[0] if read.signings else None
    return SigningPart(
        state=day_state(day.verdict, last, day.central),
        is_proven=day.verdict is DayVerdict.PROVEN,
        signings=read.signings,
        correction=correction(last.counted, day.central) if last else None,
        late=[(one, receipt_address(read.store, one.sale_id)) for one in read.late],
        may_sign=may_sign,
    )


def _account(day: ReconciledDay, workstation: str | None) -> tuple[Totals, Totals | None]:
    """Head office's count and the store's word, of the day or of a workstation's part. Raises
    NotFound."""
    if workstation is None:
        return day.central, day.declared
    for one in day.accounts:
        if one.workstation_id == workstation:
            return one.central, one.declared
    raise NotFound(
        f"The workstation {workstation} did nothing on this day.",
        field="workstation",
        remedy="Choose one on the day's page.",
    )


def _sides(
    store: StoreOfCompany,
    business_date: date,
    account: tuple[Totals, Totals | None],
    workstation: str | None,
) -> Sequence[Sides]:
    """The total first, then every figure in the order of reading; a tender or a tax rate that one
    side lacks is a zero."""
    central, declared = account
    ours, theirs = _by_key(central), _by_key(declared or ZERO)
    total = FigureKey(FigureKind.TOTAL)
    found: dict[FigureKey, tuple[str, int, int | None]] = {
        total: ("minor", owed_minor(central), owed_minor(declared or ZERO)),
        **{
            key: (unit, ours.get(key, (unit, 0))[1], theirs.get(key, (unit, _absent(key)))[1])
            for key, (unit, _) in {**theirs, **ours}.items()
        },
    }
    return [
        Sides(
            key,
            unit,
            rows_address(store, business_date, key, workstation),
            None if declared is None else said,
            counted_here,
        )
        for key, (unit, counted_here, said) in sorted(
            found.items(), key=lambda one: _reading(one[0])
        )
    ]


def _by_key(totals: Totals) -> dict[FigureKey, tuple[str, int]]:
    pairs = zip(figure_keys(totals), figures(totals), strict=True)
    return {key: (figure.unit, figure.amount) for key, figure in pairs}


def _absent(key: FigureKey) -> int | None:
    """What a side says that does not name the figure: of a box that counted none yet, nothing."""
    return None if key.name is None else 0


def _reading(key: FigureKey) -> tuple[int, str, int]:
    """The order of reading: as the kinds stand, what was taxed beside its tax."""
    kind = FigureKind.NET if key.kind is FigureKind.TAX else key.kind
    return list(FigureKind).index(kind), key.name or "", key.rate_bp or 0


def _station(
    store: StoreOfCompany, business_date: date, account: WorkstationAccount
) -> WorkstationLine:
    name, central, declared = account
    address = day_address(store, business_date, name)

    def sides(key: FigureKey, unit: str, ours: int, theirs: int | None) -> Sides:
        return Sides(key, unit, rows_address(store, business_date, key, name), theirs, ours)

    count, total = FigureKey(FigureKind.TOTAL, counts=True), FigureKey(FigureKind.TOTAL)
    said, owed = (None, None) if declared is None else (declared.transactions, owed_minor(declared))
    return WorkstationLine(
        name,
        address,
        sides(count, "count", central.transactions, said),
        sides(total, "minor", owed_minor(central), owed),
    )


def _differing(
    store: StoreOfCompany, found: DifferingReceipts | None
) -> Sequence[tuple[DifferingReceipt, str | None, str | None]]:
    """Each with where it can be looked at: as head office counts it, as the store recorded it."""
    return [
        (
            one,
            None if one.difference.only_at == "store" else receipt_address(store, one.sale_id),
            journal_address(store, one.place.epoch, one.place.seq) if one.place else None,
        )
        for one in (found.receipts if found else ())
    ]


ROUTES = (show_day, send_signature)
