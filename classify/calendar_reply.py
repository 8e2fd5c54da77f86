"""Answers to our invitations as calendar programs write them: accepted, declined, tentative.

Only an answer to an invitation of ours counts, known by its UID; any other calendar part is nobody's business here.
What cannot be read is None; sizes are bounded. Sources: RFC 5545, RFC 5546 3.2.3 (REPLY), 3.2.7 (COUNTER).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.mail import Attachment, Mail

PARTS_MAX = 5
BYTES_MAX = 64_000
COMPONENTS_MAX = 40
WORDS_CHARS_MAX = 1_000
METHODS = ("REPLY", "COUNTER")
_UID = re.compile(r"(A-[0-9]{4})@(.{1,255})")
_ICS_TYPES = ("text/calendar", "application/ics")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReply:
    """Who says what about which invitation."""

    review: str
    """'A-2026', from the UID."""
    attendee: str
    """Address of whom the answer is."""
    status: str
    """PARTSTAT: 'ACCEPTED', 'DECLINED' or 'TENTATIVE'; a counter-proposal is tentative."""
    sequence: int
    """Of the invitation that is answered; 0 when it does not say."""
    words: str = ""
    """COMMENT, and the time that a counter-proposal names."""


def read(mail: Mail, own_domain: str) -> CalendarReply | None:
    """The answer to an invitation of ours that a mail holds; None when there is none."""
    parts = [part for part in mail.attachments if _is_calendar(part)][:PARTS_MAX]
    found = (_reply(part.content, own_domain) for part in parts)
    return next((reply for reply in found if reply is not None), None)


def _is_calendar(part: Attachment) -> bool:
    is_named = part.filename.lower().endswith(".ics")
    return (part.content_type in _ICS_TYPES or is_named) and part.size_bytes <= BYTES_MAX


def _reply(content: bytes, own_domain: str) -> CalendarReply | None:
    if content.upper().count(b"BEGIN:") > COMPONENTS_MAX:
        return None
    from icalendar import Calendar

    try:
        # QUIRK: Chinese clients send calendar parts in GBK, whatever RFC 5545 3.1.4 says.
        calendar = Calendar.from_ical(content.decode("utf-8-sig", "replace"))
        event = next(iter(calendar.walk("VEVENT")), None)
        method = str(calendar.get("METHOD", "")).upper()
        if event is None or method not in METHODS:
            return None
        return _read(event, method, own_domain)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None


def _read(event: Any, method: str, own_domain: str) -> CalendarReply | None:
    uid = _UID.fullmatch(str(event.get("UID", "")))
    attendees = event.get("ATTENDEE", ())
    # RFC 5546 3.2.3: a reply names the one attendee who gives it.
    attendee = attendees[0] if isinstance(attendees, list) else attendees
    if uid is None or uid[2].casefold() != own_domain.casefold() or not attendee:
        return None
    status = str(attendee.params.get("PARTSTAT", "")).upper()
    status = "TENTATIVE" if method == "COUNTER" else status
    if status not in ("ACCEPTED", "DECLINED", "TENTATIVE"):
        return None
    return CalendarReply(
        review=uid[1],
        attendee=re.sub(r"(?i)^mailto:", "", str(attendee)).strip(),
        status=status,
        sequence=int(event.get("SEQUENCE", 0)),
        words=_words(event, method),
    )


def _words(event: Any, method: str) -> str:
    start = event.get("DTSTART") if method == "COUNTER" else None
    at = getattr(start, "dt", None)
    proposed = f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else ""
    comment = event.get("COMMENT", "")
    said = " ".join(map(str, comment)) if isinstance(comment, list) else str(comment)
    return " ".join(part for part in (proposed, said) if part)[:WORDS_CHARS_MAX]
