"""What a store refuses while a workstation is paired or sent away."""

from sync.protocol.errors import NotAcceptable, NotNow


class PairingRefused(
    NotAcceptable, slug="pairing-refused", status=403, title="The pairing code is not valid"
):
    """One answer for all reasons, so that nobody learns which."""

    detail = "This code does not pair this workstation: it is wrong, used or too old."
    remedy = "Make a new code on the store server: `edge pair` and the workstation's name."
    field = "code"


class UnknownWorkstation(
    NotNow, slug="no-such-workstation", status=404, title="This workstation is not paired"
):
    workstation_id: str
    detail = "No workstation {workstation_id} is paired here, and none has a pairing code."
    remedy = "See which there are with `edge workstations`."
    field = "workstation_id"
