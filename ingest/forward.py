"""The original inside a forwarded mail, from the header block that mail programs put above it.

Promises: linear; the first original that names a sender with an address, or None. A reply quotes in the
same shapes: whether a mail is a forward is the caller's to say.
"""

import re
from collections.abc import Sequence
from email.utils import parseaddr

from ingest import header_block, quote
from ingest.dates import read as read_date
from ingest.mail import Address, Forwarded

_NAMED_ADDRESS = re.compile(
    r"([^<>\[\]()]{0,100})[<\[(]\s{0,2}(?:mailto:)?([^<>\[\]()\s]{1,255}@[^<>\[\]()\s]{1,255})[>\])]"
)
_BARE_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"'|]{1,100}@[^\s<>()\[\]:;,\"'|]{1,200}")
_MARK = re.compile(r"\s{0,3}>\s?")
_QUOTES = " \"'“”‘’*|;,，"
_WHEN = re.compile(r"(?:在|于|於|on|at)\s{0,3}(?=\d|[^\W\d_]{2,9}[.,])", re.IGNORECASE)
_CHINESE_TIME = re.compile(r"(\d{4})\s?[年/.-]\s?(\d{1,2})\s?[月/.-]\s?(\d{1,2})\s?[日号號]?")
_CLOCK = re.compile(
    r"(上午|下午|晚上|中午|凌晨|早上|[ap]\.?m\.?)?\s{0,2}(\d{1,2})[:点時时](\d{2})(?:[:分](\d{2}))?\s{0,2}([ap]\.?m\.?)?",
    re.I,
)
_AFTERNOON = ("下午", "晚上", "p")
_ZONE = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}):?(\d{2})?")


def forwarded(text: str) -> Forwarded | None:
    """The first quoted original with a sender; None when the text holds none."""
    lines = quote.readable(text)
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for at in range(min(len(lines), quote.LINES_MAX)):
        length = quote.starts_at(lines, at)
        if length:
            return _original(lines[at : at + length], written[at + length :])
    return None


def _original(header: Sequence[str], below: Sequence[str]) -> Forwarded | None:
    block = _block(header) or _attributed(" ".join(header))
    sender = _address(block.sender)
    if not sender.address:
        return None
    return Forwarded(
        sender=sender,
        date=read_date(_western(block.sent)) or read_date(block.sent),
        subject=block.subject,
        text="\n".join(_unmarked(below)).strip(),
    )


def _block(header: Sequence[str]) -> header_block.Block | None:
    """The header block of a quotation header, below its rules."""
    below_rule = False
    for at, line in enumerate(header):
        block = header_block.read(header, at, is_below_rule=below_rule)
        if block:
            return block
        below_rule = below_rule or bool(line.strip())
    return None


def _attributed(line: str) -> header_block.Block:
    """Sender and date of a line like '张三 <a@b> 于2026年3月3日 10:00写道：'."""
    when = _WHEN.search(line)
    found = _NAMED_ADDRESS.search(line)
    name = found[1] if found else ""
    sent = line[when.end() :] if when else line
    cut = re.split(r"[,，、]", name)[-1] if when and when.start() < (found.start(2) if found else 0) else name
    address = found[2] if found else ""
    return header_block.Block(length=1, sender=f"{_name(cut)} <{address}>" if address else "", sent=sent)


def _name(text: str) -> str:
    """The name before an address, without a date that stands before it."""
    return re.split(r"\d{1,2}[:点]\d{2}(?:[:分]\d{2})?(?:\s?[AP]M)?", text)[-1].strip(_QUOTES)


def _address(value: str) -> Address:
    match = _NAMED_ADDRESS.search(value)
    if match:
        return Address(name=match[1].strip(_QUOTES), address=match[2])
    bare = _BARE_ADDRESS.search(value)
    if bare:
        return Address(name=value[: bare.start()].strip(_QUOTES), address=bare[0].rstrip("."))
    name, address = parseaddr(value)
    return Address(name=name, address=address if "@" in address else "")


def _western(value: str) -> str:
    """A date as ISO: Chinese and American programs write it in many ways, often without a zone."""
    day, clock = _CHINESE_TIME.search(value), None
    if day is None:
        return value
    clock = _CLOCK.search(value, day.end())
    hour = int(clock[2]) if clock else 0
    half = ((clock[1] or clock[5] or "") if clock else "").casefold()
    if half.startswith(_AFTERNOON) and hour < 12:
        hour += 12
    zone = _ZONE.search(value, clock.end()) if clock else None
    offset = f"{zone[1]}{int(zone[2]):02}:{zone[3] or '00'}" if zone else ""
    minute, second = (clock[3], clock[4] or "00") if clock else ("00", "00")
    return f"{day[1]}-{int(day[2]):02}-{int(day[3]):02} {hour:02}:{minute}:{second}{offset}"


def _unmarked(lines: Sequence[str]) -> list[str]:
    """Without one level of quote marks, when the first line that says something has one."""
    first = next((line for line in lines if line.strip()), "")
    return [_MARK.sub("", line, count=1) for line in lines] if _MARK.match(first) else list(lines)
