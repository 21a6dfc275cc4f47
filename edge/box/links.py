"""Where tills on other machines find the box."""

from edge.box.certificate import Certificate
from edge.box.settings import PORT_MAX, TRUST_PORT_ABOVE, EdgeSettings


def till_links(certificate: Certificate, port: int, here: str | None = None) -> tuple[str, ...]:
    """By name first, then by address; ``here``: the address that was asked, in the place of the
    others. None at all without a certificate, on this machine only, or at a port that each start
    chooses anew."""
    addresses = [str(address) for address in certificate.addresses()]
    if certificate.served is None or not addresses or not port:
        return ()
    hosts = [*certificate.names, *([here] if here in addresses else addresses)]
    return tuple(f"https://{_in_link(host)}:{port}/" for host in hosts)


def trust_link(certificate: Certificate, port: int) -> str | None:
    """The plain page, by address: a device need not know the shop's names yet. None where there is
    no address, or each start takes another port."""
    found = certificate.addresses()
    return f"http://{_in_link(str(found[0]))}:{port}/" if found and port else None


def trust_port(settings: EdgeSettings) -> int:
    """Where the plain page is: as it is set, or above the port, below it where there is no room."""
    if settings.trust_port is not None:
        return settings.trust_port
    above = settings.port + TRUST_PORT_ABOVE
    return above if above <= PORT_MAX else settings.port - TRUST_PORT_ABOVE


def _in_link(host: str) -> str:
    return f"[{host}]" if ":" in host else host
