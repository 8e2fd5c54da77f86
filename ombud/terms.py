"""What the configuration means to the processes: their rules, as values."""

from collections.abc import Mapping
from datetime import UTC, datetime

from classify import questionnaire
from ombud.sections import WEEKDAYS, Retention
from ombud.settings import Settings
from process import workorder
from process.callback import CallbackRules
from process.report_rules import ReportRules
from process.retention import RetentionRules
from process.review import ReviewRules
from process.rules import Rules
from process.sampling import Tier
from process.survey import SurveyRules
from process.worktime import Calendar, public_holidays, published

HOLIDAY_YEARS = 10
"""Years of public holidays from last year's on (clocks that began then): a service runs long."""
NO_HOLIDAYS = (
    "public holidays and make-up days are not known, due dates in it may be wrong; update the package 'holidays', "
    "or add them to worktime.extra_holidays and extra_workdays"
)


def rules(settings: Settings, today: datetime | None = None) -> Rules:
    """What the organisation configured about the process."""
    process = settings.process
    return Rules(
        calendar=calendar(settings, (today or datetime.now(UTC)).year),
        accept_hours=process.accept_hours,
        judge_days=process.judge_days,
        department_days=process.department_days,
        verify_days=process.verify_days,
        feedback_days=process.feedback_days,
        remind_user_days=process.remind_user_days,
        confirm_days=process.confirm_days,
        remind_hours=process.remind_hours,
        escalate_hours=process.escalate_hours,
        repeat_similarity=process.repeat_similarity,
        is_feedback_automatic=process.feedback == "automatic",
    )


def calendar(settings: Settings, year: int) -> Calendar:
    """Office hours and holidays around a year."""
    worktime = settings.worktime
    years = range(year - 1, year - 1 + HOLIDAY_YEARS)
    holidays, workdays = (
        public_holidays(worktime.holidays, years) if worktime.holidays else (frozenset(), frozenset())
    )
    holidays = (holidays | set(worktime.extra_holidays)) - set(worktime.extra_workdays)
    workdays = (workdays | set(worktime.extra_workdays)) - set(worktime.extra_holidays)
    known = published(worktime.holidays, holidays, workdays) if worktime.holidays else None
    return Calendar(
        timezone=settings.organisation.timezone,
        hours=tuple(getattr(worktime, day) for day in WEEKDAYS),
        holidays=holidays,
        workdays=workdays,
        known_years=known,
    )


def report_rules(settings: Settings) -> ReportRules:
    """When service reports are drafted, for whom, against which targets."""
    found = settings.report
    targets = dict(found.targets)
    return ReportRules(
        month_day=found.month_day,
        year_day=found.year_day,
        at=found.at,
        close_days=found.close_days,
        readers=found.readers,
        targets={name: target for name, target in targets.items() if target is not None},
    )


def survey_rules(settings: Settings) -> SurveyRules:
    """What the organisation configured about surveys, with its form."""
    found = settings.survey
    return SurveyRules(
        form=questionnaire.load(found.form),
        is_sampled=found.method == "sample",
        confidence=found.confidence,
        margin=found.margin,
        expected_response=found.expected_response,
        open_days=found.open_days,
        remind_before_days=found.remind_before_days,
        batch_per_hour=found.batch_per_hour,
        min_cell=found.min_cell,
        target=found.target,
        is_pseudonymous=found.names == "hidden",
        publish_to=found.publish_to,
    )


def retention_rules(found: Retention) -> RetentionRules:
    """What becomes of raw mails that are old."""
    return RetentionRules(
        months=found.raw_mail_months, folder=found.folder if found.policy == "move" else None
    )


def review_rules(settings: Settings) -> ReviewRules:
    """Who is invited to service reviews, writes their minutes, and takes over their changes."""
    found = settings.review
    return ReviewRules(
        stakeholders=found.stakeholders,
        secretary=found.secretary,
        change_management=found.change_management,
        agenda=found.agenda,
        remind_days=found.remind_days,
    )


def work_order_names(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """What each column of an export may be called: the configured names, then the known ones."""
    own = settings.work_orders.columns
    return {name: (*getattr(own, name), *known) for name, known in workorder.NAMES.items()}


def callback_rules(settings: Settings) -> CallbackRules:
    """How orders are called back."""
    section = settings.callbacks
    return CallbackRules(
        mode=section.mode,
        at=section.at,
        tiers=tuple(Tier(up_to=tier.up_to, percent=tier.percent) for tier in section.tiers),
        cool_off_days=section.cool_off_days,
    )
