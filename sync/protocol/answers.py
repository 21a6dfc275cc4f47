"""What a store makes of head office's answers (protocol.md, Push: HTTP outcomes).

No status deletes anything. A verdict counts only if head office signed it and its problem document
is one of ours: a proxy's 403 or a hotel's login page is nothing but a reason to try again. An
acknowledgement is held against the store's own chain before it is believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from sync.protocol.batch import Acknowledgement
from sync.protocol.text import shown

PROBLEM_PREFIX = "urn:holdfast:problem:"
PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_S_MAX = 3_600
UNSIGNED_RETRY_AFTER_S_MAX = 300
"""Whoever stands on the line delays a box no longer than a dead line does (``retry.CAP_MS``)."""
DETAIL_CHARACTERS_MAX = 500


class Slug(StrEnum):
    """Problem types that decide something, after PROBLEM_PREFIX: 409 gap (with ``expected_seq``),
    fork (``seq``) and hashes-wanted (``from_seq``, ``through_seq``), 403 fenced
    (``sealed_watermark``), 422 bad-envelope and bad-epoch, 410 cursor-gone."""

    GAP = "gap"
    FORK = "fork"
    HASHES_WANTED = "hashes-wanted"
    FENCED = "fenced"
    BAD_ENVELOPE = "bad-envelope"
    BAD_EPOCH = "bad-epoch"
    CURSOR_GONE = "cursor-gone"


STATUS_OF = {
    Slug.GAP: 409,
    Slug.FORK: 409,
    Slug.HASHES_WANTED: 409,
    Slug.FENCED: 403,
    Slug.BAD_ENVELOPE: 422,
    Slug.BAD_EPOCH: 422,
    Slug.CURSOR_GONE: 410,
}

_PLAIN = {
    401: "head office does not accept this box's signature",
    426: "head office no longer speaks this version: update the software",
    429: "head office asks to wait",
    503: "head office asks to wait",
}


CALLS_A_PERSON = frozenset({401, 403, 426})
"""Of head office's own (signed) refusals: trying again alone will not help. 403 is a box that was
revoked, or that asks for what is not its own; ``fenced`` is a verdict of its own."""


@dataclass(frozen=True)
class Ruled:
    """Head office's own verdict on the request."""

    slug: Slug
    detail: str
    expected_seq: int | None = None


@dataclass(frozen=True)
class TooLarge:
    """413, from whoever stands between: send less at once."""

    detail: str


@dataclass(frozen=True)
class TryLater:
    """Nothing can be built on this answer. ``wait_ms``: what the server asked for with 429 or 503,
    which is no failure of the box; None: nothing."""

    detail: str
    wait_ms: int | None = None


Refused: TypeAlias = Ruled | TooLarge | TryLater


class _Problem(msgspec.Struct, frozen=True):
    """The members of a problem document that are read here."""

    type: str = ""
    detail: str = ""
    remedy: str = ""
    expected_seq: int | None = None


NOT_SIGNED = (
    "somebody else answers at head office's address (a login page, a proxy, another server):"
    " head office did not sign the answer, and nothing of it was taken"
)


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, *, signed: bool) -> Refused:
    """What an answer other than the expected one means. ``headers`` by lower-case names;
    ``signed``: head office itself gave it."""
    problem = _problem(headers, body)
    detail = shown(problem.detail[:DETAIL_CHARACTERS_MAX])
    for slug, expected in STATUS_OF.items():
        if signed and status == expected and problem.type == PROBLEM_PREFIX + slug:
            return Ruled(slug, detail, problem.expected_seq)
    if status == 413:
        return TooLarge(
            detail or "the request was too large for head office or for what is between"
        )
    if signed and status == 403:
        return TryLater(f"head office refuses this box: {detail or 'it does not say why'}")
    said = _PLAIN.get(status, f"an answer that head office would not give (status {status})")
    most_s = RETRY_AFTER_S_MAX if signed else UNSIGNED_RETRY_AFTER_S_MAX
    wait_ms = _retry_after_ms(headers, most_s) if status in (429, 503) else None
    return TryLater(f"{said}: {detail}" if detail else said, wait_ms)


def words_of(headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """What a problem document says, and what it says to do; empty where it is none."""
    problem = _problem(headers, body)
    cut = (said[:DETAIL_CHARACTERS_MAX] for said in (problem.detail, problem.remedy))
    detail, remedy = map(shown, cut)
    return detail, remedy


def is_unknown_there(status: int, headers: Mapping[str, str], body: bytes, *, signed: bool) -> bool:
    """Head office itself knows nothing of this box, or of the epoch that it writes in."""
    said = _problem(headers, body).type.removeprefix(PROBLEM_PREFIX)
    return signed and (status, said) in ((401, "bad-signature"), (403, "not-allowed"))


def _problem(headers: Mapping[str, str], body: bytes) -> _Problem:
    if not headers.get("content-type", "").startswith(PROBLEM_TYPE):
        return _Problem()
    try:
        return msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Problem()


def _retry_after_ms(headers: Mapping[str, str], most_s: int) -> int | None:
    """Retry-After in seconds, or as a date held against the answer's own Date."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) <= 9:
        return min(int(asked), most_s) * 1_000
    try:
        until = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(headers.get("date", ""))
        seconds = (until - now).days * 86_400 + (until - now).seconds
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0, min(seconds, most_s)) * 1_000


class AcknowledgementVerdict(StrEnum):
    """What an acknowledgement means to the store that reads it."""

    HOLDS = "holds"
    REWOUND = "rewound"
    """Central holds more of our epoch than we do: this box was restored or copied."""
    FORK = "fork"
    """Central holds another event than we at that sequence."""
    CENTRAL_REWOUND = "central_rewound"
    """Central holds less than it had acknowledged: send again from there."""
    PRUNED = "pruned"
    """Central holds less than it had, and we no longer hold what follows."""


def weigh(
    acknowledgement: Acknowledgement,
    head_seq: int,
    acknowledged_through: int,
    own_hash: bytes | None,
) -> AcknowledgementVerdict:
    """Hold an acknowledgement against our chain. ``head_seq`` and ``acknowledged_through`` as they
    were before the request went out; ``own_hash``: ours at its sequence, None if we have none."""
    through = acknowledgement.acknowledged_through
    if through > head_seq:
        return AcknowledgementVerdict.REWOUND
    if own_hash is None:
        return AcknowledgementVerdict.PRUNED
    if own_hash != acknowledgement.head_hash:
        return AcknowledgementVerdict.FORK
    if through < acknowledged_through:
        return AcknowledgementVerdict.CENTRAL_REWOUND
    return AcknowledgementVerdict.HOLDS
