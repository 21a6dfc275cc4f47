"""How much one server takes at its door, before any code of an application runs.

Defaults are for the busiest shop and a head office of a thousand boxes; a setting may lower or
raise each of them, as tests do.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DoorLimits:
    """Times in seconds. Beyond a limit the answer is 414, 431, 408 or 503, or none where none can
    be given.

    ``head_s``: from a request's first byte to the end of its headers, and from a connection's
    beginning to its first request. ``body_s``: for a body, and a second more for each
    ``body_bytes_per_s`` of it that have come. ``idle_s``: between two requests. ``unread_s``: an
    answer that its reader does not take. ``linger_s``: after a refusal, so that it can be read.
    ``pipelined``: requests that wait behind one at work. ``opened_per_s`` of one address, after
    ``opened_at_once``; more wait for their turn, at most ``turn_s``.
    """

    line_bytes: int = 8 * 1024
    headers: int = 64
    header_bytes: int = 16 * 1024
    connections: int = 1_024
    connections_per_address: int = 512
    opened_at_once: int = 256
    opened_per_s: int = 100
    turn_s: float = 5
    pipelined: int = 8
    head_s: float = 10
    body_s: float = 20
    body_bytes_per_s: int = 1_024
    idle_s: float = 75
    unread_s: float = 30
    linger_s: float = 2
