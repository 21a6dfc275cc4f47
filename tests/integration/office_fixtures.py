"""A browser in the back office of a shop where Anna manages, Ben is at the counter and Cleo
supervises."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from edge.db.sessions import end_session_at
from edge.domain.operator import Room
from sync.protocol.identity import WorkstationId
from tests.edge_store import Till, open_store, session_at
from tests.integration.people_fixtures import PINS, publish

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Browser:
    """Cookies, and what a person does with them; no script runs."""

    till: Till
    client: httpx.AsyncClient

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def text(self, path: str, **headers: str) -> str:
        answer = await self.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, path: str, /, csrf: str | None = None, **fields: str) -> httpx.Response:
        """A form of a page of this address."""
        sent = fields if csrf is None else {**fields, "csrf": csrf}
        return await self.client.post(path, data=sent, headers=SAME_ORIGIN)

    async def send_from(self, page: str, path: str, /, **fields: str) -> httpx.Response:
        """A form of the page that is open, with its token."""
        found = CSRF.search(await self.text(page))
        assert found is not None
        once = {"event_id": str(uuid4()), **fields}  # as the form has one, made when it was shown
        return await self.send(path, csrf=found[1], **once)

    async def sign_in(self, operator_id: str, **fields: str) -> httpx.Response:
        pin = fields.pop("pin", "") or PINS[operator_id]
        return await self.send("/office/sign-in", operator_id=operator_id, pin=pin, **fields)

    async def enter(self, operator_id: str = "anna", workstation: str = "W1") -> None:
        """From the till page, where they are signed in."""
        token = self.till.client.headers["Holdfast-Session"]
        if operator_id != "anna":
            await self.do(lambda db: end_session_at(db, W1, Room.TILL, 0))
            token = await session_at(self.till.box, workstation, operator_id)
        body = {"request_id": str(uuid4())}
        entered = await self.client.post(
            "/office/enter",
            json=body,
            headers={
                "Authorization": self.till.client.headers["Authorization"],
                "Holdfast-Session": token,
            },
        )
        assert entered.status_code == 200, entered.text
        assert entered.json() == {"address": "/office"}

    def cookie(self, name: str) -> str:
        """The name of this box's cookie."""
        return f"{name}_{self.client.base_url.port}"

    async def do(self, unit: Any) -> Any:
        return await self.till.box.writer.run(unit)


@pytest_asyncio.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with open_store(tmp_path / "S01") as till:
        await till.box.writer.run(publish)
        till.box.sessions.forget()
        async with httpx.AsyncClient(base_url=till.client.base_url, trust_env=False) as client:
            yield Browser(till, client)


W1 = WorkstationId("W1")
