"""Who may come in when all come at once: a box's request is admitted, or asked to come again,
before its signature is looked up and before its body is read.

A layer around the application, inside that of ``signed_answers``: so a box knows that it was head
office who asked it to wait. What is admitted keeps its place until it is answered: its guard waits
for its turn, steps aside while the body is on its way, and leaves before a wrong signature is held
back, so that who has no key takes nobody's turn. What people and enrolments ask for comes in by
its guard or handler, which answers in their own form where all places are taken.
"""

import re
from collections.abc import Callable
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from central.api.problems import send_problem
from central.office.lanes import Lanes
from sync.engine.trust import HELLO_PATH
from sync.http.lanes import Place
from sync.http.later import Busy
from sync.http.sender import sender_of

_PLACE = "holdfast_place"
_OF_A_STORE = re.compile(
    r"/v1/stores/[^/]+/(journal|feeds|feed|snapshot|certificate|epochs|grants|pruned|predecessor"
    r"|lineage|readmission|declared|checkpoints|receipts)\Z"
)


def admission(lanes: Lanes) -> Callable[[ASGIApp], ASGIApp]:
    """The layer, over a head office's lanes."""
    of_boxes = {
        "journal": lanes.journals,
        "feeds": lanes.heartbeats,
        "feed": lanes.feeds,
        "snapshot": lanes.feeds,
        "certificate": lanes.heartbeats,
        "epochs": lanes.heartbeats,
        "pruned": lanes.heartbeats,
        "grants": lanes.heartbeats,
        "receipts": lanes.heartbeats,
        "predecessor": lanes.feeds,
        "lineage": lanes.feeds,
        "readmission": lanes.heartbeats,
        "declared": lanes.heartbeats,
        "checkpoints": lanes.heartbeats,
    }
    of_others = {"/v1/enrol": lanes.enrolments, "/health": lanes.health, HELLO_PATH: lanes.health}

    def around(app: ASGIApp) -> ASGIApp:
        async def admitting(scope: Scope, receive: Receive, send: Send) -> None:
            path, of_a_box = scope["path"], _OF_A_STORE.fullmatch(scope["path"])
            lane = of_boxes[of_a_box[1]] if of_a_box else of_others.get(path, lanes.people)
            sender = sender_of(scope)
            place = lane.place((lambda: sender.is_gone) if sender is not None else (lambda: False))
            scope["state"][_PLACE] = place
            try:
                if of_a_box:
                    place.enter()
                await app(scope, receive, send)
            except Busy as busy:
                again = (b"retry-after", str(busy.retry_after_s).encode())
                await send_problem(busy, send, [again])
            finally:
                place.leave()

        return admitting

    return around


def place_of(scope: Scope) -> Place:
    """The request's place in the lane of its kind; only a box's was entered yet."""
    place: Place = scope["state"][_PLACE]
    return place


async def body_in_turn(request: Any) -> bytes:
    """The body; while it is on its way, others go first."""
    sender, place = sender_of(request.scope), place_of(request.scope)
    if sender is not None and sender.still_sends:
        place.step_aside()
    body: bytes = await request.body()
    await place.turn()
    return body
