"""What the page to sign in says."""

title = "Sign in"
promise = "Every receipt of every store, to the cent."
by_link = "This link signs you in once. Nothing happens before you press the button."
company = "Company"
email = "E-mail"
password = "Password"  # noqa: S105  a field's label
no_password = (
    "No password at hand? At head office's machine ",
    " prints a link that signs you in once.",
)
link_command = "central user link EMAIL"


def wait(seconds: int) -> str:
    """Follows a refusal's own words."""
    return f"It takes {seconds} seconds from now."
