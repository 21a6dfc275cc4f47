"""A shop's other questions, without pause, in a process of their own: ``python -m
tests.benchmarks.asker``.

Reads a plan from the first line of its standard input, a JSON object ``{"port": …, "token": …,
"asked": {NAME: [[METHOD, PATH, BODY or null], …], …}}``. Each name has a connection of its own and
asks its requests in turn, again and again. ``begun`` is printed once each was answered, and when
the standard input ends ``{"took_s": …, "asked": {NAME: {"answers": …, "refused": …}, …}}``:
refused is any answer but 200.
"""

import http.client
import json
import sys
import threading
import time
from itertools import cycle
from typing import Any

TIMEOUT_S = 60


class Asker(threading.Thread):
    """One name's questions. ``begun``: it was answered; ``failed``: why it ended by itself."""

    def __init__(self, plan: dict[str, Any], requests: list[list[str | None]]) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=TIMEOUT_S)
        self._headers = {
            "Authorization": f"Bearer {plan['token']}",
            "Holdfast-Session": plan["token"],
            "Content-Type": "application/json",
        }
        self._requests = cycle(requests)
        self._stopping = threading.Event()
        self.begun = threading.Event()
        self.answers = self.refused = 0
        self.failed = ""

    def run(self) -> None:
        """Ask until it is enough."""
        try:
            while not self._stopping.is_set():
                self._ask()
                self.begun.set()
        except (OSError, http.client.HTTPException) as error:
            self.failed = f"{type(error).__name__}: {error}"
        finally:
            self.begun.set()

    def _ask(self) -> None:
        method, path, body = next(self._requests)
        self._connection.request(str(method), str(path), body, self._headers)
        answer = self._connection.getresponse()
        answer.read()
        self.answers += 1
        self.refused += answer.status != http.client.OK

    def end(self) -> dict[str, int]:
        """What was found. Raises SystemExit if it failed."""
        self._stopping.set()
        self.join()
        if self.failed:
            raise SystemExit(self.failed)
        return {"answers": self.answers, "refused": self.refused}


def main() -> None:
    """Ask until nobody listens."""
    plan = json.loads(sys.stdin.readline())
    askers = {name: Asker(plan, requests) for name, requests in plan["asked"].items()}
    for asker in askers.values():
        asker.start()
    for asker in askers.values():
        asker.begun.wait()
    print("begun", flush=True)  # noqa: T201 - the process is told apart by what it prints
    started = time.perf_counter()
    sys.stdin.read()
    found = {name: asker.end() for name, asker in askers.items()}
    json.dump({"took_s": time.perf_counter() - started, "asked": found}, sys.stdout)


if __name__ == "__main__":
    main()
