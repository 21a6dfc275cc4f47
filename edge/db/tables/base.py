"""What all tables of a store have in common: the base, and how constraints are named."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class EdgeTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of the edge's tables, with a registry of its own: central has another."""


metadata = EdgeTable.metadata
