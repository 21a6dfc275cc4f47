"""Prepared statements mean what SQLAlchemy would have meant, or are refused."""

import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.main import default_registry

from edge.db.connection.prepare import NotPreparable, Prepared, prepare


class PreparedBase(SQLModel, registry=type(default_registry)()):
    """A base of its own: one global metadata would clash with the servers' tables."""


class Thing(PreparedBase, table=True):
    id: bytes = Field(primary_key=True)
    name: str
    amount_minor: int = Field(sa_type=sa.BigInteger)
    active: bool = True


ODD = sa.Table(
    "odd",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime),
    sa.Column("uuid", sa.Uuid),
    sa.Column("json", sa.JSON),
    sa.Column("kind", sa.Enum("a", "b", name="kind")),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("made", sa.Integer, default=lambda: 3),
)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    engine = sa.create_mock_engine("sqlite://", lambda ddl, *_: db.execute(str(ddl.compile())))
    PreparedBase.metadata.create_all(engine, checkfirst=False)
    yield db
    db.close()


INSERT = prepare(sa.insert(Thing))
BY_AMOUNT = prepare(
    select(Thing.name, Thing.active)
    .where(col(Thing.amount_minor) >= sa.bindparam("least"), col(Thing.active) == sa.true())
    .order_by(col(Thing.name))
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .offset(1)
)
ADD = prepare(
    upsert(Thing)
    .values(id=sa.bindparam("id"), name="new", amount_minor=sa.bindparam("by"), active=True)
    .on_conflict_do_update(
        index_elements=["id"],
        set_={"amount_minor": col(Thing.amount_minor) + sa.bindparam("by")},
    )
    .returning(col(Thing.amount_minor))
)


@pytest.mark.parametrize("statement", [INSERT, BY_AMOUNT, ADD])
def test_a_prepared_statement_holds_against_its_schema(
    db: sqlite3.Connection, statement: Prepared
) -> None:
    statement.hold_against(db)


def test_a_statement_that_the_schema_does_not_know_is_found(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE thing RENAME COLUMN amount_minor TO amount")
    with pytest.raises(sqlite3.OperationalError, match="amount_minor"):
        INSERT.hold_against(db)


def test_values_stand_in_the_order_of_the_question_marks(db: sqlite3.Connection) -> None:
    for number, name in enumerate(("a", "b", "c", "d")):
        row = {"name": name, "amount_minor": number * 100, "active": True, "id": name.encode()}
        db.execute(INSERT.sql, INSERT.bind(row))
    rows = db.execute(BY_AMOUNT.sql, BY_AMOUNT.bind(least=100, limit=1)).fetchall()
    assert rows == [("c", 1)]


def test_values_that_stand_in_the_statement_and_names_used_twice_are_bound(
    db: sqlite3.Connection,
) -> None:
    added = [db.execute(ADD.sql, ADD.bind(id=b"x", by=by)).fetchone() for by in (5, 7)]
    assert added == [(5,), (12,)]
    assert db.execute("SELECT name FROM thing").fetchall() == [("new",)]


def test_a_missing_or_unknown_name_is_refused() -> None:
    with pytest.raises(TypeError, match=r"no value for \['limit'\], no place for \['limits'\]"):
        BY_AMOUNT.bind(least=1, limits=2)


@pytest.mark.parametrize("name", ["at", "uuid", "json", "kind", "price"])
def test_a_value_that_somebody_would_have_to_convert_is_refused(name: str) -> None:
    with pytest.raises(NotPreparable, match="given is of type"):
        prepare(sa.insert(ODD).values({"id": 1, "made": 1, name: sa.bindparam("given")}))
    with pytest.raises(NotPreparable, match=f"{name} is of type"):
        prepare(sa.select(ODD.c[name]))


def test_an_in_list_is_refused_and_json_each_takes_its_place(db: sqlite3.Connection) -> None:
    with pytest.raises(NotPreparable, match="use json_each"):
        prepare(select(Thing.name).where(col(Thing.amount_minor).in_([1, 2])))
    wanted = sa.func.json_each(sa.bindparam("amounts")).table_valued("value")
    statement = prepare(
        select(Thing.name).where(col(Thing.amount_minor).in_(sa.select(wanted.c.value)))
    )
    db.execute(INSERT.sql, INSERT.bind(id=b"x", name="x", amount_minor=2, active=False))
    assert db.execute(statement.sql, statement.bind(amounts="[1, 2]")).fetchall() == [("x",)]


def test_a_default_made_in_python_is_refused() -> None:
    with pytest.raises(NotPreparable, match=r"odd\.made"):
        prepare(sa.insert(ODD).values(id=sa.bindparam("id_")))


def test_a_change_of_the_schema_is_refused() -> None:
    with pytest.raises(NotPreparable, match="only queries and changes of rows"):
        prepare(sa.schema.CreateTable(ODD))
