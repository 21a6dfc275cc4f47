"""The machine under head office: its disk, key, certificate, port."""

import contextlib
import http.client
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from central.db.key_file import KEY_FILE, BadKeyFile, find_key, fingerprint, public_half
from central.doctor.scene import Scene
from central.office.addresses import ADDRESS_FILE, known_address
from central.office.reach import CannotBeReached, read_reach
from central.office.settings import LOOPBACK
from central.usecases.company.own_key import current_key
from sync.http.tls import BadCertificate
from sync.program.command_line import command, shell
from sync.program.disk import look_at_disk
from sync.program.findings import Found, attention, fine, stop
from sync.program.pages import look_at_pages

DISK_LOW_BYTES = 2 << 30
"""Of the folder's disk, where the embedded database lies, too."""
ANSWER_WITHIN_S = 10
EXPIRES_SOON_DAYS = 21
SERVE_HELP = command("central", "serve", "--help")


async def disk(scene: Scene) -> Found:
    """Room in the folder, and whether it takes what is written."""
    return look_at_disk(scene.settings.data, DISK_LOW_BYTES)


async def pages(_scene: Scene) -> Found:
    """What receipts are set with as PDF."""
    return look_at_pages()


async def key(scene: Scene) -> Found:
    """The folder has the key that the database knows."""
    folder = scene.settings.data
    path = folder / KEY_FILE
    try:
        found = find_key(folder)
    except BadKeyFile as error:
        return stop(str(error), "Make it its owner's alone:", shell("chmod", "600", path))
    async with scene.reading() as db:
        known = await current_key(db)
    if known is None:
        return fine("Head office was not started yet, and makes its key then.")
    if found is None or public_half(found) != known:
        here = "not there" if found is None else fingerprint(public_half(found))
        return stop(
            f"The database belongs to the key {fingerprint(known)}, and {path} is {here}: head "
            "office does not start.",
            "Put the kept copy of central.key into that folder; what is known of both says:",
            scene.command("key", "show"),
        )
    return fine(f"{path} is the key that the database knows ({fingerprint(known)}).")


async def network(scene: Scene) -> Found:
    """How it is reached, and how long its certificate is good for."""
    try:
        reach = read_reach(scene.settings)
    except (CannotBeReached, BadCertificate) as error:
        return stop(str(error), "Serve with what fits:", SERVE_HELP)
    if reach.certificate is None:
        if reach.proxies:
            return fine("Proxies end its TLS; their certificates are theirs to renew.")
        return fine("It is served on this machine only, which needs no certificate.")
    until = reach.certificate.leaf.not_valid_after_utc
    days = (until - datetime.fromtimestamp(scene.now_ms / 1_000, UTC)).days
    names = ", ".join(reach.certificate.names)
    if days < EXPIRES_SOON_DAYS:
        says = f"Its certificate (for {names}) is over in {days} days."
        if days < 0:
            says = f"Its certificate (for {names}) is over since {until:%Y-%m-%d}: boxes and people"
            says += " are warned or refused."
        remedy = "Put a renewed one into the same files: it is shown within seconds. What is there:"
        showing = shell("openssl", "x509", "-noout", "-dates", "-in", scene.settings.tls_cert)
        return (stop if days < 0 else attention)(says, remedy, showing)
    return fine(f"Its certificate is good for {days} days, for {names}.")


async def serving(scene: Scene) -> Found:
    """Whether it runs, and answers where it said."""
    told = (scene.settings.data / ADDRESS_FILE).exists()
    if not told:
        says = "Head office does not run: boxes keep what they sell, and people see no board."
        return attention(says, "Start it:", scene.command("serve"))
    address = known_address(scene.settings)
    at = urlsplit(address)
    secure = at.scheme == "https"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, port = (LOOPBACK if secure else at.hostname or LOOPBACK), at.port
    made = (
        http.client.HTTPSConnection(host, port, timeout=ANSWER_WITHIN_S, context=context)
        if secure
        else http.client.HTTPConnection(host, port, timeout=ANSWER_WITHIN_S)
    )
    with contextlib.closing(made) as connection:
        try:
            connection.request("GET", "/health", headers={"Host": at.netloc})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            says = f"Head office was served at {address}, and does not answer there ({error})."
            return attention(says, "Stop it if it hangs, and start it:", scene.command("serve"))
    if status != http.client.OK:
        says = f"{address} answers with status {status}."
        return attention(says, "See what it says:", shell("curl", "-k", f"{address}/health"))
    return fine(f"{address} answers.")
