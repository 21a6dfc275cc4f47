"""Head office proves who it is to a box that does not know it yet: open to everybody, and telling
nothing that an eavesdropper does not see anyway. ``signed_answers`` signs it like every answer to a
question with a nonce.
"""

from typing import Any

from litestar import Request, Response, get

from central.api.admission import place_of
from central.api.guards import office_of
from central.api.packed import MSGPACK, packed
from central.db.key_file import public_half
from sync.engine.trust import HELLO_PATH
from sync.protocol.enrolment import Hello


@get(HELLO_PATH, media_type=MSGPACK)
async def say_hello(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Its key, and the keys of its certificates."""
    office = office_of(request)
    await place_of(request.scope).turn()
    return packed(Hello(public_half(office.key), office.reach.tls_keys()))
