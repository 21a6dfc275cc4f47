"""What the box proves itself with to tills on other machines: the company's certificate, or files
of the shop's own.

The key is made once and stays; a certificate for it comes from head office, with the keys that the
box and head office share, and is asked for anew at two thirds of its life (``is_due``). One that
has expired is shown all the same: a shop whose line is away for months goes on selling, and its
tills' devices say what they think of it. Files of the shop's own that cannot be used leave the
company's in their place.
"""

import asyncio
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from edge.box.folder import BOX_KEYS_FILE, CERTIFICATE_FILE, TLS_KEY_FILE
from edge.box.keys import own_tls_key, read_box_keys, write_secret
from edge.box.lan import Address, lan_addresses
from edge.box.settings import LOOPBACK, EdgeSettings
from sync.http.tls import BadCertificate, ServedCertificate, names_of
from sync.protocol.codec import encode
from sync.protocol.enrolment import BoxKeys

OWN_HOSTS = frozenset({LOOPBACK, "localhost"})
"""How the machine itself names it."""
_THIRDS_LIVED = 2


class NotOurs(Exception):
    """Head office's answer is no certificate of this box's; ``str()`` says why."""


class Certificate:
    """What is shown to tills. ``keys``: what head office gave with the company's certificate.
    ``fault``: why files of the shop's own are not shown, in words; None while they are, or there
    are none. ``refused``: why head office gave no certificate when it was asked last. ``changed``
    is set when something else is shown than before, or elsewhere."""

    def __init__(self, folder: Path, settings: EdgeSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._own: ServedCertificate | None = None
        self._company: ServedCertificate | None = None
        self.keys = read_box_keys(folder)
        self.fault: str | None = None
        self.refused: str | None = None
        self.changed = asyncio.Event()
        self.look()

    @property
    def served(self) -> ServedCertificate | None:
        """What is shown; None: nothing can be, and only this machine's own tills are answered."""
        return self._own or self._company

    @property
    def is_own(self) -> bool:
        """Files of the shop's own are shown."""
        return self._own is not None

    @property
    def hosts(self) -> frozenset[str]:
        """Under which names and addresses the box is asked for what it serves."""
        return self._hosts

    @property
    def names(self) -> tuple[str, ...]:
        """Whole names that it is shown under, those of the settings first."""
        shown = () if self.served is None else names_of(self.served.leaf)
        hosts = [name for name in shown if "*" not in name and name not in _addresses_in({name})]
        return tuple(dict.fromkeys((*self._settings.names, *hosts)))

    @property
    def expires_at_ms(self) -> int | None:
        """When what is shown is no longer valid, UTC milliseconds."""
        if self.served is None:
            return None
        return int(self.served.leaf.not_valid_after_utc.timestamp()) * 1_000

    def stand_at(self, settings: EdgeSettings) -> None:
        """Be found where these say, from now on."""
        place = {"names": settings.names, "addresses": settings.addresses}
        self._settings = self._settings.model_copy(update=place)
        self.look()
        self.changed.set()

    def look(self) -> None:
        """Take into use what lies there now."""
        before = (self.served, self.served and self.served.leaf)
        self._look_at_own()
        self._look_at_companys()
        shown = () if self.served is None else names_of(self.served.leaf)
        self._hosts = OWN_HOSTS.union(shown, self.names, map(str, self.addresses()))
        if before != (self.served, self.served and self.served.leaf):
            self.changed.set()

    def _look_at_own(self) -> None:
        chain, key = self._settings.tls_cert, self._settings.tls_key
        if chain is None or key is None:
            return
        try:
            if self._own is None:
                self._own = ServedCertificate(chain, key)
                self.fault = None
            elif self._own.take_changed():
                self.fault = None
        except BadCertificate as error:
            self.fault = str(error)

    def _look_at_companys(self) -> None:
        if self.keys is None:
            return
        try:
            if self._company is None:
                files = self._folder / CERTIFICATE_FILE, self._folder / TLS_KEY_FILE
                self._company = ServedCertificate(*files)
            else:
                self._company.take_changed()
        except BadCertificate:  # a file is gone, or of another key: it is due
            self._company = None

    def addresses(self) -> tuple[Address, ...]:
        """Where tills on other machines find the box."""
        if not self._settings.lan:
            return ()
        return self._settings.addresses or lan_addresses()

    def is_due(self, now_ms: int) -> bool:
        """Whether head office is to be asked for another one."""
        if self.keys is None or self._company is None:
            return True
        leaf, named = self._company.leaf, set(names_of(self._company.leaf))
        addresses, wanted = _addresses_in(named), _addresses_in(self.wanted())
        if named - addresses != set(self._settings.names) or not wanted <= addresses:
            return True
        if self._settings.addresses and wanted != addresses:
            return True
        begun, over = leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp()
        return now_ms / 1_000 >= begun + (over - begun) * _THIRDS_LIVED / 3

    def request(self) -> bytes:
        """PKCS #10 in DER for the box's key, names and addresses."""
        key = own_tls_key(self._folder)
        alternatives: list[x509.GeneralName] = [x509.DNSName(n) for n in self._settings.names]
        for address in sorted(_addresses_in(self.wanted())):
            alternatives.append(x509.IPAddress(ipaddress.ip_address(address)))
        asked = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        named = asked.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return named.sign(key, SHA256()).public_bytes(Encoding.DER)

    def take(self, keys: BoxKeys) -> None:
        """Use what head office gave, from the next connection on. Raises NotOurs."""
        try:
            leaf = x509.load_pem_x509_certificate(keys.certificate)
            leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(keys.authority))
        except (ValueError, TypeError, InvalidSignature) as error:
            raise NotOurs("what came is no certificate of the company's") from error
        if leaf.public_key() != own_tls_key(self._folder).public_key():
            raise NotOurs("the certificate is for another key")
        write_secret(self._folder / BOX_KEYS_FILE, encode(keys))
        write_secret(self._folder / CERTIFICATE_FILE, keys.certificate)
        self.keys, self.refused = keys, None
        self.look()

    def wanted(self) -> set[str]:
        """What the certificate is for; never nothing, for the keys come with it."""
        return {*self._settings.names, *map(str, self.addresses())} or {LOOPBACK}


def _addresses_in(named: set[str]) -> set[str]:
    found = set()
    for text in named:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            continue
        found.add(text)
    return found
