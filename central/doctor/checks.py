"""Every check of head office, in the order in which a person would make them."""

from collections.abc import Awaitable

from central.doctor import machine, stored
from central.doctor.scene import COULD_NOT_LOOK, NotThere, Scene
from sync.http.logs import error_name
from sync.program.command_line import version_of
from sync.program.findings import Check, Found, Report, finding, report, unknown
from sync.protocol.text import shown

CHECKS: tuple[Check[Awaitable[Found]], ...] = (
    Check("disk", "Disk", machine.disk),
    Check("network", "Certificate", machine.network, quotes=True),
    Check("serving", "Head office", machine.serving, quotes=True),
    Check("database", "Database", stored.database, quotes=True),
    Check("schema", "Schema", stored.schema),
    Check("key", "Its key", machine.key, quotes=True),
    Check("clock", "Clock", stored.clock),
    Check("connections", "Connections", stored.connections),
    Check("feeds", "Feeds", stored.feeds),
    Check("backlog", "What is not counted yet", stored.backlog),
    Check("set_aside", "What was set aside", stored.set_aside, quotes=True),
    Check("stores", "Stores", stored.stores, quotes=True),
    Check("places", "Places at the door", stored.places),
    Check("mirror", "Mirror", stored.mirror, quotes=True),
    Check("past", "Put back to its past", stored.past, quotes=True),
    Check("pages", "Receipts as PDF", machine.pages),
    Check("alarms", "Alarms", stored.alarms, quotes=True),
    Check("versions", "Versions", stored.versions, quotes=True),
)


async def examine(scene: Scene) -> Report:
    """Make every check, one after the other."""
    findings = []
    for check in CHECKS:
        found = scene.earlier[check.name] = await _look(check, scene)
        findings.append(finding(check, found))
    return report(version_of("central"), scene.now_ms, findings)


async def _look(check: Check[Awaitable[Found]], scene: Scene) -> Found:
    try:
        return await check.look(scene)
    except NotThere:
        return unknown("Not looked at: the database is not there, or not as it should be.")
    except COULD_NOT_LOOK as error:
        said = str(getattr(error, "orig", None) or error).splitlines() or [error_name(error)]
        return unknown(f"It cannot be looked at: {shown(said[0]).rstrip('.')}.")
