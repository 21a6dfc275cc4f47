"""This machine's addresses on its own network."""

import array
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterator

from sync.protocol.enrolment import INNER_NETWORKS

_SIOCGIFCONF = 0x8912
"""netdevice(7): every interface that has an IPv4 address, once for each."""
_ENTRY_BYTES = 40
"""Of the name 16, then the address as the kernel keeps it."""
_INTERFACES_MAX = 64
_INNER = tuple(ipaddress.ip_network(network) for network in INNER_NETWORKS)
_OF_VIRTUAL_MACHINES = ("docker", "virbr")
ADDRESSES_MAX = 8

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def lan_addresses() -> tuple[Address, ...]:
    """IPv4 addresses that tills can reach, at most ADDRESSES_MAX: inner ones, none of this machine
    alone, none of a bridge of virtual machines. IPv6 is named by a person: its addresses change by
    themselves."""
    found = dict.fromkeys(address for name, address in _interfaces() if _of_the_shop(name, address))
    return tuple(sorted(found))[:ADDRESSES_MAX]


def _of_the_shop(name: str, address: ipaddress.IPv4Address) -> bool:
    if name.startswith(_OF_VIRTUAL_MACHINES) or address.is_loopback or address.is_link_local:
        return False
    return any(address in network for network in _INNER)


def _interfaces() -> Iterator[tuple[str, ipaddress.IPv4Address]]:
    """Each interface's name and address; nothing where the system tells them otherwise."""
    room = array.array("B", bytes(_ENTRY_BYTES * _INTERFACES_MAX))
    at, _ = room.buffer_info()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            told = fcntl.ioctl(asking, _SIOCGIFCONF, struct.pack("iL", len(room), at))
        except OSError:
            return
    length = struct.unpack("iL", told)[0]
    for start in range(0, length, _ENTRY_BYTES):
        entry = room[start : start + _ENTRY_BYTES].tobytes()
        name = entry[:16].partition(b"\0")[0].decode("ascii", "replace")
        yield name, ipaddress.IPv4Address(entry[20:24])
