"""Networks of a test's own: namespaces of this machine's kernel, joined by pairs of virtual cards.

Needs root and iproute2 (``needed.py``). Everything bears the number of the process that made it and
goes when the block ends, however it ends; what a killed run left behind goes with the next one.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sync.program.plain_commands import COULD_NOT_RUN
from tests.needed import Need, need
from tests.patience import PATIENCE_S

IP, CERTUTIL = (shutil.which(program) or program for program in ("ip", "certutil"))
PREFIX = "hf"
ETC = Path("/etc/netns")
"""``ip netns exec`` lays what lies in a namespace's folder here over /etc."""
_OURS = re.compile(rf"{PREFIX}(\d+)[a-z]")
NOT_FOR_PROGRAMS = ("CENTRAL_", "EDGE_", "HOLDFAST_")


@dataclass
class Network:
    """Namespaces by their short names, such as ``hq``."""

    stack: ExitStack
    made: set[str] = field(default_factory=set)

    def add(self, name: str, hosts: Mapping[str, str]) -> None:
        """A namespace; ``hosts``: addresses by the names that it knows."""
        full = self.name(name)
        ip("netns", "add", full)
        self.stack.callback(_remove, full)
        self.made.add(name)
        ip("-n", full, "link", "set", "lo", "up")
        (ETC / full).mkdir(parents=True)
        known = {"localhost": "127.0.0.1", **hosts}
        lines = [f"{address} {host}\n" for host, address in known.items()]
        (ETC / full / "hosts").write_text("".join(lines))

    def join(self, one: str, one_address: str, other: str, other_address: str) -> str:
        """A cable between two namespaces, with an address/bits at each end; its name."""
        ends = f"{self.name(one)}{other}"[-15:], f"{self.name(other)}{one}"[-15:]
        ip(
            *("link", "add", ends[0], "netns", self.name(one), "type", "veth"),
            *("peer", "name", ends[1], "netns", self.name(other)),
        )
        for name, card, address in ((one, ends[0], one_address), (other, ends[1], other_address)):
            ip("-n", self.name(name), "address", "add", address, "dev", card)
            ip("-n", self.name(name), "link", "set", card, "up")
        return ends[0]

    def cut(self, name: str, card: str) -> None:
        """The cable is out, at this end of it."""
        ip("-n", self.name(name), "link", "set", card, "down")

    def mend(self, name: str, card: str) -> None:
        """The cable is in again."""
        ip("-n", self.name(name), "link", "set", card, "up")

    def inside(self, name: str, *words: str | Path) -> list[str]:
        """A command that runs in the namespace."""
        return [IP, "netns", "exec", self.name(name), *map(str, words)]

    def python(self, name: str, *words: str | Path, **environment: str) -> str:
        """What a module of ours says that runs there to its end; again where it could not reach
        the other side, as it says to do."""
        done = subprocess.run(
            self.inside(name, sys.executable, "-m", *words),
            env=_environment(environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode == COULD_NOT_RUN and "run this again" in done.stderr:
            return self.python(name, *words, **environment)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def serve(self, name: str, log: Path, *words: str | Path, **environment: str) -> str:
        """Start a module of ours there, until the block ends; its first line, once it says it."""
        with log.open("ab") as complaints:
            process = subprocess.Popen(
                self.inside(name, sys.executable, "-m", *words),
                env=_environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )
        self.stack.callback(_end, process)
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said, f"{words}: {log.read_text()}"
        return said

    @staticmethod
    def name(short: str) -> str:
        """As the kernel knows it."""
        return f"{PREFIX}{os.getpid()}{short}"


@contextmanager
def networks() -> Iterator[Network]:
    """Room for namespaces inside the block. Skips the test where none can be made."""
    need(Need.NAMESPACES)
    _sweep()
    with ExitStack() as stack:
        yield Network(stack)


def ip(*words: str) -> None:
    """One change of iproute2's."""
    done = subprocess.run([IP, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


def _remove(full: str) -> None:
    shutil.rmtree(ETC / full, ignore_errors=True)
    subprocess.run([IP, "netns", "delete", full], capture_output=True, check=False)


def _sweep() -> None:
    """What runs left that are no more."""
    listed = subprocess.run([IP, "netns", "list"], capture_output=True, text=True, check=False)
    for name in {line.split()[0] for line in listed.stdout.splitlines() if line.strip()}:
        ours = _OURS.match(name)
        if ours and not Path(f"/proc/{ours[1]}").exists():
            _remove(name)


def _end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.communicate()


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {n: text for n, text in os.environ.items() if not n.startswith(NOT_FOR_PROGRAMS)}
    return {**kept, "PYTHONUNBUFFERED": "1", "COLUMNS": "100", **more}
