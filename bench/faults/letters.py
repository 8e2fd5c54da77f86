"""The mails that are put into the mailbox: few, of each kind that makes a difference to what must come out."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count

from bench.proof import Posted
from tests.site import DESK, USER, VIP

STRANGER = "stranger@other.example"
_KINDS = (
    (USER, "催收系统登录不上", "催收系统登录不上，报了两天一直没人管，我要投诉！", True),
    (VIP, "报表迟迟不给", "报表拖了一周，打电话没人接，非常不满！", True),
    (USER, "申请权限", "请帮忙开通客户投诉系统权限，谢谢。", False),
    (STRANGER, "服务太差", "你们的服务太差，无法接受，我要投诉。", True),
)


def few(prefix: str) -> tuple[Posted, ...]:
    """A complaint, a VIP's, an ordinary mail and a stranger's complaint."""
    letters = more(prefix)
    return tuple(next(letters) for _ in _KINDS)


def more(prefix: str) -> Iterator[Posted]:
    """Mails without end, no two the same: after the first four, complaints of strangers who wrote never before."""
    for number in count(1):
        if number <= len(_KINDS):
            sender, subject, text, is_complaint = _KINDS[number - 1]
        else:
            sender, is_complaint = f"{prefix}.{number}@other.example", True
            subject, text = f"服务太差 {number}", f"第{number}次报修没人管，你们的服务太差，我要投诉。"
        matter = f"{prefix}-{number}" if is_complaint else ""
        yield Posted(content=_written(sender, subject, text, f"{prefix}.{number}"), matter=matter)


def _written(sender: str, subject: str, text: str, name: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, DESK, subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{name}@mail.corp.example>"
    message.set_content(text, cte="base64")
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
