"""Answers tills on other machines: HTTPS on each of the box's addresses once it has a certificate,
and beside it the plain page that tells a device how to trust the company.

Addresses come and go (a lease, a cable), and the certificate comes when head office gives it: so
what listens is held against what there is, by the clock and when the certificate changes. No HSTS:
a browser that was told it lets nobody past a certificate that has expired, and a shop whose line is
away for months would be closed by it; nothing that is secret is served in plain.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog

from edge.box.box import Box
from edge.box.lan import Address
from edge.box.links import trust_port
from edge.db.connection.errors import CannotStart
from edge.server.listening import Listening, listening
from edge.server.ports import bind
from sync.http.tls import ServedCertificate

LOOK_EVERY_S = 5

log = structlog.get_logger()


class Lan:
    """What listens for tills on other machines, at the box's port at every address."""

    def __init__(self, box: Box, app: Any, trust_app: Any) -> None:
        self._box = box
        self._app = app
        self._trust_app = trust_app
        self._open: dict[Address, AsyncExitStack] = {}
        self._shown: ServedCertificate | None = None
        self._told: dict[Address, str] = {}

    async def look(self) -> None:
        """Listen where the box is to be found now, and nowhere else."""
        certificate = self._box.certificate
        certificate.changed.clear()
        certificate.look()
        if certificate.served is not self._shown:
            await self.close()
            self._shown = certificate.served
        wanted = set(certificate.addresses()) if self._shown is not None else set()
        for address in self._open.keys() - wanted:
            await self._open.pop(address).aclose()
        for address in sorted(wanted - self._open.keys(), key=str):
            await self._listen(address)

    async def _listen(self, address: Address) -> None:
        settings = self._box.settings
        port, plain_port = settings.port, trust_port(settings)
        async with AsyncExitStack() as stack:
            try:
                secure = stack.enter_context(bind(port, str(address)))
            except CannotStart as error:  # not this machine's at this moment, or taken
                self._tell(address, str(error))
                return
            sockets = [Listening(self._app, secure, self._shown)]
            try:
                plain = stack.enter_context(bind(plain_port, str(address)))
                sockets.append(Listening(self._trust_app, plain))
            except CannotStart as error:  # devices that trust the company already need it no more
                log.error("no page that tells of trust", address=str(address), why=str(error))
            await stack.enter_async_context(listening(settings.door, *sockets))
            self._open[address] = stack.pop_all()
            self._told.pop(address, None)
            log.info("answers tills", address=str(address), port=port, trust_port=plain_port)

    def _tell(self, address: Address, why: str) -> None:
        """Once, as long as it is so."""
        if self._told.get(address) != why:
            self._told[address] = why
            log.error("no tills from other machines", address=str(address), why=why)

    async def close(self) -> None:
        """Let those at work end, and listen nowhere."""
        await asyncio.gather(*(stack.aclose() for stack in self._open.values()))
        self._open.clear()

    async def keep_looking(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._box.certificate.changed.wait()
            except TimeoutError:
                continue


def _tell_end(looking: "asyncio.Task[None]") -> None:
    """It ends by being cancelled, or by a mistake of ours."""
    if not looking.cancelled():
        log.error("tills from other machines are looked for no more", exc_info=looking.exception())


@asynccontextmanager
async def answering_lan(box: Box, app: Any, trust_app: Any) -> AsyncIterator[Lan]:
    """Answer tills on other machines inside the block."""
    lan = Lan(box, app, trust_app)
    await lan.look()
    looking = asyncio.create_task(lan.keep_looking())
    looking.add_done_callback(_tell_end)
    try:
        yield lan
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await lan.close()
