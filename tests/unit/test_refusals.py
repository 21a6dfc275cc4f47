"""Every refusal can be told apart, understood and acted upon, on both sides.

``refusals.txt`` has what a client builds on: slug, status and title of each. A line that stands
there is a promise; a new refusal brings its own.
"""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import pytest

import central
import edge
import sync
from edge.domain.business_day import NoOpenBusinessDay
from edge.domain.item import UnknownItem
from edge.domain.sale.refusals.tenders import TenderMissing
from sync.http.problems import OF_STATUS
from sync.protocol.answers import STATUS_OF, Slug
from sync.protocol.errors import Declared, NotAcceptable, NotNow, Refusal, members_of

PACKAGES = (sync, edge, central)
PROTOCOL = Path(sync.__file__).with_name("PROTOCOL.md")
PROMISED = Path(__file__).with_name("refusals.txt")
WORDS = ("detail", "remedy", "field")
Kind = type[Refusal]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every class of refusal of the product."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    mine = {f"{package.__name__}." for package in PACKAGES}
    found = {kind for kind in below(Refusal) if kind.__module__.startswith(tuple(mine))}
    return tuple(sorted(found, key=lambda kind: (kind.__module__, kind.__name__)))


def below(kind: Kind) -> Iterator[Kind]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


@cache
def named() -> tuple[Kind, ...]:
    """Those with a slug of their own: what a request can be answered with. The others are there
    for what their children have in common."""
    return tuple(kind for kind in kinds() if kind.slug != slug_of_parent(kind))


def slug_of_parent(kind: Kind) -> str:
    return str(getattr(kind.__base__, "slug", None))


def names_in(template: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in Formatter().parse(template) if name}


def missing_names(kind: type[Declared]) -> set[str]:
    """What the words of a kind speak of and it does not have; or a word that it does not have."""
    members = {name for each in members_of(kind) for name in each}
    words = [getattr(kind, name) for name in WORDS if name not in members]
    spoken: set[str] = set().union(*(names_in(each) for each in words if each is not None))
    has = members | {name for name in spoken if hasattr(kind, name)}
    needs = spoken | {"decimals" for name in spoken if name.endswith("_minor")}
    return needs - has


def made_by(node: ast.AST) -> Iterator[str]:
    """Names of what is called, raised as it is, or stands in a table of states."""
    made: list[ast.expr | None] = []
    match node:
        case ast.Call(func=called):
            made = [called]
        case ast.Raise(exc=raised):
            made = [raised]
        case ast.Dict(values=cells):
            made = [*cells]
    yield from (each.id for each in made if isinstance(each, ast.Name))


def test_slug_status_and_title_are_what_clients_were_promised() -> None:
    found = [f"{kind.status} {kind.slug}: {kind.title}" for kind in named()]
    assert sorted(set(found)) == PROMISED.read_text().splitlines()


def test_a_verdict_has_the_status_by_which_a_box_knows_it() -> None:
    promised = [line.partition(":")[0] for line in PROMISED.read_text().splitlines()]
    known = {f"{status} {slug}" for slug, status in STATUS_OF.items()}
    raised = {line for line in promised if line.partition(" ")[2] in set(Slug)}
    assert raised == {"403 fenced", "410 cursor-gone", "422 bad-envelope", "422 bad-epoch"} <= known


def test_the_protocol_s_problem_words_have_the_statuses_that_it_names() -> None:
    table = PROTOCOL.read_text().partition("## Problem words")[2].partition("\n## ")[0]
    rows = [row.split("|")[1:3] for row in table.splitlines() if re.match(r"\| \d", row)]
    known = {
        *((kind.slug, kind.status) for kind in named()),
        *((slug.value, status) for slug, status in STATUS_OF.items()),
        *((words.slug, status) for status, words in OF_STATUS.items()),
    }
    words = [
        (word, {int(status) for status in statuses.split(",")})
        for statuses, cell in rows
        for word in re.findall(r"(?<!\()`([a-z-]+)`", cell)
    ]
    assert len(words) > 15
    for word, statuses in words:
        assert {(word, status) for status in statuses} & known, word


@pytest.mark.parametrize("side", ["edge", "central"])
def test_a_slug_means_one_refusal_on_each_side(side: str) -> None:
    slugs = [kind.slug for kind in named() if kind.__module__.startswith((f"{side}.", "sync."))]
    assert len(slugs) == len(set(slugs)) > 20
    assert "refused" not in slugs


def test_every_refusal_has_a_status_of_the_request_or_of_the_server() -> None:
    assert {kind.slug for kind in named() if not 400 <= kind.status < 600} == set()


def test_a_shop_tells_its_refusals_apart_by_their_titles() -> None:
    shown = Counter(kind.title for kind in named() if kind.__module__.startswith("edge.domain."))
    assert len(shown) >= 80
    # a sale's and an address's customer: two statuses, one matter
    assert [title for title, kinds in shown.items() if kinds > 1] == ["This customer is not known"]


def test_what_a_shop_refuses_is_of_the_request_or_of_its_state() -> None:
    for kind in kinds():
        if kind.__module__.startswith("edge.domain."):
            assert issubclass(kind, NotAcceptable) != issubclass(kind, NotNow), kind


@pytest.mark.parametrize(
    "kind", [kind for kind in named() if issubclass(kind, Declared)], ids=lambda kind: kind.__name__
)
def test_words_that_are_declared_speak_of_members_only(kind: type[Declared]) -> None:
    assert missing_names(kind) == set()


def test_a_name_that_is_no_member_would_be_found() -> None:
    class Mistyped(NotNow, slug="mistyped", title="There is a slip in it"):
        sale_id: str
        total_minor: int
        detail = "{sale_id} comes to {total_minor}, not {totl}."
        remedy = "None."

    assert missing_names(Mistyped) == {"totl", "decimals"}


def test_an_amount_is_said_in_the_currency_s_decimals_and_a_given_word_as_it_is() -> None:
    class Dear(NotAcceptable, slug="dear", title="It is dear"):
        total_minor: int
        field: str
        decimals: int
        detail = "{total_minor} at {{places}}."
        remedy = "Take {half}."

        @property
        def half(self) -> int:
            return self.total_minor // 2

    dear = Dear(123_456, "lines[{0}]", decimals=3)
    assert (dear.detail, dear.remedy) == ("123.456 at {places}.", "Take 61728.")
    assert (dear.field, dear.status, dear.total_minor) == ("lines[{0}]", 422, 123_456)
    assert str(dear) == dear.detail


def test_a_member_too_many_or_too_few_is_no_refusal() -> None:
    class Bare(NotNow, slug="bare", title="Bare"):
        detail = "It is so."
        remedy = "None."

    with pytest.raises(ValueError, match="longer"):
        Bare("more")  # type: ignore[arg-type]  # what the test is about
    assert Bare().status == 409


if TYPE_CHECKING:  # mypy is the test: it refuses an ignore that is not needed
    TenderMissing("12.00", 2)  # type: ignore[arg-type]  # a member of another type
    TenderMissing(1200)  # type: ignore[call-arg]  # a member is missing
    UnknownItem("I01", "lines[0]")  # type: ignore[call-arg]  # where is said by name
    NoOpenBusinessDay("today")  # type: ignore[arg-type]  # it has no members
    TenderMissing(1200, 2).totl_minor  # type: ignore[attr-defined]  # noqa: B018  no such member


def test_every_refusal_is_raised_somewhere() -> None:
    made = {
        name
        for package in PACKAGES
        for path in Path(package.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in made_by(node)
    }
    for kind in named():
        assert kind.__name__ in made or kind.__subclasses__(), kind


def test_what_is_never_raised_itself_has_children() -> None:
    assert [kind for kind in kinds() if kind not in named() and not kind.__subclasses__()] == []
