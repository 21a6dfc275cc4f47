"""Whom a box takes for head office when it connects by TLS: before a byte of a request leaves.

*system*: a certificate that this machine's own store of authorities trusts. *pin*: one whose key
head office itself states, whatever its issuer: a key that is met for the first time is asked for
with ``GET /v1/hello``, over a connection of its own, and only an answer that the pinned key signed
over our nonce counts. So whoever stands on the line with another certificate is not spoken to, and
a renewed certificate needs nobody. Where head office states no key (a proxy ends its TLS), the
system's store decides.
"""

import hashlib
import secrets
import ssl

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.engine.signing import NONCE_BYTES_MAX, NONCE_HEADER, verify_answer
from sync.engine.transport import NO_TLS, HttpTransport, Request, open_client
from sync.protocol.codec import decode
from sync.protocol.enrolment import Hello, pin_of
from sync.protocol.errors import NotSent, Undecodable
from sync.protocol.trust import Trust

HELLO_PATH = "/v1/hello"
_OK = 200


class NotHeadOffice(ssl.SSLError):
    """Who answers could not prove to be head office; ``why`` in words."""

    def __init__(self, why: str) -> None:
        super().__init__(ssl.SSL_ERROR_SSL, why)
        self.why = why

    def __str__(self) -> str:
        return self.why


def carrier_for(trust: Trust, url: str, pin: bytes | None) -> httpx.AsyncBaseTransport:
    """What carries requests to ``url``. ``pin``: of head office's key; needed for *pin*."""
    if not url.startswith("https://"):
        return httpx.AsyncHTTPTransport(verify=NO_TLS)
    if trust is Trust.SYSTEM:
        return _trusting_the_system()
    if pin is None:
        raise ValueError("without a pin there is nobody to trust")
    return _PinnedCarrier(pin)


async def say_hello(client: httpx.AsyncClient, pin: bytes) -> Hello:
    """What head office says of itself, proven by the key with this pin. Raises NotHeadOffice,
    NotSent."""
    nonce = secrets.token_bytes(NONCE_BYTES_MAX).hex()
    request = Request("GET", HELLO_PATH, {NONCE_HEADER: nonce}, b"")
    status, headers, body = await HttpTransport(client).send(request)
    if status != _OK:
        raise NotHeadOffice(f"it answers {status} when it is asked to prove that")
    try:
        hello = decode(Hello, body)
    except Undecodable as error:
        raise NotHeadOffice("what it answers is not head office's") from error
    if pin_of(hello.central_key) != pin:
        raise NotHeadOffice("its key is another one than the enrolment string names")
    if not verify_answer(hello.central_key, "GET", HELLO_PATH, nonce, status, body, headers):
        raise NotHeadOffice("its answer is not signed by head office's key")
    return hello


def key_hash(certificate: x509.Certificate) -> bytes:
    """SHA-256 of a certificate's public key, as ``Hello`` states it."""
    public = certificate.public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).digest()


class _Unknown(ssl.SSLError):
    """The certificate's key is not known yet: nothing was sent."""


class _Checked(ssl.SSLObject):
    """A connection that ends with its handshake, unless the certificate's key is known."""

    def do_handshake(self) -> None:
        super().do_handshake()
        shown = self.getpeercert(binary_form=True)
        context = self.context
        assert isinstance(context, _Pinned)  # noqa: S101  it makes connections of this class
        assert shown is not None  # noqa: S101  a server always shows one
        context.look_at(key_hash(x509.load_der_x509_certificate(shown)))


class _Pinned(ssl.SSLContext):
    """``known``: hashes of the keys that are spoken to; ``met``: the last one that was not."""

    known: set[bytes]
    met: bytes | None

    def __new__(cls) -> "_Pinned":
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
        made.known, made.met, made.sslobject_class = set(), None, _Checked
        return made

    def look_at(self, key: bytes) -> None:
        """Raises _Unknown."""
        if key not in self.known:
            self.met = key
            raise _Unknown(ssl.SSL_ERROR_SSL, "the certificate's key is not known yet")


class _PinnedCarrier(httpx.AsyncBaseTransport):
    """Carries requests to head office as the pin knows it."""

    def __init__(self, pin: bytes) -> None:
        self._pin = pin
        self._context = _Pinned()
        self._inner = httpx.AsyncHTTPTransport(verify=self._context)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx. Raises httpx.ConnectError, from NotHeadOffice, for anybody else."""
        try:
            return await self._inner.handle_async_request(request)
        except httpx.ConnectError:
            met, self._context.met = self._context.met, None
            if met is None:
                raise
        await self._learn(met, request)
        return await self._inner.handle_async_request(request)

    async def _learn(self, met: bytes, request: httpx.Request) -> None:
        """Ask whoever has this key whether it is head office's."""
        only = _Pinned()
        only.known.add(met)
        carrier = httpx.AsyncHTTPTransport(verify=only)
        try:
            async with open_client(str(request.url.join("/")), carrier) as client:
                hello = await say_hello(client, self._pin)
                if hello.tls_keys and met not in hello.tls_keys:
                    raise NotHeadOffice(
                        "its certificate is none of head office's: somebody stands on the line"
                    )
        except (NotHeadOffice, NotSent) as error:
            raise httpx.ConnectError(str(error), request=request) from error
        if hello.tls_keys:
            self._context.known.add(met)
        else:
            self._inner = _trusting_the_system()

    async def aclose(self) -> None:
        """See httpx."""
        await self._inner.aclose()


def _trusting_the_system() -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(verify=ssl.create_default_context())
