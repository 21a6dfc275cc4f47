"""Who works at the stores, made at head office: operators, their starting PINs, their roles, and
the answer over the telephone."""

import re
from pathlib import Path

import pytest

from central.db.engine import open_engine
from central.domain.derived_keys import unlock_key
from central.usecases.company.own_key import own_key
from central.usecases.feed.read_published import published_rows
from central.usecases.feed.sequence_publications import drain_publications
from sync.engine.pin_hash import pin_fits
from sync.protocol.codec import decode
from sync.protocol.identity import DeviceId, OperatorId
from sync.protocol.permissions import SHIPPED_ROLES, Permission
from sync.protocol.pin import is_trivial
from sync.protocol.reference import Credential, DataSet, FeedPage, Operator, Role, RoleLimit
from sync.protocol.telephone import is_unlock_answer
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.integration.test_central_cli import Done, central

__all__ = ["postgres_template"]


async def run(url: str, *words: str, data: Path | None = None) -> Done:
    done = await central(*words, url=url, data=data)
    assert (words, done.code, done.complaint) == (words, 0, "")
    return done


async def published(served: Served, data_set: DataSet) -> list[object]:
    [(company_id,)] = await served.rows("SELECT company_id FROM company")
    async with served.engine.connect() as db:
        return list((await published_rows(db, company_id, data_set)).values())


async def test_an_operator_begins_with_a_pin_that_is_shown_once(postgres_url: str) -> None:
    await run(postgres_url, "company", "add", "Acme")
    done = await run(postgres_url, "operator", "add", "O1", "Mei Tan", "--role", "manager")
    pin, said = done.shown.splitlines()
    assert re.fullmatch(r"[0-9]{6}", pin)
    assert not is_trivial(pin)
    assert "not shown again" in said
    again = await run(postgres_url, "operator", "add", "O1", "Somebody Else")
    assert "already" in again.shown
    async with serving(postgres_url) as served:
        assert await published(served, DataSet.OPERATORS) == [
            Operator(OperatorId("O1"), "Mei Tan", "manager")
        ]
        [credential] = await published(served, DataSet.CREDENTIALS)
        assert isinstance(credential, Credential)
        assert credential.starting
        assert pin_fits(credential.pin_hash, pin)
        assert not pin_fits(credential.pin_hash, "4711")
        given = await run(postgres_url, "operator", "pin", "O1", "--pin", "471108")
        assert given.shown.splitlines()[0] == "471108"
        [credential] = await published(served, DataSet.CREDENTIALS)
        assert isinstance(credential, Credential)
        assert pin_fits(credential.pin_hash, "471108")
    shown = await run(postgres_url, "operator", "show", "O1")
    said = "O1  Mei Tan  manager, works, with a starting PIN."
    assert shown.shown.splitlines()[0] == said


async def test_who_retires_has_no_pin_any_more_and_gets_another_one_on_return(
    postgres_url: str,
) -> None:
    await run(postgres_url, "company", "add", "Acme")
    await run(postgres_url, "operator", "add", "O1", "Mei Tan")
    await run(postgres_url, "operator", "retire", "O1")
    async with serving(postgres_url) as served:
        assert await published(served, DataSet.CREDENTIALS) == []
        for words, said in (
            (("operator", "list"), "O1  Mei Tan  cashier, ended"),
            (("operator", "show", "O1"), "works no more, without a PIN"),
            (("operator", "set", "O1", "--active", "--name", "Mei Lim"), "O1 is Mei Lim, cashier:"),
            (("operator", "show", "O1"), "works, without a PIN"),
            (("operator", "pin", "O1"), "not shown again"),
            (("operator", "show", "O1"), "works, with a starting PIN"),
        ):
            assert said in (await run(postgres_url, *words)).shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("operator", "add", "O2", "Bo", "--pin", "1234"), "no run such as 1234"),
        (("operator", "add", "O2", "Bo", "--pin", "77777"), "not all alike"),
        (("operator", "add", "O2", "Bo", "--pin", "471"), "4 to 8 digits"),
        (("operator", "add", "O2", "Bo", "--role", "owner"), "There is no role owner"),
        (("operator", "add", "O 2", "Bo"), "operator_id"),
        (("operator", "set", "O9", "--name", "Bo"), "There is no operator O9"),
        (("operator", "pin", "O9"), "There is no operator O9"),
        (("role", "set", "keeper", "--may", "rule"), "rule is no permission"),
        (("role", "set", "keeper", "--may", "discount:5.5.5%"), "must be a rate"),
        (("role", "set", "keeper", "--may", "void:1.234"), "must be an amount"),
        (("role", "retire", "keeper"), "There is no role keeper"),
        (("operator", "unlock", "O1", "123", "--store", "S01"), "has 8 digits"),
        (("operator", "unlock", "O1", "12345678", "--store", "S01"), "No box speaks for S01"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_published(
    postgres_url: str, words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    await run(postgres_url, "company", "add", "Acme")
    await run(postgres_url, "store", "add", "S01")
    await run(postgres_url, "operator", "add", "O1", "Mei Tan")
    done = await central(*words, url=postgres_url, data=tmp_path)
    assert (done.code, done.shown) == (2, "")
    assert said in done.complaint
    async with serving(postgres_url) as served:
        assert len(await published(served, DataSet.OPERATORS)) == 1
        assert await published(served, DataSet.ROLES) == []


async def test_roles_are_data_that_a_company_makes_changes_and_takes_away(
    postgres_url: str,
) -> None:
    await run(postgres_url, "company", "add", "Acme")
    shipped = await run(postgres_url, "role", "list")
    assert [line.split()[0] for line in shipped.shown.splitlines()[:-1]] == [
        role.role for role in SHIPPED_ROLES
    ]
    typed = ("--may", "sell", "--may", "discount:7.5%", "--may", "return_goods:1250.50")
    await run(postgres_url, "role", "set", "floor_walker", *typed)
    shown = await run(postgres_url, "role", "show", "floor_walker")
    assert shown.shown.splitlines()[:-1] == [
        "floor_walker  Floor walker",
        "  sell",
        "  discount:7.5%",
        "  return_goods:1250.50",
    ]
    async with serving(postgres_url) as served:
        wanted = Role(
            "floor_walker",
            "Floor walker",
            (Permission.SELL, Permission.DISCOUNT, Permission.RETURN_GOODS),
            (
                RoleLimit(Permission.DISCOUNT, rate_bp=750),
                RoleLimit(Permission.RETURN_GOODS, amount_minor=125_050),
            ),
        )
        assert await published(served, DataSet.ROLES) == [wanted]
        await run(postgres_url, "operator", "add", "O1", "Bo", "--role", "floor_walker")
        held = await central("role", "retire", "floor_walker", url=postgres_url)
        assert (held.code, "O1 among them" in held.complaint) == (2, True)
        await run(postgres_url, "operator", "set", "O1", "--role", "cashier")
        await run(postgres_url, "role", "retire", "floor_walker")
        await run(postgres_url, "role", "set", "cashier", "--may", "sell")
        assert "sell" in (await run(postgres_url, "role", "show", "cashier")).shown
        again = await run(postgres_url, "role", "retire", "cashier")
        assert "as it ships" in again.shown
        assert await published(served, DataSet.ROLES) == []


async def test_boxes_take_operators_roles_and_pins_with_their_feeds(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box = await served.enrolled(await served.store(await served.company(), "S01"))
        await run(postgres_url, "operator", "add", "O1", "Mei Tan")
        await run(postgres_url, "role", "set", "keeper", "--may", "sell")
        await drain_publications(served.engine)
        for data_set, key in (("operators", "O1"), ("credentials", "O1"), ("roles", "keeper")):
            page = decode(FeedPage, (await box.feed(data_set)).content)
            assert [row.key for row in page.rows] == [key]


async def test_the_answer_over_the_telephone_is_the_one_that_the_box_expects(
    postgres_url: str, tmp_path: Path
) -> None:
    engine = open_engine(postgres_url)
    key = await own_key(engine, tmp_path, NOW_MS)
    await engine.dispose()
    async with serving(postgres_url, key=key) as served:
        store_id = await served.store(await served.company(), "S01")
        box = await served.enrolled(store_id)
        await run(postgres_url, "operator", "add", "O1", "Mei Tan", data=tmp_path)
        words = ("operator", "unlock", "O1", "1234 5678", "--store", "S01")
        answer, said = (await run(postgres_url, *words, data=tmp_path)).shown.splitlines()
        secret = unlock_key(key, store_id, DeviceId(box.me.device_id))
        assert is_unlock_answer(secret, OperatorId("O1"), "12345678", answer)
        assert "let O1 in at S01 once" in said
        told = await served.rows("SELECT act, subject, detail FROM audit ORDER BY audit_no DESC")
        assert told[0] == ("unlocked_by_telephone", "O1", "S01")
        assert answer not in str(told)
