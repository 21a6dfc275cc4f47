"""How head office is reached: at which address, by TLS of its own or through proxies that are
trusted, and under which names. Anything else stays on the loopback address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from cryptography import x509

from central.domain.forwarded import Network, is_among, is_one_of, read_network
from central.office.settings import CentralSettings
from sync.engine.trust import key_hash
from sync.http.tls import ServedCertificate, read_chain

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
HTTPS_PORT = 443


class CannotBeReached(Exception):
    """Settings of the network that leave people or boxes unsafe; ``str()`` is one sentence."""


@dataclass(frozen=True)
class Reach:
    """``proxies``: whose word about a request counts. ``certificate``: None without TLS of its own.
    ``named``: what people set, each perhaps with a port. ``proxy_certificates``: what the proxies
    show, where people said it."""

    proxies: tuple[Network, ...] = ()
    certificate: ServedCertificate | None = None
    named: tuple[str, ...] = ()
    proxy_certificates: tuple[x509.Certificate, ...] = ()

    def is_proxy(self, address: str) -> bool:
        """Whether a connection's other end is a trusted proxy."""
        return is_among(address, self.proxies)

    def is_own_name(self, name: str) -> bool:
        """Whether a request that names this host is for head office (DNS rebinding)."""
        own = [each.partition(":")[0].lower() for each in self.named] or self._certified()
        return is_one_of(name, (*LOOPBACK_NAMES, *own))

    def listening(self, host: str, port: int) -> str:
        """Where its socket answers: of one behind a proxy, the proxy alone."""
        if self.certificate is None:
            return f"http://{_in_url(host)}:{port}"
        return self.address(host, port)

    def address(self, host: str, port: int) -> str:
        """Where boxes and people find it; ``host``: the address that its socket has."""
        if self.certificate is None and not self.proxies:
            return self.listening(host, port)
        certified = [name for name in self._certified() if not name.startswith("*")]
        name = _in_url(next(iter((*self.named, *certified)), host))
        has_port = name.rpartition(":")[2].isdigit()
        if self.certificate is None or has_port or port == HTTPS_PORT:
            return f"https://{name}"
        return f"https://{name}:{port}"

    def tls_keys(self) -> tuple[bytes, ...]:
        """Hashes of the keys that certificates have which a box may meet; none where they are not
        known here."""
        shown = () if self.certificate is None else (self.certificate.leaf,)
        return tuple(key_hash(each) for each in (*shown, *self.proxy_certificates))

    def _certified(self) -> Sequence[str]:
        return () if self.certificate is None else self.certificate.names


def _in_url(name: str) -> str:
    return f"[{name}]" if name.count(":") > 1 else name


def read_reach(settings: CentralSettings) -> Reach:
    """What the settings come to. Raises CannotBeReached, BadCertificate."""
    certificate = _certificate(settings)
    try:
        proxies = tuple(read_network(text) for text in settings.trusted_proxy)
        loopback = ip_address(settings.host).is_loopback
    except ValueError as error:
        raise CannotBeReached(
            f"{error}: `--host` takes an address such as 0.0.0.0, `--trusted-proxy` one such as"
            " 10.0.0.5 or 10.0.0.0/24."
        ) from error
    if certificate is None and not proxies and not loopback:
        raise CannotBeReached(
            f"On {settings.host} everybody on the way could read passwords and take sessions over:"
            " give `--tls-cert FILE --tls-key FILE`, or put a proxy with TLS before it and name it"
            " with `--trusted-proxy ADDRESS`. Without either head office serves 127.0.0.1 only."
        )
    if certificate is None and settings.plain_port is not None:
        raise CannotBeReached(
            "`--plain-port` stands beside `--tls-cert` and `--tls-key`: without them `--port` is"
            " in plain already."
        )
    if proxies and not settings.name:
        raise CannotBeReached(
            "Behind a proxy head office must know its own name: add `--name head.example`, as"
            " people type it."
        )
    shown = tuple(read_chain(path)[0] for path in settings.proxy_cert)
    reach = Reach(proxies, certificate, settings.name, shown)
    if certificate is not None and not settings.name and not certificate.names:
        raise CannotBeReached(
            f"{settings.tls_cert} is made for no name: add `--name head.example`, or use a"
            " certificate that names head office."
        )
    return reach


def _certificate(settings: CentralSettings) -> ServedCertificate | None:
    if (settings.tls_cert is None) is not (settings.tls_key is None):
        raise CannotBeReached("`--tls-cert` and `--tls-key` belong together: give both, or none.")
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return ServedCertificate(settings.tls_cert, settings.tls_key)
