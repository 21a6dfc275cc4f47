"""The store's port: on the loopback address only, because there is no TLS yet."""

import errno
import socket

from edge.box.settings import LOOPBACK
from edge.db.connection.errors import CannotStart

CONNECTIONS_WAITING_MAX = 256


class PortTaken(CannotStart):
    """Something else listens on the store's port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on {LOOPBACK} is taken: stop what listens there, or choose another with "
            "`--port N` (0 takes any free one)."
        )


def bind(port: int) -> socket.socket:
    """A listening socket on the loopback address. Raises PortTaken, CannotStart."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
        bound.listen(CONNECTIONS_WAITING_MAX)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port) from error
        raise CannotStart(
            f"Port {port} cannot be opened: {error.strerror}. Choose another with `--port N` (0 "
            "takes any free one; below 1024 needs root)."
        ) from error
    bound.setblocking(False)
    return bound
