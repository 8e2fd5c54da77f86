"""Surveys: the plan whole, saved only on top of the version that it was read at."""

from sqlalchemy import Connection, delete, insert, select, update

from process.survey import State, Survey
from store.complaints import Stale
from store.record import from_json, to_json
from store.tables import survey, survey_invitation

AT_WORK = (State.APPROVED, State.RUNNING, State.CLOSED)
"""States in which time brings about the next step."""


def insert_survey(conn: Connection, planned: Survey) -> None:
    """A survey planned for the first time."""
    conn.execute(insert(survey).values(number=planned.number, year=planned.year, **_columns(planned)))


def save(conn: Connection, changed: Survey) -> None:
    """The next version of a survey. Raises Stale."""
    done = conn.execute(
        update(survey)
        .where(survey.c.number == changed.number, survey.c.version == changed.version - 1)
        .values(**_columns(changed))
    )
    if done.rowcount != 1:
        raise Stale(changed.number)


def replace_plan(conn: Connection, planned: Survey) -> None:
    """A plan made anew, before anybody was asked: the draw before it is forgotten. Raises Stale."""
    save(conn, planned)
    conn.execute(delete(survey_invitation).where(survey_invitation.c.survey == planned.number))


def _columns(one: Survey) -> dict[str, object]:
    return {"version": one.version, "state": one.state.value, "record": to_json(one)}


def get(conn: Connection, number: str) -> Survey | None:
    """A survey by its number, 'Q-2026'."""
    record = conn.execute(select(survey.c.record).where(survey.c.number == number)).scalar()
    return None if record is None else from_json(Survey, record)


def listed(conn: Connection) -> tuple[Survey, ...]:
    """All surveys, oldest first."""
    records = conn.execute(select(survey.c.record).order_by(survey.c.year)).scalars()
    return tuple(from_json(Survey, record) for record in records)


def at_work(conn: Connection) -> tuple[Survey, ...]:
    """Surveys that the clock has to look at; others leave them to the caller."""
    query = (
        select(survey.c.record)
        .where(survey.c.state.in_([state.value for state in AT_WORK]))
        .order_by(survey.c.year)
        .with_for_update(skip_locked=True)
    )
    return tuple(from_json(Survey, record) for record in conn.execute(query).scalars())


def before(conn: Connection, year: int) -> Survey | None:
    """The last published survey of an earlier year, which this year's is compared with."""
    record = conn.execute(
        select(survey.c.record)
        .where(survey.c.year < year, survey.c.state == State.PUBLISHED.value)
        .order_by(survey.c.year.desc())
        .limit(1)
    ).scalar()
    return None if record is None else from_json(Survey, record)
