"""What the page to sign in says."""

title = "Sign in"
promise = "Every receipt of every store, to the cent."
by_link = "This link signs you in once. Nothing happens before you press the button."
company = "Company"
email = "E-mail"
password = "Password"  # noqa: S105  a field's label
one_more_step = "One more step"
code_hint = "The code that your authenticator app shows now, or one of your recovery codes."
code = "Code"
from_the_beginning = "Sign in from the beginning"
no_password = (
    "No password at hand? At head office's machine ",
    " prints a link that signs you in once.",
)
link_command = "central user link EMAIL"


def wait(seconds: int) -> str:
    """Follows a refusal's own words."""
    return f"It takes {seconds} seconds from now."
