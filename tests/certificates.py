"""Requests for certificates as boxes make them, and what verifies one as a tablet does."""

import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def signing_request(
    key: EllipticCurvePrivateKey, *names: str, addresses: tuple[str, ...] = ()
) -> bytes:
    """PKCS #10 in DER."""
    stated: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    stated += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    if stated:
        builder = builder.add_extension(x509.SubjectAlternativeName(stated), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def new_key(curve: EllipticCurve | None = None) -> EllipticCurvePrivateKey:
    return generate_private_key(curve or SECP256R1())


def pem_of(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def trusting(authority: bytes) -> ssl.SSLContext:
    """What a client that trusts this authority (PEM) and nothing else brings."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=authority.decode())
    return context


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> bytes:
    """The certificate (DER) that a client takes for ``name``. Raises SSLCertVerificationError."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    found = ours.getpeercert(binary_form=True)
    assert found is not None
    return found


def serving_with(certificate: bytes, key: bytes, folder: Path) -> ssl.SSLContext:
    """A server's context of PEM texts."""
    chain, secret = folder / "leaf.pem", folder / "leaf.key"
    chain.write_bytes(certificate)
    secret.write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context
