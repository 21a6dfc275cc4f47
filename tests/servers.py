"""Both servers as processes of their own with small limits at their doors, and raw sockets to
them: what a test sends is sent byte for byte, from an address of its choice."""

import asyncio
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg

from central.database.embedded import PostgresServer
from tests.patience import PATIENCE_S

READ_BYTES = 65_536


@dataclass(frozen=True)
class Server:
    """A server's process and its port. ``kind``: edge or central; ``log``: what it writes."""

    kind: str
    process: "subprocess.Popen[str]"
    port: int
    log: Path

    def memory_kib(self, which: str = "VmHWM") -> int:
        """Resident memory: the most so far, or with ``VmRSS`` now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{which}:"))

    def cpu_s(self) -> float:
        """CPU time so far, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """A connection from ``source``, an address of the loopback net."""
        to = ("127.0.0.1", self.port)
        return socket.create_connection(to, PATIENCE_S, source_address=(source, 0))

    def ask(self, raw: bytes, source: str = "127.0.0.1") -> "Answer":
        """What a connection of its own brings."""
        with self.connect(source) as connection:
            send_all(connection, raw)
            return read_answer(connection)

    def get(self, path: str, source: str = "127.0.0.1", **headers: str) -> "Answer":
        """A plain request."""
        return self.ask(request("GET", path, headers=headers), source)


class Answer(NamedTuple):
    """A response; its headers' names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document that it is."""
        assert self.headers["content-type"] == "application/problem+json", self
        document: dict[str, Any] = json.loads(self.body)
        assert document["status"] == self.status
        assert document["detail"]
        assert document["remedy"]
        return document


def request(
    method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    """A request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body or method in ("POST", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send_all(connection: socket.socket, raw: bytes) -> None:
    """As much as the server takes: one that turns somebody away need not take all."""
    try:
        connection.sendall(raw)
    except (BrokenPipeError, ConnectionResetError):
        return


def read_answer(connection: socket.socket) -> Answer:
    """The next response of a connection. Raises ConnectionError where there is none."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:])
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers["content-length"]):
        body += _more(connection)
    return Answer(int(lines[0].split()[1]), headers, body)


def _more(connection: socket.socket) -> bytes:
    got = connection.recv(READ_BYTES)
    if not got:
        raise ConnectionError("the server closed the connection")
    return got


def read_to_end(connection: socket.socket) -> bytes:
    """Everything until the server closes."""
    got = b""
    try:
        while piece := connection.recv(READ_BYTES):
            got += piece
    except ConnectionResetError:
        pass
    return got


@contextmanager
def running(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """A server of ours that has said ``ready``, until the block ends."""
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], PATIENCE_S)[0], log.read_text()
        said = process.stdout.readline().split()
        assert said[:1] == ["ready"], log.read_text()
        yield Server(command[0], process, int(said[2].rsplit(":", 1)[1]), log)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def edge_process(folder: Path, **environment: str) -> Iterator[Server]:
    """``edge serve`` of a store that is there."""
    command = ["edge", "serve", "--data", str(folder), "--port", "0"]
    with running(command, folder.with_name(f"{folder.name}.log"), environment) as server:
        yield server


@contextmanager
def central_process(folder: Path, url: str, **environment: str) -> Iterator[Server]:
    """``central serve`` on a migrated database."""
    command = ["central", "serve", "--data", str(folder), "--port", "0", "--database-url", url]
    with running(command, folder.with_name(f"{folder.name}.log"), environment) as server:
        yield server


def new_database(postgres: PostgresServer, template: str) -> str:
    """The URL of a copy of ``template``; it goes with its server."""
    name = f"t_{uuid4().hex}"

    async def make() -> None:
        admin = await asyncpg.connect(postgres.dsn_for("postgres"))
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        await admin.close()

    asyncio.run(make())
    return postgres.url_for(name)
