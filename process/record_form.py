"""The complaint record form (投诉记录单): its sections and fields, their order and values, in one place.

What mails, XLSX, PDF, the terminal and the dossier show is made of `sections`; none of them has a list of its own.
Values are words of the reader's language; an empty one says that nothing is known yet. A party of the
complaint is not shown how far they are believed, nor what the staff noted among themselves (need-to-know).
Source: HANDBOOK 2 'Complaint record form'.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from process.case import Case, Event, Judgement, Measures, Party
from process.telling import belief, spoken, told, who

MEASURES = ("cause", "corrective", "preventive", "responsible", "planned", "actual")
"""What the department fills in, in the order of the form."""
WIDE = frozenset(
    {
        "subject",
        "text",
        "attachments",
        "fingerprint",
        "remedy",
        "accepted",
        "valid",
        "cause",
        "corrective",
        "preventive",
    }
    | {"account", "verification", "feedback", "user_answer", "closing", "repeat"}
)
"""Fields that take a line of their own."""
SHOWN_TO_PARTY = frozenset(
    {
        "recorded",
        "accepted",
        "asked",
        "informed",
        "judged_valid",
        "judged_invalid",
        "objected",
        "dispatched",
        "verified",
    }
    | {"measures_reported", "feedback_sent", "confirmed", "not_solved", "reopened", "closed", "rated"}
)
"""Lines of the trail that a party of the complaint sees, without the staff's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field: its key, its name and its value in the reader's language."""

    key: str
    label: str
    value: str
    is_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields under a heading."""

    key: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """In which words and for whom a form is written."""

    words: Mapping[str, Any]
    """A language's words.toml."""
    when: Callable[[datetime | None], str]
    """A time as people there write it; '' for None."""
    is_for_staff: bool = True

    def parts(self, *parts: str) -> str:
        return " · ".join(part for part in parts if part)

    def yes_no(self, is_yes: bool) -> str:
        return str(self.words["labels"]["yes" if is_yes else "no"])


_Values = Iterable[tuple[str, str]]


def sections(case: Case, trail: tuple[Event, ...], wording: Wording) -> tuple[Section, ...]:
    """The whole form, in its order."""
    parts: tuple[tuple[str, _Values], ...] = (
        ("record", _record(case, wording)),
        ("complainant", _complainant(case, wording)),
        ("complaint", _complaint(case, wording)),
        ("judgement", _judgement(case, wording)),
        ("handling", _handling(case, wording)),
        (
            "verification",
            (("verification", _verdict(case.verification, wording, ("effective", "not_effective"))),),
        ),
        ("feedback", _feedback(case, wording)),
        ("closing", _closing(case, wording)),
    )
    names = wording.words["form"]
    whole = tuple(
        Section(
            key=key,
            title=wording.words["form_sections"][key],
            entries=tuple(
                Entry(key=field, label=names[field], value=value, is_wide=field in WIDE)
                for field, value in values
            ),
        )
        for key, values in parts
    )
    return (*whole, _escalations(case, wording), _trail(trail, wording))


def _record(case: Case, wording: Wording) -> _Values:
    yield "number", case.number
    yield "source", wording.words["sources"][case.source.value]
    yield "received", wording.when(case.received_at)
    yield "recorded", wording.when(case.recorded_at)
    yield "recorder", case.recorder.name or case.recorder.address or wording.words["labels"]["system"]
    yield "state", f"{case.state.step_code} {wording.words['states'][case.state.value]}"


def _complainant(case: Case, wording: Wording) -> _Values:
    who = case.complainant
    yield "complainant", who.name
    yield "employee_number", who.employee_number
    yield "user_department", who.department
    yield "title", who.title
    yield "phone", who.phone
    yield "address", who.address
    yield "vip", wording.yes_no(case.is_vip)
    yield "on_behalf_of", wording.parts(case.on_behalf_of.name, case.on_behalf_of.title)
    if wording.is_for_staff:
        yield "trust", belief(case.trust, wording.words)


def _complaint(case: Case, wording: Wording) -> _Values:
    labels = wording.words["labels"]
    is_repeat = bool(case.repeats or case.related)
    yield "subject", case.subject
    yield "text", case.text
    yield "attachments", "\n".join(f"{a.filename} ({_size(a.size_bytes)})" for a in case.attachments)
    yield "work_order", case.work_order
    yield "about", case.about
    yield "category", wording.words["categories"].get(case.category, case.category)
    yield "severity", case.severity
    yield "remedy", case.remedy
    yield (
        "repeat",
        wording.parts(labels["repeat" if is_repeat else "first"], labels["comma"].join(case.related)),
    )
    yield "fingerprint", f"SHA-256 {case.fingerprint}" if case.fingerprint else ""


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1000:.0f} kB" if size_bytes >= 1000 else f"{size_bytes} B"


def _judgement(case: Case, wording: Wording) -> _Values:
    yield "accepted", _verdict(case.accepted, wording)
    yield "valid", _verdict(case.valid, wording)


def _verdict(judged: Judgement | None, wording: Wording, names: tuple[str, str] = ("yes", "no")) -> str:
    if judged is None:
        return ""
    # The grounds of a yes are the staff's own; those of a no were told.
    reason = f"\n{judged.reason}" if judged.reason and (wording.is_for_staff or not judged.is_yes) else ""
    verdict = wording.words["labels"][names[0] if judged.is_yes else names[1]]
    return wording.parts(verdict, judged.by.name, wording.when(judged.at)) + reason


def _handling(case: Case, wording: Wording) -> _Values:
    taken = case.measures or case.draft or Measures()
    yield "department", case.department
    yield "manager", case.department_manager.name
    yield "answer_due", wording.when(case.answer_due_at)
    yield "copied", wording.words["labels"]["comma"].join(party.name for party in case.copied)
    yield from ((name, getattr(taken, name)) for name in MEASURES)
    if taken.text:
        yield "account", taken.text
    yield "reported", wording.parts(taken.by.name, wording.when(taken.at))


def _feedback(case: Case, wording: Wording) -> _Values:
    how = (
        wording.words["sources"]["mail" if case.complainant.address else "phone"] if case.feedback_at else ""
    )
    yield "feedback", case.feedback if case.feedback_at or wording.is_for_staff else ""
    yield "feedback_sent", wording.parts(wording.when(case.feedback_at), how, case.feedback_by.name)
    yield "user_answer", case.user_answer


def _closing(case: Case, wording: Wording) -> _Values:
    closing = case.closing
    if closing is None:
        yield "closing", ""
        return
    how = wording.words["closings"][closing.how]
    reason = f"\n{closing.reason}" if closing.reason else ""
    yield "closing", wording.parts(how, closing.by.name, wording.when(closing.at)) + reason
    if case.rating:
        yield "rating", wording.words["ratings"].get(case.rating, case.rating)


def _escalations(case: Case, wording: Wording) -> Section:
    reasons = wording.words["reasons"]
    entries = tuple(
        Entry(
            key="escalation",
            label=wording.when(one.at),
            value=wording.parts(reasons.get(one.reason, one.reason), _name(one.to))
            + (f"\n{spoken(one.evidence, wording.words)}" if one.evidence and wording.is_for_staff else ""),
            is_wide=True,
        )
        for one in case.escalations
    )
    return Section(key="escalations", title=wording.words["form_sections"]["escalations"], entries=entries)


def _trail(trail: tuple[Event, ...], wording: Wording) -> Section:
    shown = (event for event in trail if wording.is_for_staff or event.what in SHOWN_TO_PARTY)
    entries = tuple(
        Entry(
            key="trail",
            label=wording.when(event.at),
            value=f"{who(event, wording.words)} · {wording.words['events'].get(event.what, event.what)}"
            + (f"\n{told(event, wording.words)}" if event.text and wording.is_for_staff else ""),
            is_wide=True,
        )
        for event in shown
    )
    return Section(key="trail", title=wording.words["form_sections"]["trail"], entries=entries)


def _name(party: Party) -> str:
    return party.name or party.address
