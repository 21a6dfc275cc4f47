"""The certificate authority of the tests' own head office."""

from cryptography.hazmat.primitives.serialization import Encoding

from central.domain.authority import new_authority, read_request, sign_for_box
from central.domain.derived_keys import sealing_key, unlock_key
from edge.box.clock import wall_clock_ms
from sync.protocol.change import Genesis
from sync.protocol.enrolment import BoxKeys
from tests.certificates import new_key
from tests.edge_store import CENTRAL_KEY

AUTHORITY_KEY = new_key()
AUTHORITY = new_authority(AUTHORITY_KEY, "Corner Shops", wall_clock_ms())


def certify(csr: bytes, genesis: Genesis, at_ms: int | None) -> BoxKeys:
    """As head office does for the box of ``genesis``, at ``at_ms`` or now."""
    now_ms = wall_clock_ms() if at_ms is None else at_ms
    issued = sign_for_box(AUTHORITY_KEY, AUTHORITY, read_request(csr), genesis.store_code, now_ms)
    return BoxKeys(
        issued.certificate.public_bytes(Encoding.PEM),
        AUTHORITY.public_bytes(Encoding.PEM),
        sealing_key(CENTRAL_KEY).public_key().public_bytes_raw(),
        unlock_key(CENTRAL_KEY, genesis.store_id, genesis.device_id),
    )
