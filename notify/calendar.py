"""The invitation to a service review as a calendar knows it: request, update, cancellation.

The same UID for a review's whole life, its sequence counted up with each change, so that calendars move the entry they
have. Times are UTC. Sources: RFC 5545, RFC 5546 3.2.2 (REQUEST), 3.2.5 (CANCEL), RFC 6047 (by mail).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from process.outgoing import Enclosure
from process.review import Attendance, Participant, Review

if TYPE_CHECKING:
    from icalendar import Event, vCalAddress

PARTSTAT = {
    Attendance.UNANSWERED: "NEEDS-ACTION",
    Attendance.ACCEPTED: "ACCEPTED",
    Attendance.DECLINED: "DECLINED",
    Attendance.TENTATIVE: "TENTATIVE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer:
    """Who invites; and to whom answers go."""

    name: str
    address: str
    domain: str
    """Right side of the UID."""


def invitation(
    review: Review, summary: str, description: str, organizer: Organizer, now: datetime
) -> tuple[Enclosure, Enclosure]:
    """The calendar part that mail programs act upon, and the same as a file for those that do not."""
    from icalendar import Calendar

    method = "CANCEL" if review.is_cancelled else "REQUEST"
    calendar = Calendar()
    calendar.add("prodid", "-//Ombud//Service review//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(review, (summary, description), organizer, now))
    content = calendar.to_ical()
    return (
        Enclosure(
            filename="invite.ics",
            content_type=f"text/calendar; method={method}; charset=utf-8",
            content=content,
        ),
        Enclosure(filename="invite.ics", content_type="application/ics", content=content),
    )


def _event(review: Review, words: tuple[str, str], organizer: Organizer, now: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", f"{review.number}@{organizer.domain}")
    event.add("sequence", review.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", review.starts_at.astimezone(UTC))
    event.add("dtend", review.ends_at.astimezone(UTC))
    event.add("summary", words[0])
    event.add("description", words[1])
    if review.place:
        event.add("location", review.place)
    event.add("status", "CANCELLED" if review.is_cancelled else "CONFIRMED")
    event.add("organizer", _address(organizer.name, organizer.address), encode=False)
    for participant in review.participants:
        event.add("attendee", _attendee(participant), encode=False)
    return event


def _attendee(participant: Participant) -> "vCalAddress":
    from icalendar import vText

    address = _address(participant.party.name, participant.party.address)
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText(PARTSTAT[participant.attendance])
    address.params["RSVP"] = vText("TRUE")
    return address


def _address(name: str, address: str) -> "vCalAddress":
    from icalendar import vCalAddress, vText

    found = vCalAddress(f"mailto:{address}")
    # RFC 5545 3.1: a parameter holds neither quotes nor control characters.
    found.params["CN"] = vText("".join(c for c in name if c.isprintable() and c != '"') or address)
    return found
