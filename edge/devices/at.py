"""Where a device of the counter listens."""

from typing import NamedTuple


class DeviceAt(NamedTuple):
    """In the shop's own network: a terminal, or a printer (port 9100 as a rule)."""

    host: str
    port: int


def device_at(address: str) -> DeviceAt:
    """As the settings name it, ``192.168.1.41:9100``."""
    host, _, port = address.rpartition(":")
    return DeviceAt(host, int(port))
