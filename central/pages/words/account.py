"""What the page of whoever is signed in says."""

title = "Your account"
first_password = "Set a password: the link that let you in is used up."  # noqa: S105  a sentence
password = "Password"  # noqa: S105  a heading
rule = (
    "At least 12 characters that nobody guesses: four words that have nothing to do with each"
    " other."
)
current = "Your password now"
new = "New password"
set_password = "Set password"  # noqa: S105  a button's label
others_end = "You stay signed in here; everywhere else you are signed out."
codes = "One-time codes"
codes_off = (
    "Off. With them nobody signs in as you who has your password alone: an app on your telephone"
    " shows another six digits every 30 seconds."
)
codes_on = "On: signing in asks for a code of your app."
begin_codes = "Set up"
scan = (
    "Scan this with an authenticator app, or type the secret into it. Then type the code that it"
    " shows."
)
picture = "QR code of the secret"
secret = "Secret"  # noqa: S105  a label
code = "Code"
confirm = "Turn on"
end_codes = "Turn off"
recovery_codes = "Recovery codes"
recovery_hint = (
    "Each lets you in once without your telephone. They are shown now and never again: print them."
)
sessions = "Where you are signed in"
where = "Where"
since = "Since"
used = "Last seen"
this_one = "this browser"
sign_out_there = "Sign out"
everywhere = "Sign out everywhere"
tokens = "Your API tokens"
tokens_hint = "For programs that read reports. They end with your account."
token_once = "This token is shown now and never again:"  # noqa: S105  a sentence
name = "What it is for"
may = "It may"
ends = "Over in"
make_token = "Make a token"  # noqa: S105  a button's label
end_token = "End"  # noqa: S105  a button's label
roles = {"look": "look", "sign_off": "look and sign off", "administer": "do everything"}


def left(count: int) -> str:
    """Recovery codes."""
    return f"{count} recovery codes are left."


def days(until_ms: int, now_ms: int) -> str:
    """How long a token still lives."""
    return f"{max(0, until_ms - now_ms) // 86_400_000} days"


_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari", "curl", "python")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
_NAMES = {"Edg": "Edge", "python": "a program", "Mac OS": "macOS"}


def browser(agent: str) -> str:
    """``Firefox on Linux``, as far as a browser says what it is."""
    found = [
        next((_NAMES.get(name, name) for name in names if name in agent), None)
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return " on ".join(name for name in found if name) or "a browser that does not say"
