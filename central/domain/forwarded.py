"""What proxies say of a request that they pass on: whose it is, and how it came to them.

Each proxy adds to the right. So what stands there was written by the one before us, and a client's
own words stand to the left of all that a trusted proxy wrote: they are never reached.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network
_LOOPBACK: Sequence[Network] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def read_network(text: str) -> Network:
    """``10.0.0.0/8``, or one address. Raises ValueError."""
    return ip_network(text.strip(), strict=False)


def is_among(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address lies in one of the networks; text that is none does not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network for network in networks)


def is_loopback(address: str) -> bool:
    """Whether it is this machine's own; of a local socket, which has no address, too."""
    return not address or is_among(address, _LOOPBACK)


def client_address(peer: str, stated: Sequence[str], proxies: Sequence[Network]) -> str:
    """The address that asks: the rightmost one that is no proxy of ours. ``peer`` is a proxy;
    ``stated``: each ``X-Forwarded-For`` in the order of its headers. Where it cannot be read, the
    last proxy that could be."""
    client = peer
    for part in reversed(",".join(stated).split(",")):
        address = _without_port(part.strip())
        try:
            ip_address(address)
        except ValueError:
            return client
        client = address
        if not is_among(address, proxies):
            return client
    return client


def last_stated(stated: Sequence[str]) -> str:
    """What the proxy before us wrote of something that has one value; empty where it is absent."""
    return stated[-1].rsplit(",", 1)[-1].strip() if stated else ""


def host_name(host: str) -> str:
    """A ``Host`` without its port, in small letters; an IPv6 address without its brackets."""
    name, colon, port = host.rpartition(":")
    if not colon or not port.isdigit() or (":" in name and not name.startswith("[")):
        name = host
    return name.removeprefix("[").removesuffix("]").lower()


def is_one_of(name: str, allowed: Sequence[str]) -> bool:
    """Whether a host's name is among those allowed, of which one may begin with ``*.``: any one
    label in its place (RFC 6125, 6.4.3)."""
    _, dot, parent = name.partition(".")
    return name in allowed or (dot == "." and f"*.{parent}" in allowed)


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
