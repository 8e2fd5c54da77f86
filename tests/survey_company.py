"""The invented company with people to be surveyed, and the steps of a survey in a test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from classify.people import Department, Organisation, Person
from ombud import survey_plan
from process.survey import State, Survey
from process.survey_answers import Standing
from store import database, survey_answers, surveys
from store.survey_answers import Invitation
from tests.company import GENERAL, ORGANISATION, SERVICE_MANAGER, person
from tests.desk import Desk

COLLECTION, LOANS = "催收系统开发部", "个贷系统开发部"
FULL = "5 4 4 3 5 4 4 5 5"


def members(department: str, stem: str, count: int) -> tuple[Person, ...]:
    return tuple(
        person(f"{stem}{place:02}", f"{stem}{place:02}@corp.example", department=department)
        for place in range(1, count + 1)
    )


def company(sizes: Mapping[str, int]) -> Organisation:
    """So many people in each department, all departments in the survey's scope."""
    stems = ("abcdefgh"[n] if n < 8 else f"n{n}x" for n in range(len(sizes)))
    people = [
        m
        for stem, (name, count) in zip(stems, sizes.items(), strict=True)
        for m in members(name, stem, count)
    ]
    departments = tuple(Department(name=name, manager="wu@corp.example", is_in_survey=True) for name in sizes)
    others = tuple(one for one in ORGANISATION.people if one.department not in sizes)
    return replace(ORGANISATION, people=(*others, *people), departments=departments)


def approved(desk: Desk, sizes: Mapping[str, int]) -> Survey:
    """A survey of everybody, opening at once, with the go-ahead; no form is out yet."""
    desk.organisation = company(sizes)
    survey = survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))
    desk.collect()
    desk.answer(SERVICE_MANAGER, "survey_plan", "批准")
    assert now(desk, survey).state is State.APPROVED
    return survey


def running(desk: Desk, sizes: Mapping[str, int]) -> Survey:
    """A survey whose forms are all out."""
    survey = approved(desk, sizes)
    desk.move(minutes=1)
    assert now(desk, survey).state is State.RUNNING
    return survey


def now(desk: Desk, survey: Survey) -> Survey:
    with database.reading(desk.office.engine) as conn:
        found = surveys.get(conn, survey.number)
    assert found is not None
    return found


def forms(desk: Desk, survey: Survey) -> tuple[Invitation, ...]:
    with database.reading(desk.office.engine) as conn:
        return survey_answers.invitations(conn, survey.number)


def asked(desk: Desk, address: str) -> Person:
    found = desk.organisation.person(address)
    assert found is not None
    return found


def marks(desk: Desk, survey: Survey, address: str) -> dict[str, int]:
    """What counts of a person's answers."""
    from process.survey_answers import stand

    (form,) = [one for one in forms(desk, survey) if one.party.address == address]
    with database.reading(desk.office.engine) as conn:
        return dict(stand(survey_answers.of_invitation(conn, form.number), survey.form).marks)


def closed(desk: Desk, survey: Survey) -> None:
    desk.move_to(max(survey.closes_at, desk.now) + timedelta(minutes=1))
    assert now(desk, survey).state is State.DRAFTED


def published(desk: Desk, survey: Survey) -> None:
    desk.answer(SERVICE_MANAGER, "survey_report", "批准")
    desk.answer(GENERAL, "survey_report", "批准")
    assert now(desk, survey).state is State.PUBLISHED


def at(local: str) -> datetime:
    from tests.company import SHANGHAI

    return datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)


def standings(desk: Desk, number: str) -> list[Standing]:
    with database.reading(desk.office.engine) as conn:
        return [one.standing for one in survey_answers.of_survey(conn, number)]


def first(desk: Desk) -> Person:
    return asked(desk, "a01@corp.example")
