"""Who is asked in a survey, how far each of them is, and every answer with its standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from classify.survey_answer import Reading
from process.case import Party
from process.survey_answers import Answer, Standing
from store.record import from_json, to_json
from store.tables import survey_answer, survey_invitation

_INVITATION = survey_invitation.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One person asked."""

    number: str
    """'Q-2026-00017': the form's own number."""
    survey: str
    party: Party
    department: str
    """As in the survey's scope."""
    sent_at: datetime | None = None
    reminded: int = 0
    """Rungs of the reminders that are behind."""
    answered_at: datetime | None = None
    asked_at: datetime | None = None
    """When what is missing was asked for."""
    bounced_at: datetime | None = None
    complaint: str = ""
    """Number of the complaint that "very dissatisfied" opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the people asked are."""

    invited: int
    sent: int
    answered: int
    bounced: int
    complaints: int


def invite(conn: Connection, invitations: Sequence[Invitation]) -> None:
    """The people drawn for a survey."""
    rows = [
        {
            "number": one.number,
            "survey": one.survey,
            "person_key": one.party.key,
            "department": one.department,
            "party": to_json(one.party),
        }
        for one in invitations
    ]
    if rows:
        conn.execute(insert(survey_invitation), rows)


def invitation(conn: Connection, number: str) -> Invitation | None:
    """A form by its number; others leave it to the caller."""
    query = select(survey_invitation).where(_INVITATION.number == number).with_for_update()
    return next(iter(_invitations(conn, query)), None)


def invitations(conn: Connection, survey: str) -> tuple[Invitation, ...]:
    """All forms of a survey, by number."""
    query = select(survey_invitation).where(_INVITATION.survey == survey).order_by(_INVITATION.number)
    return _invitations(conn, query)


def unsent(conn: Connection, survey: str, count: int) -> tuple[Invitation, ...]:
    """Forms that are still to go out, by number."""
    query = (
        select(survey_invitation)
        .where(_INVITATION.survey == survey, _INVITATION.sent_at.is_(None))
        .order_by(_INVITATION.number)
        .limit(count)
    )
    return _invitations(conn, query)


def to_remind(
    conn: Connection, survey: str, rung: int, sent_before: datetime, count: int
) -> tuple[Invitation, ...]:
    """Forms sent before a time, without an answer, whose reminders are not yet at this rung."""
    query = (
        select(survey_invitation)
        .where(
            _INVITATION.survey == survey,
            _INVITATION.sent_at < sent_before,
            _INVITATION.answered_at.is_(None),
            _INVITATION.bounced_at.is_(None),
            _INVITATION.reminded < rung,
        )
        .order_by(_INVITATION.number)
        .limit(count)
    )
    return _invitations(conn, query)


def _invitations(conn: Connection, query: "Select[tuple[object, ...]]") -> tuple[Invitation, ...]:
    found = []
    for row in conn.execute(query):
        values: dict[str, Any] = {name: getattr(row, name) for name in Invitation.__dataclass_fields__}
        found.append(Invitation(**values | {"party": from_json(Party, row.party)}))
    return tuple(found)


def note(conn: Connection, number: str, **values: object) -> None:
    """What became of a form: `sent_at`, `reminded`, `answered_at`, `asked_at`, `bounced_at`, `complaint`."""
    conn.execute(update(survey_invitation).where(_INVITATION.number == number).values(**values))


def progress(conn: Connection, survey: str) -> Progress:
    """The people asked, counted."""
    row = conn.execute(
        select(
            func.count().label("invited"),
            func.count(_INVITATION.sent_at).label("sent"),
            func.count(_INVITATION.answered_at).label("answered"),
            func.count(_INVITATION.bounced_at).label("bounced"),
            func.count(func.nullif(_INVITATION.complaint, "")).label("complaints"),
        ).where(_INVITATION.survey == survey)
    ).one()
    return Progress(**row._mapping)


def record(conn: Connection, answer: Answer) -> None:
    """An answer kept, whatever it counts."""
    conn.execute(
        insert(survey_answer).values(
            survey=answer.survey,
            invitation=answer.invitation,
            mail_id=answer.mail_id,
            at=answer.at,
            standing=answer.standing.value,
            reading=to_json(answer.reading),
        )
    )


def of_invitation(conn: Connection, number: str) -> tuple[Answer, ...]:
    """The answers to one form, oldest first."""
    return _answers(conn, select(survey_answer).where(survey_answer.c.invitation == number))


def of_survey(conn: Connection, number: str) -> tuple[Answer, ...]:
    """All answers to a survey, oldest first."""
    return _answers(conn, select(survey_answer).where(survey_answer.c.survey == number))


def _answers(conn: Connection, query: "Select[tuple[object, ...]]") -> tuple[Answer, ...]:
    return tuple(
        Answer(
            survey=row.survey,
            invitation=row.invitation,
            mail_id=row.mail_id,
            at=row.at,
            standing=Standing(row.standing),
            reading=from_json(Reading, row.reading),
        )
        for row in conn.execute(query.order_by(survey_answer.c.id))
    )
