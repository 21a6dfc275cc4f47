"""Certificates for tests: a root of one's own, and servers' certificates that it signed."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAYS = 30


@dataclass(frozen=True)
class Root:
    """Whoever trusts it trusts what it signed."""

    name: str = "Test root"

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def certificate(self) -> x509.Certificate:
        basic = x509.BasicConstraints(ca=True, path_length=0)
        builder = _builder(self.name, self.name, self.key).add_extension(basic, critical=True)
        return builder.sign(self.key, SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def trusted(self) -> ssl.SSLContext:
        """What a client needs to trust it, and nobody else."""
        return ssl.create_default_context(cadata=self.pem.decode())

    def write(self, folder: Path, *names: str) -> tuple[Path, Path]:
        """A server's chain and its new key, as two files."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
        signed = (
            _builder(names[0], self.name, key)
            .add_extension(alternatives, critical=False)
            .sign(self.key, SHA256())
        )
        folder.mkdir(parents=True, exist_ok=True)
        chain, private = folder / "server.crt", folder / "server.key"
        chain.write_bytes(signed.public_bytes(Encoding.PEM) + self.pem)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        private.write_bytes(pem)
        private.chmod(0o600)
        return chain, private


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
