"""A server for e-mail on loopback, as RFC 5321 has them, with STARTTLS and a password where they
are asked for: what it took, and what it was told to refuse."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import BinaryIO

PATIENCE_S = 30


@dataclass
class MailServer:
    """``refuses``: an address and the code that it is answered with; ``breaks_off``: it ends the
    line in place of taking a letter. ``said``: whatever clients sent, word by word."""

    port: int
    password: str | None = None
    tls: ssl.SSLContext | None = None
    refuses: dict[str, int] = field(default_factory=dict)
    breaks_off: bool = False
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def serve(self, line: socket.socket) -> None:
        """One conversation, until it ends."""
        line.settimeout(PATIENCE_S)
        talk = _Talk(self, line)
        try:
            talk.go_on()
        except (OSError, ssl.SSLError, EndOfTalk):
            pass
        finally:
            talk.line.close()


class EndOfTalk(Exception):
    """The line is closed."""


class _Talk:
    def __init__(self, server: MailServer, line: socket.socket) -> None:
        self.server, self.line = server, line
        self.file: BinaryIO = line.makefile("rb")
        self.to = ""
        self.signed_in = server.password is None

    def go_on(self) -> None:
        self._say("220 mail.example ESMTP")
        while True:
            words = self._hear()
            self.server.said.append(words)
            verb = words.partition(" ")[0].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            self._answer(verb, words)

    def _answer(self, verb: str, words: str) -> None:
        if verb == "EHLO":
            more = "AUTH PLAIN" if self.server.password else "8BITMIME"
            offers = "250-STARTTLS\r\n" if self.server.tls and not self._encrypted() else ""
            self._say(f"250-mail.example\r\n{offers}250 {more}")
        elif verb == "STARTTLS" and self.server.tls:
            self._say("220 go on")
            self.line = self.server.tls.wrap_socket(self.line, server_side=True)
            self.file = self.line.makefile("rb")
        elif verb == "AUTH":
            given = base64.b64decode(words.split()[2]).split(b"\0")[2].decode()
            self.signed_in = given == self.server.password
            self._say("235 welcome" if self.signed_in else "535 no")
        elif verb == "RCPT":
            self.to = words.partition("<")[2].partition(">")[0]
            code = self.server.refuses.get(self.to, 250 if self.signed_in else 530)
            self._say(f"{code} {self.to}")
        elif verb == "DATA":
            self._take()
        else:
            self._say("250 well")

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.server.breaks_off:
            raise EndOfTalk
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.server.taken.append((self.to, letter))
        self.server.encrypted.append(self._encrypted())
        self._say("250 taken")
        self.server.came.set()

    def _encrypted(self) -> bool:
        return isinstance(self.line, ssl.SSLSocket)

    def _say(self, text: str) -> None:
        self.line.sendall(f"{text}\r\n".encode())

    def _hear(self) -> str:
        heard = self.file.readline()
        if not heard:
            raise EndOfTalk
        return heard.decode().rstrip()


@contextmanager
def mail_server(
    password: str | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """One that listens until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = MailServer(listening.getsockname()[1], password, tls)
        thread = threading.Thread(target=_listen, args=(listening, server), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)


def _listen(listening: socket.socket, server: MailServer) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        server.serve(line)
