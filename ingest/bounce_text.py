"""Bounces that only words tell: who was not reached, and why, in the free forms of mail systems.

Knows what Exchange, qmail, Exim, Postfix, sendmail, Gmail, QQ, 163, Coremail and aliyun write, in English
and Chinese; what they do not cover is left to flufl.bounce. Looks at the report only, never at the mail
that it returns. Called for mail that is a report by its header (`bounce`); any text gives an answer.
Sources: QSBMF (cr.yp.to/proto/qsbmf.txt), RFC 3463; flufl.bounce.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from email.message import Message

from flufl.bounce import all_failures

from ingest import delivery_status
from ingest.mail import FailedRecipient, Mail

LINES_MAX = 400
LINE_CHARS_MAX = 500
RECIPIENTS_MAX = 100
LABEL_CHARS = 60
"""Before an address, within which a word says that it is the recipient."""
WINDOW_LINES = 3
"""With words in them, below 'these recipients:'."""
REASON_LINES = 15
"""Below an address, within which the server's answer stands."""
FLUFL_LINES_MAX = 100
FLUFL_LINE_CHARS_MAX = 160
NO_SENDER = "unknown@invalid"
"""QUIRK: a report without From; one of flufl's detectors fails over it, and those behind it are not asked."""

# flufl.bounce logs the faults that `_by_flufl` expects; without a handler they would go to standard error.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())

_ADDRESS = re.compile(
    r"(?<![\w.+=-])([A-Za-z0-9._%+=!#$&'*/?^{}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
)
_LEADING = re.compile(
    r"[\s>*•·-]{0,20}[<\[(]?" + _ADDRESS.pattern + r"[>\])]?(?:\s{0,3}$|\s{0,3}[:：(（]|\s{0,3}\.{3})"
)
_LABEL = re.compile(
    r"收件人|收信人|收件者|收件箱|收件地址|邮箱|邮件地址|郵件地址|发往|发送给|发送到|发送至|发给|寄往|寄给|投递|送达|到达|传递给|傳遞給|通讯组|"
    r"recipient|address|deliver|reach|\bto\b|\bfor\b|mailbox|\bto:",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"发件人|寄件者|发信人|来自|管理员|联系|客服|举报|反馈|generated from|expanded from|\bfrom\b|sender|contact|administrator|report|"
    r"assistance|questions|postmaster|on behalf",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"(?:received: |return-path: ?<|x-envelope-from:)|"
    r"[-=_|* ]{2,80}\s{0,4}(?:this is a copy of|below this line is a copy|original message|unsent message|returned m|"
    r"message text follows|message header|the header of the original|transcript of original|headers? of|原始?邮件|原信|邮件原文|退回的?邮件)",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"will be retried|still being retried|(?:will|we'll) (?:keep|continue to|be) (?:try|retry|attempt)|warning (?:only|message)|"
    r"has(?: not yet| not) been delivered yet|delivery (?:is|has been|was)? ?delayed|do not need to resend|"
    r"仍在(?:尝试|重试)|(?:继续|自动)(?:尝试|重试|投递|重新投递)|(?:将|会)(?:自动)?重试|传递已延迟|投递延迟|邮件延迟|延迟投递",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"delayed|\(delay\)|still being retried|warning: (?:message|could)|延迟|延误", re.IGNORECASE
)
# What words mean as an enhanced status code (RFC 3463); the first that fits decides.
_MEANINGS = tuple(
    (re.compile(words, re.IGNORECASE), status)
    for words, status in (
        (
            r"mailbox (?:is |was )?full|over ?quota|quota (?:is )?exceed|exceed\w{0,4} (?:\w{1,12} ){0,3}quota|insufficient (?:disk|storage|system)|"
            r"(?:邮箱|信箱|收件箱|空间|容量)[^，。\n]{0,8}(?:已满|不足|超出|超限)|超出[^，。\n]{0,8}(?:容量|配额)",
            "5.2.2",
        ),
        (
            r"(?:unknown|no such) (?:host|domain)|(?:host|domain)(?: name)? (?:not found|does not exist|unknown)|域名[^，。\n]{0,10}(?:不存在|错误|无法|解析)",
            "5.1.2",
        ),
        (
            r"(?:user|recipient|mailbox|account|address)(?: name)? (?:is |was |does )?(?:unknown|not (?:found|exist)|no longer|invalid)|unknown user|"
            r"no such (?:user|recipient|mailbox|address)|user not found|invalid (?:user|recipient|mailbox)|couldn.t be found|wasn.t found|"
            r"no mailbox here|does(?: not|n.t) exist|no longer (?:valid|available)|not listed in|"
            r"(?:用户|帐号|账号|收件人|邮箱|地址|邮件地址)[^，。\n]{0,40}(?:不存在|找不到|无效|未找到|未开通|已停用|被禁用|冻结)|找不到[^，。\n]{0,10}(?:地址|收件人|用户)",
            "5.1.1",
        ),
        (
            r"(?:message|mail) (?:\w{1,10} ){0,4}(?:too large|too big)|size limit|exceeds (?:fixed |maximum )?(?:limit|size)|邮件[^，。\n]{0,8}(?:过大|太大)",
            "5.3.4",
        ),
        (
            r"queue too long|expired|retry time|timed? ?out|for more than \d{1,4} (?:hour|day|minute)|超时|过期|多次(?:尝试|重试)",
            "4.4.7",
        ),
        (
            r"no route to host|connection refused|unable to connect|establish an smtp connection|could not connect|无法连接|连接失败",
            "4.4.1",
        ),
        (
            r"spam|blacklist|blocked|black list|policy|denied|rejected|垃圾邮件|黑名单|拒收|拒绝|反垃圾|拦截",
            "5.7.1",
        ),
    )
)
_STAFF = ("postmaster@", "mailer-daemon@", "abuse@", "support@", "helpdesk@")
_FLUFL_FAULTS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    AssertionError,
    StopIteration,
)

Named = tuple[tuple[int, str], ...]
"""Line numbers and the addresses that failed, in order."""


def report_lines(text: str) -> list[str]:
    """The lines of the report itself, without the mail that it returns; bounded."""
    lines = [line[:LINE_CHARS_MAX] for line in text.split("\n", LINES_MAX)[:LINES_MAX]]
    end = next((at for at, line in enumerate(lines) if at and _RETURNED.match(line)), len(lines))
    return lines[:end]


def failures(mail: Mail) -> tuple[FailedRecipient, ...]:
    """Who was not reached, as the words tell it; () when they name nobody."""
    lines = report_lines(mail.text)
    ours = frozenset(address.key for address in (*mail.to, *mail.cc, mail.sender))
    named = (
        _by_header(mail, lines)
        or _unique(_leading(lines), ours)
        or _unique(_labelled(lines), ours)
        or _unique(_by_flufl(mail, lines), ours)
        or _unique(_all(lines), ours)[:1]
        # A mail to oneself may fail too; mostly our address is that of the greeting.
        or _unique(_leading(lines), frozenset())
    )
    is_delay = says_delay(mail)
    ends = [line for line, _ in named[1:]] + [len(lines)]
    return tuple(
        FailedRecipient(
            address=address, status=_status(lines, (line, end), is_delay), is_permanent=not is_delay
        )
        for (line, address), end in zip(named, ends, strict=False)
    )[:RECIPIENTS_MAX]


def says_delay(mail: Mail) -> bool:
    """Whether the report says that it will be tried again."""
    return bool(
        _DELAY_SUBJECT.search(mail.subject) or any(_DELAY.search(line) for line in report_lines(mail.text))
    )


def _status(lines: Sequence[str], span: tuple[int, int], is_delay: bool) -> str:
    """From what stands below the address, else from the whole report; '' when nothing says why."""
    start, end = span
    near = "\n".join(lines[start : max(start + 1, min(end, start + REASON_LINES))])
    whole = "\n".join(lines)
    status = _worded(near) or _worded(whole)
    return f"4{status[1:]}" if status and is_delay else status


def _worded(text: str) -> str:
    """The server's own code where it says more than 'failed', else what the words mean."""
    code = delivery_status.status_in(text)
    if code and not code.endswith(".0.0"):
        return code
    meant = next((status for words, status in _MEANINGS if words.search(text)), code)
    return f"{code[0]}{meant[1:]}" if code else meant


def _unique(found: Iterator[tuple[int, str]], ours: frozenset[str]) -> Named:
    """Each address once, without those that are ours or the mail system's own."""
    unique: dict[str, tuple[int, str]] = {}
    for line, address in found:
        key = address.casefold()
        if key not in ours and not key.startswith(_STAFF) and len(unique) < RECIPIENTS_MAX:
            unique.setdefault(key, (line, address))
    return tuple(unique.values())


def _by_header(mail: Mail, lines: Sequence[str]) -> Named:
    """X-Failed-Recipients, as Exim and Gmail write it."""
    addresses = _ADDRESS.findall(mail.header("x-failed-recipients")[:LINE_CHARS_MAX])
    return _unique(((_line_of(address, lines), address) for address in addresses), frozenset())


def _line_of(address: str, lines: Sequence[str]) -> int:
    return next((at for at, line in enumerate(lines) if address in line), 0)


def _leading(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Addresses that begin a line and are followed by what went wrong: qmail, Postfix, Exim, sendmail."""
    for at, line in enumerate(lines):
        if "@" in line and (found := _LEADING.match(line)):
            yield at, found[1]


def _labelled(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Addresses that a word calls the recipient, on the line or above it."""
    window = 0
    for at, line in enumerate(lines):
        for found in _ADDRESS.finditer(line) if "@" in line else ():
            before = line[max(0, found.start() - LABEL_CHARS) : found.start()]
            if not _OTHER.search(before) and (window > 0 or _LABEL.search(before)):
                yield at, found[1]
        if line.rstrip().endswith((":", "：")) and _LABEL.search(line):
            window = WINDOW_LINES
        elif line.strip():
            window -= 1


def _all(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    for at, line in enumerate(lines):
        for found in _ADDRESS.finditer(line) if "@" in line else ():
            yield at, found[1]


def _by_flufl(mail: Mail, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What flufl.bounce finds in the words; it gets short lines, for it takes long over long ones."""
    message = Message()
    message["From"] = mail.sender.address or NO_SENDER
    message["X-Mailer"] = " ".join(mail.header("x-mailer").split())[:FLUFL_LINE_CHARS_MAX]
    message.set_payload("\n".join(line[:FLUFL_LINE_CHARS_MAX] for line in lines[:FLUFL_LINES_MAX]))
    try:
        temporary, permanent = all_failures(message)
    except _FLUFL_FAULTS:
        return
    for address in sorted(temporary | permanent):
        if found := _ADDRESS.fullmatch(address.decode("ascii", "replace")):
            yield _line_of(found[1], lines), found[1]
