"""The roles that ship are rows that head office could publish, each above the one before."""

import pytest

from sync.protocol.codec import encode
from sync.protocol.feeds import read_row
from sync.protocol.permissions import SHIPPED_ROLES, Permission, unknown_role
from sync.protocol.reference import PERMISSIONS_MAX, DataSet, Role


@pytest.mark.parametrize("role", SHIPPED_ROLES, ids=lambda role: role.role)
def test_a_role_that_ships_could_be_published(role: Role) -> None:
    assert read_row(DataSet.ROLES, role.role, encode(role)) == role


@pytest.mark.parametrize("role", SHIPPED_ROLES, ids=lambda role: role.role)
def test_it_names_permissions_that_are_known_and_limits_of_those_that_it_gives(role: Role) -> None:
    assert set(role.permissions) <= set(Permission)
    assert {limit.permission for limit in role.limits} <= set(role.permissions)


def test_each_may_do_what_the_one_before_may_and_the_last_may_do_everything() -> None:
    cashier, supervisor, manager = SHIPPED_ROLES
    assert set(cashier.permissions) < set(supervisor.permissions) < set(manager.permissions)
    assert set(manager.permissions) == set(Permission)
    assert manager.limits == ()


def test_an_unknown_role_may_sell_and_train_and_nothing_else() -> None:
    assert unknown_role("juggler").permissions == (Permission.SELL, Permission.TRAIN)


def test_a_role_has_room_for_more_permissions_than_there_are() -> None:
    assert len(Permission) < PERMISSIONS_MAX
