"""Sends what goes by e-mail, receipts and orders: a round of the timer takes those whose time has
come. Nothing waits for it; a server that is away is tried again, ever more seldom, until they are
given up."""

import asyncio
import secrets
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from typing import NamedTuple

import structlog

from edge.box.box import Box
from edge.box.mail_settings import GIVE_UP_AFTER_H, MailSettings, password_of
from edge.db.mails import DueMail, count_waiting_mails, due_mails, give_up_old
from edge.domain.mail import Answered, MailKind
from edge.usecases.mail.settle import HOUR_MS, Tried, settle_mails
from edge.usecases.purchase_order.paper import order_paper
from edge.usecases.sale.print import hand_over
from sync.program.pages import PageNotMade, PagesBusy
from sync.protocol.errors import Refusal
from sync.protocol.identity import SaleId
from sync.protocol.paper.blocks import Block
from sync.protocol.paper.page import Form
from sync.protocol.paper.text import render_text
from sync.protocol.retry import JITTER_RANGE, SECOND_MS

ROUND_MAX = 10
NO_PASSWORD = "password-unreadable"  # noqa: S105 - a code for people, no password

log = structlog.get_logger()


class _Letter(NamedTuple):
    mail: DueMail
    message: EmailMessage
    first: bool


async def send_mails(box: Box) -> int:
    """One round; how many were sent. Without a server nothing is, and what waits is forgotten when
    its time is over."""
    server, now_ms = box.settings.mail, box.clock.moment().wall_ms
    if server is None:
        await _forget_old(box, now_ms)
        return 0
    due = await box.reader.read(lambda db: due_mails(db, now_ms, ROUND_MAX))
    if not due:
        return 0
    letters, tried = await _letters(box, server, due)
    for letter, answered in zip(letters, await _deliver(box, server, letters), strict=True):
        tried.append(_tried(letter.mail, answered, first=letter.first))
    after_h, done_ms = server.give_up_after_h, box.clock.moment().wall_ms
    await box.writer.run(lambda db: settle_mails(db, tried, after_h, done_ms))
    failures = sorted({one.failure for one in tried if one.failure is not None})
    sent = sum(one.failure is None for one in tried)
    log.info("letters mailed", store=box.enrolment.store_code, sent=sent, failures=failures)
    return sent


async def _forget_old(box: Box, now_ms: int) -> None:
    if await box.reader.read(count_waiting_mails):
        before_ms = now_ms - GIVE_UP_AFTER_H * HOUR_MS
        await box.writer.run(lambda db: give_up_old(db, now_ms, before_ms))


async def _letters(
    box: Box, server: MailSettings, due: tuple[DueMail, ...]
) -> tuple[list[_Letter], list[Tried]]:
    """What is to be sent, and what cannot be any more: its record has left the store."""
    letters: list[_Letter] = []
    lost: list[Tried] = []
    write = {MailKind.RECEIPT: _receipt, MailKind.ORDER: _order}
    for mail in due:
        try:
            letters.append(await write[mail.kind](box, server.sender, mail))
        except Refusal as error:
            lost.append(_tried(mail, Answered(error.slug, for_ever=True)))
    return letters, lost


async def _receipt(box: Box, sender: str, mail: DueMail) -> _Letter:
    sale_id, now_ms = SaleId(mail.subject_id), box.clock.moment().wall_ms
    sale, is_copy = await box.writer.run(partial(hand_over, sale_id=sale_id, now_ms=now_ms))
    subject = f"{sale.settings.store_name}: {sale.receipt_number}"
    message = letter_of(mail, sender, subject, sale.receipt)
    at_ms = sale.fact.tendered_at_ms
    await _attach_page(box, message, sale.paper, sale.receipt_number, at_ms)
    return _Letter(mail, message, first=not is_copy)


async def _order(box: Box, sender: str, mail: DueMail) -> _Letter:
    paper = await box.reader.read(lambda db: order_paper(db, mail.subject_id))
    subject = f"{paper.store_name}: {paper.title}"
    message = letter_of(mail, sender, subject, render_text(paper.blocks))
    await _attach_page(box, message, paper.blocks, paper.title, paper.at_ms)
    message.add_attachment(paper.table, subtype="csv", filename=f"{paper.title}.csv")
    return _Letter(mail, message, first=False)


def letter_of(mail: DueMail, sender: str, subject: str, text: str) -> EmailMessage:
    """All of it as text. Its Message-ID is the same at each try: a reader shows it once."""
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, mail.address
    letter["Subject"] = subject
    letter["Date"] = formatdate(mail.asked_at_ms // SECOND_MS)
    letter["Message-ID"] = f"<{mail.mail_id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(f"{text}\n")
    return letter


async def _attach_page(
    box: Box, message: EmailMessage, paper: Sequence[Block], title: str, at_ms: int
) -> None:
    """The text says all of it where no page can be set."""
    try:
        async with box.pages.turn():
            pdf = await box.pages.set_page(paper, Form.A4, title, at_ms)
    except (PageNotMade, PagesBusy):
        return
    name = f"{title}.pdf"
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)


async def _deliver(box: Box, server: MailSettings, letters: list[_Letter]) -> list[Answered]:
    """Beside the loop: the conversation takes as long as the server likes. The library is loaded
    when the first letter goes."""
    from edge.box.smtp import deliver

    messages = [letter.message for letter in letters]
    try:
        password = password_of(server, box.settings.mail_password)
    except (OSError, UnicodeDecodeError):
        return [Answered(NO_PASSWORD)] * len(letters)
    return await asyncio.to_thread(deliver, server, password, messages) if messages else []


def _tried(mail: DueMail, answered: Answered, *, first: bool = False) -> Tried:
    said = (answered.failure, answered.for_ever, secrets.randbelow(JITTER_RANGE))
    return Tried(mail, *said, first=first)
