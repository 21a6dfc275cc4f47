"""What this store has sent and taken, for the till page and `edge status`."""

import shutil
from typing import Any

import litestar
import msgspec
from litestar import get

from edge.api.described import Described
from edge.api.guard import workstation_of
from edge.api.parameters import TheBox
from edge.api.spoken import language_of
from edge.box.box import Box
from edge.box.links import till_links
from edge.db.mails import mail_figures
from edge.domain.state_words import in_english, summary_in
from edge.domain.sync_state import DAY_MS, of_certificate
from edge.usecases.box.read_status import MAILS_TOLD_DAYS, SyncStatus, read_status


@get("/sync", operation_class=Described)
async def sync_status(request: litestar.Request[Any, Any, Any], box: TheBox) -> SyncStatus:
    """How far this store and head office are apart, and what to do about it; and whether somebody
    looks at what the calling till shows its customers."""
    watched = box.displays.is_watched(workstation_of(request))
    status = await status_of(box)
    return msgspec.structs.replace(
        status, summary=summary_in(language_of(request), status.sentences), is_watched=watched
    )


async def status_of(box: Box) -> SyncStatus:
    """The state as of the last commit, and how tills on other machines find the box."""
    moment, code = box.clock.moment(), box.enrolment.store_code
    free = shutil.disk_usage(box.folder).free
    unreached, busy = box.unreached.is_set(), box.busy.is_set()
    told_since_ms = moment.wall_ms - MAILS_TOLD_DAYS * DAY_MS
    status, mails = await box.reader.read(
        lambda db: (
            read_status(db, code, moment, free, unreached=unreached, busy=busy),
            mail_figures(db, told_since_ms),
        )
    )
    shown = box.certificate
    wrong = of_certificate(moment.wall_ms, shown.expires_at_ms, shown.fault, shown.refused)
    return msgspec.structs.replace(
        status,
        certificate=in_english(wrong),
        sentences=(*status.sentences, *filter(None, [wrong])),
        needs_a_person=status.needs_a_person or wrong is not None,
        mails_waiting=mails.waiting.total(),
        mails_given_up=mails.given_up.total(),
        tills_at=till_links(shown, box.settings.port),
    )


ROUTES = (sync_status,)
