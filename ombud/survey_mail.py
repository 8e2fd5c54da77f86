"""The mails about a survey as a whole: plan, draft of the report, approval, publication, status.

What a state asks of whom is one table (`_TELL`); a mail to each person, for a token is bound to a person.
Source: HANDBOOK 4.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from classify.people import Organisation, Person, Role
from ingest.parse import parse
from notify import survey_book
from notify.compose import compose
from ombud import survey_sources
from ombud.post import Post
from process.outgoing import Notice
from process.survey import State, Survey, choices
from process.survey_report import report

ASKED = (Role.IT_SERVICE_MANAGER, Role.GENERAL_MANAGER)
"""Roles that a survey asks for something."""


def tell(post: Post, survey: Survey) -> None:
    """The mails that a survey's new state calls for."""
    told = _TELL.get(survey.state)
    if told is not None:
        told(post, survey)


def status(post: Post, survey: Survey, notice: Notice) -> None:
    """Where a survey stands, as the answer that `notice` begins."""
    post.send(
        Notice(
            template="survey_status",
            to=notice.to,
            matter=survey.number,
            shown=survey_sources.progress(post.conn, survey),
            choices=choices(survey, roles_of(notice.to, post.office.organisation)),
            is_reply=True,
            in_reply_to=notice.in_reply_to,
            references=notice.references,
            language=notice.language,
        )
    )


def roles_of(person: Person, organisation: Organisation) -> tuple[Role, ...]:
    """Which of the roles that a survey asks somebody holds, as appointed or as a substitute."""
    return tuple(
        role
        for role in ASKED
        if person.key in {p.key for p in (*organisation.holders(role), *organisation.acting(role))}
    )


def _plan(post: Post, survey: Survey) -> None:
    shown = survey_sources.progress(post.conn, survey)
    for person in post.office.organisation.acting(Role.IT_SERVICE_MANAGER):
        post.send(
            Notice(
                template="survey_plan",
                to=person,
                matter=survey.number,
                shown=shown,
                choices=choices(survey, (Role.IT_SERVICE_MANAGER,)),
            )
        )


def _draft(post: Post, survey: Survey) -> None:
    people = post.office.organisation.acting(Role.IT_SERVICE_MANAGER)
    _report(post, survey, people, (Role.IT_SERVICE_MANAGER,))


def _submit(post: Post, survey: Survey) -> None:
    people = post.office.organisation.acting(Role.GENERAL_MANAGER)
    _report(post, survey, people, (Role.GENERAL_MANAGER,))


def _publish(post: Post, survey: Survey) -> None:
    _report(post, survey, _readers(post, survey), ())


def files(post: Post, survey: Survey, language: str) -> Iterator[tuple[str, bytes]]:
    """Page and workbook of the report, as (file name, bytes): as it is mailed, but without a token."""
    to = next(iter(post.office.organisation.acting(Role.IT_SERVICE_MANAGER)))
    found = report(survey_sources.sources(post.conn, survey))
    notice = Notice(template="survey_report", to=to, matter="", shown=found, language=language)
    page = parse(compose(notice, post.office.letterhead, post.now).content).html
    yield f"{survey.number}.html", page.encode()
    yield f"{survey.number}.xlsx", survey_book.workbook(found, language)


def _report(post: Post, survey: Survey, people: Iterable[Person], roles: tuple[Role, ...]) -> None:
    found = report(survey_sources.sources(post.conn, survey))
    book = cache(lambda language: survey_book.enclosure(found, language))
    for person in people:
        language = person.language or post.office.letterhead.default_language
        post.send(
            Notice(
                template="survey_report",
                to=person,
                matter=survey.number,
                shown=found,
                choices=choices(survey, roles),
                enclosures=(book(language),),
                language=language,
            )
        )


def _readers(post: Post, survey: Survey) -> tuple[Person, ...]:
    """The configured list, else the managers of the departments asked; and both who approved."""
    organisation = post.office.organisation
    names = {stratum.department for stratum in survey.strata}
    managers = [d.manager for d in organisation.departments if d.name in names]
    addresses = post.office.survey.publish_to or tuple(managers)
    listed = [organisation.who(address) for address in addresses]
    everybody = (*listed, *(person for role in ASKED for person in organisation.acting(role)))
    return tuple({person.key: person for person in everybody}.values())


_TELL: dict[State, Callable[[Post, Survey], None]] = {
    State.PLANNED: _plan,
    State.DRAFTED: _draft,
    State.SUBMITTED: _submit,
    State.PUBLISHED: _publish,
}
