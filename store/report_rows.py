"""The records that a service report is counted from, read in one snapshot.

A record is read when anything happened to it since the trend of the report began, or when it is still open.
"""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import CompoundSelect, Connection, func, select, union

from classify.callback_answer import Result
from process.case import Case
from process.figures import CAME_BACK, JUDGED, VERIFIED
from process.outcome import OutcomeState
from process.report_rows import ActionRow, CallbackRow, ComplaintRow, Mark, Rows, SurveyRow, WorkOrderRow
from process.survey import State
from store import lists, reviews, surveys
from store.record import from_json
from store.tables import callback, callback_draw, complaint, event, event_detail, mail, work_order

RATED = "rated"
MARKS = (*JUDGED, *VERIFIED, *CAME_BACK, RATED)


def since(conn: Connection, start: datetime) -> Rows:
    """All rows that bear on figures from `start` on."""
    return Rows(
        complaints=_complaints(conn, start),
        work_orders=_work_orders(conn, start),
        callbacks=_callbacks(conn, start),
        surveys=_surveys(conn, start),
        actions=_actions(conn),
    )


def first_at(conn: Connection) -> datetime | None:
    """When the first mail of all came; None before it."""
    return conn.execute(select(func.min(mail.c.received_at))).scalar()


def _complaints(conn: Connection, start: datetime) -> tuple[ComplaintRow, ...]:
    # Three questions, each with an index of its own; as one with OR, all complaints would be read.
    bearing = union(
        select(complaint.c.number).where(complaint.c.is_closed.is_(False)),
        select(complaint.c.number).where(complaint.c.recorded_at >= start),
        select(event.c.number).where(event.c.at >= start),
    )
    marks = _marks(conn, bearing)
    query = select(complaint.c.record).where(complaint.c.number.in_(bearing))
    records = conn.execute(query.execution_options(yield_per=lists.AT_ONCE)).scalars()
    # One record at a time: of each but a twentieth is kept.
    cases = (from_json(Case, record) for record in records)
    rows = (ComplaintRow.of(case, marks.pop(case.number, ())) for case in cases)
    return tuple(sorted(rows, key=lambda row: (row.recorded_at, row.number)))


def _marks(conn: Connection, numbers: CompoundSelect[tuple[str]]) -> dict[str, list[Mark]]:
    """All marks of these complaints: the first judgement may lie before the trend, and must be known."""
    is_rating = (event_detail.c.seq == event.c.seq) & (event.c.what == RATED)
    query = (
        select(event.c.number, event.c.at, event.c.what, event_detail.c.record)
        .outerjoin(event_detail, is_rating)
        .where(event.c.what.in_(MARKS), event.c.number.in_(numbers))
        .order_by(event.c.seq)
        .execution_options(yield_per=lists.AT_ONCE)
    )
    found: dict[str, list[Mark]] = defaultdict(list)
    for number, at, what, detail in conn.execute(query):
        found[number].append(Mark(at=at, what=what, text=(detail or {}).get("text", "")))
    return found


def _work_orders(conn: Connection, start: datetime) -> tuple[WorkOrderRow, ...]:
    query = (
        select(work_order.c.number, work_order.c.closed_at, work_order.c.department, work_order.c.category)
        .where(work_order.c.closed_at >= start)
        .order_by(work_order.c.number)
    )
    return tuple(WorkOrderRow(**row._mapping) for row in conn.execute(query))


def _callbacks(conn: Connection, start: datetime) -> tuple[CallbackRow, ...]:
    query = (
        select(callback.c.number, callback_draw.c.at, callback.c.result)
        .join(callback_draw, callback_draw.c.day == callback.c.day)
        .where(callback.c.is_called, callback_draw.c.at >= start)
        .order_by(callback.c.number)
    )
    return tuple(_callback(row.number, row.at, row.result) for row in conn.execute(query))


def _callback(number: str, drawn_at: datetime, result: str) -> CallbackRow:
    given = Result(result) if result else None
    return CallbackRow(
        work_order=number,
        drawn_at=drawn_at,
        is_reached=given not in (None, Result.NO_ANSWER),
        result=(given.mark or None) if given else None,
    )


def _surveys(conn: Connection, start: datetime) -> tuple[SurveyRow, ...]:
    """Those whose own report is approved: nobody learns their result from this one."""
    return tuple(
        SurveyRow(
            number=one.number, closed_at=one.closed_at, index=one.outcome.index if one.outcome else None
        )
        for one in surveys.listed(conn)
        if one.state is State.PUBLISHED and one.closed_at is not None and one.closed_at >= start
    )


def _actions(conn: Connection) -> tuple[ActionRow, ...]:
    """Actions of all reviews, and the decisions that change management has not confirmed."""
    return tuple(
        ActionRow(
            number=one.number,
            decided_at=one.decided_at,
            done_at=one.ended_at,
            what=one.text,
            owner=one.owner.name,
            due_at=one.due_at,
        )
        for one in reviews.outcomes(conn)
        if one.state is not OutcomeState.RECORDED
    )
