"""The store's port: in plain on the loopback address, by TLS on the machine's others."""

import errno
import ipaddress
import socket

from edge.box.settings import LOOPBACK
from edge.db.connection.errors import CannotStart

CONNECTIONS_WAITING_MAX = 256


class PortTaken(CannotStart):
    """Something else listens on the store's port."""

    def __init__(self, port: int, host: str) -> None:
        super().__init__(
            f"Port {port} on {host} is taken: stop what listens there, or choose another with "
            "`--port N` (0 takes any free one)."
        )


def bind(port: int, host: str = LOOPBACK) -> socket.socket:
    """A listening socket on an address of this machine's. Raises PortTaken, CannotStart."""
    family = socket.AF_INET if ipaddress.ip_address(host).version == 4 else socket.AF_INET6
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(CONNECTIONS_WAITING_MAX)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port, host) from error
        raise CannotStart(
            f"Port {port} on {host} cannot be opened: {error.strerror}. Choose another with "
            "`--port N` (0 takes any free one; below 1024 needs root)."
        ) from error
    bound.setblocking(False)
    return bound
