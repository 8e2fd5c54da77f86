"""The configuration read, checked and turned into what the rest of the program works with.

`load` gives `Settings` or raises `ConfigFaults` with all faults at once. Order of precedence:
environment (OMBUD_<SECTION>__<KEY>), file, defaults.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from classify import questionnaire
from classify.people import Organisation
from ingest.imap import ImapAccount
from notify.fault_mail import Mailer
from notify.smtp import SmtpAccount
from notify.webhook import Webhook
from ombud import coherence, secret
from ombud.faults import ConfigFaults, Fault, Location, did_you_mean, from_pydantic, unreadable
from ombud.office import Limits
from ombud.roster import Roster
from ombud.sections import WEEKDAYS, MailboxSection, Retention, Server
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

__all__ = ["ConfigFaults", "Fault", "Settings", "load", "sample"]

FILE_BYTES_MAX = 1_000_000
HOLIDAY_YEARS = 10
"""Years of public holidays from last year's on (clocks that began then): a service runs long."""
NO_HOLIDAYS = (
    "public holidays and make-up days are not known, due dates in it may be wrong; update the package 'holidays', "
    "or add them to worktime.extra_holidays and extra_workdays"
)
IMAP_PORTS = {"tls": 993, "starttls": 143, "plain": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "plain": 25}
VALIDATIONS_MAX = 3
"""A wrong value is left out and the rest checked again; what is left then is told without the rest."""

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path, *, needs_secrets: bool = True) -> Settings:
    """The settings of a file and the environment. Raises ConfigFaults.

    Without `needs_secrets` the passwords and keys themselves are not asked for: commands that talk to
    no server run without them.
    """
    environment, faults = _environment()
    settings, wrong = _validated(_merged(_parsed(path), environment))
    settings = _anchored(settings, path.absolute().parent)
    faults += wrong
    told = {fault.path for fault in faults}
    faults += [fault for fault in coherence.faults(settings, needs_secrets) if not _is_told(fault.path, told)]
    if faults:
        raise ConfigFaults(faults)
    return settings


def sample() -> Settings:
    """Defaults, with the people and roles of the sample company: for commands that need no file."""
    folder = Path(str(files("ombud"))) / "sample"
    settings, _ = _validated(_parsed(folder / "sample.toml"))
    return _anchored(settings, folder)


def _is_told(path: str, told: set[str]) -> bool:
    """Whether a wrong value was left out here: that it is now missing is no news."""
    return any(path == known or path.startswith((f"{known}.", f"{known}[")) for known in told)


def _parsed(path: Path) -> dict[str, Any]:
    """The file as TOML. Raises ConfigFaults with the one fault that keeps it from being read."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise _unusable(path.name, f"is larger than {FILE_BYTES_MAX} bytes", "is it the right file?")
        # QUIRK: Windows editors put a byte order mark in front, which TOML does not know.
        return tomllib.loads(content.decode("utf-8-sig"))
    except OSError as trouble:
        raise ConfigFaults([unreadable(str(path), path, trouble)]) from trouble
    except UnicodeDecodeError as trouble:
        line = trouble.object[: trouble.start].count(b"\n") + 1
        raise _unusable(f"{path.name}, line {line}", "is not UTF-8", "save the file as UTF-8") from trouble
    except tomllib.TOMLDecodeError as trouble:
        hint = "correct the line; texts stand in quotes, a backslash in them is doubled"
        raise _unusable(path.name, f"is no TOML: {trouble}", hint) from trouble


def _unusable(path: str, problem: str, hint: str) -> ConfigFaults:
    return ConfigFaults([Fault(path=path, problem=problem, hint=hint)])


def _environment() -> tuple[dict[str, Any], list[Fault]]:
    """What OMBUD_<SECTION>__<KEY> sets, and the faults in it."""
    faults = list(_strange_variables())
    try:
        return EnvSettingsSource(Settings)(), faults
    except SettingsError as trouble:
        hint = "lists and tables are written as JSON in the environment"
        return {}, [*faults, Fault(path="environment", problem=str(trouble), hint=hint)]


def _strange_variables() -> Iterator[Fault]:
    """Variables that look like overrides and override nothing."""
    sections = tuple(name.upper() for name in Settings.model_fields)
    for name in sorted(os.environ):
        section, is_override, _ = name.removeprefix("OMBUD_").partition("__")
        if name.startswith("OMBUD_") and is_override and section.upper() not in sections:
            hint = did_you_mean(section.upper(), sections)
            yield Fault(path=name, problem="sets a section that does not exist", hint=hint)


def _merged(under: Any, over: Any) -> Any:
    """`over` laid upon `under`: tables key by key, everything else whole."""
    if not (isinstance(under, dict) and isinstance(over, Mapping)):
        return over
    return under | {key: _merged(under.get(key), value) for key, value in over.items()}


def _validated(data: dict[str, Any]) -> tuple[Settings, list[Fault]]:
    """The settings of what is right, and the faults of what is not."""
    faults: list[Fault] = []
    for _ in range(VALIDATIONS_MAX):
        try:
            return Settings(**data), faults
        except ValidationError as trouble:
            faults += from_pydantic(trouble, Settings)
            # From the back, so that the items of a list keep their numbers.
            for location in sorted((error["loc"] for error in trouble.errors()), key=_order, reverse=True):
                _leave_out(data, location)
    raise ConfigFaults(faults)


def _order(location: Location) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (0, part) for part in location]


def _leave_out(data: Any, location: Location) -> None:
    """Removes the value at a place, or the nearest one around it that is there."""
    *around, last = location
    for part in around:
        inner = data[part] if _has(data, part) else None
        if not isinstance(inner, dict | list):
            last = part
            break
        data = inner
    if _has(data, last):
        del data[last]


def _has(data: Any, part: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return part in data


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative paths made absolute, from the folder of the file."""
    settings = _with_paths(settings, folder)
    try:
        url = make_url(settings.store.url)
    except ArgumentError:  # told by `coherence`
        return settings
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str(folder / url.database))
    store = settings.store.model_copy(update={"url": url.render_as_string(hide_password=False)})
    return settings.model_copy(update={"store": store})


def _with_paths(model: Model, folder: Path) -> Model:
    return model.model_copy(update={name: _with_folder(value, folder) for name, value in model})


def _with_folder(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value.expanduser()
    if isinstance(value, BaseModel):
        return _with_paths(value, folder)
    return tuple(_with_folder(item, folder) for item in value) if isinstance(value, tuple) else value


def imap_accounts(settings: Settings) -> tuple[ImapAccount, ...]:
    """The mailboxes to watch, with their passwords."""
    return tuple(map(_imap_account, settings.mailbox))


def _imap_account(box: MailboxSection) -> ImapAccount:
    return ImapAccount(
        name=box.name,
        host=box.host,
        port=box.port or IMAP_PORTS[box.security],
        user=box.user or box.address,
        password=secret.password(box),
        security=box.security,
        folder=box.folder,
        file_to=box.file_to,
        ca_file=box.ca_file,
        timeout_s=box.timeout_s,
        look_s=box.look_s,
    )


def smtp_account(settings: Settings) -> SmtpAccount:
    """The server that mail goes out through, with its password."""
    return _smtp_account(settings.smtp, settings.from_address)


def _smtp_account(smtp: Server, sender: str) -> SmtpAccount:
    return SmtpAccount(
        host=smtp.host,
        port=smtp.port or SMTP_PORTS[smtp.security],
        user=smtp.user,
        password=secret.password(smtp),
        security=smtp.security,
        ca_file=smtp.ca_file,
        timeout_s=smtp.timeout_s,
        envelope_sender=sender,
    )


def organisation(settings: Settings) -> Organisation:
    """The directory with its roles, as the files stand now."""
    return Roster(settings)()


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


def webhook(settings: Settings) -> Webhook | None:
    """The robot that is told of standing faults. Raises SecretMissing."""
    url = secret.webhook_url(settings.observe)
    return Webhook(url=url, form=settings.observe.webhook_form) if url else None


def second_smtp(settings: Settings) -> Mailer | None:
    """The server by which standing faults are told, and to whom. Raises SecretMissing."""
    second = settings.observe.smtp
    account = _smtp_account(second, settings.from_address)
    return Mailer(account=account, to=second.to) if second.host else None


def limits(settings: Settings) -> Limits:
    """Bounds of the service's own behaviour."""
    found = settings.limits
    return Limits(
        tries=found.tries,
        retry_s=found.retry_s,
        lease=timedelta(seconds=found.lease_s),
        replies_per_day=found.replies_per_day,
        outgoing_per_hour=found.outgoing_per_hour,
        sweep_s=found.sweep_s,
        readers=(os.cpu_count() or 1) - 1 if found.readers is None else found.readers,
        repeat_window=timedelta(days=settings.process.repeat_window_days),
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
