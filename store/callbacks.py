"""Draws of call-backs, every order that was considered with its reason, and the answers with their history.

For reports: `considered` gives all orders of a span of draws, called or not, with their results.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, insert, select, update

from classify.callback_answer import Result
from process.callback import Callback, Draw, Given
from process.sampling import Candidate, Drawn, Plan, Reason
from process.workorder import WorkOrder
from store.tables import callback, callback_answer, callback_draw, work_order

_ORDER_NAMES = tuple(f.name for f in fields(WorkOrder))
_ORDER = tuple(work_order.c[name].label(f"order_{name}") for name in _ORDER_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer about an order; one counts, the others are its history."""

    number: str
    at: datetime
    person_key: str
    """Of the engineer who reported it, or of the user."""
    mail_id: int
    result: Result
    remarks: str = ""


def not_considered(conn: Connection, since: datetime, until: datetime) -> tuple[WorkOrder, ...]:
    """Orders closed from `since` to before `until` that no draw has looked at, by number."""
    query = (
        select(*(work_order.c[name] for name in _ORDER_NAMES))
        .where(
            work_order.c.closed_at >= since,
            work_order.c.closed_at < until,
            ~exists().where(callback.c.number == work_order.c.number),
        )
        .order_by(work_order.c.number)
    )
    return tuple(WorkOrder(**row._mapping) for row in conn.execute(query))


def last_called(conn: Connection, since: date) -> dict[str, date]:
    """When each person was called back last, by key; only from `since` on."""
    query = select(callback.c.person_key, func.max(callback.c.day)).where(
        callback.c.is_called, callback.c.day >= since
    )
    return {row[0]: row[1] for row in conn.execute(query.group_by(callback.c.person_key))}


def add_draw(conn: Connection, draw: Draw, drawn: Iterable[Drawn], questions: dict[str, str]) -> None:
    """A draw with all that it considered; `questions` are the numbers of the questions by order."""
    plan = draw.plan
    conn.execute(
        insert(callback_draw).values(
            day=plan.day,
            at=draw.at,
            since=draw.since,
            until=draw.until,
            seed=plan.seed,
            volume=draw.volume,
            percent=plan.percent,
            cool_off_days=plan.cool_off_days,
        )
    )
    conn.execute(insert(callback), [_row(one, plan.day, questions) for one in drawn])


def _row(one: Drawn, day: date, questions: dict[str, str]) -> dict[str, Any]:
    candidate = one.candidate
    return {
        "number": candidate.number,
        "day": day,
        "department": candidate.department,
        "category": candidate.category,
        "person_key": candidate.person_key,
        "is_complaint": candidate.is_complaint,
        "last_called_on": candidate.last_called_on,
        "is_called": one.is_called,
        "reason": one.reason.value,
        "question": questions.get(candidate.number),
    }


def get_draw(conn: Connection, day: date) -> Draw | None:
    """The draw of a day."""
    row = conn.execute(select(callback_draw).where(callback_draw.c.day == day)).first()
    return _draw(row) if row else None


def draws(conn: Connection, since: date, until: date) -> tuple[Draw, ...]:
    """The draws from `since` up to and including `until`, oldest first."""
    query = select(callback_draw).where(callback_draw.c.day >= since, callback_draw.c.day <= until)
    return tuple(map(_draw, conn.execute(query.order_by(callback_draw.c.day))))


def _draw(row: Row[Any]) -> Draw:
    plan = Plan(day=row.day, seed=row.seed, percent=row.percent, cool_off_days=row.cool_off_days)
    return Draw(plan=plan, at=row.at, since=row.since, until=row.until, volume=row.volume)


def candidates(conn: Connection, day: date) -> tuple[tuple[Candidate, Reason], ...]:
    """What a draw went by, and the reason that it gave, by number."""
    query = select(callback).where(callback.c.day == day).order_by(callback.c.number)
    names = tuple(f.name for f in fields(Candidate))
    return tuple(
        (Candidate(**{name: getattr(row, name) for name in names}), Reason(row.reason))
        for row in conn.execute(query)
    )


def considered(conn: Connection, since: date, until: date) -> tuple[Callback, ...]:
    """All orders of the draws from `since` up to and including `until`, called or not, by day and number."""
    query = _callbacks().where(callback.c.day >= since, callback.c.day <= until)
    return _read(conn, query.order_by(callback.c.day, callback.c.number))


def called(conn: Connection, day: date) -> tuple[Callback, ...]:
    """The orders that are called back by the draw of a day, by number."""
    query = _callbacks().where(callback.c.day == day, callback.c.is_called)
    return _read(conn, query.order_by(callback.c.number))


def waiting(conn: Connection, since: date, before: date) -> tuple[Callback, ...]:
    """Called, but without a result, of the draws from `since` to before a day; oldest first."""
    query = _callbacks().where(
        callback.c.day >= since, callback.c.day < before, callback.c.is_called, callback.c.result == ""
    )
    return _read(conn, query.order_by(callback.c.day, callback.c.number))


def called_since(conn: Connection, since: date) -> tuple[Callback, ...]:
    """All orders called back by draws from `since` on: what a report may be about."""
    return _read(conn, _callbacks().where(callback.c.day >= since, callback.c.is_called))


def by_question(conn: Connection, question: str) -> Callback | None:
    """The call-back that a question to a user is about."""
    return next(iter(_read(conn, _callbacks().where(callback.c.question == question))), None)


def get(conn: Connection, number: str) -> Callback | None:
    """The call-back of an order."""
    return next(iter(_read(conn, _callbacks().where(callback.c.number == number))), None)


def _callbacks() -> Select[Any]:
    return select(callback, *_ORDER).join(work_order, work_order.c.number == callback.c.number)


def _read(conn: Connection, query: Select[Any]) -> tuple[Callback, ...]:
    return tuple(map(_callback, conn.execute(query)))


def _callback(row: Row[Any]) -> Callback:
    return Callback(
        order=WorkOrder(**{name: getattr(row, f"order_{name}") for name in _ORDER_NAMES}),
        day=row.day,
        person_key=row.person_key,
        department=row.department,
        category=row.category,
        is_complaint=row.is_complaint,
        is_called=row.is_called,
        reason=Reason(row.reason),
        question=row.question or "",
        asked_back_at=row.asked_back_at,
        result=Result(row.result) if row.result else None,
        remarks=row.remarks,
        answered_at=row.answered_at,
        complaint=row.complaint,
    )


def answer(conn: Connection, given: Answer, complaint: str) -> None:
    """The answer put into the history, and as the one that counts; `complaint` is what it opened, or ''."""
    keep(conn, given)
    values = {"result": given.result.value, "remarks": given.remarks, "answered_at": given.at}
    opened = {"complaint": complaint} if complaint else {}
    conn.execute(update(callback).where(callback.c.number == given.number).values(**values, **opened))


def keep(conn: Connection, given: Answer) -> None:
    """The answer put into the history alone: another one counts."""
    conn.execute(
        insert(callback_answer).values(
            number=given.number,
            at=given.at,
            person_key=given.person_key,
            mail_id=given.mail_id,
            result=given.result.value,
            remarks=given.remarks,
        )
    )


def current(conn: Connection, numbers: Collection[str]) -> dict[str, Given]:
    """Who gave the answer that counts, and when, by number."""
    query = (
        select(callback_answer.c.number, callback_answer.c.person_key, callback_answer.c.at)
        .join(callback, callback.c.number == callback_answer.c.number)
        .where(callback.c.number.in_(numbers), callback_answer.c.at == callback.c.answered_at)
        .order_by(callback_answer.c.id)
    )
    return {row.number: Given(person_key=row.person_key, at=row.at) for row in conn.execute(query)}


def set_complaint(conn: Connection, number: str, complaint: str) -> None:
    """The complaint that an answer without a result opened."""
    conn.execute(update(callback).where(callback.c.number == number).values(complaint=complaint))


def answers(conn: Connection, numbers: Collection[str]) -> tuple[Answer, ...]:
    """All answers about some orders, oldest first."""
    query = (
        select(callback_answer).where(callback_answer.c.number.in_(numbers)).order_by(callback_answer.c.id)
    )
    return tuple(
        Answer(
            number=row.number,
            at=row.at,
            person_key=row.person_key,
            mail_id=row.mail_id,
            result=Result(row.result),
            remarks=row.remarks,
        )
        for row in conn.execute(query)
    )


def ask_back(conn: Connection, number: str, now: datetime) -> bool:
    """True the first time that an answer about this order has to be asked for once more."""
    waiting_for = (callback.c.number == number) & callback.c.asked_back_at.is_(None)
    return conn.execute(update(callback).where(waiting_for).values(asked_back_at=now)).rowcount == 1
