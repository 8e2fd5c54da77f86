"""The original inside a forwarded mail, from the header block that mail programs put above it."""

import re
from collections.abc import Sequence
from email.utils import parseaddr

from ingest import quote
from ingest.dates import read as read_date
from ingest.mail import Address, Forwarded

_NAMED_ADDRESS = re.compile(
    r"([^<>\[\]]{0,100})[<\[](?:mailto:)?([^<>\[\]\s]{1,255}@[^<>\[\]\s]{1,255})[>\]]"
)


def forwarded(text: str) -> Forwarded | None:
    """The first quoted original with a sender; None when the text holds none."""
    lines = text.split("\n")
    for at in range(len(lines)):
        count = quote.starts_at(lines, at)
        if count:
            fields = _fields(lines[at : at + count])
            sender = _address(fields.get("from", ""))
            if sender.address:
                return Forwarded(
                    sender=sender,
                    date=read_date(fields.get("sent", "")),
                    subject=fields.get("subject", "").strip(),
                    text="\n".join(line.removeprefix("> ") for line in lines[at + count :]).strip(),
                )
            return None
    return None


def _fields(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name = quote.field(line)
        if name and name not in found:
            found[name] = re.split(r"[:：|]", line, maxsplit=1)[1].strip(" *|;")
    return found


def _address(value: str) -> Address:
    match = _NAMED_ADDRESS.search(value)
    if match:
        return Address(name=match[1].strip(" \"'“”"), address=match[2])
    name, address = parseaddr(value)
    return Address(name=name, address=address if "@" in address else "")
