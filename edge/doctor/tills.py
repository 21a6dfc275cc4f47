"""Who sells at the box: its workstations."""

from edge.db.workstations import list_workstations
from edge.doctor.scene import Scene
from sync.program.findings import Found, attention, fine
from sync.program.frame import instant

NAMED_MAX = 20


def workstations(scene: Scene) -> Found:
    """Each that is paired, and when it called last."""
    with scene.reading() as db:
        paired = list_workstations(db)
    if not paired:
        remedy = "Pair the first:"
        return attention("No workstation is paired.", remedy, scene.command("pair", "W1"))
    if scene.at_work is None:
        names = ", ".join(one.workstation_id for one in paired[:NAMED_MAX])
        return fine(f"{len(paired)} are paired: {names}. When they called is known while it runs.")
    heard = scene.at_work.heard
    told = (
        f"{one.workstation_id} {instant(heard[one.workstation_id])}"
        if one.workstation_id in heard
        else f"{one.workstation_id} not since the box was started"
        for one in paired[:NAMED_MAX]
    )
    return fine(f"{len(paired)} are paired; they called last: {', '.join(told)}.")
