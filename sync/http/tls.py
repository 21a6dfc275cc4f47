"""The certificate that a server shows: files of a PEM chain and its key, taken anew when they
change. Both servers listen by this, whoever made the files.

What is in use is swapped whole: a new pair is loaded aside first, connections that are there stay,
and a pair that does not fit (one file is written, the other not yet) leaves the earlier one in use.
"""

import asyncio
import ssl
from pathlib import Path
from typing import NoReturn

import structlog
from cryptography import x509

log = structlog.get_logger()

LOOK_EVERY_S = 5
_Stamp = tuple[tuple[int, int, int], ...]


class BadCertificate(Exception):
    """Files that a server cannot show; ``str()`` is one sentence for a person."""


class ServedCertificate:
    """A certificate in use. ``chain``: its certificates, the server's own first; ``names``: whom
    that is for, in small letters. Raises BadCertificate when it is made of files that are none."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self._in_use = self._tried = self._stamp()
        self._newest = _load(certificate, key)
        self._chain_is(read_chain(certificate))
        self.context = _load(certificate, key)
        self.context.sni_callback = self._show_newest  # asked for each connection, named or not

    @property
    def leaf(self) -> x509.Certificate:
        """The server's own certificate."""
        return self.chain[0]

    def take_changed(self) -> bool:
        """Take the files into use if they changed; whether they did. Raises BadCertificate, once
        for each change, and shows what it showed before."""
        stamp = self._stamp()
        if stamp in (self._in_use, self._tried):
            return False
        self._tried = stamp
        newest, chain = _load(*self._files), read_chain(self._files[0])
        self._newest, self._in_use = newest, stamp
        self._chain_is(chain)
        return True

    async def follow_files(self) -> NoReturn:
        """Look after the files from time to time, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if self.take_changed():
                    until = self.leaf.not_valid_after_utc.isoformat()
                    log.info("certificate taken into use", until=until)
            except BadCertificate as error:
                log.error("certificate not taken: the earlier one stays", why=str(error))

    def _chain_is(self, chain: tuple[x509.Certificate, ...]) -> None:
        self.chain = chain
        self.names = tuple(name.lower() for name in names_of(chain[0]))

    def _stamp(self) -> _Stamp:
        """Another one whenever somebody wrote either file."""
        try:
            found = [path.stat() for path in self._files]
        except OSError as error:
            raise _unreadable(error) from error
        return tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)

    def _show_newest(
        self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext
    ) -> None:
        connection.context = self._newest


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names and addresses that it was made for, as text."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = found.get_values_for_type(x509.IPAddress)
    return (*found.get_values_for_type(x509.DNSName), *map(str, addresses))


def _load(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer, HTTP/1.1 alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_locked)
    except ssl.SSLError as error:
        raise BadCertificate(
            f"{certificate} and {key} are no certificate with its key in PEM"
            f" ({error.reason or 'unreadable'}): give the whole chain, the server's own"
            " certificate first, and the key that belongs to it, without a password."
        ) from error
    except OSError as error:
        raise _unreadable(error) from error
    return context


def _locked() -> str:
    """No password is known, and none is asked for at a terminal."""
    return ""


def read_chain(certificate: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file, in its order. Raises BadCertificate."""
    try:
        return tuple(x509.load_pem_x509_certificates(certificate.read_bytes()))
    except OSError as error:
        raise _unreadable(error) from error
    except ValueError as error:
        raise BadCertificate(f"{certificate} holds no certificate in PEM: {error}.") from error


def _unreadable(error: OSError) -> BadCertificate:
    name = f"{error.filename}: " if error.filename else ""
    return BadCertificate(
        f"{name}{error.strerror}. Name a certificate and its key that this user can read."
    )
