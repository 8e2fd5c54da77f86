"""Answers to a survey's form as people's mail programs send them: quoting, charsets, tables, inline answers."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from html import escape
from io import BytesIO

import openpyxl

from ingest.mail import Mail
from tests.desk import DESK, MONDAY

SENT_AT = "2026-11-23 09:01:00"


def _marked(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def outlook_zh(form: Mail) -> tuple[str, str]:
    """Outlook in Chinese: a header block, nothing marked."""
    head = f"\n\n________________________________\n发件人: IT服务台 <{DESK}>\n发送时间: 2026年11月23日 9:01\n收件人: 张三\n主题: {form.subject}\n\n"
    return head, form.text


def outlook_en(form: Mail) -> tuple[str, str]:
    head = f"\n\n-----Original Message-----\nFrom: IT服务台 <{DESK}>\nSent: Monday, November 23, 2026 9:01 AM\nTo: Someone\nSubject: {form.subject}\n\n"
    return head, form.text


def foxmail(form: Mail) -> tuple[str, str]:
    head = f"\n\n\n\na01@corp.example\n\n发件人： IT服务台\n发送时间： 2026-11-23 09:01\n收件人： a01\n主题： {form.subject}\n"
    return head, form.text


def qq(form: Mail) -> tuple[str, str]:
    head = f'\n\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "IT服务台"<{DESK}>;\n发送时间: 2026年11月23日(星期一) 上午9:01\n收件人: "a01";\n主题: {form.subject}\n\n\n\n'
    return head, form.text


def netease(form: Mail) -> tuple[str, str]:
    return f'\n\n\n\n在 {SENT_AT}，"IT服务台" <{DESK}> 写道：\n', form.text


def gmail_zh(form: Mail) -> tuple[str, str]:
    return f"\n\nIT服务台 <{DESK}> 于2026年11月23日周一 09:01写道：\n\n", _marked(form.text)


def gmail_en(form: Mail) -> tuple[str, str]:
    return f"\n\nOn Mon, Nov 23, 2026 at 9:01 AM IT Desk <{DESK}> wrote:\n\n", _marked(form.text)


def apple_zh(form: Mail) -> tuple[str, str]:
    return f"\n\n> 在 2026年11月23日，09:01，IT服务台 <{DESK}> 写道：\n> \n", _marked(form.text)


def apple_en(form: Mail) -> tuple[str, str]:
    return f"\n\n> On 23 Nov 2026, at 09:01, IT Desk <{DESK}> wrote:\n> \n", _marked(form.text)


def thunderbird(form: Mail) -> tuple[str, str]:
    return "\n\n在 2026/11/23 9:01, IT服务台 写道:\n", _marked(form.text)


def iphone(form: Mail) -> tuple[str, str]:
    return f"\n\n发自我的 iPhone\n\n> 在 2026年11月23日，09:01，IT服务台 <{DESK}> 写道：\n> \n", _marked(
        form.text
    )


def bare(form: Mail) -> tuple[str, str]:
    """No quotation at all."""
    return "", ""


Client = Callable[[Mail], tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One answer."""

    client: Client = bare
    charset: str = "utf-8"
    top: str = ""
    inline: tuple[str, ...] = ()
    """Answers to questions 1, 2, … typed into the quotation; '' leaves one out."""
    how: str = "behind"
    """Where they are typed: 'behind' the word Answer, 'below' it unmarked, at the 'end' of the question."""
    html: str = ""
    """Instead of text."""
    cells: tuple[str, ...] = ()
    """Answers in the enclosed workbook."""
    notes: tuple[str, ...] = ()
    """Its comments."""


def message(letter: Letter, sender: str, form: Mail, number: int) -> bytes:
    """The mail as it comes."""
    text = MIMEText(*_body(letter, form))
    if letter.cells or letter.notes:
        whole: MIMEMultipart | MIMEText = MIMEMultipart("mixed")
        whole.attach(text)
        book = MIMEApplication(filled(form, letter.cells, letter.notes), "octet-stream")
        book.add_header("Content-Disposition", "attachment", filename=form.attachments[0].filename)
        whole.attach(book)
    else:
        whole = text
    whole["From"], whole["To"] = sender, DESK
    whole["Subject"] = f"回复: {form.subject}"
    whole["Date"] = format_datetime(MONDAY)
    whole["Message-ID"] = f"<letter-{number}@mail.corp.example>"
    whole["In-Reply-To"] = f"<{form.message_id}>"
    whole["References"] = f"<{form.message_id}>"
    return whole.as_bytes()


def _body(letter: Letter, form: Mail) -> tuple[str, str, str]:
    if letter.html:
        return letter.html, "html", letter.charset
    head, quoted = letter.client(form)
    return letter.top + head + _typed(quoted, letter), "plain", letter.charset


def _typed(quoted: str, letter: Letter) -> str:
    """The quotation with answers in it, as somebody types them."""
    lines: list[str] = []
    question = 0
    for line in quoted.split("\n"):
        bare_line = line.lstrip("> ")
        if bare_line[:2].rstrip(".").isdigit() and "." in bare_line[:3]:
            question = int(bare_line.partition(".")[0])
        answer = letter.inline[question - 1] if 0 < question <= len(letter.inline) else ""
        is_place = bare_line.rstrip().rstrip(":：") in ("回答", "Answer")
        if letter.how == "behind" and is_place and answer:
            lines.append(f"{line.rstrip()}{answer}")
        elif letter.how == "below" and is_place and answer:
            lines += [line, answer]
        elif letter.how == "end" and answer and bare_line.startswith(f"{question}."):
            lines.append(f"{line} {answer}")
        else:
            lines.append(line)
    return "\n".join(lines)


def filled(form: Mail, cells: tuple[str, ...], notes: tuple[str, ...] = ()) -> bytes:
    """The workbook of a form mail, filled in and saved by another program."""
    book = openpyxl.load_workbook(BytesIO(form.attachments[0].content))
    sheet = book.active
    rows = [row for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    for row, value in zip(rows, cells, strict=False):
        row[3].value = int(value) if value.isdigit() else value or None
    for row, value in zip(rows, notes, strict=False):
        row[4].value = value or None
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def html_inline(form: Mail, answers: tuple[str, ...], head: str) -> str:
    """The form's own HTML answered in place, below a header as webmail and Outlook write it."""
    page = form.html
    for place, answer in enumerate(answers, start=1):
        before, mark, after = page.partition(f">{place}. <b>")
        cut = after.index("&nbsp;")
        page = before + mark + after[:cut] + escape(answer) + after[cut + len("&nbsp;") :]
    return f"<html><body><div>{head}</div>{page}</body></html>"


def automatic(sender: str, form: Mail) -> bytes:
    """Out of office."""
    reply = EmailMessage()
    reply["From"], reply["To"], reply["Subject"] = sender, DESK, f"自动回复: {form.subject}"
    reply["Auto-Submitted"] = "auto-replied"
    reply["In-Reply-To"] = f"<{form.message_id}>"
    reply["Message-ID"] = f"<auto-{sender}>"
    reply.set_content("我正在休假，12 月 1 日回来。")
    return reply.as_bytes()
