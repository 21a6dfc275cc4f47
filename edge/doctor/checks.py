"""Every check of a box, in the order in which a person would make them."""

from edge.box.box import SOFTWARE
from edge.doctor import machine, paper, stored, tills, way
from edge.doctor.certificate import certificate
from edge.doctor.scene import COULD_NOT_LOOK, Scene
from sync.http.logs import error_name
from sync.program.findings import Check, Found, Report, finding, report, unknown

CHECKS: tuple[Check[Found], ...] = (
    Check("disk", "Disk", machine.disk),
    Check("sqlite", "SQLite", machine.sqlite),
    Check("settings", "Settings", stored.settings, quotes=True),
    Check("key", "The box's key", stored.key),
    Check("schema", "Schema", stored.schema, quotes=True),
    Check("database", "Database", stored.database, quotes=True),
    Check("chain", "Chain of records", stored.chain),
    Check("serving", "The box", machine.serving, quotes=True),
    Check("port", "Port", machine.port, quotes=True),
    Check("certificate", "Certificate", certificate, quotes=True),
    Check("workstations", "Workstations", tills.workstations, quotes=True),
    Check("printers", "Printers", paper.printers, quotes=True),
    Check("label_printers", "Label printers", paper.label_printers, quotes=True),
    Check("drawing", "What receipts are drawn with", paper.drawing),
    Check("mail", "Letters by e-mail", paper.mail, quotes=True),
    Check("name", "Head office's name", way.name, quotes=True),
    Check("connection", "Connection", way.connection, quotes=True),
    Check("tls", "TLS", way.tls, quotes=True),
    Check("answer", "Who answers", way.answer, quotes=True),
    Check("signature", "Signature", way.signature, quotes=True),
    Check("clock", "Clock", machine.clock),
    Check("journal", "What waits for head office", stored.journal, quotes=True),
    Check("feeds", "What head office published", way.feeds, quotes=True),
    Check("alarms", "Alarms", stored.alarms, quotes=True),
    Check("versions", "Versions", way.versions),
)


def examine(scene: Scene) -> Report:
    """Make every check, one after the other; it blocks for as long as they take."""
    findings = []
    for check in CHECKS:
        found = scene.earlier[check.name] = _look(check, scene)
        findings.append(finding(check, found))
    return report(SOFTWARE, scene.now_ms, findings)


def _look(check: Check[Found], scene: Scene) -> Found:
    try:
        return check.look(scene)
    except COULD_NOT_LOOK as error:
        said = str(error).splitlines()[0] if str(error) else error_name(error)
        return unknown(f"It cannot be looked at: {said.rstrip('.')}.")
