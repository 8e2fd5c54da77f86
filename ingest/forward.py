"""The original inside a forwarded mail, from the header block that mail programs put above it.

Promises: linear; the first original that names a sender with an address, or None. A reply quotes in the
same shapes: whether a mail is a forward is the caller's to say.
"""

import re
from collections.abc import Sequence
from datetime import UTC, tzinfo
from email.utils import parseaddr

from ingest import header_block, quote, quoted_date
from ingest.mail import Address, Forwarded

_NAMED_ADDRESS = re.compile(
    r"([^<>\[\]()]{0,80})[<\[(]\s{0,2}(?:mailto:)?([^<>\[\]()\s]{1,255}@[^<>\[\]()\s]{1,255})[>\])]"
)
_BARE_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"'|]{1,100}@[^\s<>()\[\]:;,\"'|]{1,200}")
_FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|wg|转发|轉寄|轉發|转寄)\s{0,3}[:：]", re.IGNORECASE
)
_MARK = re.compile(r"\s{0,3}>\s?")
_QUOTES = " \"'“”‘’*|;,，"
_WHEN = re.compile(r"(?:在|于|於|on|at)\s{0,3}(?=\d|[^\W\d_]{2,9}[.,])", re.IGNORECASE)


def is_forward_subject(subject: str) -> bool:
    """Whether a subject begins as mail programs begin that of a forward."""
    return _FORWARD_SUBJECT.match(subject) is not None


def forwarded(scanned: quote.Scanned, zone: tzinfo = UTC) -> Forwarded | None:
    """The first quoted original, when it names a sender. Its time counts as the zone's where it gives none."""
    if not scanned.length:
        return None
    below = scanned.at + scanned.length
    return _original(scanned.shown[scanned.at : below], scanned.written[below:], zone)


def _original(header: Sequence[str], below: Sequence[str], zone: tzinfo) -> Forwarded | None:
    block = _block(header) or _attributed(" ".join(header))
    sender = _address(block.sender)
    if not sender.address:
        return None
    return Forwarded(
        sender=sender,
        date=quoted_date.read(block.sent, zone),
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


def _unmarked(lines: Sequence[str]) -> list[str]:
    """Without one level of quote marks, when the first line that says something has one."""
    first = next((line for line in lines if line.strip()), "")
    return [_MARK.sub("", line, count=1) for line in lines] if _MARK.match(first) else list(lines)
