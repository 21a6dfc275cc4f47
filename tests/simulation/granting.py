"""A world's head office answers whoever asks for points, and takes back what was granted to a
request that was given up, as central/usecases/grant has it; what production asks PostgreSQL is
looked up in the archive."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from central.archive.port import StreamKey
from central.domain.decisions import GrantAnswered, GrantReturned
from central.domain.epoch import EpochState
from central.domain.grant import RequestReused
from central.projections.line_up import SAME_ID
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.escrow import HeldRights, available, granted_of
from sync.protocol.identity import StoreId
from sync.protocol.rights import RightAnswered, RightAsked
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import COMPANY, Shop
from tests.simulation.found_rows import place_of


def answer_right(
    archive: MemoryArchive, shop: Shop, epoch: Epoch, body: bytes
) -> tuple[RightAnswered, tuple[GrantAnswered, ...], str]:
    """As ``answer_request`` does; what is decided, if it is new; what it is called. Raises
    RequestReused."""
    asked = decode(RightAsked, body)
    request = (shop.store_id, asked.request_id)
    before = archive.tables["grant_answer"].get(request)
    if before is not None:
        same = (before.kind, before.account_id, before.asked)
        if same != (asked.kind, asked.account_id, asked.amount):
            raise RequestReused(asked.request_id)
        return RightAnswered(asked.request_id, before.granted), (), "points asked for again"
    standing = archive.standings.get(StreamKey(shop.store_id, epoch))
    speaks = standing is not None and standing.state is EpochState.CURRENT and epoch == shop.epoch
    granted = 0
    if speaks and request not in archive.tables["request_given_up"]:
        granted = granted_of(asked.amount, _free(archive, asked.kind, asked.account_id))
    said = (asked.request_id, asked.kind, asked.account_id, asked.amount, granted)
    decided = GrantAnswered(shop.store_id, epoch, *said)
    word = "points granted" if granted else "points refused"
    return RightAnswered(asked.request_id, granted), (decided,), word


def given_up(archive: MemoryArchive) -> Iterator[GrantReturned]:
    """What goes back of requests that their store gave up, in the epoch that they were granted
    to."""
    answers, back = archive.tables["grant_answer"], archive.tables["right_released"]
    for key, row in archive.tables["request_given_up"].items():
        answer = answers.get(key)
        if answer is None or answer.granted == 0 or (*key, key[1], 0) in back:
            continue
        epoch = Epoch(answer.epoch_number, answer.epoch_fingerprint)
        if epoch == Epoch(row.epoch_number, row.epoch_fingerprint):
            account = (answer.kind, answer.account_id)
            yield GrantReturned(StoreId(key[0]), epoch, key[1], *account, answer.granted)


def _free(archive: MemoryArchive, kind: str, account_id: UUID) -> int:
    """As central/reports/rights.py reads it."""
    account = archive.tables["right_account"].get((COMPANY, kind, account_id))
    if account is None:
        return 0
    balance = account.opening + account.earned - account.spent - account.taken_back
    held, whole = [], whole_epochs(archive)
    for row in archive.tables["right_held"].values():
        if (row.kind, row.account_id) != (kind, account_id):
            continue
        key = StreamKey(StoreId(row.store_id), Epoch(row.epoch_number, row.epoch_fingerprint))
        state = archive.standings[key].state
        held.append(
            HeldRights(
                row.earned + row.granted,
                row.used,
                row.released,
                whole=key in whole,
                ended=state is EpochState.CLOSED,
                written_off=state is EpochState.WRITTEN_OFF,
                later=_later(archive, key, account_id, whole=key in whole),
            )
        )
    return available(balance, held)


def whole_epochs(archive: MemoryArchive) -> frozenset[StreamKey]:
    """Of which nothing is set aside but what lost against other content under its own id."""
    aside = {
        (row.store_id, row.epoch_number, row.epoch_fingerprint)
        for row in archive.tables["quarantine"].values()
        if row.root_kind != SAME_ID
    }
    return frozenset(key for key in archive.standings if place_of(key) not in aside)


def _later(archive: MemoryArchive, key: StreamKey, account_id: UUID, *, whole: bool) -> int:
    """As central/reports/born_later.py counts it, of points."""
    closed, tables = archive.tables["tail_closed"].get(place_of(key)), archive.tables
    if closed is None:
        return 0
    home = {int(seq) for seq in closed.home.split()}
    left = 0
    for sale in tables["sale"].values():
        written = (sale.store_id, sale.epoch_number, sale.epoch_fingerprint)
        if written != place_of(key) or sale.customer_id != account_id or sale.training:
            continue
        if sale.seq > closed.heard and sale.seq not in home:
            of = (sale.store_id, sale.sale_id)
            left += sale.points_earned - _moved_of(tables["right_spend"], of)
            left -= _moved_of(tables["right_released"], of) if whole else 0
    return max(0, left)


def _moved_of(rows: dict[Any, Any], of: tuple[UUID, UUID]) -> int:
    """What went of the rights that a receipt gave."""
    return sum(row.amount for row in rows.values() if (row.store_id, row.root) == of)
