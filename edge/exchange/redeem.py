"""Redeem a one-time code at head office: only to it, and only with a clock that is near its own.

With a pin, whoever answers must prove to have the key before the code is sent. Without one, the
address alone says who it is.
"""

import base64
import email.utils
import time
from typing import NamedTuple

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.db.connection.errors import CannotStart
from edge.domain.reckoning import CLOCK_GAP_S_MAX
from edge.exchange.why_away import why_away
from sync.engine.transport import open_client
from sync.engine.trust import NotHeadOffice, carrier_for, say_hello
from sync.protocol import codec
from sync.protocol.enrolment import EnrolmentAnswer, pin_of
from sync.protocol.errors import NotSent, Undecodable
from sync.protocol.text import shown
from sync.protocol.trust import Trust

_OK = 200
_FAILING = 500
_STILL_GOOD = "the code is still good"


class CentralAway(CannotStart):
    """Head office cannot be reached, or something else answers in its place."""


class CodeRefused(CannotStart):
    """Head office did not accept the one-time code."""


class ClockOff(CannotStart):
    """This machine's clock is too far from head office's."""


class _Health(msgspec.Struct, frozen=True):
    """What is used of head office's health."""

    status: str = ""


class _Said(msgspec.Struct):
    """What is used of head office's problem document."""

    detail: str = ""
    remedy: str = ""


class Invited(NamedTuple):
    """Where head office is, the one-time code, and how it is known: ``pin`` of its key, where the
    technician has it, and whose certificates are trusted (None: as before, at first the
    system's)."""

    url: str
    code: str
    pin: bytes | None = None
    trust: Trust | None = None


async def redeem(invited: Invited, key: Ed25519PrivateKey) -> EnrolmentAnswer:
    """What head office answers to the code and the key's public half. The same code with the same
    key gives the same answer. Raises CentralAway, ClockOff (the code is still good then),
    CodeRefused."""
    carrier = carrier_for(invited.trust or Trust.SYSTEM, invited.url, invited.pin)
    async with open_client(invited.url, carrier) as client:
        answer = await _ask(client, invited, key)
    if invited.pin is not None and pin_of(answer.central_key) != invited.pin:
        raise _not_central(invited.url)
    return answer


async def _ask(
    client: httpx.AsyncClient, invited: Invited, key: Ed25519PrivateKey
) -> EnrolmentAnswer:
    central_url = invited.url
    body = {
        "code": invited.code,
        "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    }
    try:
        health = await client.get("/health")
        _refuse_stranger(health, central_url)
        _refuse_wrong_clock(health)
        if invited.pin is not None:
            await say_hello(client, invited.pin)
        response = await client.post("/v1/enrol", json=body)
    except (httpx.HTTPError, NotHeadOffice, NotSent) as error:
        why, remedy = why_away(error)
        raise CentralAway(
            f"Head office does not answer at {central_url}: {why}. {remedy}, then run this again; "
            f"{_STILL_GOOD}."
        ) from error
    _refuse_failing(response, central_url)
    if response.status_code != _OK:
        raise CodeRefused(_sentence(response, central_url))
    try:
        return codec.decode(EnrolmentAnswer, response.content)
    except Undecodable as error:
        raise _not_central(central_url) from error


def _refuse_stranger(response: httpx.Response, central_url: str) -> None:
    """The code is told to head office only: its health says ``status``."""
    _refuse_failing(response, central_url)
    if not is_head_office(response):
        raise _not_central(central_url)


def is_head_office(response: httpx.Response) -> bool:
    """Whether an answer to ``GET /health`` is one that head office gives."""
    try:
        said = msgspec.json.decode(response.content, type=_Health)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return response.status_code == _OK and bool(said.status)


def _refuse_failing(response: httpx.Response, central_url: str) -> None:
    if response.status_code >= _FAILING:
        raise CentralAway(
            f"Head office at {central_url} fails ({response.status_code}): "
            f"{_said(response) or 'it does not say why.'} Run this again in a minute; "
            f"{_STILL_GOOD}. If it stays, look at the log of `central serve`."
        )


def _refuse_wrong_clock(response: httpx.Response) -> None:
    """Head office's ``Date`` header against this clock, both in whole seconds."""
    stated_s = stated_time_s(response)
    if stated_s is None:
        return
    gap_s = int(time.time()) - stated_s
    if abs(gap_s) > CLOCK_GAP_S_MAX:
        way = "ahead of" if gap_s > 0 else "behind"
        raise ClockOff(
            f"This machine's clock is {abs(gap_s):,} s {way} head office's, and receipts would "
            "carry wrong times: set whichever is wrong (or let NTP), then run this again; "
            f"{_STILL_GOOD}."
        )


def stated_time_s(response: httpx.Response) -> int | None:
    """What its ``Date`` says, seconds since 1970. None where the header is absent, or is no time
    (something between may write what it likes there): each acknowledgement states head office's
    time again."""
    try:
        return int(email.utils.parsedate_to_datetime(response.headers["date"]).timestamp())
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _sentence(response: httpx.Response, central_url: str) -> str:
    return _said(response) or str(_not_central(central_url))


def _said(response: httpx.Response) -> str:
    """Head office's own words, if these are some."""
    try:
        said = msgspec.json.decode(response.content, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return shown(f"{said.detail} {said.remedy}".strip())


def _not_central(central_url: str) -> CentralAway:
    return CentralAway(
        f"Something answers at {central_url}, but it is not head office: check the address, and "
        f"that no login page of a network stands between, then run this again; {_STILL_GOOD}."
    )
