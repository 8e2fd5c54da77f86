"""What the command line shows of the store: as JSON Lines for programs, as tables for people.

The JSON is an interface that others build on: names are stable, times are ISO 8601 with offset, a
field that is not known is null or empty. Source: HANDBOOK 2 'Complaint record form'.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from classify import token
from process.case import Case
from process.outcome import Outcome
from process.report import Report
from process.review import Participant, Review
from process.survey_shown import Progress
from store import complaints, events, outbox, received

Record = Mapping[str, Any]
CELL_CHARS = 60
TABLE_ROWS = 100
"""Of the newest, in a table whose length nobody asked for."""
FREE_TEXT = frozenset(
    {"subject", "complainant", "sender", "recipients", "evidence", "text", "last_error", "department"}
)
"""Columns that give way on a narrow terminal; the others stay on one line."""


def plain(value: Any) -> Any:
    """A value of ours as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def complaint_line(case: Case) -> Record:
    """One complaint in a list."""
    return {
        "number": case.number,
        "state": case.state.value,
        "step": case.state.step_code,
        "subject": case.subject,
        "complainant": case.complainant.display,
        "is_vip": case.is_vip,
        "is_repeat": bool(case.repeats or case.related),
        "department": case.department,
        "escalations": [escalation.reason for escalation in case.escalations],
        "recorded_at": plain(case.recorded_at),
        "due_at": plain(case.due_at),
        "due": f"{case.due_at.astimezone():%m-%d %H:%M}" if case.due_at else "",
        "closed": case.closing.how if case.closing else None,
    }


def complaint_whole(conn: Connection, case: Case) -> Record:
    """The record form, the trail, and the mails in and out."""
    return {
        **plain(case),
        "step": case.state.step_code,
        "events": [plain(event) for event in events.trail(conn, case.number)],
        "mails_in": [mail_line(row) for row in received.of_matter(conn, case.number)],
        "mails_out": [outbox_line(row) for row in outbox.of_matter(conn, case.number)],
    }


def survey_line(progress: Progress) -> Record:
    """One survey in a list."""
    survey = progress.survey
    return {
        "number": survey.number,
        "state": survey.state.value,
        "opens_at": plain(survey.opens_at),
        "closes_at": plain(survey.closed_at or survey.closes_at),
        "population": survey.population,
        "invited": survey.invited,
        "sent": progress.sent,
        "answered": progress.answered,
        "response": f"{progress.response_rate:.1%}",
        "bounced": progress.bounced,
        "complaints": progress.complaints,
        "answers": dict(progress.standings),
        "index": survey.outcome.index if survey.outcome else None,
        "seed": survey.seed,
    }


def mail_line(row: received.MailRow) -> Record:
    """One mail that came in; `raw` says where its bytes are."""
    return {**_shown(row), "raw": _raw(row)}


def _raw(row: received.MailRow) -> str:
    if row.raw_at is None:
        return "stored"
    return f"{f'moved to {row.raw_path}' if row.raw_path else 'dropped'} on {row.raw_at:%Y-%m-%d}"


def report_line(report: Report) -> Record:
    """A service report in a line."""
    return {
        "number": report.number,
        "state": report.state.value,
        "made_at": report.made_at.isoformat(),
        "published_at": report.published_at.isoformat() if report.published_at else "",
        "by": report.published_by.name,
        "corrections": len(report.corrections),
        "figures": {figure.name: figure.value for figure in report.contents.figures},
    }


def review_line(review: Review, outcomes: Iterable[Outcome]) -> Record:
    """A service review with all that it came to."""
    return {
        "number": review.number,
        "state": review.state.value,
        "starts_at": review.starts_at.isoformat(),
        "place": review.place,
        "sequence": review.sequence,
        "participants": [participant_line(one) for one in review.participants],
        "minutes": [{"at": one.at.isoformat(), "mail": one.mail_id} for one in review.minutes],
        "outcomes": [outcome_line(one) for one in outcomes],
    }


def participant_line(participant: Participant) -> Record:
    """Somebody who is invited, and what they answered."""
    return {
        "name": participant.party.name,
        "address": participant.party.address,
        "attendance": participant.attendance.value,
        "words": participant.words,
    }


def outcome_line(outcome: Outcome) -> Record:
    """A decision or action of a review."""
    return {
        "number": outcome.number,
        "state": outcome.state.value,
        "is_action": outcome.is_action,
        "text": outcome.text,
        "owner": outcome.owner.name,
        "due": outcome.due_at.isoformat() if outcome.due_at else "",
        "words": outcome.words,
    }


def outbox_line(row: outbox.OutboxRow) -> Record:
    """One mail that goes out."""
    return _shown(row)


def _shown(row: received.MailRow | outbox.OutboxRow) -> Record:
    """A row without tokens: lists are copied into tickets and chats, where a token is somebody's power."""
    return {n: token.hidden(value) if isinstance(value, str) else value for n, value in plain(row).items()}


def newest(asked: int | None, *, as_json: bool) -> int | None:
    """How many of the newest are listed, None for all: what was asked for, else a table that a person can read."""
    if asked is None:
        return None if as_json else TABLE_ROWS
    return asked or None


class Listed(NamedTuple):
    """A list of the store's."""

    title: str
    columns: tuple[str, ...]

    def print(self, records: Iterable[Record], count: int | None, *, as_json: bool) -> None:
        """The records as they are read; a table says when there may be more of them."""
        if as_json:
            print_json(records)
            return
        rows = list(records)
        print_table(self.title, rows, self.columns)
        if len(rows) == count:
            Console(stderr=True).print(f"最新 {count} 条 / the newest {count} (--newest 0: all)")


def print_json(records: Iterable[Record]) -> None:
    """JSON Lines on standard output."""
    for record in records:
        print(json.dumps(record, ensure_ascii=False))


def print_table(title: str, records: Iterable[Record], columns: tuple[str, ...]) -> None:
    """A table of some columns; text of a mail is shown as it is, never as markup."""
    table = Table(title=title)
    for column in columns:
        table.add_column(column, no_wrap=column not in FREE_TEXT, overflow="fold")
    for record in records:
        table.add_row(*(Text(_cell(record.get(column))) for column in columns))
    Console().print(table)


def _cell(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "✓"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "".join(c if c.isprintable() else " " for c in text)[:CELL_CHARS]


def print_complaint(record: Record) -> None:
    """The record form for a person at a terminal."""
    form = Table(title=f"投诉记录单 {record['number']}", show_header=False)
    form.add_column("field", style="bold")
    form.add_column("value", overflow="fold")
    for name, value in record.items():
        if name not in ("events", "mails_in", "mails_out", "escalations") and value not in (None, "", []):
            form.add_row(name, Text(_form_cell(value)))
    Console().print(form)
    print_table("经过 / trail", _trail(record["events"]), ("at", "by", "role", "what", "text", "mail_id"))
    print_table("升级 / escalations", record["escalations"], ("at", "reason", "evidence"))
    print_table(
        "来信 / mails in",
        record["mails_in"],
        ("id", "received_at", "kind", "rule", "sender", "raw", "subject"),
    )
    print_table("去信 / mails out", record["mails_out"], ("id", "state", "template", "recipients", "subject"))


def _trail(lines: Iterable[Record]) -> Iterable[Record]:
    return ({**line, "by": line["actor"]["name"] or "Ombud"} for line in lines)


def _form_cell(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_form_cell(v)}" for k, v in value.items() if v not in (None, "", []))
    if isinstance(value, list):
        return "; ".join(_form_cell(item) for item in value)
    return "".join(c if c.isprintable() or c == "\n" else " " for c in str(value))


def all_complaints(conn: Connection, *, only_open: bool, newest: int | None = None) -> Iterator[Record]:
    """The list, oldest first; only so many of the newest where that is said."""
    return map(complaint_line, complaints.each(conn, only_open, newest))
