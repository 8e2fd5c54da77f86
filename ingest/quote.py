"""Where a quotation begins: the header lines that mail programs put above what they quote.

Line by line and linear; a line counts only in the shape of a header, never for a word in a sentence.
"""

import re
from collections.abc import Sequence

LINE_CHARS_MAX = 600
"""A longer line is no header."""
BLOCK_LINES = 12
"""Within which the fields of a header block stand."""
BLOCK_FIELDS_MIN = 2
WRAPPED_LINES = 4
"""Over which 'On …, … wrote:' may be broken."""

FIELDS = {
    "from": ("发件人", "寄件者", "寄件人", "發件人", "發信人", "发信人", "来自", "from", "von", "de"),
    "sent": (
        "发送时间",
        "发送日期",
        "日期",
        "时间",
        "寄件日期",
        "傳送時間",
        "傳送日期",
        "發送時間",
        "sent",
        "date",
        "sent at",
        "gesendet",
    ),
    "to": ("收件人", "收件者", "to", "an"),
    "cc": ("抄送", "抄送人", "副本", "cc"),
    "subject": ("主题", "主题词", "主旨", "主題", "标题", "subject", "betreff"),
    "importance": ("重要性", "附件", "importance", "attachments", "reply-to", "回复"),
}
_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}
_FIELD = re.compile(r"[\s>|*＊_\[【]{0,10}([^\s:：*|＊_][^:：*|\n]{0,14}?)[\s*＊_\]】]{0,6}(?:[:：]|\|)")
_RULE_LINE = re.compile(
    r"\s{0,8}[-—_=*]{2,100}\s{0,4}(?:原始邮件|邮件原件|原邮件|回复的原邮件|回复的邮件|转发的邮件|转发邮件信息|转发邮件|原始郵件|原始訊息|"
    r"original message|original appointment|forwarded message|forwarded by[^-]{0,200}|weitergeleitete nachricht|"
    r"reply message|original|erhaltene nachricht)\s{0,4}[-—_=*]{0,100}\s{0,8}",
    re.IGNORECASE,
)
_PLAIN_RULE = re.compile(r"\s{0,8}[-_—]{10,200}\s{0,8}")
_BEGIN_FORWARD = re.compile(
    r"\s{0,8}>?\s{0,4}(?:begin forwarded message|开始转发的邮件|开始转发邮件|转发的邮件|轉寄的郵件|開始轉寄郵件)\s{0,4}[:：]\s{0,8}",
    re.IGNORECASE,
)
_WROTE_END = re.compile(
    r"(?:写道|寫道|wrote|writes|a écrit|schrieb|escribió|said)\s{0,4}[:：]\s{0,4}$", re.IGNORECASE
)
_WROTE_START = re.compile(
    r"[\s>]{0,8}(?:在|於|于|on|at|le|am|el|\d{4}\s?[年/.-]|\d{1,2}[/.-]|.{0,60}[<\[(].{3,80}@)", re.IGNORECASE
)
_HAS_DATE = re.compile(r"\d{4}|\d{1,2}[:：]\d{2}|@|月|日")


def starts_at(lines: Sequence[str], at: int) -> int:
    """How many lines the quotation header that begins here has; 0 when none begins here."""
    line = lines[at]
    if len(line) > LINE_CHARS_MAX or not line.strip():
        return 0
    if _RULE_LINE.fullmatch(line) or _BEGIN_FORWARD.fullmatch(line):
        return 1 + _block(lines, at + 1)
    if _PLAIN_RULE.fullmatch(line):
        block = _block(lines, at + 1)
        return 1 + block if block else 0
    return _wrote(lines, at) or _block(lines, at)


def _wrote(lines: Sequence[str], at: int) -> int:
    """'On <date>, <name> wrote:', over up to `WRAPPED_LINES` lines."""
    if not _WROTE_START.match(lines[at]):
        return 0
    for count in range(1, WRAPPED_LINES + 1):
        whole = " ".join(line.strip(" >") for line in lines[at : at + count])
        if len(whole) > LINE_CHARS_MAX or not lines[at : at + count][-1].strip():
            return 0
        if _WROTE_END.search(whole):
            return count if _HAS_DATE.search(whole) else 0
    return 0


def _block(lines: Sequence[str], at: int) -> int:
    """Lines of a header block (From, Sent, To, Subject in any order) that begins at or just below `at`."""
    while at < len(lines) and not lines[at].strip(" >|-"):
        at += 1
    fields: set[str] = set()
    last = at
    for number in range(at, min(at + BLOCK_LINES, len(lines))):
        found = field(lines[number])
        if found:
            fields.add(found)
            last = number + 1
        elif number == at or not _continues(lines[number]):
            break
    # Two of the three that every program writes; 'from' and 'subject' alone may be somebody's own words.
    return last - at if len(fields & {"from", "sent", "to"}) >= BLOCK_FIELDS_MIN else 0


def _continues(line: str) -> bool:
    """A line of a block that names no field: empty, a table rule, or more addresses."""
    shown = line.strip(" >|*-")
    return not shown or "@" in shown or shown.endswith((";", "；", ","))


def field(line: str) -> str:
    """Which header field a line of a block names; '' when none."""
    match = _FIELD.match(line[:LINE_CHARS_MAX])
    return _FIELD_OF.get(match[1].strip().casefold(), "") if match else ""
