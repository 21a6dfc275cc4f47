"""Goods between stores: what this one sent and received, each end by itself, what it asks of
others, and what it says of a wish or a transfer without moving any."""

import sqlite3
from datetime import date
from uuid import UUID

import msgspec
from litestar import get, post

from edge.api.described import Described
from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, writes
from edge.api.parameters import PAGE, Limit, Offset, TheBox
from edge.db.between_stores import known_between
from edge.db.transfers import TransferEnd, list_transfers
from edge.usecases.transfer.book import SendGoods, TakeIn, send_goods, take_in
from edge.usecases.transfer.note import (
    AskForGoods,
    Noted,
    SayOfTransfer,
    ask_for_goods,
    end_wish,
    settle_transfer,
    store_here,
)
from sync.protocol.between_stores import Between, GoodsState
from sync.protocol.identity import ItemId


class TransfersAnswer(msgspec.Struct, frozen=True):
    """The newest first."""

    transfers: tuple[TransferEnd, ...]


@get("/transfers", operation_class=Described)
async def listed(box: TheBox, limit: Limit = PAGE, offset: Offset = 0) -> TransfersAnswer:
    """What left for other stores and what came from them, as this store reported it."""
    return TransfersAnswer(await box.reader.read(lambda db: list_transfers(db, limit, offset)))


class KnownLine(msgspec.Struct, frozen=True):
    """Of an item, in thousandths; ``cost_minor``: what was sent had cost, None: not known."""

    item_id: ItemId
    wished_milli: int
    sent_milli: int
    came_milli: int
    cost_minor: int | None


class KnownRest(msgspec.Struct, frozen=True):
    """What of a transfer did not come, as its sender marked it."""

    item_id: ItemId
    quantity_milli: int
    lot: str | None
    expires_on: date | None
    serial: str | None


class KnownBetween(msgspec.Struct, frozen=True):
    """A wish or a transfer. ``is_open``: something that is wished is still to be sent. ``said``:
    who gave which reason, first to last."""

    subject_id: UUID
    state: GoodsState
    is_wish: bool
    is_open: bool
    number: str
    wish_id: UUID | None
    from_code: str
    to_code: str
    since_ms: int
    said: tuple[tuple[str, str], ...]
    lines: tuple[KnownLine, ...]
    rest: tuple[KnownRest, ...]


class BetweenStores(msgspec.Struct, frozen=True):
    """Wishes and transfers as far as this store knows them, the newest first."""

    between: tuple[KnownBetween, ...]


@get("/transfers/known", operation_class=Described)
async def known(box: TheBox, limit: Limit = PAGE, offset: Offset = 0) -> BetweenStores:
    """What is wished, on its way, there, or differs: by what this store wrote and what head office
    told it of others. A wish or a transfer is named by its ``subject_id``."""
    now_ms = box.clock.moment().wall_ms
    found = await box.reader.read(lambda db: known_between(db, store_here(db), now_ms))
    return BetweenStores(tuple(_known(one) for one in found[offset : offset + limit]))


def _known(one: Between) -> KnownBetween:
    return KnownBetween(
        one.subject_id,
        one.state,
        one.is_wish,
        one.is_open,
        *(one.number, one.wish_id, one.from_code, one.to_code, one.since_ms, one.said),
        tuple(KnownLine(*line) for line in one.lines),
        tuple(KnownRest(left.item_id, left.quantity_milli, *left.mark) for left in one.rest),
    )


@writes(post, "/transfers/out", request_id="transfer_id", request_max_body_size=SALE_BYTES_MAX)
def send(db: sqlite3.Connection, asked: SendGoods, at: At) -> TransferEnd:
    """Goods leave for another store; the answer has the number for their paper."""
    return send_goods(db, asked, at.moment, at.override)


@writes(post, "/transfers/in", request_id="transfer_id", request_max_body_size=SALE_BYTES_MAX)
def take(db: sqlite3.Connection, asked: TakeIn, at: At) -> TransferEnd:
    """Goods came from another store, under the number on their paper."""
    return take_in(db, asked, at.moment, at.override)


@writes(post, "/transfers/wishes", request_id="note_id", request_max_body_size=SALE_BYTES_MAX)
def ask(db: sqlite3.Connection, asked: AskForGoods, at: At) -> Noted:
    """Another store is asked for goods, and sees it once both have spoken to head office."""
    return ask_for_goods(db, asked, at.moment, at.override)


@writes(post, "/transfers/wishes/end", request_id="note_id")
def end(db: sqlite3.Connection, asked: SayOfTransfer, at: At) -> Noted:
    """Nobody waits for what was asked for any more, or it will not be sent."""
    return end_wish(db, asked, at.moment, at.override)


@writes(post, "/transfers/settle", request_id="note_id")
def settle(db: sqlite3.Connection, asked: SayOfTransfer, at: At) -> Noted:
    """What did not come of a transfer is not looked for any more. Moves nothing."""
    return settle_transfer(db, asked, at.moment, at.override)


ROUTES = (listed, known, send, take, ask, end, settle)
