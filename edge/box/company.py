"""The company's certificate authority, as devices take it into their trust."""

import hashlib
import plistlib
import uuid
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from edge.box.certificate import Certificate

GROUP_LETTERS = 4
_IDS = uuid.UUID("8d6f3c1e-6a53-4d0c-9a55-3f2d1b7f0c11")
"""Of profiles' ids, which are the same for the same certificate."""


class Authority(NamedTuple):
    """``der``: its certificate. ``fingerprint``: that one's SHA-256, in groups of four."""

    name: str
    der: bytes
    fingerprint: str

    def as_crt(self) -> tuple[bytes, str, str]:
        """Content, media type and file name, as Android, Windows and Linux take it."""
        return self.der, "application/x-x509-ca-cert", "company.crt"

    def as_mobileconfig(self) -> tuple[bytes, str, str]:
        """The same as Apple's devices take it: a profile with one root certificate."""
        digest = hashlib.sha256(self.der).hexdigest()
        certificate = {
            "PayloadType": "com.apple.security.root",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"internal.holdfast.authority.{digest[:16]}",
            "PayloadUUID": str(uuid.uuid5(_IDS, f"certificate {digest}")).upper(),
            "PayloadDisplayName": self.name,
            "PayloadCertificateFileName": "company.cer",
            "PayloadContent": self.der,
        }
        profile = {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"internal.holdfast.{digest[:16]}",
            "PayloadUUID": str(uuid.uuid5(_IDS, f"profile {digest}")).upper(),
            "PayloadDisplayName": self.name,
            "PayloadDescription": "Lets this device trust the company's tills.",
            "PayloadContent": [certificate],
        }
        media_type = "application/x-apple-aspen-config"
        return plistlib.dumps(profile), media_type, "company.mobileconfig"


def authority_of(certificate: Certificate) -> Authority | None:
    """Whom devices must trust to take what is shown; None where files of the shop's own are."""
    if certificate.is_own or certificate.keys is None:
        return None
    found = x509.load_pem_x509_certificate(certificate.keys.authority)
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    der = found.public_bytes(Encoding.DER)
    return Authority(str(names[0].value) if names else "", der, _fingerprint(der))


def _fingerprint(der: bytes) -> str:
    letters = hashlib.sha256(der).hexdigest().upper()
    starts = range(0, len(letters), GROUP_LETTERS)
    return " ".join(letters[start : start + GROUP_LETTERS] for start in starts)
