"""Everything of head office's database that can be held against something else, held against it.

Every table is named below: what it is held against, or why it cannot be. A tool that was silent
about a table would say more than it knows.
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import driver_of, snapshot
from central.projections.projection import Projection
from central.projections.rows import WHOLE
from central.usecases.company.own_key import known_keys
from central.usecases.proof.in_processes import Show
from central.usecases.proof.verify_decisions import verify_decisions
from central.usecases.proof.verify_epochs import verify_epochs
from central.usecases.proof.verify_feeds import verify_feeds
from central.usecases.proof.verify_journal import Finding, StreamVerdict, verify_journal
from central.usecases.proof.verify_listed import verify_listed
from central.usecases.proof.verify_personal_keys import verify_personal_keys
from central.usecases.proof.verify_projections import verify_projections

_CHAIN = "each store's hash chain, from its signed genesis record"
_JOURNAL = "the journals and decisions, folded again"
_ISSUED = "the decision that issued the epoch, and head office's signature"


def _said(projection: Projection) -> str:
    beside = [f"but not {column}, {why}" for column, why in projection.unverified.items()]
    return "; ".join((_JOURNAL, *beside))


VERIFIED: dict[str, str] = {
    "raw_event": f"{_CHAIN}; but not received_at_ms, which only head office knows",
    "stream": f"{_CHAIN}; {_ISSUED}; but not what boxes claim (sender_seq, health, last contact)",
    "device": _ISSUED,
    "decision": "its own hash chain and its end in central_state",
    "central_state": "the decisions' chain; but not the incarnation",
    "feed": "the set's hash after each publication",
    "feed_log": "dense numbers and the set's hash after each publication",
    "feed_latest": "the feed's log",
    "listed_item": "what was published; but not the words that it is found by",
    "listed_price": "what was published",
    "store": "the settings that were published to its box, and its epochs",
    "personal_key": "the sealed fields that each key opens",
    "quarantine": "the journals: what is neither applied nor set aside is named",
    **{one.table: _said(one) for one in WHOLE},
}
"""Tables, and what each is held against."""

NOT_VERIFIED: dict[str, str] = {
    "company": "nothing else says a company's name and currency",
    "user": "nothing else says who may sign in: list them with `central user list`",
    "audit": "nothing else says who did what",
    "api_token": "nothing else says them: list them with `central token list`",
    "pin_opened": "what it lacks is opened again",
    "snapshot": "boxes hold each against the feed's set hash",
    "snapshot_part": "boxes hold each against its name, which is its hash",
    "recovery_code": "codes are used up, and nothing else says them",
    "board_session": "sessions come and go",
    "sign_in_link": "links come and go",
    "enrol_code": "codes come and go: list them with `central code list`",
    "authority": "a company's certificates are signed with it, and boxes hold them against it",
    "box_name": "names come again with each box's next request for a certificate",
    "office_key": "the folder's key is held against it at each start",
    "alarm": "what head office noticed is written down once",
    "publication": "what waits for its number is not published yet",
    "grants_due": "what is still to be granted is a decision when it is",
    "customer_match": "it is made of what was published, by head office's key",
    "customers_matched": "how far that is",
    "handed_out": "boxes ask for what they lack by cursors of their own",
    "customer_proposal": "what may be one person is found again",
    "share_due": "what is still to be granted is a decision when it is",
    "loyalty_due": "who is looked at again gets what follows from what is here",
    "loyalty_swept": "how far that is",
    "telling_due": "what is looked at again is told once, as the facts say it",
    "goodwill_due": "what is still to be given is a decision when it is",
    "freed_epoch": "an account that is looked at again is given nothing twice",
    "promotion_draft": "what somebody writes down is nothing before it is published",
    "promotion_by_two": "how a company works is somebody's word",
    "price_zone": "a zone is there because somebody named it",
    "file_layout": "how a file's columns were read is somebody's word",
    "payment_file": "nothing else says what an acquirer's or bank's file said",
    "payment_line": "nothing else says it; it was matched with a row of sale_tender, cash_moved",
    "deposit_decided": "what somebody said of a bag of cash, nothing else says",
    "live_code": "it refuses a code at publishing; a box finds whose code it is from the items",
    "leader": "it holds row locks, nothing else",
    "day_standing": "when a day was last found proven; it is counted again in turn",
    "manifest_declared": "a copy that went ahead proves nothing; its manifest comes in the journal",
    "comparison": "what a search found of a day; it is searched again",
    "apply_turn": "it holds row locks, nothing else",
    "stock_valued": "how far goods are valued",
    "stock_worth": "what does not add up to the rows that it is made of is made anew",
    "stock_put_right": "it is made with stock_worth, of the same rows",
    "claim": "what boxes say they hold is known from their requests alone",
}
"""Tables that are held against nothing, and why."""


class Verified(NamedTuple):
    """Every stream's verdict, and all findings in words: none if all is as it was written."""

    streams: tuple[StreamVerdict, ...]
    findings: tuple[Finding, ...]


async def verify_head_office(
    engine: AsyncEngine, processes: int = 1, show: Show | None = None
) -> Verified:
    """The journals, then everything beside them, then what was made of them. Raises
    ProcessEnded."""
    streams = await verify_journal(engine, None, processes, show)
    found = [one.finding for one in streams if one.finding is not None]
    async with snapshot(engine) as db:
        connection = await driver_of(db)
        decided = await verify_decisions(connection)
        found += decided.findings
        found += await verify_epochs(connection, decided, await known_keys(db))
        found += await verify_feeds(connection)
        found += await verify_listed(connection)
        found += await verify_personal_keys(connection)
    found += await verify_projections(engine, processes, show)
    return Verified(streams, tuple(found))
