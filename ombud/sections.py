"""The sections of config.toml as types, with units, ranges and defaults.

Everything has a default, so that a file with one wrong key can still be checked for all its other
faults; what must be filled in is said by `ombud/coherence.py`. config.toml explains every key.
"""

from datetime import date, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from ombud.values import (
    Cell,
    Confidence,
    CoolOff,
    Count,
    Days,
    Email,
    Margin,
    Months,
    OfficeDay,
    Percent,
    Port,
    PortOrNone,
    Processes,
    RemindBefore,
    ReportDay,
    Seconds,
    SecondsOrNone,
    Security,
    Share,
    TargetNumber,
    TargetShare,
    Variable,
    WorkingDays,
    WorkingHours,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_HOURS = ("09:00-12:00", "13:30-18:00")

RANKS_ZH = (
    "董事长 副董事长 总裁 副总裁 行长 副行长 首席执行官 首席运营官 首席信息官 首席技术官 首席财务官 首席风险官 "
    "总经理 副总经理 总监 助理总经理 副总监 助理总监 高级经理 经理 副经理 主管"
).split()
RANKS_EN = (
    "chairman,president,chief executive officer,chief operating officer,chief information officer,"
    "chief technology officer,chief financial officer,chief risk officer,ceo,coo,cio,cto,cfo,cro,"
    "executive vice president,senior vice president,vice president,managing director,general manager,"
    "deputy general manager,executive director,director,assistant general manager,"
    "assistant vice president,associate vice president,deputy director,associate director,"
    "assistant director,senior manager,manager,deputy manager,assistant manager,supervisor"
).split(",")


class Section(BaseModel):
    """A table of config.toml; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, validate_default=True)


class OrganisationSection(Section):
    name: str = "IT 服务部"
    language: Literal["zh", "en"] = "zh"
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")


class Store(Section):
    url: str = "sqlite:///data/ombud.db"


class Server(Section):
    """What an IMAP and an SMTP server have in common."""

    host: str = ""
    port: Port | None = None
    security: Security = "tls"
    user: str = ""
    password_env: Variable = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout_s: Seconds = 60


class MailboxSection(Server):
    name: str = ""
    address: Email = ""
    folder: str = "INBOX"
    file_to: str = "Ombud"
    look_s: SecondsOrNone = 0.25


class SmtpSection(Server):
    pass


class Sender(Section):
    name: str = ""
    address: Email = ""
    domain: str = ""


class MailSection(Section):
    plus_addressing: bool = False


class Secrets(Section):
    token_keys_env: Variable = ""
    token_keys_file: Path | None = None
    token_max_age_days: Days = 400


class DirectorySection(Section):
    people: Path = Path("directory/people.csv")
    departments: Path = Path("directory/departments.csv")
    ignore_plus_tags: bool = True


class Roles(Section):
    service_desk: tuple[Email, ...] = ()
    complaint_manager: Email = ""
    it_service_manager: Email = ""
    general_manager: Email = ""
    management_representative: Email = ""


class Named(Section):
    address: Email = ""
    since: date | None = None
    until: date | None = None


class Vip(Section):
    ranks_zh: tuple[str, ...] = tuple(RANKS_ZH)
    from_zh: str = "总监"
    ranks_en: tuple[str, ...] = tuple(RANKS_EN)
    from_en: str = "director"
    named: tuple[Named, ...] = ()


class TrustSection(Section):
    authserv_id: str = ""
    check_dkim: bool = False


class Process(Section):
    accept_hours: WorkingHours = 4
    judge_days: WorkingDays = 1
    department_days: WorkingDays = 3
    verify_days: WorkingDays = 1
    feedback_days: WorkingDays = 1
    remind_user_days: WorkingDays = 3
    confirm_days: WorkingDays = 5
    remind_hours: WorkingHours = 4
    escalate_hours: WorkingHours = 8
    feedback: Literal["desk", "automatic"] = "desk"
    repeat_window_days: Days = 90
    repeat_similarity: Share = 0.55


class Worktime(Section):
    monday: OfficeDay = OFFICE_HOURS  # type: ignore[assignment] # validated like the file's own
    tuesday: OfficeDay = OFFICE_HOURS  # type: ignore[assignment]
    wednesday: OfficeDay = OFFICE_HOURS  # type: ignore[assignment]
    thursday: OfficeDay = OFFICE_HOURS  # type: ignore[assignment]
    friday: OfficeDay = OFFICE_HOURS  # type: ignore[assignment]
    saturday: OfficeDay = ()
    sunday: OfficeDay = ()
    holidays: str = "CN"
    extra_holidays: tuple[date, ...] = ()
    extra_workdays: tuple[date, ...] = ()


class Retention(Section):
    raw_mail_months: Months = 0
    policy: Literal["move", "drop"] = "move"
    folder: Path = Path("data/raw-mail")


class DigestSection(Section):
    at: time | Literal["never"] = time(8, 30)


class Targets(Section):
    """Targets of the service report, by figure; "none" takes one away."""

    accepted_on_time: TargetShare = 0.95
    answered_on_time: TargetShare = 0.95
    closed_on_time: TargetShare = 0.9
    hours_to_close: TargetNumber = None
    hours_to_close_p90: TargetNumber = None
    repeats: TargetNumber = None
    escalations: TargetNumber = None
    verified_first_time: TargetShare = 0.9
    open_at_end: TargetNumber = None
    callback_coverage: TargetShare = 0.95
    callback_satisfied: TargetShare = 0.9
    callback_very_dissatisfied: TargetNumber = None
    closure_satisfied: TargetShare = 0.85
    survey_index: TargetNumber = 85


class ReportSection(Section):
    month_day: ReportDay = 3
    year_day: ReportDay = 5
    at: time = time(9)
    close_days: WorkingDays = 15
    readers: tuple[Email, ...] = ()
    targets: Targets = Targets()


class ReviewSection(Section):
    stakeholders: tuple[Email, ...] = ()
    secretary: Email = ""
    change_management: Email = ""
    agenda: tuple[str, ...] = ()
    remind_days: WorkingDays = 3


class LimitsSection(Section):
    tries: Count = 3
    retry_s: Seconds = 2
    lease_s: Seconds = 300
    sweep_s: Seconds = 300
    readers: Processes | None = None
    replies_per_day: Count = 20
    outgoing_per_hour: Count = 1000


class Grievance(Section):
    words_file: Path | None = None
    model: Path | None = None


class WorkOrderColumns(Section):
    number: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    requester: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    employee_number: tuple[str, ...] = ()
    engineer: tuple[str, ...] = ()
    opened_at: tuple[str, ...] = ()
    closed_at: tuple[str, ...] = ()
    is_complaint: tuple[str, ...] = ()


class WorkOrders(Section):
    senders: tuple[Email, ...] = ()
    columns: WorkOrderColumns = WorkOrderColumns()


class CallbackTier(Section):
    up_to: Count | None = None
    percent: Percent


class Callbacks(Section):
    mode: Literal["desk", "user", "off"] = "desk"
    at: time = time(9)
    tiers: tuple[CallbackTier, ...] = (
        CallbackTier(up_to=100, percent=100),
        CallbackTier(up_to=300, percent=30),
        CallbackTier(percent=10),
    )
    cool_off_days: CoolOff = 30


class SurveySection(Section):
    form: Path | None = None
    method: Literal["all", "sample"] = "all"
    confidence: Confidence = 0.95
    margin: Margin = 0.05
    expected_response: Share = 0.7
    open_days: WorkingDays = 10
    remind_before_days: RemindBefore = (5, 2)
    batch_per_hour: Count = 200
    min_cell: Cell = 5
    target: Share = 0.8
    names: Literal["hidden", "shown"] = "hidden"
    publish_to: tuple[Email, ...] = ()


class SecondSmtp(Server):
    to: tuple[Email, ...] = ()


class ObserveSection(Section):
    host: str = "127.0.0.1"
    port: PortOrNone = 0
    standing_s: Seconds = 60
    webhook_env: Variable = ""
    webhook_file: Path | None = None
    webhook_form: Literal["wecom", "slack"] = "wecom"
    smtp: SecondSmtp = SecondSmtp()


class Log(Section):
    format: Literal["human", "json"] = "human"
    level: Literal["debug", "info", "warning", "error"] = "info"
