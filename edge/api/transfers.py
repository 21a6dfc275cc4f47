"""Goods between stores: what this one sent and received, each end by itself."""

import sqlite3

import msgspec
from litestar import get, post

from edge.api.described import Described
from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, writes
from edge.api.parameters import PAGE, Limit, Offset, TheBox
from edge.db.transfers import TransferEnd, list_transfers
from edge.usecases.transfer.book import SendGoods, TakeIn, send_goods, take_in


class TransfersAnswer(msgspec.Struct, frozen=True):
    """The newest first."""

    transfers: tuple[TransferEnd, ...]


@get("/transfers", operation_class=Described)
async def listed(box: TheBox, limit: Limit = PAGE, offset: Offset = 0) -> TransfersAnswer:
    """What left for other stores and what came from them, as this store reported it."""
    return TransfersAnswer(await box.reader.read(lambda db: list_transfers(db, limit, offset)))


@writes(post, "/transfers/out", request_id="transfer_id", request_max_body_size=SALE_BYTES_MAX)
def send(db: sqlite3.Connection, asked: SendGoods, at: At) -> TransferEnd:
    """Goods leave for another store; the answer has the number for their paper."""
    return send_goods(db, asked, at.moment, at.override)


@writes(post, "/transfers/in", request_id="transfer_id", request_max_body_size=SALE_BYTES_MAX)
def take(db: sqlite3.Connection, asked: TakeIn, at: At) -> TransferEnd:
    """Goods came from another store, under the number on their paper."""
    return take_in(db, asked, at.moment, at.override)


ROUTES = (listed, send, take)
