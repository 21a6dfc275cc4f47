"""What the box shows to tills on other machines."""

from edge.box.certificate import Certificate
from edge.box.folder import CERTIFICATE_FILE, TLS_KEY_FILE
from edge.doctor.scene import Scene
from edge.domain.state_words import in_english
from edge.domain.sync_state import DAY_MS, of_certificate
from sync.http.tls import BadCertificate, ServedCertificate, names_of
from sync.program.command_line import shell
from sync.program.findings import Found, attention, fine

NAMED_MAX = 10


def certificate(scene: Scene) -> Found:
    """It is there, for the names in use, with its key, and not about to expire."""
    if not scene.settings.lan:
        return fine("Only tills on this machine are answered, which need none.")
    shown = Certificate(scene.folder, scene.settings)
    refused = None if scene.at_work is None else scene.at_work.certificate_refused
    wrong = in_english(of_certificate(scene.now_ms, shown.expires_at_ms, shown.fault, refused))
    if shown.fault is not None:
        return attention(f"{wrong}", "This shows what lies there:", _files_of_the_shop(scene))
    if shown.served is None:
        return _none(scene, refused)
    if wrong is not None:
        remedy = "It is renewed as soon as head office is reached; how far that is:"
        return attention(wrong, remedy, scene.command("status"))
    names = names_of(shown.served.leaf)
    unnamed = sorted({*scene.settings.names, *map(str, shown.addresses())}.difference(names))
    if unnamed and not shown.is_own:
        says = f"It is not for {', '.join(unnamed)}: tills that call the box so are warned."
        remedy = "The running box asks head office for another:"
        return attention(says, remedy, scene.command("serve"))
    days = ((shown.expires_at_ms or 0) - scene.now_ms) // DAY_MS
    return fine(f"Good for {days} days, for {', '.join(names[:NAMED_MAX])}.")


def _none(scene: Scene, refused: str | None) -> Found:
    files = scene.folder / CERTIFICATE_FILE, scene.folder / TLS_KEY_FILE
    why = refused or "head office has not given one yet"
    if all(file.exists() for file in files):
        try:
            ServedCertificate(*files)
        except BadCertificate as error:
            why = str(error).rstrip(".")
    return attention(
        f"There is none, so only tills on this machine are answered: {why}.",
        "The running box asks head office for one; how far that is:",
        scene.command("status"),
    )


def _files_of_the_shop(scene: Scene) -> str:
    return shell("ls", "-l", scene.settings.tls_cert, scene.settings.tls_key)
