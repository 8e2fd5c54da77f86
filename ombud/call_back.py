"""The day's call-backs, by the clock: orders drawn, work lists to the desk, questions to users.

On each working day from the configured hour on, as soon as there are orders that no draw has looked at: those
closed since the working day before. A draw is made once a day, with a seed that is stored. Source: HANDBOOK 3.
"""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import Connection

from classify.people import Role
from ombud.office import Office
from ombud.post import Post
from ombud.requester import requester
from process import sampling
from process.callback import Draw, WorkList, question_notice, without_result, worklist_notice
from process.case import Event, Party
from process.sampling import Candidate, Drawn, Plan
from process.workorder import WorkOrder
from store import callbacks, events, numbers, once, workorders
from store.database import deciding, reading

log = structlog.get_logger()

SUBJECT = "callbacks"
EARLIER_DAYS = 14
"""How long a call-back without a result stays on the desk's lists."""
ASKED_DAYS = 5
"""How long a user has for an answer by mail before the desk is asked to call."""


def daily(office: Office) -> int:
    """Draws when it is time and there is something to draw from; 1 when it was done."""
    now, calendar = office.clock(), office.rules.calendar
    if office.callbacks.mode == "off" or not calendar.has_struck(office.callbacks.at, now):
        return 0
    day = now.astimezone(calendar.timezone).date()
    with reading(office.engine) as conn:
        if callbacks.get_draw(conn, day) or not _orders(conn, office, day):
            return 0
    with deciding(office.engine) as conn:
        if not once.take(conn, SUBJECT, f"{day}", now):
            return 0
        draw = _drawn(conn, office, day, now)
        _write(conn, office, draw, now)
    log.info("call-backs drawn", day=f"{day}", percent=draw.plan.percent, volume=draw.volume)
    return 1


def _orders(conn: Connection, office: Office, day: date) -> tuple[WorkOrder, ...]:
    since, until = sampling.period(day, office.rules.calendar)
    return callbacks.not_considered(conn, since - sampling.LATE_MAX, until)


def _drawn(conn: Connection, office: Office, day: date, now: datetime) -> Draw:
    """The draw made and put down, with the questions numbered."""
    rules, calendar = office.callbacks, office.rules.calendar
    since, until = sampling.period(day, calendar)
    volume = max(workorders.closed_count(conn, *month) for month in sampling.months(day, calendar))
    plan = Plan(
        day=day,
        seed=secrets.randbelow(sampling.SEED_MAX),
        percent=sampling.percent_for(volume, rules.tiers),
        cool_off_days=rules.cool_off_days,
    )
    draw = Draw(plan=plan, at=now, since=since, until=until, volume=volume)
    drawn = sampling.draw(_candidates(conn, office, day), plan)
    callbacks.add_draw(conn, draw, drawn, _questions(conn, office, drawn, day.year))
    called = sum(one.is_called for one in drawn)
    text = f"seed {plan.seed}, {called}/{len(drawn)}, {plan.percent} %"
    events.append(
        conn, draw.matter, (Event(at=now, actor=Party(), role="", what="callbacks_drawn", text=text),)
    )
    return draw


def _candidates(conn: Connection, office: Office, day: date) -> Iterable[Candidate]:
    organisation = office.organisation
    last = callbacks.last_called(conn, day - timedelta(days=office.callbacks.cool_off_days))
    for order in _orders(conn, office, day):
        person = requester(order, organisation)
        yield Candidate(
            number=order.number,
            department=order.department or person.department,
            category=order.category,
            person_key=person.key,
            is_complaint=order.is_complaint,
            last_called_on=last.get(person.key),
        )


def _questions(conn: Connection, office: Office, drawn: Iterable[Drawn], year: int) -> dict[str, str]:
    """The number of the question to each user who can be written to; nobody's in mode "desk"."""
    if office.callbacks.mode != "user":
        return {}
    called = [one.candidate.number for one in drawn if one.is_called]
    orders = {number: workorders.get(conn, number) for number in called}
    return {
        number: numbers.next_number(conn, "B", year)
        for number, order in orders.items()
        if order is not None and requester(order, office.organisation).address
    }


def _write(conn: Connection, office: Office, draw: Draw, now: datetime) -> None:
    """The questions to the users, and the list to every engineer when there is somebody to call."""
    day, post = draw.plan.day, Post(conn=conn, office=office, now=now)
    called = callbacks.called(conn, day)
    for one in called:
        if one.question:
            post.send(question_notice(one, requester(one.order, office.organisation)))
    asked_before = day - timedelta(days=ASKED_DAYS)
    shown = WorkList(
        draw=draw,
        drawn_from=len(callbacks.candidates(conn, day)),
        today=tuple(one for one in called if not one.question),
        earlier=tuple(
            one
            for one in callbacks.waiting(conn, day - timedelta(days=EARLIER_DAYS), day)
            if not one.question or one.day <= asked_before
        ),
    )
    if without_result((*shown.today, *shown.earlier)):
        for engineer in office.organisation.acting(Role.SERVICE_DESK):
            post.send(worklist_notice(shown, engineer))
