"""What a company has published to sell, as head office's own pages and commands read it.

A feed's rows are bytes by key, and what waits for its number stands apart from them. These tables
say the same in columns, as of the newest publication, numbered or not; they move in the unit of
work that publishes (``central/usecases/feed/list_published.py``).
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from central.db.tables import CentralTable, big


class LiveCode(CentralTable, table=True):
    """Scan codes of active items (``sync.protocol.scan_code.code_key``) and of packs of them: each
    is one item's, or one pack's, in a company. ``item_name``: the pack's, where it is one's."""

    __tablename__ = "live_code"
    company_id: UUID = Field(primary_key=True)
    code_key: str = Field(primary_key=True)
    item_id: str = Field(index=True)
    item_name: str
    pack: bool


class ListedItem(CentralTable, table=True):
    """An item as published: ``body`` is the msgpack of Item. ``name_key`` is its name as
    ``sync/protocol/search.py`` folds it, ``words`` what it is found by: the words of its name,
    department and id, and its codes."""

    __tablename__ = "listed_item"
    __table_args__ = (
        Index(None, "company_id", "name_key", "item_id"),
        Index("ix_listed_item_words", "words", postgresql_using="gin"),
    )
    company_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    name_key: str
    words: Any = Field(sa_type=TSVECTOR)
    active: bool
    body: bytes


class ListedPrice(CentralTable, table=True):
    """A price as published, in the zone whose stores follow it."""

    __tablename__ = "listed_price"
    company_id: UUID = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    zone: str = Field(primary_key=True)
    effective_from_ms: int = big(primary_key=True)
    unit_price_minor: int = big()


class PromotionDraft(CentralTable, table=True):
    """What somebody wrote down of a promotion last: it waits until it is approved, and is published
    with that. ``body``: the msgpack of PublishedPromotion; ``upon``: of what was published when it
    was drafted, None where nothing was."""

    __tablename__ = "promotion_draft"
    company_id: UUID = Field(primary_key=True)
    promotion_id: str = Field(primary_key=True)
    body: bytes
    upon: bytes | None
    made_by: str
    made_at_ms: int = big()
    approved_by: str | None
    approved_at_ms: int | None = big()


class PromotionByTwo(CentralTable, table=True):
    """Whether a company wants a promotion approved by another than who drafted it: a row, since the
    mirror holds rows and no word of one that is gone. Without one: it does not."""

    __tablename__ = "promotion_by_two"
    company_id: UUID = Field(primary_key=True)
    two: bool


class PriceZone(CentralTable, table=True):
    """A zone that prices may be published in: a store follows it, or somebody said that one
    will."""

    __tablename__ = "price_zone"
    company_id: UUID = Field(primary_key=True)
    zone: str = Field(primary_key=True)
