"""The mails that the demo's people write, as their mail programs really make them.

Outlook (GB2312, HTML), QQ mail (GB18030, base64), Foxmail (GBK), a plain UTF-8 program, and an English
Apple Mail: differing charsets, quotation headers and subject prefixes.
"""

import html
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The mail that is answered."""

    message_id: str
    references: str
    sender: str
    subject: str
    text: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What somebody writes."""

    sender_name: str
    sender: str
    to: str
    subject: str
    text: str
    date: datetime
    message_id: str
    answered: Original | None = None
    extra: tuple[tuple[str, str], ...] = ()


Client = Callable[[Letter], bytes]


def _word(text: str, charset: str) -> str:
    return Header(text, charset, maxlinelen=900).encode() if not text.isascii() else text


def _head(letter: Letter, charset: str, program: tuple[str, str]) -> list[str]:
    head = [
        f"Date: {format_datetime(letter.date)}",
        f"From: {_word(letter.sender_name, charset)} <{letter.sender}>",
        f"To: <{letter.to}>",
        f"Subject: {_word(letter.subject, charset)}",
        f"Message-ID: <{letter.message_id}>",
        f"{program[0]}: {program[1]}",
        "MIME-Version: 1.0",
        *(f"{name}: {value}" for name, value in letter.extra),
    ]
    if letter.answered:
        references = f"{letter.answered.references} {letter.answered.message_id}".strip()
        head += [f"In-Reply-To: {letter.answered.message_id}", f"References: {references}"]
    return head


def _part(text: str, kind: str, charset: str, label: str = "") -> str:
    encoded = b64encode(text.replace("\n", "\r\n").encode(charset, "replace")).decode()
    lines = "\r\n".join(encoded[i : i + 76] for i in range(0, len(encoded), 76))
    return f'Content-Type: {kind}; charset="{label or charset}"\r\nContent-Transfer-Encoding: base64\r\n\r\n{lines}\r\n'


def _alternative(head: list[str], text: str, page: str, charsets: tuple[str, str]) -> bytes:
    boundary = "----=_NextPart_000_0012_01DB"
    charset, label = charsets
    parts = (_part(text, "text/plain", charset, label), _part(page, "text/html", charset, label))
    body = "".join(f"--{boundary}\r\n{part}" for part in parts)
    head = [*head, f'Content-Type: multipart/alternative; boundary="{boundary}"']
    return ("\r\n".join(head) + f"\r\n\r\n{body}--{boundary}--\r\n").encode("ascii")


def _paragraphs(text: str) -> str:
    return "".join(f"<p class=MsoNormal>{html.escape(line) or '&nbsp;'}</p>" for line in text.split("\n"))


def outlook(letter: Letter) -> bytes:
    """Outlook in Chinese: GB2312 by label (GB18030 by content), text and HTML, header block quoted."""
    text, quoted = letter.text, ""
    if letter.answered:
        a = letter.answered
        lines = f"发件人: {a.sender}\n发送时间: {a.date}\n收件人: {letter.sender_name}\n主题: {a.subject}"
        text += f"\n\n{lines}\n\n{a.text}"
        quoted = (
            f'<div style="border-top:solid #E1E1E1 1.0pt">{_paragraphs(lines)}</div>{_paragraphs(a.text)}'
        )
    page = f"<html><body lang=ZH-CN><div class=WordSection1>{_paragraphs(letter.text)}{quoted}</div></body></html>"
    head = _head(letter, "gb2312", ("X-Mailer", "Microsoft Outlook 16.0"))
    return _alternative(head, text, page, ("gb18030", "gb2312"))


def qq(letter: Letter) -> bytes:
    """QQ mail in the browser: GB18030, base64, its own line of hyphens."""
    text, quoted = letter.text, ""
    if letter.answered:
        a = letter.answered
        lines = f"发件人: {a.sender};\n发送时间: {a.date}\n主题: {a.subject}"
        text += f"\n\n\n------------------ 原始邮件 ------------------\n{lines}\n\n{a.text}"
        quoted = f"<div>------------------&nbsp;原始邮件&nbsp;------------------</div>{_paragraphs(lines + a.text)}"
    page = f"<div>{_paragraphs(letter.text)}</div>{quoted}"
    head = _head(letter, "gb18030", ("X-Mailer", "QQMail 2.x"))
    return _alternative(head, text, page, ("gb18030", "gb18030"))


def _single(head: list[str], part: str) -> bytes:
    return ("\r\n".join(head) + "\r\n" + part).encode("ascii")


def foxmail(letter: Letter) -> bytes:
    """Foxmail: GBK, plain text, the address above the quotation's header."""
    text = letter.text
    if letter.answered:
        a = letter.answered
        text += f"\n\n\n{letter.sender}\n \n发件人： {a.sender}\n发送时间： {a.date}\n主题： {a.subject}\n{a.text}"
    return _single(_head(letter, "gbk", ("X-Mailer", "Foxmail 7.2.25")), _part(text, "text/plain", "gbk"))


def plain(letter: Letter) -> bytes:
    """A plain UTF-8 program (Thunderbird, Chinese): '>' quotation."""
    text = letter.text
    if letter.answered:
        a = letter.answered
        text += f"\n\n在 {a.date}, {a.sender} 写道:\n" + "\n".join(f"> {line}" for line in a.text.split("\n"))
    return _single(
        _head(letter, "utf-8", ("User-Agent", "Mozilla Thunderbird")), _part(text, "text/plain", "utf-8")
    )


def apple(letter: Letter) -> bytes:
    """Apple Mail in English: 'On …, … wrote:'."""
    text = letter.text
    if letter.answered:
        a = letter.answered
        text += f"\n\n> On {a.date}, {a.sender} wrote:\n>\n" + "\n".join(f"> {x}" for x in a.text.split("\n"))
    return _single(
        _head(letter, "utf-8", ("X-Mailer", "Apple Mail (2.3826)")), _part(text, "text/plain", "utf-8")
    )
