"""A shop that sends receipts by e-mail through a server of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from edge.box.mail_settings import MailSettings, MailTls
from tests.doubles.mail_server import MailServer
from tests.edge_store import Till, act, open_store, sale

ADDRESS = "mei.tan@example.org"


def settings_of(server: MailServer, **instead: Any) -> MailSettings:
    stated = {
        "host": "127.0.0.1",
        "port": server.port,
        "sender": "receipts@shop.example",
        "tls": MailTls.NEVER,
        **instead,
    }
    return MailSettings.model_validate(stated)


@asynccontextmanager
async def mailing_shop(
    folder: Path, server: MailServer, password: str | None = None, **instead: Any
) -> AsyncIterator[Till]:
    secret = None if password is None else SecretStr(password)
    mail = settings_of(server, **instead)
    async with open_store(folder, mail=mail, mail_password=secret) as till:
        await till.open_shop()
        yield till


async def asked(till: Till, sale_id: str | None = None, **more: Any) -> httpx.Response:
    """A receipt is to go by e-mail: that of a sale that is finished now, unless it is named."""
    if sale_id is None:
        answer = await till.call("POST", "/sales", sale())
        assert answer.status_code == 201, answer.text
        sale_id = answer.json()["sale_id"]
    return await till.call("POST", f"/sales/{sale_id}/mails", act(address=ADDRESS, **more))
