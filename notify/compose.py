"""A notice becomes a mail: final bytes with a fixed Message-ID.

What it promises: a stdlib round trip shows no defect; nothing of a mail reaches a header unescaped; the
token in it is good for its To person only; `Auto-Submitted` says that a program wrote it (RFC 3834 5).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ulid import ULID

from classify import token
from classify.facts import Verb
from classify.token import Sealer
from notify import form_sheet, links, mime, record_sheet, sheet
from notify.render import LANGUAGES, Rendered, record_of, render, subject_of, words
from notify.standing import standing
from process.case import Case
from process.outgoing import Enclosure, Item, Notice, Outgoing
from process.record_form import MEASURES, Section

REFERENCES_MAX = 20
TRAIL_SHOWN = 3
TRAIL_ON_FORM = 30
"""Lines of the trail on a mail's record form, the last ones; the enclosed spreadsheet has all."""
BY_THE_CLOCK = frozenset({"reminded", "warned", "user_reminded"})
"""Entries that nobody said: the mails that they tell of speak for themselves."""
NOTICE_HEADER = "X-Ombud-Notice"
"""Names the kind of mail, for rules in the mail programs of the staff."""
LOOP_HEADER = "X-Ombud-Loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An item of a digest with its links, as templates see it."""

    item: Item
    links: tuple[links.Link, ...]
    tag: str
    """For the subject of an answer that is written by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes, and in what form."""

    organisation: str
    desk_name: str
    desk_address: str
    domain: str
    timezone: ZoneInfo
    sealer: Sealer
    default_language: str
    has_subaddresses: bool = False
    """Whether the desk's mail server delivers desk+anything@ to the desk; Reply-To then carries the token."""


class _WhenLookedAt(Iterable[Section]):
    """The record form, made when a template looks at it; most mails do not show it whole."""

    def __init__(self, make: Callable[[], tuple[Section, ...]]) -> None:
        self._made = cache(make)

    def __iter__(self) -> Iterator[Section]:
        return iter(self._made())


def compose(notice: Notice, letterhead: Letterhead, now: datetime) -> Outgoing:
    """The mail for a notice. Raises jinja2.UndefinedError when the notice lacks what its template says."""
    language = _language(notice, letterhead)
    code = letterhead.sealer.code(notice.matter, notice.to.key, now)
    message_id = token.message_id(notice.matter, code, str(ULID.from_datetime(now)), letterhead.domain)
    tag = f" {token.subject_tag(notice.matter, code)}" if notice.matter else ""
    subject, rendered = _rendered(notice, letterhead, (language, tag), now)
    subject += tag
    calendars = [one for one in notice.enclosures if one.content_type.startswith(mime.CALENDAR)]
    return Outgoing(
        message_id=message_id,
        matter=notice.matter,
        template=notice.template,
        recipient_key=notice.to.key,
        recipients=tuple(dict.fromkeys((notice.to.address, *(p.address for p in notice.cc if p.address)))),
        subject=subject,
        content=mime.message(
            [
                *_headers(notice, letterhead, message_id, (subject, now)),
                *_reply_to(notice, letterhead, code),
            ],
            mime.alternative(rendered.text, rendered.html, calendars),
            (
                *(one for one in notice.enclosures if one not in calendars),
                *_form(notice, letterhead, language),
            ),
        ),
    )


def _reply_to(notice: Notice, letterhead: Letterhead, code: str) -> list[str]:
    """Reply-To with the token in it, where the mail server knows subaddresses (RFC 5233)."""
    if not letterhead.has_subaddresses:
        return []
    address = token.reply_address(letterhead.desk_address, notice.matter, code)
    return [mime.addresses("Reply-To", [mime.mailbox(letterhead.desk_name, address)])] if address else []


def _language(notice: Notice, letterhead: Letterhead) -> str:
    wanted = (notice.language, notice.to.language, notice.case.language if notice.case else "")
    return next((language for language in wanted if language in LANGUAGES), letterhead.default_language)


def _rendered(
    notice: Notice, letterhead: Letterhead, language_and_tag: tuple[str, str], now: datetime
) -> tuple[str, Rendered]:
    """The subject without the tag, and the mail's words."""
    language, tag = language_and_tag
    context: dict[str, Any] = {
        "case": notice.case,
        "matter": notice.matter,
        "facts": notice.facts,
        "to": notice.to,
        "quoted": notice.quoted,
        "shown": notice.shown,
        "trail": [event for event in notice.trail if event.what not in BY_THE_CLOCK][-TRAIL_SHOWN:],
        "standing": standing(notice, notice.case, words(language), now) if notice.case else None,
        "record": _WhenLookedAt(lambda: _record(notice, letterhead, language, TRAIL_ON_FORM)),
        "is_party": _is_party(notice),
        "template": notice.template,
        "office": letterhead,
        "choices": (),
        "items": tuple(_listed(item, notice.to.key, letterhead, (language, now)) for item in notice.items),
        "now": now,
    }
    # The subject stands in the links, so it is made first.
    subject = mime.clean(
        subject_of(language, notice.template, context, letterhead.timezone), mime.SUBJECT_CHARS_MAX
    )
    to = links.Addressed(
        address=letterhead.desk_address,
        subject=f"Re: {subject}{tag}",
        state=notice.case.state.value if notice.case else notice.facts.get("what", ""),
    )
    context["subject"] = subject
    context["choices"] = tuple(links.link(choice, to, words(language), language) for choice in notice.choices)
    return subject, render(language, notice.template, context, letterhead.timezone)


def _record(
    notice: Notice, letterhead: Letterhead, language: str, last: int | None = None
) -> tuple[Section, ...]:
    """The record form as the recipients may see it, with the `last` lines of the trail."""
    if notice.case is None:
        return ()
    trail = notice.trail[-last:] if last else notice.trail
    is_for_staff = not _shows_party(notice, notice.case)
    return record_of(notice.case, trail, language, letterhead.timezone, is_for_staff=is_for_staff)


def _form(notice: Notice, letterhead: Letterhead, language: str) -> tuple[Enclosure, ...]:
    """The record form as a spreadsheet, whole; what the recipient may answer can be filled in."""
    if not notice.has_form:
        return ()
    is_asked = any(choice.verb is Verb.MEASURES for choice in notice.choices)
    page = record_sheet.form(
        _record(notice, letterhead, language),
        words(language),
        letterhead.organisation,
        MEASURES if is_asked else (),
    )
    name = f"{notice.matter}.xlsx"
    return (Enclosure(filename=name, content_type=sheet.CONTENT_TYPE, content=form_sheet.written(page)),)


def _shows_party(notice: Notice, case: Case) -> bool:
    """Whether somebody who gets the mail is a party of the complaint: their copy has no notes of the staff."""
    parties = {case.complainant.key, case.on_behalf_of.key}
    return any(person.key in parties for person in (notice.to, *notice.cc))


def _is_party(notice: Notice) -> bool:
    """Whether the recipient is the one who wrote: they are not told how far we believe them."""
    if notice.case is None:
        return notice.is_reply
    return notice.to.key in {notice.case.complainant.key, notice.case.on_behalf_of.key}


def _listed(item: Item, key: str, letterhead: Letterhead, language_and_time: tuple[str, datetime]) -> Listed:
    """An item whose links carry a token of its own matter, good for the recipient only."""
    language, now = language_and_time
    tag = token.subject_tag(item.matter, letterhead.sealer.code(item.matter, key, now))
    about = item.case.subject if item.case else item.quoted.subject if item.quoted else ""
    to = links.Addressed(
        address=letterhead.desk_address,
        subject=f"Re: {mime.clean(about, mime.SUBJECT_CHARS_MAX)} {tag}",
        state=item.case.state.value if item.case else "",
    )
    names = words(language)
    return Listed(
        item=item, tag=tag, links=tuple(links.link(choice, to, names, language) for choice in item.choices)
    )


def _headers(
    notice: Notice, letterhead: Letterhead, message_id: str, subject_and_time: tuple[str, datetime]
) -> list[str]:
    subject, now = subject_and_time
    headers = [
        f"Date: {format_datetime(now.astimezone(letterhead.timezone))}",
        mime.addresses("From", [mime.mailbox(letterhead.desk_name, letterhead.desk_address)]),
        mime.addresses("To", [mime.mailbox(notice.to.name, notice.to.address)]),
        mime.header("Subject", subject),
        mime.message_ids("Message-ID", (message_id,)),
        f"Auto-Submitted: {'auto-replied' if notice.is_reply else 'auto-generated'}",
        "X-Auto-Response-Suppress: All",
        f"{LOOP_HEADER}: {letterhead.domain}",
        f"{NOTICE_HEADER}: {notice.template}",
    ]
    if notice.cc:
        headers.insert(3, mime.addresses("Cc", [mime.mailbox(p.name, p.address) for p in notice.cc]))
    if notice.in_reply_to:
        headers.append(mime.message_ids("In-Reply-To", (notice.in_reply_to,)))
    if notice.references:
        headers.append(mime.message_ids("References", notice.references[-REFERENCES_MAX:]))
    return headers
