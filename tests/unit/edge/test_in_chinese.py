"""Every refusal that a page of the shop can meet is said in Chinese, of its own members."""

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

import sync.program.disk
import sync.program.pages
from edge.doctor import certificate, machine, paper, stored, tills, way
from edge.doctor.checks import CHECKS
from edge.doctor.chinese_sentences import in_chinese as in_chinese_sentence
from edge.doctor.in_chinese import LOOKED, report_in_chinese
from edge.domain.in_chinese import REFUSALS, in_chinese
from edge.domain.sale.refusals.returns import ReturnedMoreThanSold
from edge.domain.sale.refusals.tenders import TendersBelowTotal
from sync.http.problems import OF_STATUS
from sync.program.findings import attention, finding, fine, report
from sync.protocol.answers import NOT_SIGNED
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


MODULES = (
    *(machine, stored, certificate, paper, tills, way),
    *(sync.program.disk, sync.program.pages),
)
SAID_BY = {"attention": 0, "stop": 0, "unknown": 0, "graded": 0, "_damaged": 1}
"""What a finding is made by, and which argument is its sentence."""
PARTS = {
    *("x.", "x Receipts carry its time.", "x what was written.", "x; x MiB are wanted."),
    *("x x given up in x days.x", "xx. Selling goes on."),
}
"""What printers say one after the other, and the ends of sentences that stand whole in the list."""
QUOTED = {"x", "xx."}
"""What the settings, the database program and head office say in their own words."""


def sentences(module: ModuleType) -> Iterator[str]:
    """Every one that a check says where something is not fine, with x in its slots."""
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(function, ast.FunctionDef):
            continue
        named = {
            target.id: assigned.value
            for assigned in ast.walk(function)
            if isinstance(assigned, ast.Assign)
            for target in assigned.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                place = SAID_BY.get(call.func.id)
                if place is not None and len(call.args) > place:
                    said = call.args[place]
                    yield from texts(
                        named.get(said.id, said) if isinstance(said, ast.Name) else said
                    )


def texts(said: ast.expr) -> Iterator[str]:
    match said:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(
                str(one.value)
                if isinstance(one, ast.Constant)
                else way.SELLING
                if isinstance(one, ast.FormattedValue) and ast.unparse(one.value) == "SELLING"
                else "x"
                for one in values
            )


def test_what_a_check_finds_is_said_in_chinese_too() -> None:
    said = {text for module in MODULES for text in sentences(module)} - PARTS
    assert len(said) > 40
    quoted = {text for text in said if in_chinese_sentence(text) is None}
    assert quoted == QUOTED
    not_signed = f"{NOT_SIGNED[:1].upper()}{NOT_SIGNED[1:]}. {way.SELLING}"
    assert in_chinese_sentence(not_signed) is not None


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "1 receipt and 2 orders wait to go by e-mail, since 14:02.",
            "自 14:02 起等待以邮件发送的有：1 张收据、2 张订单。",
        ),
        (
            "W1 has no paper; W2 cannot be reached (connection refused).",
            "W1 缺纸；W2 无法连接（connection refused）。",
        ),
        (
            "This machine's clock is 90 s behind head office's. Receipts carry its time.",
            "本机时钟比总部慢 90 秒。收据用的是本机时间。",
        ),
    ],
)
def test_a_sentence_keeps_its_names_and_figures(english: str, chinese: str) -> None:
    assert in_chinese_sentence(english) == chinese
    found = [finding(check, attention(english, "Wait.")) for check in CHECKS]
    assert {one.says for one in report_in_chinese(report("it", 0, found)).findings} == {chinese}
