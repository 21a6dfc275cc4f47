"""Every refusal that a page of the shop can meet is said in Chinese, of its own members."""

import re

import pytest

from edge.doctor.checks import CHECKS
from edge.doctor.in_chinese import LOOKED, report_in_chinese
from edge.domain.in_chinese import REFUSALS, in_chinese
from edge.domain.sale.refusals.returns import ReturnedMoreThanSold
from edge.domain.sale.refusals.tenders import TendersBelowTotal
from sync.http.problems import OF_STATUS
from sync.program.findings import attention, finding, fine, report
from sync.protocol.errors import Declared, Refusal, members_of
from tests.unit.test_refusals import kinds, named

AT_NO_PAGE = {"bad-signature", "enrolled-already", "enrolment-unsound", "no-metrics-token"}
"""What commands, head office and programs alone are told."""
BORDER = {words.slug for words in OF_STATUS.values()} | {"internal"}
Kind = type[Refusal]


def of_a_shop() -> list[Kind]:
    return [kind for kind in named() if kind.__module__.startswith(("edge.", "sync."))]


def of_slug(slug: str) -> list[Kind]:
    return [kind for kind in kinds() if kind.slug == slug and kind in of_a_shop()]


def test_every_refusal_of_a_shop_is_said_in_chinese() -> None:
    slugs = {kind.slug for kind in of_a_shop()} | BORDER
    assert slugs - AT_NO_PAGE - set(REFUSALS) == set()
    assert set(REFUSALS) - slugs == set(), "what nothing refuses any more"


@pytest.mark.parametrize("slug", sorted(REFUSALS))
def test_a_chinese_sentence_names_what_its_refusal_has(slug: str) -> None:
    said = REFUSALS[slug]
    assert not said.detail.isascii()
    assert not said.remedy.isascii()
    assert re.search(r"{", said.remedy) is None
    for name in re.findall(r"{(\w+)", said.detail):
        for kind in of_slug(slug):
            declared = members_of(kind) if issubclass(kind, Declared) else []
            assert hasattr(kind, name) or any(name in each for each in declared), name


def test_every_check_of_the_box_is_said_in_chinese() -> None:
    assert set(LOOKED) == {check.name for check in CHECKS}
    found = [finding(check, attention("It rains.", "Wait.")) for check in CHECKS]
    for one in report_in_chinese(report("it", 0, found)).findings:
        assert one.says == "主机的说明：It rains."
        assert not (one.title + (one.remedy or "")).isascii()
    well = [finding(check, fine("It is fine.")) for check in CHECKS]
    assert not any(one.says.isascii() for one in report_in_chinese(report("it", 0, well)).findings)


def test_an_amount_and_a_quantity_are_said_as_people_write_them() -> None:
    below = in_chinese(TendersBelowTotal(1_000, 1_250, 2))
    assert below is not None
    assert below.detail == "已收 10.00，应付 12.50。"
    more = in_chinese(ReturnedMoreThanSold(1_500, 1_000, field="lines[0].quantity_milli"))
    assert more is not None
    assert more.detail == "要退 1.5；可退 1。"
