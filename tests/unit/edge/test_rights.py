"""A pure answer: allowed alone, with somebody else's word, or not."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.rights import (
    Asked,
    Override,
    OverrideNeeded,
    OverrideRefused,
    PermissionNeeded,
    Verdict,
    judge,
    refuse_unallowed,
    role_in_force,
    why_not,
)
from edge.domain.sale.compose import compose
from sync.protocol.identity import OperatorId, WorkstationId
from sync.protocol.permissions import SHIPPED_ROLES, Permission, unknown_role
from sync.protocol.reference import Role, RoleLimit
from tests.builders import situation
from tests.sale_builders import sale_request

ANNA, BEN = OperatorId("anna"), OperatorId("ben")
permissions = st.sampled_from(Permission)
words = st.one_of(permissions.map(str), st.sampled_from(["sing", "water_the_plants"]))
amounts = st.integers(0, 10**11)
limits = st.builds(RoleLimit, words, st.none() | amounts, st.none() | st.integers(0, 10_000))
roles = st.builds(
    Role,
    st.just("r"),
    st.just("R"),
    st.lists(words, max_size=8).map(tuple),
    st.lists(limits, max_size=4).map(tuple),
)
asks = st.builds(Asked, permissions, st.just("s"), amounts, st.integers(0, 10_000))


def given_to(operator_id: OperatorId, asked: Asked, by: OperatorId = BEN) -> Override:
    return Override(
        UUID(int=1),
        "return",
        asked.permission.value,
        asked.subject,
        asked.amount_minor,
        by,
        operator_id,
        WorkstationId("W1"),
        "why",
        asked.rate_bp,
    )


@given(roles, asks)
def test_without_the_permission_nothing_is_allowed_and_without_a_limit_everything(
    role: Role, asked: Asked
) -> None:
    verdict = judge(role, asked)
    assert (verdict is Verdict.MISSING) == (asked.permission not in role.permissions)
    if verdict is not Verdict.MISSING:
        assert judge(replace(role, limits=()), asked) is Verdict.ALLOWED


@given(roles, asks)
def test_less_of_what_is_allowed_is_allowed_and_every_limit_holds(role: Role, asked: Asked) -> None:
    if judge(role, asked) is Verdict.ALLOWED:
        less = asked._replace(amount_minor=asked.amount_minor // 2, rate_bp=asked.rate_bp // 2)
        assert judge(role, less) is Verdict.ALLOWED
        for limit in role.limits:
            if limit.permission == asked.permission:
                assert limit.amount_minor is None or asked.amount_minor <= limit.amount_minor
                assert limit.rate_bp is None or asked.rate_bp <= limit.rate_bp


@given(roles, asks)
def test_words_that_are_not_known_change_nothing(role: Role, asked: Asked) -> None:
    known = set(Permission)
    pruned = replace(
        role,
        permissions=tuple(word for word in role.permissions if word in known),
        limits=tuple(limit for limit in role.limits if limit.permission in known),
    )
    assert judge(pruned, asked) is judge(role, asked)


@given(roles, asks)
def test_somebody_elses_word_stands_in_for_what_is_missing_and_is_used_only_then(
    role: Role, asked: Asked
) -> None:
    override = given_to(ANNA, asked)
    used = refuse_unallowed(role, ANNA, asked, override)
    assert (used is None) == (judge(role, asked) is Verdict.ALLOWED)


def test_what_is_missing_and_what_is_too_much_are_told_apart() -> None:
    cashier = SHIPPED_ROLES[0]
    with pytest.raises(PermissionNeeded, match="void"):
        refuse_unallowed(cashier, ANNA, Asked(Permission.VOID), None)
    with pytest.raises(OverrideNeeded, match="return_goods") as refused:
        refuse_unallowed(cashier, ANNA, Asked(Permission.RETURN_GOODS, "s", 5_001), None)
    named = {"permission": "return_goods", "subject": "s", "amount_minor": 5_001, "rate_bp": 0}
    assert refused.value.asks == named
    assert refuse_unallowed(cashier, ANNA, Asked(Permission.RETURN_GOODS, "s", 5_000), None) is None


ASKED = Asked(Permission.RETURN_GOODS, "sale", 9_000, 500)


@pytest.mark.parametrize(
    "override",
    [
        given_to(ANNA, ASKED, by=ANNA),
        given_to(BEN, ASKED, by=OperatorId("cleo")),
        given_to(ANNA, ASKED._replace(subject="another sale")),
        given_to(ANNA, ASKED._replace(permission=Permission.VOID)),
        given_to(ANNA, ASKED._replace(amount_minor=8_999)),
        given_to(ANNA, ASKED)._replace(amount_minor=None),
        given_to(ANNA, ASKED._replace(rate_bp=499)),
        given_to(ANNA, ASKED)._replace(rate_bp=None),
    ],
    ids=[
        *("own", "another's", "another subject", "another act", "less", "no amount"),
        *("a smaller share", "no share"),
    ],
)
def test_a_word_that_was_given_for_something_else_does_not_hold(override: Override) -> None:
    assert why_not(override, ANNA, ASKED) is not None
    with pytest.raises(OverrideRefused):
        refuse_unallowed(unknown_role("x"), ANNA, ASKED, override)


def test_a_published_role_takes_the_place_of_the_one_that_ships_and_an_unknown_one_sells() -> None:
    mine = Role("cashier", "Cashier", ("sell", "void"), ())
    assert role_in_force("cashier", mine) is mine
    assert role_in_force("cashier", None) == SHIPPED_ROLES[0]
    assert role_in_force("juggler", None).permissions == ("sell", "train")


def test_training_takes_a_permission_of_its_own_and_selling_does_not() -> None:
    sells = situation()._replace(role=Role("seller", "Seller", (Permission.SELL,), ()))
    assert not compose(sale_request(), sells).fact.training
    with pytest.raises(PermissionNeeded) as refused:
        compose(sale_request(training=True), sells._replace(training=True))
    assert refused.value.permission == Permission.TRAIN
    trains = Role("trainee", "Trainee", (Permission.SELL, Permission.TRAIN), ())
    allowed = sells._replace(training=True, role=trains)
    assert compose(sale_request(training=True), allowed).fact.training
