"""Adopt what head office answered to an enrolment: from now on this box is the store."""

import sqlite3

from edge.db.epochs import begin_epoch
from edge.db.journal import read_head
from edge.db.store import Enrolment, insert_enrolment, read_enrolment
from edge.domain.box import EnrolledAlready, EnrolmentUnsound
from edge.usecases.box.record_boot import record_boot
from sync.engine.journal import Moment
from sync.engine.signing import GENESIS_SIGNED, verify_bytes
from sync.protocol.change import Genesis, Head, epoch_of, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import Undecodable

FIRST_BOOT = "enrolled"


def adopt_enrolment(
    db: sqlite3.Connection,
    answer: EnrolmentAnswer,
    central_url: str,
    device_key: bytes,
    software: str,
    moment: Moment,
) -> Head:
    """Keep the answer, begin its epoch, record the first boot; the journal's head after that.

    ``device_key``: this box's public key (32 bytes). The same answer again changes nothing.
    Raises EnrolmentUnsound where head office did not sign it or it names another device, and
    EnrolledAlready where the box is something else already.
    """
    genesis = _sound_genesis(answer, device_key)
    known = read_enrolment(db)
    if known is not None:
        if known.genesis != answer.genesis:
            raise EnrolledAlready(known.store_code)
        return read_head(db)
    insert_enrolment(
        db,
        Enrolment(
            answer.store_id,
            answer.company_id,
            answer.store_code,
            answer.device_id,
            central_url,
            answer.central_key,
            answer.genesis,
            answer.signature,
            answer.incarnation,
        ),
    )
    epoch = epoch_of(genesis, answer.genesis)
    first, record = genesis_hash(answer.genesis), (answer.genesis, answer.signature)
    begin_epoch(db, answer.store_id, epoch, first, *record)
    return record_boot(db, software, FIRST_BOOT, moment).head


def _sound_genesis(answer: EnrolmentAnswer, device_key: bytes) -> Genesis:
    """The genesis record, if head office signed it for this box. Raises EnrolmentUnsound."""
    if not verify_bytes(answer.central_key, GENESIS_SIGNED, answer.genesis, answer.signature):
        raise EnrolmentUnsound("the genesis record is not signed by head office's key")
    try:
        genesis = decode(Genesis, answer.genesis)
    except Undecodable as error:
        raise EnrolmentUnsound(str(error)) from error
    told = (answer.store_id, answer.company_id, answer.store_code, answer.device_id)
    signed = (genesis.store_id, genesis.company_id, genesis.store_code, genesis.device_id)
    if told != signed or genesis.incarnation != answer.incarnation:
        raise EnrolmentUnsound("the genesis record names another store or device than the answer")
    if genesis.device_key != device_key:
        raise EnrolmentUnsound("the genesis record was made for another device's key")
    return genesis
