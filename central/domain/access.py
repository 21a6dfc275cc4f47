"""What people and programs may do at head office, and what is refused about who asks."""

from enum import StrEnum

from sync.protocol.errors import Declared, InvalidField, Refusal


class UserRole(StrEnum):
    """What a user or an API token may do; each may also do what stands above it.

    >>> UserRole.ADMINISTER.allows(UserRole.LOOK), UserRole.LOOK.allows(UserRole.SIGN_OFF)
    (True, False)
    """

    LOOK = "look"
    SIGN_OFF = "sign_off"
    ADMINISTER = "administer"

    @property
    def said(self) -> str:
        """In words, after "may" or "the right to"."""
        return self.replace("_", " ")

    def allows(self, needed: "UserRole") -> bool:
        """Whether who has this role may do what ``needed`` names."""
        order = list(UserRole)
        return order.index(self) >= order.index(needed)


def role_of(text: str) -> UserRole:
    """A role as people write it. Raises InvalidField."""
    try:
        return UserRole(text)
    except ValueError as error:
        raise InvalidField(
            f"role: it must be one of {', '.join(UserRole)}.", field="role", remedy="Choose one."
        ) from error


class NotAllowed(Refusal, slug="not-allowed", status=403, title="The sender may not do this"):
    """The sender is known, and may not do this."""


class NotSignedIn(Refusal, slug="not-signed-in", status=401, title="Nobody is signed in"):
    """No valid session or token came with the request."""


class Deactivated(Refusal, slug="deactivated", status=409, title="The user may not sign in"):
    """An administrator deactivated the user."""


class CodesOn(Declared, slug="codes-on", status=409, title="One-time codes are asked for already"):
    """A second secret would lock out who has the first one."""

    detail = "One-time codes are asked for already."
    remedy = "End them first, with a code or a recovery code."


class WrongCode(Declared, slug="code-wanted", status=401, title="A one-time code is asked for"):
    """What was given is none now; which of the reasons is not said."""

    detail = "The code is wrong, was used already, or its time is over."
    remedy = "Give the newest one of the app, or a recovery code."
    field = "code"


class PasswordWanted(
    Declared, slug="password-wanted", status=403, title="A password must be set first"
):
    """Whoever a link let in has none yet."""

    detail = "You have no password yet."
    remedy = "Set one on the page /account."
