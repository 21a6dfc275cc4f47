"""Why head office does not answer, in words: as far as the line came, and what to look at there."""

import socket
import ssl
from collections.abc import Iterator

import httpx

from sync.engine.trust import NotHeadOffice

CAUSES_MAX = 20


def why_away(error: Exception) -> tuple[str, str]:
    """Why, and what to do: the first of its causes that says something to a person."""
    for cause in causes_of(error):
        match cause:
            case socket.gaierror():
                return (
                    f"its name does not resolve: {cause.strerror}",
                    "Check the name, and this box's DNS",
                )
            case NotHeadOffice(why=why):
                return (
                    why,
                    "Make a new enrolment string there, and find out who stands on the line where"
                    " that does not help",
                )
            case ssl.SSLCertVerificationError():
                return (
                    f"its certificate is not trusted here: {cause.verify_message}",
                    "Check the name, this box's clock, and who signed the certificate",
                )
            case ssl.SSLError():
                return (
                    "what answers there does not speak TLS",
                    "Check the port, or begin the address with http://",
                )
            case ConnectionRefusedError():
                return (
                    "nothing listens there",
                    "Check the address, and that `central serve` runs there",
                )
            case httpx.TimeoutException():
                return ("it took too long", "Check the address and the line")
            case httpx.RemoteProtocolError() if "disconnected" in str(cause):
                return ("it hung up before it answered", "Check the line")
            case httpx.RemoteProtocolError():
                return (
                    "what answers there does not speak HTTP",
                    "Check the port, or begin the address with https://",
                )
    return (str(error) or type(error).__name__, "Check the address and the line")


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, the deepest first: that knows most."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting and len(found) < CAUSES_MAX:
        one = waiting.pop()
        found.append(one)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.extend(cause for cause in (one.__cause__, one.__context__) if cause is not None)
    return reversed(found)
