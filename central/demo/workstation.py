"""A workstation as the till page will be: makes the sale's id and keeps the request's bytes before
the first attempt, repeats exactly those bytes until it has an answer, keeps every answer's envelope
and signature, states with each request the highest head and receipt number it was told, and gives
what it kept back to a box that lacks it.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import httpx
import uuid_utils.compat

from central.demo.errors import DemoCannotRun
from sync.engine.transport import NO_TLS

TRIES_MAX = 600
RETRY_S = 0.1
REQUEST_TIMEOUT_S = 20
TOKEN_BYTES = 32
OFFERED_MAX = 500
SIGN_IN_NEEDED = "sign-in-needed"
GIVEN_MAX = 50
NO_PINS: Mapping[str, str] = MappingProxyType({})


@dataclass
class Workstation:
    """One paired POS device of one store. ``pins``: by operators who sign in as soon as they stand
    in a request; ``signed_in``: who did last. ``cash_minor`` is what should lie in its drawer.
    ``till_session_id``: that of its drawer. ``turn``: held by whoever stands at it, from the first
    thing scanned to the receipt. ``tendered``: a sale is under way to the box."""

    workstation_id: str
    store_code: str
    client: httpx.AsyncClient
    seen: str | None = None
    pins: Mapping[str, str] = field(default_factory=dict)
    signed_in: str | None = None
    cash_minor: int = 0
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent_again: int = 0
    answered_again: int = 0
    till_session_id: str = ""
    tendered: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def complete(self, path: str, sale: dict[str, Any]) -> dict[str, Any]:
        """Post a sale or return until it is answered. Raises SaleRefused with the problem."""
        await self._sign_in(sale)
        self.tendered.set()
        try:
            response = await self.send("POST", path, json.dumps(sale).encode())
        finally:
            self.tendered.clear()
        if response.status_code == 200:
            self.answered_again += 1
        answer: dict[str, Any] = response.json()
        self.kept[answer["sale_id"]] = answer
        head = answer["head"]
        epoch, fingerprint = head["epoch"].split("-")
        self.seen = f"{epoch}-{fingerprint}:{head['seq']}:{head['hash']}:{answer['receipt_number']}"
        if not sale.get("training"):
            self._count_cash(sale, answer)
        return answer

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Any other request, repeated until it is answered."""
        await self._sign_in(body)
        content = None if body is None else json.dumps(body).encode()
        answer: dict[str, Any] = (await self.send(method, path, content)).json()
        return answer

    async def pair(self, code: str) -> None:
        """Redeem a pairing code, as the till page's first screen does; whoever was signed in is not
        any more."""
        asked = {
            "workstation_id": self.workstation_id,
            "code": code,
            "token": secrets.token_urlsafe(TOKEN_BYTES),
        }
        answer = await self.call("POST", "/pair", asked)
        self.client.headers["Authorization"] = f"Bearer {answer['token']}"
        self.client.headers.pop("Holdfast-Session", None)
        self.signed_in = None

    async def give_back(self) -> list[dict[str, Any]]:
        """Offer everything that was kept, and give what is wanted: the answers whose receipts were
        taken."""
        kept, taken = list(self.kept.values()), []
        for at in range(0, len(kept), OFFERED_MAX):
            some = kept[at : at + OFFERED_MAX]
            offer = {"kept": [answer["head"] for answer in some]}
            standings = (await self.call("POST", "/kept/offers", offer))["standings"]
            pairs = zip(some, standings, strict=True)
            wanted = [answer for answer, standing in pairs if standing == "wanted"]
            for piece in range(0, len(wanted), GIVEN_MAX):
                given = wanted[piece : piece + GIVEN_MAX]
                envelopes = {"kept": [answer["envelope"] for answer in given]}
                outcomes = (await self.call("POST", "/kept", envelopes))["outcomes"]
                told = zip(given, outcomes, strict=True)
                taken += [answer for answer, one in told if one["outcome"] == "taken"]
        return taken

    async def _sign_in(self, body: object) -> None:
        """Whoever stands in the body, unless they are at the till already."""
        operator_id = str(body.get("operator_id")) if isinstance(body, dict) else ""
        if operator_id not in self.pins or operator_id == self.signed_in:
            return
        asked = {
            "request_id": new_id(),
            "operator_id": operator_id,
            "pin": self.pins[operator_id],
        }
        answer = (await self.send("POST", "/session", json.dumps(asked).encode())).json()
        self.client.headers["Holdfast-Session"] = answer["token"]
        self.signed_in = operator_id

    async def _sign_in_again(self, operator_id: str) -> None:
        """At a box that was put back to a copy, which knows of no session since. Nobody is signed
        in until it says so: then a refusal is one."""
        self.signed_in = None
        await self._sign_in({"operator_id": operator_id})

    async def send(self, method: str, path: str, content: bytes | None) -> httpx.Response:
        """The same bytes until there is an answer; a killed edge only makes this take longer."""
        headers = {"Content-Type": "application/json"} if content is not None else {}
        if self.seen is not None:
            headers["Holdfast-Seen"] = self.seen
        for attempt in range(TRIES_MAX):
            try:
                response = await self.client.request(method, path, content=content, headers=headers)
            except httpx.TransportError:
                self.sent_again += 1
                await asyncio.sleep(RETRY_S)
                continue
            if response.status_code in (429, 503) and attempt + 1 < TRIES_MAX:
                await asyncio.sleep(RETRY_S)
                continue
            if response.status_code >= 400:
                refusal = SaleRefused(response.json())
                if refusal.slug != SIGN_IN_NEEDED or self.signed_in is None:
                    raise refusal
                await self._sign_in_again(self.signed_in)
                continue
            return response
        raise DemoCannotRun(f"{self.store_code}'s box did not answer {TRIES_MAX} times")

    def _count_cash(self, sale: dict[str, Any], answer: dict[str, Any]) -> None:
        taken = sum(t["amount_minor"] for t in sale["tenders"] if t["tender_id"] == "cash")
        self.cash_minor += taken - int(answer["change_minor"])


class SaleRefused(DemoCannotRun):
    """The edge refused a request: its problem document."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"a store refused: {problem.get('title')}: {problem.get('detail')}")
        self.problem = problem

    @property
    def slug(self) -> str:
        """The last part of the problem's type."""
        return str(self.problem.get("type", "")).rsplit(":", 1)[-1]


def new_id() -> str:
    """A UUIDv7, made by the workstation."""
    return str(uuid_utils.compat.uuid7())


async def pair(
    base_url: str,
    store_code: str,
    workstation_id: str,
    code: str,
    pins: Mapping[str, str] = NO_PINS,
) -> Workstation:
    """A workstation at a box that makes one of this code."""
    client = httpx.AsyncClient(base_url=base_url, timeout=REQUEST_TIMEOUT_S, verify=NO_TLS)
    workstation = Workstation(workstation_id, store_code, client, pins=pins)
    await workstation.pair(code)
    return workstation
