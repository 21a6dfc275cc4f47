"""The certificate of the demo's head office: signed by itself, since its boxes know it by the pin
of head office's own key. No browser is shown it."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from central.office.settings import LOOPBACK

CERTIFICATE, KEY = "central.crt", "central.key"
LIFETIME = timedelta(days=30)
"""Of a demo that is kept."""


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Its file and that of its key, in a new folder for nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Holdfast demo")])
    address, now = x509.IPAddress(ip_address(LOOPBACK)), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, SHA256())
    )
    folder.mkdir(mode=0o700)
    chain, private = folder / CERTIFICATE, folder / KEY
    chain.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return chain, private
