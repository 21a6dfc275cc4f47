"""Somebody without any right, on raw sockets, in a process of their own: ``python -m
tests.benchmarks.flooder PORT CONNECTIONS``. Reads requests from its standard input, a JSON list of
texts, says ``begun`` once each connection has sent one, and asks on, each connection as soon as it
was answered or closed, until it is ended.
"""

import json
import selectors
import socket
import sys
from itertools import cycle

READ_BYTES = 65_536
WAIT_S = 30


def _connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def main() -> None:
    """Flood until killed."""
    port, count = int(sys.argv[1]), int(sys.argv[2])
    requests = cycle([text.encode() for text in json.load(sys.stdin)])
    asking = selectors.DefaultSelector()

    def ask() -> None:
        made = _connect(port)
        made.sendall(next(requests))
        asking.register(made, selectors.EVENT_READ)

    for _ in range(count):
        ask()
    print("begun", flush=True)  # noqa: T201 - the process is told apart by what it prints
    while True:
        for key, _ in asking.select(WAIT_S):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            try:
                got = connection.recv(READ_BYTES)
                if got:
                    connection.sendall(next(requests))
                    continue
            except OSError:
                pass
            asking.unregister(connection)
            connection.close()
            ask()


if __name__ == "__main__":
    main()
