"""Ask a printer how it is, by the real-time status of ESC/POS (Epson, *DLE EOT*): some answer, some
never do. It prints nothing, and blocks for some seconds at most."""

import os
import socket
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from edge.devices.at import DeviceAt

CONNECT_S = 3
ANSWER_S = 1
QUESTIONS = b"\x10\x04\x02\x10\x04\x04"
"""Why it is offline, and how its paper is: a byte is the answer to each."""
_FIXED_BITS, _FIXED = 0x93, 0x12
"""Of each answer, by which it is known."""
_COVER_OPEN, _FAULT = 0x04, 0x40
_PAPER_OUT, _PAPER_LOW = 0x60, 0x0C


class Condition(StrEnum):
    """``silent``: it takes a connection and says nothing of itself, as many do. ``ready`` where it
    is a file or a device: it can be opened, and says no more."""

    READY = "ready"
    SILENT = "silent"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    FAULT = "fault"
    UNREACHED = "unreached"


class Asked(NamedTuple):
    """``why``: in the system's words, where it was not reached."""

    condition: Condition
    why: str = ""


def ask_printer(at: DeviceAt | Path) -> Asked:
    """How it is now."""
    return ask_device(
        at, QUESTIONS, lambda said: max(0, 2 - len(said)), lambda said: Asked(condition_of(said))
    )


def ask_device(
    at: DeviceAt | Path,
    question: bytes,
    lacks: Callable[[bytes], int],
    means: Callable[[bytes], Asked],
) -> Asked:
    """What a device on the network answers; one that is a file can be opened, and says no more.
    ``lacks``: how many bytes more are waited for, at most; ``means``: what an answer says."""
    try:
        if isinstance(at, Path):
            os.close(os.open(at, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY))
            return Asked(Condition.READY)
        with socket.create_connection(at, timeout=CONNECT_S) as line:
            return means(_answer(line, question, lacks))
    except OSError as error:
        return Asked(Condition.UNREACHED, error.strerror or "it does not answer")


def _answer(line: socket.socket, question: bytes, lacks: Callable[[bytes], int]) -> bytes:
    line.settimeout(ANSWER_S)
    line.sendall(question)
    said = b""
    try:
        while (wanted := lacks(said)) and (more := line.recv(wanted)):
            said += more
    except TimeoutError:
        pass  # silence, or as much as there is, is an answer too
    return said


def condition_of(said: bytes) -> Condition:
    """What its answers mean; none, or what is no status, means nothing."""
    if not said or any(byte & _FIXED_BITS != _FIXED for byte in said):
        return Condition.SILENT
    cause, paper = said[0], said[-1] if len(said) > 1 else 0
    if cause & _COVER_OPEN:
        return Condition.COVER_OPEN
    if paper & _PAPER_OUT:
        return Condition.PAPER_OUT
    if cause & _FAULT:
        return Condition.FAULT
    return Condition.PAPER_LOW if paper & _PAPER_LOW else Condition.READY
