"""The company's shops, as head office tells each of them: who goods may go to, and come from."""

from uuid import UUID

import msgspec

from sync.protocol.reference import Name, Word


class Shop(msgspec.Struct, frozen=True, array_like=True):
    """One that is open; one that was retired has no row. Key: its code, which it keeps."""

    code: Word
    store_id: UUID
    name: Name
