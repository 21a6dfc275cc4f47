"""What a store refuses while a box is enrolled or a workstation is paired."""

from edge.domain.errors import NotAcceptable, NotNow
from sync.protocol.errors import NotFound


class PairingRefused(NotAcceptable):
    """The code is wrong, used or too old: one answer for all of these, so that nobody learns
    which."""

    slug = "pairing-refused"
    title = "The pairing code is not valid"

    def __init__(self) -> None:
        super().__init__(
            "This code does not pair this workstation: it is wrong, used or too old.",
            field="code",
            remedy="Make a new code on the store server: `edge pair` and the workstation's name.",
        )


class NotPaired(NotFound):
    """No such workstation is paired, and none has a code."""

    slug = "no-such-workstation"
    title = "This workstation is not paired"

    def __init__(self, workstation_id: str) -> None:
        super().__init__(
            f"No workstation {workstation_id} is paired here, and none has a pairing code.",
            field="workstation_id",
            remedy="See which there are with `edge workstations`.",
        )


class EnrolledAlready(NotNow):
    """The box belongs to a store already."""

    slug = "enrolled-already"
    title = "This box belongs to a store already"

    def __init__(self, store_code: str) -> None:
        super().__init__(
            f"This box is the store {store_code} already.",
            remedy="Use another data folder for another store.",
        )
        self.store_code = store_code


class EnrolmentUnsound(NotAcceptable):
    """Head office's answer contradicts itself, or head office did not sign it."""

    slug = "enrolment-unsound"
    title = "Head office's answer cannot be trusted"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The answer to the enrolment cannot be used: {why}.",
            remedy="Check head office's address and that nothing stands between, then try again.",
        )
