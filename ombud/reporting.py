"""Service reports made, shown and corrected: by the clock, by command, and by who was asked to approve them.

Counting is done in a reading snapshot; what comes of it is written in a transaction of its own, on top of the
version that was read. Source: HANDBOOK 5.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial

import structlog
from sqlalchemy import Connection

from classify.facts import Verb
from classify.people import Person, Role
from ingest.parse import parse as parse_mail
from notify import report_sheet
from notify.compose import compose
from notify.render import words
from notify.sheet import CONTENT_TYPE
from ombud.office import Office
from ombud.post import Post
from process.case import Event, Party
from process.figures import Basis
from process.outgoing import Choice, Enclosure, Notice
from process.period import Period, ended_before, parse
from process.report import Contents, Correction, Report, ReportState, contents, corrected, drafted
from process.report_view import ReportView, view
from store import events, once, report_rows, reports
from store.database import deciding, reading

log = structlog.get_logger()

SUBJECT = "report"
MISSED_MONTHS_MAX = 12
MISSED_YEARS_MAX = 2
"""How many periods without a report, back from now, are drafted after a stop; older ones by command."""
CORRECTED_DAYS = 400
"""How long after its end a period is still looked at for what arrives late."""
EXPLAINED_MAX = 3
"""Missed targets that the draft offers a ready-made reply for."""


class Frozen(Exception):
    """The period is published: nothing but a correction changes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A report on its way: with which template, and as answer to which mail."""

    template: str
    choices: tuple[Choice, ...] = ()
    correction: Correction | None = None
    answers: str = ""
    """Message-ID of the mail that it answers; '' when time or a command brings it."""


def due(office: Office) -> int:
    """Drafts the months and years that are over, from their working day on, oldest first; how many."""
    now = office.clock()
    periods = tuple(_due_periods(office, now))
    with reading(office.engine) as conn:
        known = reports.numbers(conn, [period.number for period in periods])
        missed = [period for period in periods if period.number not in known]
        first_at = report_rows.first_at(conn) if missed else None
    # Of the time before the service was there, there is nothing to report.
    zone = office.rules.calendar.timezone
    return sum(
        _draft_once(office, period, now)
        for period in missed
        if first_at is not None and first_at < period.span(zone).end
    )


def _due_periods(office: Office, now: datetime) -> Iterator[Period]:
    local = now.astimezone(office.rules.calendar.timezone)
    for period in ended_before(local.date(), MISSED_MONTHS_MAX, MISSED_YEARS_MAX):
        days = office.report_rules.month_day if period.month else office.report_rules.year_day
        day = _workday(office, period.next.first_day, days)
        if days and (local.date() > day or (local.date() == day and local.time() >= office.report_rules.at)):
            yield period


def _workday(office: Office, first: date, count: int) -> date:
    """The n-th working day from a day on."""
    day, calendar = first - timedelta(days=1), office.rules.calendar
    while count > 0:
        day += timedelta(days=1)
        count -= calendar.is_workday(day)
    return day


def _draft_once(office: Office, period: Period, now: datetime) -> int:
    report = drafted(period.number, count(office, period, now), now)
    if not _keep(office, report, "report_drafted", now, is_once=True):
        return 0
    log.info("report drafted", report=report.number)
    return 1


def draft(office: Office, period: Period) -> Report:
    """A draft made anew, for the IT service manager; comments on an earlier one stay. Raises Frozen, Stale."""
    now = office.clock()
    with reading(office.engine) as conn:
        earlier = reports.get(conn, period.number)
    if earlier and earlier.is_published:
        raise Frozen(period.number)
    report = drafted(period.number, count(office, period, now), now, earlier)
    _keep(office, report, "report_drafted", now)
    log.info("report drafted", report=report.number)
    return report


def _keep(office: Office, report: Report, what: str, now: datetime, *, is_once: bool = False) -> bool:
    """What is new of a report kept, and sent for approval; False when another process has done it.

    What is sent is made before: while a year's workbook is written, nobody is to wait for the log.
    """
    notices = tuple(_draft_notices(office, report))
    with deciding(office.engine) as conn:
        if is_once and not once.take(conn, SUBJECT, report.number, now):
            return False
        reports.save(conn, report)
        note(conn, report, what, now)
        post = Post(conn=conn, office=office, now=now)
        for notice in notices:
            post.send(notice)
    return True


def count(office: Office, period: Period, now: datetime) -> Contents:
    """Everything counted for a period as it is known now."""
    return contents(period, _basis(office, (period,), now), office.report_rules.targets)


def _basis(office: Office, periods: Iterable[Period], now: datetime) -> Basis:
    """What some periods and their trends are counted from, read in one snapshot."""
    zone = office.rules.calendar.timezone
    start = min(one.span(zone).start for period in periods for one in (period, period.trend()[0]))
    with reading(office.engine) as conn:
        rows = report_rows.since(conn, start)
    return Basis(
        rows=rows, calendar=office.rules.calendar, close_days=office.report_rules.close_days, now=now
    )


def corrections(office: Office) -> int:
    """Looks, once each working day, for what arrived after a publication; how many corrections wait anew."""
    now = office.clock()
    local = now.astimezone(office.rules.calendar.timezone)
    if local.time() < office.report_rules.at or not office.rules.calendar.is_workday(local.date()):
        return 0
    with deciding(office.engine) as conn:
        if not once.take(conn, "report-correction", f"{local.date()}", now):
            return 0
    return len(correct(office, _published(office, local.date())))


def _published(office: Office, today: date) -> Iterator[Report]:
    with reading(office.engine) as conn:
        found = reports.listed(conn, ReportState.PUBLISHED)
    for report in found:
        period = parse(report.number)
        if period and (today - period.next.first_day).days <= CORRECTED_DAYS:
            yield report


def correct(office: Office, published: Iterable[Report]) -> tuple[str, ...]:
    """Looks at published reports in one snapshot; the numbers of those that changed since their publication
    (or the correction that waits), which the manager is told.
    """
    now, targets = office.clock(), office.report_rules.targets
    found = [(report, period) for report in published if (period := parse(report.number))]
    if not found:
        return ()
    basis = _basis(office, [period for _, period in found], now)
    looked_at = (corrected(report, period, basis, targets) for report, period in found)
    changed = [report for report in looked_at if report is not None]
    for report in changed:
        _keep_correction(office, report, now)
    return tuple(report.number for report in changed)


def _keep_correction(office: Office, report: Report, now: datetime) -> None:
    _keep(office, report, "report_changed", now)
    log.info("report changed after its publication", report=report.number)


def send_draft(post: Post, report: Report, answers: str) -> None:
    """The draft, or the correction that waits, to the IT service manager for approval."""
    for notice in _draft_notices(post.office, report, answers):
        post.send(notice)


def _draft_notices(office: Office, report: Report, answers: str = "") -> Iterator[Notice]:
    pending = report.pending
    if report.is_published and pending is None:
        return
    choices: tuple[Choice, ...] = (Choice(verb=Verb.APPROVE),)
    if pending is None:
        missed = (line for line in view(report).missed if line.comment is None)
        items = [f"[{line.item}]" for line in missed][:EXPLAINED_MAX] or ["[0]"]
        choices += tuple(Choice(verb=Verb.FILL_IN, argument=item) for item in items)
    letter = Letter(
        template="report_correction_draft" if pending else "report_draft",
        choices=choices,
        correction=pending,
        answers=answers,
    )
    managers = office.organisation.acting(Role.IT_SERVICE_MANAGER)
    yield from _notices(office, report, [(manager, letter) for manager in managers])


def publish(post: Post, report: Report, answers: str) -> None:
    """A report that was approved, or its newest correction, to its readers and to who approved it."""
    last = report.corrections[-1] if report.corrections else None
    letter = Letter(template="report_correction" if last else "report", correction=last)
    managers = post.office.organisation.acting(Role.IT_SERVICE_MANAGER)
    to_readers = {person.key: (person, letter) for person in readers(post.office)}
    copies = {person.key: (person, replace(letter, answers=answers)) for person in managers}
    for notice in _notices(post.office, report, (copies | to_readers).values()):
        post.send(notice)


def readers(office: Office) -> tuple[Person, ...]:
    """Who gets the published report: the configured people, else the managers of the departments served."""
    organisation = office.organisation
    departments = [d for d in organisation.departments if d.is_in_survey] or organisation.departments
    addresses = office.report_rules.readers or tuple(department.manager for department in departments)
    people = (organisation.on_duty(organisation.who(address)) for address in addresses)
    return tuple({person.key: person for person in people}.values())


def _notices(office: Office, report: Report, letters: Collection[tuple[Person, Letter]]) -> Iterator[Notice]:
    """The same report to several people; its workbook is made once for each language."""
    names = tuple(person.name or person.address for person in readers(office))
    correction = next((letter.correction for _, letter in letters), None)
    shown = view(report, names, correction)
    enclosed = cache(partial(_workbook, office, shown))
    for to, letter in letters:
        language = to.language or office.letterhead.default_language
        yield Notice(
            template=letter.template,
            to=to,
            matter=report.number,
            shown=shown,
            choices=letter.choices,
            enclosures=(enclosed(language),),
            is_reply=bool(letter.answers),
            in_reply_to=letter.answers,
            references=(letter.answers,) if letter.answers else (),
            language=language,
        )


def figures(office: Office, period: Period) -> tuple[ReportView, Enclosure]:
    """A report as it is stored when it is published, else as it would be drafted now, with its workbook."""
    with reading(office.engine) as conn:
        report = reports.get(conn, period.number)
    now = office.clock()
    if report is None or not report.is_published:
        report = drafted(period.number, count(office, period, now), now, report)
    shown = view(report, (person.name or person.address for person in readers(office)))
    return shown, _workbook(office, shown, office.letterhead.default_language)


def files(office: Office, period: Period) -> Iterator[tuple[str, bytes]]:
    """Page and workbook of a report, as (file name, bytes)."""
    shown, workbook = figures(office, period)
    to = next(iter(office.organisation.acting(Role.IT_SERVICE_MANAGER)))
    # With no matter: a page that lies in a folder carries no token.
    notice = Notice(template="report", to=to, matter="", shown=shown)
    page = parse_mail(compose(notice, office.letterhead, office.clock()).content).html
    yield f"{shown.report.number}.html", page.encode()
    yield workbook.filename, workbook.content


def _workbook(office: Office, shown: ReportView, language: str) -> Enclosure:
    content = report_sheet.workbook(shown, words(language), office.letterhead.timezone)
    return Enclosure(filename=f"{shown.report.number}.xlsx", content_type=CONTENT_TYPE, content=content)


def note(conn: Connection, report: Report, what: str, at: datetime, by: Person | None = None) -> None:
    """A line in the log for what became of a report."""
    actor = Party.of(by) if by else Party()
    role = Role.IT_SERVICE_MANAGER.value if by else ""
    events.append(conn, report.number, (Event(at=at, actor=actor, role=role, what=what),))
