"""Workstations on raw sockets, in a process of their own: ``python -m tests.benchmarks.client``.

Reads a plan from its standard input, a JSON object ``{"port": …, "stations": [{"token": …,
"bodies": […]}, …], "tls": …}``, and prints ``{"took_s": …, "latencies_s": […]}``. Each station
keeps its connection, which is by TLS if the plan says to whom (``{"host": …, "authority": PEM}``),
has one request at a time under way, and states with it the head that it was last told, as the till
page does. Any answer but 201 ends the run. Nothing but the standard library is loaded, and every
request's bytes are ready before the clock starts, so that little is measured but the server.
"""

import json
import selectors
import socket
import ssl
import sys
import time
from typing import Any

TIMEOUT_S = 60
READ_BYTES = 65_536
CREATED = b"HTTP/1.1 201"


class Station:
    """One workstation: its connection, and what it still has to send."""

    def __init__(
        self, port: int, token: str, bodies: list[str], tls: dict[str, str] | None
    ) -> None:
        self._host = "127.0.0.1" if tls is None else tls["host"]
        self.socket = socket.create_connection((self._host, port), timeout=TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            trusting = ssl.create_default_context(cadata=tls["authority"])
            self.socket = trusting.wrap_socket(self.socket, server_hostname=self._host)
        self._before = (
            f"Authorization: Bearer {token}\r\nHoldfast-Session: {token}\r\n"
            "Content-Type: application/json\r\n"
        )
        self._waiting = [(body.encode(), len(body.encode())) for body in reversed(bodies)]
        self._seen = ""
        self._got = b""
        self._started = 0.0
        self.latencies_s: list[float] = []

    def send_next(self) -> bool:
        """Send the next request; False when there is none."""
        if not self._waiting:
            return False
        body, length = self._waiting.pop()
        head = (
            f"POST /sales HTTP/1.1\r\nHost: {self._host}\r\n{self._before}{self._seen}"
            f"Content-Length: {length}\r\n\r\n"
        )
        self._started = time.perf_counter()
        self.socket.sendall(head.encode() + body)
        return True

    def receive(self) -> bool:
        """Take what has arrived; True once the answer is whole."""
        got = self.socket.recv(READ_BYTES)
        if not got:
            raise SystemExit("the server closed a connection")
        self._got += got
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return False
        lowered = self._got[:end].lower()
        at = lowered.index(b"content-length:") + len(b"content-length:")
        length = int(lowered[at:].split(b"\r\n", 1)[0])
        if len(self._got) < end + 4 + length:
            return False
        self.latencies_s.append(time.perf_counter() - self._started)
        if not self._got.startswith(CREATED):
            raise SystemExit(self._got.decode(errors="replace"))
        self._remember(self._got[end + 4 :])
        self._got = b""
        return True

    def _remember(self, raw: bytes) -> None:
        answer: dict[str, Any] = json.loads(raw)
        head = answer["head"]
        told = f"{head['epoch']}:{head['seq']}:{head['hash']}:{answer['receipt_number']}"
        self._seen = f"Holdfast-Seen: {told}\r\n"


def main() -> None:
    """One run of the plan."""
    plan = json.load(sys.stdin)
    port, tls = plan["port"], plan.get("tls")
    stations = [Station(port, each["token"], each["bodies"], tls) for each in plan["stations"]]
    waiting = selectors.DefaultSelector()
    for station in stations:
        waiting.register(station.socket, selectors.EVENT_READ, station)
    started = time.perf_counter()
    at_work = sum(station.send_next() for station in stations)
    while at_work:
        ready = waiting.select(TIMEOUT_S)
        if not ready:
            raise SystemExit(f"no answer within {TIMEOUT_S} s")
        for key, _ in ready:
            station = key.data
            if station.receive() and not station.send_next():
                at_work -= 1
    took_s = time.perf_counter() - started
    latencies = [each for station in stations for each in station.latencies_s]
    json.dump({"took_s": took_s, "latencies_s": latencies}, sys.stdout)


if __name__ == "__main__":
    main()
