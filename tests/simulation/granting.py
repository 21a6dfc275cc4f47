"""A world's head office answers whoever asks for points, and takes back what was granted to a
request that was given up, as central/usecases/grant has it; what production asks PostgreSQL is
looked up in the archive."""

from collections.abc import Iterator
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
    aside = {
        (row.store_id, row.epoch_number, row.epoch_fingerprint)
        for row in archive.tables["quarantine"].values()
        if row.root_kind != SAME_ID
    }
    held = []
    for row in archive.tables["right_held"].values():
        if (row.kind, row.account_id) != (kind, account_id):
            continue
        epoch = Epoch(row.epoch_number, row.epoch_fingerprint)
        state = archive.standings[StreamKey(StoreId(row.store_id), epoch)].state
        held.append(
            HeldRights(
                row.earned + row.granted,
                row.used,
                row.released,
                whole=(row.store_id, row.epoch_number, row.epoch_fingerprint) not in aside,
                ended=state is EpochState.CLOSED,
                written_off=state is EpochState.WRITTEN_OFF,
            )
        )
    return available(balance, held)
