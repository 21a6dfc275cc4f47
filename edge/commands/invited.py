"""What a technician typed to say which head office, and how to know it."""

from typing import TYPE_CHECKING

from edge.commands.command import fail
from sync.protocol.trust import Trust

if TYPE_CHECKING:
    from edge.exchange.redeem import Invited
    from sync.protocol.enrolment import Invitation


def invited(
    central: str | None, code: str | None, enrol: str | None, trust: Trust | None
) -> "Invited":
    """From the string, or from address and code. With a string head office's certificate is known
    by its pin, unless ``trust`` says otherwise. Ends the command for what cannot be."""
    from edge.exchange.redeem import Invited
    from sync.protocol.enrolment import INVITATION_PREFIX

    if enrol is None and code is not None and code.strip().startswith(INVITATION_PREFIX):
        enrol, code = code, None
    if enrol is not None:
        invitation = _read(enrol)
        if code is not None or (central or invitation.url).rstrip("/") != invitation.url:
            fail("The string says address and code already: leave `--central` and `--code` out.")
        return Invited(invitation.url, invitation.code, invitation.pin, trust or Trust.PIN)
    if central is None or code is None:
        fail("Give `--enrol HF1:…`, which `central enrol-code STORE` prints there.")
    if trust is Trust.PIN:
        fail("A code has no pin: give the whole string, `--enrol HF1:…`.")
    return Invited(central, code)


def _read(typed: str) -> "Invitation":
    from sync.protocol.enrolment import read_invitation
    from sync.protocol.errors import Undecodable

    try:
        return read_invitation(typed)
    except Undecodable:
        fail("This is no whole enrolment string: copy all of it, from HF1: to its last letter.")
