"""What a number stands for: the matter that a mail answers, found by the letter that its number begins with.

`FINDERS` has a row for each process that writes to people and reads what they answer.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from classify.facts import Awaiting, Matter
from classify.people import Organisation, Person
from ombud.requester import requester
from process.callback import worklist_day
from process.case import State
from store import callbacks, complaints, received, reports, reviews, survey_answers, surveys

AWAITING = {
    State.ASKED: Awaiting.PARTICULARS,
    State.NOT_VALID: Awaiting.OBJECTION,
    State.CONFIRMING: Awaiting.CONFIRMATION,
    State.CLOSED: Awaiting.RATING,
}


NOBODY = Person(key="", name="", addresses=())
"""Whose matter is nobody's in particular."""


def find(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """The matter with this number; None when there is none."""
    finder = FINDERS.get(number[:1])
    return finder(conn, number, organisation) if finder else None


def _complaint(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    case = complaints.get(conn, number)
    if case is None:
        return None
    return Matter(
        number=number,
        subject=case.subject,
        awaiting=AWAITING.get(case.state),
        complainant=case.complainant.person,
        is_closed=case.is_closed,
    )


def _mail(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """A mail that was put to the desk: is it a complaint, is it to be handled again?"""
    stored = received.get(conn, int(number[2:])) if number[2:].isdecimal() else None
    if stored is None:
        return None
    return Matter(
        number=number,
        subject=stored.subject,
        awaiting=None,
        complainant=organisation.who(stored.sender),
    )


def _report(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """A service report: nobody's complaint."""
    report = reports.get(conn, number)
    if report is None:
        return None
    return Matter(number=number, subject=number, awaiting=None, complainant=organisation.who(""))


def _worklist(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """A day's work list of call-backs; the desk reports results on it."""
    day = worklist_day(number)
    if day is None or callbacks.get_draw(conn, day) is None:
        return None
    nobody = Person(key="", name="", addresses=(), is_in_directory=False)
    return Matter(number=number, subject="", awaiting=Awaiting.CALLBACK, complainant=nobody)


def _question(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """The one question to a user about a closed work order."""
    found = callbacks.by_question(conn, number)
    if found is None:
        return None
    user = requester(found.order, organisation)
    return Matter(number=number, subject=found.order.title, awaiting=Awaiting.CALLBACK, complainant=user)


def _survey(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """'Q-2026' the survey itself, 'Q-2026-00017' the form of one person."""
    if number.count("-") > 1:
        return _survey_form(conn, number)
    survey = surveys.get(conn, number)
    if survey is None:
        return None
    return Matter(
        number=number,
        subject=survey.form.title.zh,
        awaiting=None,
        complainant=NOBODY,
    )


def _survey_form(conn: Connection, number: str) -> Matter | None:
    asked = survey_answers.invitation(conn, number)
    if asked is None:
        return None
    return Matter(number=number, subject="", awaiting=Awaiting.SURVEY, complainant=asked.party.person)


def _review(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """A service review ('A-2026'), or a decision or action of it ('A-2026-00003')."""
    outcome = reviews.outcome(conn, number)
    if outcome is None and reviews.get(conn, number) is None:
        return None
    subject = outcome.text if outcome else number
    return Matter(number=number, subject=subject, awaiting=None, complainant=organisation.who(""))


FINDERS: dict[str, Callable[[Connection, str, Organisation], Matter | None]] = {
    "C": _complaint,
    "M": _mail,
    "R": _report,
    "W": _worklist,
    "B": _question,
    "Q": _survey,
    "A": _review,
}
