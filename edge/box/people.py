"""What is due of the people who work here, now and then: when their sessions were used last is
written down, and PINs that were set here are told to head office, sealed under its key; those that
were set before the key was known as soon as it is."""

import uuid_utils.compat

from edge.box.box import Box
from edge.db.credentials import untold_pins
from edge.db.sessions import write_seen
from edge.usecases.operator.set_pin import SealedPin, tell_pins
from sync.engine.sealed_box import seal_to_head_office
from sync.protocol.identity import EventId


async def keep_used_sessions(box: Box) -> None:
    """So that a start anew does not open what locked itself meanwhile."""
    used = box.sessions.take_used()
    if used:
        await box.writer.run(lambda db: write_seen(db, used))


async def tell_owed_pins(box: Box) -> None:
    """Nothing where none is owed, or where the key is not known yet."""
    keys, owed = box.certificate.keys, await box.reader.read(untold_pins)
    if keys is None or not owed:
        return
    store_id = box.enrolment.store_id
    sealed = tuple(
        SealedPin(
            EventId(uuid_utils.compat.uuid7()),
            pin,
            seal_to_head_office(keys.sealing_key, store_id, pin.operator_id, pin.pin_hash),
        )
        for pin in owed
    )
    moment = box.clock.moment()
    await box.writer.run(lambda db: tell_pins(db, sealed, moment))
    box.nudge.set()
