"""What time brings about in surveys: opening, forms in batches, reminders, closing, the draft of the report.

Forms and reminders go out in office hours, so many in an hour, and never more than half of what may go out at all:
complaints always have room. Each is written with its row in one transaction, so it is sent once.
Source: HANDBOOK 4 'Carry out'.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from notify import survey_sheet
from ombud import survey_mail, survey_sources
from ombud.office import Office
from ombud.post import Post
from process.outgoing import Notice
from process.survey import State, Survey, SurveyStep, by_time
from process.survey_figures import figures, outcome
from process.survey_report import report
from process.survey_shown import Sheet, fill_in
from store import budget, events, survey_answers, surveys
from store.database import deciding
from store.survey_answers import Invitation

log = structlog.get_logger()

TEMPLATES = ("survey_form", "survey_reminder")
BATCH = 50
"""Forms or reminders written in one transaction."""
HOUR = timedelta(hours=1)


def due(office: Office) -> int:
    """Does what is due in all surveys; how many things were done."""
    now = office.clock()
    with deciding(office.engine) as conn:
        post = Post(conn=conn, office=office, now=now)
        return sum(_look(post, survey) for survey in surveys.at_work(conn))


def _look(post: Post, survey: Survey) -> int:
    """One survey's next step."""
    if survey.state is State.CLOSED:
        draft(post, survey)
        return 1
    if survey.state is State.APPROVED and survey.opens_at <= post.now:
        open_now(post, survey)
        return 1
    if survey.state is not State.RUNNING:
        return 0
    if survey.closes_at <= post.now:
        close_now(post, survey)
        return 1
    if not post.office.rules.calendar.is_open(post.now):
        return 0
    return send(post, survey)


def open_now(post: Post, survey: Survey) -> Survey:
    """The survey runs: its forms may go out."""
    return keep(post, by_time(survey, State.RUNNING, "survey_opened", post.now))


def close_now(post: Post, survey: Survey) -> Survey:
    """Answers from now on are late."""
    return keep(post, by_time(survey, State.CLOSED, "survey_closed", post.now))


def draft(post: Post, survey: Survey) -> Survey:
    """The report drafted and put to the IT service manager; what it says is kept for next year."""
    found = report(survey_sources.sources(post.conn, survey))
    kept = replace(survey, outcome=outcome(figures(found.basis)))
    drafted = keep(post, by_time(kept, State.DRAFTED, "survey_drafted", post.now))
    survey_mail.tell(post, drafted)
    return drafted


def keep(post: Post, step: SurveyStep) -> Survey:
    """A step saved: the survey and its trail."""
    surveys.save(post.conn, step.survey)
    events.append(post.conn, step.survey.number, (step.event,))
    log.info("survey moved", survey=step.survey.number, state=step.survey.state.value)
    return step.survey


def send(post: Post, survey: Survey) -> int:
    """A batch of forms, or of reminders when all forms are out; how many were written."""
    count = min(BATCH, room(post.conn, post.office, post.now))
    if count <= 0:
        return 0
    forms = survey_answers.unsent(post.conn, survey.number, count)
    for one in forms:
        _send_form(post, survey, one, "survey_form")
        survey_answers.note(post.conn, one.number, sent_at=post.now, reminded=survey.reminders_due(post.now))
    return len(forms) or _remind(post, survey, count)


def _remind(post: Post, survey: Survey, count: int) -> int:
    rung = survey.reminders_due(post.now)
    if not rung:
        return 0
    late = survey_answers.to_remind(post.conn, survey.number, rung, survey.remind_at[rung - 1], count)
    for one in late:
        _send_form(post, survey, one, "survey_reminder")
        survey_answers.note(post.conn, one.number, reminded=rung)
    return len(late)


def room(conn: Connection, office: Office, now: datetime) -> int:
    """How many forms and reminders may still be written in this hour."""
    allowed = min(office.survey.batch_per_hour, max(1, office.limits.outgoing_per_hour // 2))
    return allowed - budget.written_since(conn, TEMPLATES, now - HOUR)


def _send_form(post: Post, survey: Survey, one: Invitation, template: str) -> None:
    organisation = post.office.organisation
    person = organisation.person(one.party.address) or one.party.person
    language = person.language or post.office.letterhead.default_language
    questions = survey.form.questions
    post.send(
        Notice(
            template=template,
            to=person,
            matter=one.number,
            shown=Sheet(survey=survey, questions=questions),
            choices=fill_in(survey.form, questions, language),
            enclosures=(survey_sheet.enclosure(survey, language),),
            language=language,
        )
    )
