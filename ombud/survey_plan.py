"""A survey planned: who is in scope, who is drawn, when it runs; the IT service manager is asked for a go-ahead.

Source: HANDBOOK 4 'Plan'.
"""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from classify.people import Organisation, Person
from ombud import survey_mail
from ombud.office import Office
from ombud.post import Post
from process import survey_sample
from process.case import Event, Party
from process.survey import State, Stratum, Survey, SurveyRules, dates
from store import events, survey_answers, surveys
from store.database import deciding
from store.survey_answers import Invitation


class NotPlanned(Exception):
    """A survey cannot be planned; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for; None is as configured."""

    opens_at: datetime
    closes_at: datetime | None = None
    is_sampled: bool | None = None
    seed: str = ""
    """Of an earlier draw that is to be drawn again; '' for a new one."""


def plan(office: Office, wish: Wish) -> Survey:
    """The survey of the year of its opening, drawn, kept and put to the IT service manager. Raises NotPlanned."""
    now, organisation = office.clock(), office.organisation
    year = wish.opens_at.astimezone(office.rules.calendar.timezone).year
    members = in_scope(organisation)
    if not any(members.values()):
        raise NotPlanned(
            "nobody is in scope: mark departments with 是 in the column 满意度调查 of their file"
        )
    with deciding(office.engine) as conn:
        known = surveys.get(conn, f"Q-{year}")
        if known is not None and known.state not in (State.PLANNED, State.REJECTED):
            raise NotPlanned(f"there is {known.number} already ({known.state}); one survey a year")
        sizes = {name: len(people) for name, people in members.items()}
        survey = _survey(office, wish, sizes, known)
        _keep(conn, survey, known)
        survey_answers.invite(conn, drawn(survey, members))
        event = Event(at=now, actor=Party(), role="", what="survey_planned", text=f"{survey.invited}")
        events.append(conn, survey.number, (event,))
        survey_mail.tell(Post(conn=conn, office=office, now=now), survey)
    return survey


def in_scope(organisation: Organisation) -> dict[str, list[Person]]:
    """The people of each department that is surveyed, those who can be written to."""
    asked = {d.name.casefold(): d.name for d in organisation.departments if d.is_in_survey}
    members: defaultdict[str, list[Person]] = defaultdict(list)
    for person in organisation.people:
        name = asked.get(person.department.strip().casefold())
        if name is not None and person.address:
            members[name].append(person)
    return {name: members[name] for name in asked.values()}


def drawn(survey: Survey, members: dict[str, list[Person]]) -> list[Invitation]:
    """The forms of the people drawn, numbered through the departments; the same for the same seed."""
    people = {person.key: person for own in members.values() for person in own}
    keys = {name: [person.key for person in own] for name, own in members.items()}
    wanted = {stratum.department: stratum.invited for stratum in survey.strata}
    found = survey_sample.draw(keys, wanted, survey.seed)
    chosen = [(name, key) for name, own in found.items() for key in own]
    return [
        Invitation(
            number=f"{survey.number}-{place:05}",
            survey=survey.number,
            party=Party.of(people[key]),
            department=name,
        )
        for place, (name, key) in enumerate(chosen, start=1)
    ]


def _keep(conn: Connection, survey: Survey, known: Survey | None) -> None:
    if known is None:
        surveys.insert_survey(conn, survey)
    else:
        surveys.replace_plan(conn, survey)


def _survey(office: Office, wish: Wish, sizes: dict[str, int], known: Survey | None) -> Survey:
    rules, calendar = office.survey, office.rules.calendar
    closes_at, remind_at = dates(rules, wish.opens_at, wish.closes_at, calendar)
    if closes_at <= max(wish.opens_at, office.clock()):
        raise NotPlanned("the survey would close before it opens, or in the past")
    year = wish.opens_at.astimezone(calendar.timezone).year
    is_sampled = rules.is_sampled if wish.is_sampled is None else wish.is_sampled
    return Survey(
        number=f"Q-{year}",
        year=year,
        state=State.PLANNED,
        form=rules.form,
        is_sampled=is_sampled,
        confidence=rules.confidence,
        margin=rules.margin,
        expected_response=rules.expected_response,
        seed=wish.seed or secrets.token_hex(8),
        pseudonym_seed=secrets.token_hex(16),
        is_pseudonymous=rules.is_pseudonymous,
        min_cell=rules.min_cell,
        target=rules.target,
        strata=_strata(rules, sizes, is_sampled=is_sampled),
        planned_at=office.clock(),
        opens_at=wish.opens_at,
        closes_at=closes_at,
        remind_at=remind_at,
        version=known.version + 1 if known else 1,
    )


def _strata(rules: SurveyRules, sizes: dict[str, int], *, is_sampled: bool) -> tuple[Stratum, ...]:
    population = sum(sizes.values())
    wanted = population
    if is_sampled:
        answers = survey_sample.needed(population, rules.confidence, rules.margin)
        wanted = survey_sample.to_invite(answers, rules.expected_response, population)
    seats = survey_sample.seats(sizes, wanted)
    return tuple(
        Stratum(department=name, size=size, invited=seats[name]) for name, size in sizes.items() if size
    )
