"""Every refusal can be told apart, understood and acted upon."""

import inspect

from edge.domain import errors
from edge.domain.sale import line_errors, tender_errors
from sync.protocol.errors import Refusal

BASES = {"NotAcceptable", "BadLines", "BadTenders", "BadParty", "NotNow"}
REFUSALS = {
    name: kind
    for module in (errors, line_errors, tender_errors)
    for name, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Refusal) and kind is not Refusal and name not in BASES
}


def test_every_refusal_has_a_slug_and_a_title_of_its_own() -> None:
    slugs = [kind.slug for kind in REFUSALS.values()]
    titles = [kind.title for kind in REFUSALS.values()]
    assert len(REFUSALS) > 30
    assert len(set(slugs)) == len(slugs)
    assert len(set(titles)) == len(titles)
    assert "refused" not in slugs


def test_every_refusal_is_either_of_the_request_or_of_the_store_s_state() -> None:
    for kind in REFUSALS.values():
        assert issubclass(kind, errors.NotAcceptable) != issubclass(kind, errors.NotNow)
