"""Is the store server there? Says nothing that a stranger may not know."""

import msgspec
from litestar import get


class Health(msgspec.Struct, frozen=True):
    """It answers."""

    ok: bool = True


@get("/health", sync_to_thread=False)
def health() -> Health:
    """Answers while the server does."""
    return Health()


ROUTES = (health,)
