"""Hand letters to the server for e-mail, over one connection, within a time. What it answers is
told as a code: its words may quote an address."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from edge.box.mail_settings import MailSettings, MailTls
from edge.domain.mail import Answered

WITHIN_S = 10
"""Of each step of the conversation."""
FOR_EVER = 500
"""Answers from here on will not change by being asked again (RFC 5321, 4.2.1)."""
NOT_REACHED = "not-reached"
NOT_SIGNED_IN = "sign-in-refused"
NO_TLS = "tls-failed"


def deliver(
    server: MailSettings, password: str | None, letters: Sequence[EmailMessage]
) -> list[Answered]:
    """One answer for each letter, in their order. A letter may be delivered although its answer was
    lost: it goes again then, under the same Message-ID."""
    told: list[Answered] = []
    try:
        with _line(server, password) as line:
            for letter in letters:
                told.append(_sent(line, letter))
    except smtplib.SMTPAuthenticationError:
        failure = NOT_SIGNED_IN
    except (ssl.SSLError, smtplib.SMTPNotSupportedError):
        failure = NO_TLS
    except (OSError, smtplib.SMTPException):
        failure = NOT_REACHED
    else:
        return told
    return told + [Answered(failure)] * (len(letters) - len(told))


@contextlib.contextmanager
def _line(server: MailSettings, password: str | None) -> Iterator[smtplib.SMTP]:
    trusted = ssl.create_default_context()
    if server.tls is MailTls.ALWAYS:
        line: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=WITHIN_S, context=trusted
        )
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=WITHIN_S)
    with line:
        if server.tls is MailTls.STARTTLS:
            line.starttls(context=trusted)
        if server.user is not None:
            line.login(server.user, password or "")
        yield line


def _sent(line: smtplib.SMTP, letter: EmailMessage) -> Answered:
    try:
        line.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(max(code for code, _ in error.recipients.values()))
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code)
    return Answered(None)


def _refused(code: int) -> Answered:
    return Answered(f"smtp-{code}", code >= FOR_EVER)
