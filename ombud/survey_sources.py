"""What the store knows of a survey, as its report and its status want it."""

from collections import Counter, defaultdict

from sqlalchemy import Connection

from process.survey import Survey
from process.survey_answers import Answer
from process.survey_report import Asked, Sources
from process.survey_shown import Progress
from store import survey_answers, surveys


def sources(conn: Connection, survey: Survey) -> Sources:
    """All that the report is made of."""
    by_form: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in survey_answers.of_survey(conn, survey.number):
        by_form[answer.invitation].append(answer)
    asked = survey_answers.invitations(conn, survey.number)
    return Sources(
        survey=survey,
        asked=tuple(
            Asked(
                number=one.number,
                name=one.party.name or one.party.address,
                department=one.department,
                answers=tuple(by_form[one.number]),
            )
            for one in asked
        ),
        bounced=sum(one.bounced_at is not None for one in asked),
        complaints=sum(bool(one.complaint) for one in asked),
        last=surveys.before(conn, survey.year),
    )


def progress(conn: Connection, survey: Survey) -> Progress:
    """How far it is."""
    found = survey_answers.progress(conn, survey.number)
    answers = survey_answers.of_survey(conn, survey.number)
    return Progress(
        survey=survey,
        sent=found.sent,
        answered=found.answered,
        bounced=found.bounced,
        complaints=found.complaints,
        standings=Counter(answer.standing.value for answer in answers),
    )
