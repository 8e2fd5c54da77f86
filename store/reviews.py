"""The service reviews and what they came to, each saved only on top of the version that it was read at."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from process.outcome import Outcome, OutcomeState
from process.review import Review
from store.complaints import Stale
from store.record import from_json, to_json
from store.tables import review, review_outcome


def get(conn: Connection, number: str) -> Review | None:
    """A review by its number."""
    record = conn.execute(select(review.c.record).where(review.c.number == number)).scalar()
    return None if record is None else from_json(Review, record)


def listed(conn: Connection) -> tuple[Review, ...]:
    """All reviews, by number."""
    records = conn.execute(select(review.c.record).order_by(review.c.number)).scalars()
    return tuple(from_json(Review, record) for record in records)


def to_minute(conn: Connection, now: datetime) -> tuple[Review, ...]:
    """Reviews that are over and whose minutes were not asked for yet."""
    query = select(review.c.record).where(review.c.remind_at <= now).with_for_update(skip_locked=True)
    return tuple(from_json(Review, record) for record in conn.execute(query).scalars())


def outcome(conn: Connection, number: str) -> Outcome | None:
    """A decision or action by its number."""
    query = select(review_outcome.c.record).where(review_outcome.c.number == number)
    record = conn.execute(query).scalar()
    return None if record is None else from_json(Outcome, record)


def outcomes(conn: Connection, number: str = "") -> tuple[Outcome, ...]:
    """The decisions and actions of a review, or of all, in the order in which they were taken down."""
    query = select(review_outcome.c.record).order_by(review_outcome.c.number)
    if number:
        query = query.where(review_outcome.c.review == number)
    return tuple(from_json(Outcome, record) for record in conn.execute(query).scalars())


def to_remind(conn: Connection, now: datetime) -> tuple[Outcome, ...]:
    """Open actions with a rung of their ladder due."""
    query = (
        select(review_outcome.c.record)
        .where(review_outcome.c.remind_at <= now, review_outcome.c.state == OutcomeState.OPEN.value)
        .order_by(review_outcome.c.number)
        .with_for_update(skip_locked=True)
    )
    return tuple(from_json(Outcome, record) for record in conn.execute(query).scalars())


def save(conn: Connection, value: Review) -> None:
    """The next version of a review, or its first. Raises Stale."""
    new = replace(value, version=value.version + 1)
    _save(conn, review, value.number, {**_columns(new), "starts_at": new.starts_at})


def save_outcome(conn: Connection, value: Outcome) -> None:
    """The next version of a decision or action, or its first. Raises Stale."""
    new = replace(value, version=value.version + 1)
    _save(conn, review_outcome, value.number, {**_columns(new), "review": new.review, "due_at": new.due_at})


def _save(conn: Connection, table: Table, number: str, columns: dict[str, Any]) -> None:
    version = columns["version"]
    if version == 1:
        try:
            conn.execute(insert(table).values(number=number, **columns))
        except IntegrityError as doubled:
            raise Stale(number) from doubled
        return
    changed = conn.execute(
        update(table).where(table.c.number == number, table.c.version == version - 1).values(**columns)
    )
    if changed.rowcount != 1:
        raise Stale(number)


def _columns(value: Review | Outcome) -> dict[str, Any]:
    return {
        "version": value.version,
        "state": value.state.value,
        "remind_at": value.remind_at,
        "record": to_json(value),
    }
