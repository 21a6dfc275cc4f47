"""Shows a box to a head office that was put back to its past, or that does not know it any more.

What head office once signed it takes back, and counts again which rights to spend it had given and
what the store may lend; an older head office that does not know the question leaves everything as
it is. Trying again is the next round's: nothing of the shop waits for this. What head office lost
is sent again after it was reached with it, never before: what it has again it cannot miss.
"""

from sync.engine.ask import Answer, ask
from sync.engine.outbox import JournalPort
from sync.engine.signing import Signer
from sync.engine.transport import Transport
from sync.protocol.answers import is_unknown_there
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import RIGHTS_SHOWN_MAX, Readmission
from sync.protocol.errors import NotSent, Undecodable

SHOWN_TYPE = "application/msgpack"


def is_unknown(answer: Answer) -> bool:
    """See ``is_unknown_there``."""
    status, headers, body = answer.response
    return is_unknown_there(status, headers, body, signed=answer.signed)


async def show_once(journal: JournalPort, transport: Transport, signer: Signer) -> bool:
    """Whether head office was reached, whatever came of it."""
    it = await journal.showing()
    path = f"/v1/stores/{signer.store_id}/readmission"
    said: Acknowledgement | None = None
    whole = max(len(it.rights), len(it.answers))
    for at in range(0, max(1, whole), RIGHTS_SHOWN_MAX):
        part = slice(at, at + RIGHTS_SHOWN_MAX)
        more = at + RIGHTS_SHOWN_MAX < whole
        about = (it.genesis, it.signature, it.incarnation, it.acknowledged, it.settings)
        given = (it.rights[part], more, it.answers[part], () if at else it.goodwill)
        body = encode(Readmission(*about, *given))
        try:
            answer = await ask(transport, signer, "POST", path, it.state.head, body, 0, SHOWN_TYPE)
        except NotSent:
            return False
        if not answer.signed:
            return False
        if answer.response.status != 200:
            return True
        try:
            said = decode(Acknowledgement, answer.response.body)
        except Undecodable:
            return True
    if said is not None:
        await journal.shown(said.incarnation)
    return True
