"""The sections of config.toml as types, with units, ranges and defaults.

Everything has a default, so that a file with one wrong key can still be checked for all its other
faults; what must be filled in is said by `ombud/coherence.py`. config.toml explains every key.
"""

from datetime import date, time
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from classify.people import ADDRESS, address_key

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

Security = Literal["tls", "starttls", "plain"]


def _address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        raise ValueError("is not an e-mail address")
    return value


def _number(value: object) -> object:
    """QUIRK: for pydantic `true` is the number 1; for the person who wrote it, it is not."""
    if isinstance(value, bool):
        raise ValueError("is true or false where a number belongs")
    return value


def _target(value: object) -> object:
    """A target, or "none"."""
    return None if value == "none" else _number(value)


def _span(value: object) -> object:
    """'09:00-12:00' as two times."""
    if not isinstance(value, str):
        return value
    opening, dash, closing = (part.strip() for part in value.replace("–", "-").partition("-"))
    try:
        span = (time.fromisoformat(opening), time.fromisoformat(closing))
    except ValueError as trouble:
        raise ValueError('is not a span of time such as "09:00-12:00" (at most "23:59")') from trouble
    if not dash or span[0] >= span[1]:
        raise ValueError("ends before it begins")
    return span


def _day(value: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    spans = tuple(sorted(value))
    if any(earlier[1] > later[0] for earlier, later in pairwise(spans)):
        raise ValueError("has spans that overlap")
    return spans


def _variable(value: str) -> str:
    if value and not (value.replace("_", "").isalnum() and value.isascii() and value == value.upper()):
        raise ValueError("is not the name of an environment variable (capital letters, digits and _)")
    return value


Email = Annotated[str, AfterValidator(_address)]
Variable = Annotated[str, AfterValidator(_variable)]
Port = Annotated[int, BeforeValidator(_number), Field(ge=1, le=65535)]
Count = Annotated[int, BeforeValidator(_number), Field(ge=1, le=1_000_000)]
Days = Annotated[int, BeforeValidator(_number), Field(ge=1, le=3660)]
CoolOff = Annotated[int, BeforeValidator(_number), Field(ge=0, le=3660)]
Percent = Annotated[int, BeforeValidator(_number), Field(ge=0, le=100)]
WorkingDays = Annotated[int, BeforeValidator(_number), Field(ge=1, le=60)]
WorkingHours = Annotated[float, BeforeValidator(_number), Field(gt=0, le=400)]
Seconds = Annotated[float, BeforeValidator(_number), Field(ge=0.1, le=86_400)]
Share = Annotated[float, BeforeValidator(_number), Field(gt=0, le=1)]
ReportDay = Annotated[int, BeforeValidator(_number), Field(ge=0, le=20)]
TargetShare = Annotated[Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_target)]
TargetNumber = Annotated[Annotated[float, Field(ge=0, le=1_000_000)] | None, BeforeValidator(_target)]
Span = Annotated[tuple[time, time], BeforeValidator(_span)]
OfficeDay = Annotated[tuple[Span, ...], AfterValidator(_day)]


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


def _ladder(value: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(value), reverse=True))


class SurveySection(Section):
    form: Path | None = None
    method: Literal["all", "sample"] = "all"
    confidence: Annotated[float, BeforeValidator(_number), Field(ge=0.5, le=0.999)] = 0.95
    margin: Annotated[float, BeforeValidator(_number), Field(ge=0.005, le=0.5)] = 0.05
    expected_response: Share = 0.7
    open_days: WorkingDays = 10
    remind_before_days: Annotated[tuple[WorkingDays, ...], AfterValidator(_ladder)] = (5, 2)
    batch_per_hour: Count = 200
    min_cell: Annotated[int, BeforeValidator(_number), Field(ge=2, le=1000)] = 5
    target: Share = 0.8
    names: Literal["hidden", "shown"] = "hidden"
    publish_to: tuple[Email, ...] = ()


class ObserveSection(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, BeforeValidator(_number), Field(ge=0, le=65535)] = 0
    standing_s: Seconds = 60
    webhook_env: Variable = ""
    webhook_file: Path | None = None
    webhook_form: Literal["wecom", "slack"] = "wecom"


class Log(Section):
    format: Literal["human", "json"] = "human"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(BaseSettings):
    """The whole of config.toml, with the environment's overrides; paths are absolute once loaded."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="OMBUD_", env_nested_delimiter="__"
    )

    organisation: OrganisationSection = OrganisationSection()
    store: Store = Store()
    mailbox: tuple[MailboxSection, ...] = ()
    smtp: SmtpSection = SmtpSection()
    sender: Sender = Sender()
    mail: MailSection = MailSection()
    secrets: Secrets = Secrets()
    directory: DirectorySection = DirectorySection()
    roles: Roles = Roles()
    vip: Vip = Vip()
    trust: TrustSection = TrustSection()
    process: Process = Process()
    worktime: Worktime = Worktime()
    digest: DigestSection = DigestSection()
    report: ReportSection = ReportSection()
    review: ReviewSection = ReviewSection()
    limits: LimitsSection = LimitsSection()
    grievance: Grievance = Grievance()
    work_orders: WorkOrders = WorkOrders()
    callbacks: Callbacks = Callbacks()
    survey: SurveySection = SurveySection()
    observe: ObserveSection = ObserveSection()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed over: `config.load` merges file and environment itself, to tell all faults."""
        return (init_settings,)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but ought to be seen at every start."""
        servers = (
            *((f"mailbox {box.name}", box) for box in self.mailbox),
            ("smtp", self.smtp),
        )
        plain = (
            f'{what}: security = "plain" sends password and mails readable over the network to {server.host}'
            for what, server in servers
            if server.security == "plain" and not is_loopback(server.host)
        )
        is_open = self.work_orders.senders and not (self.trust.authserv_id or self.trust.check_dkim)
        unchecked = (
            "work_orders.senders: nobody checks senders ([trust]): whoever forges the address is believed"
        )
        shown = (
            f"observe.host: {self.observe.host} can be asked by other machines; nothing there is protected"
        )
        is_shown = self.observe.port and not is_loopback(self.observe.host)
        return (*plain, *((unchecked,) if is_open else ()), *((shown,) if is_shown else ()))

    @property
    def from_address(self) -> str:
        """Address in From: as configured, else that of the first mailbox."""
        return self.sender.address or (self.mailbox[0].address if self.mailbox else "")

    @property
    def domain(self) -> str:
        """Right side of our Message-IDs."""
        return self.sender.domain or self.from_address.rpartition("@")[2]

    @property
    def own_addresses(self) -> frozenset[str]:
        """Addresses of the watched mailboxes and of our From, as they are compared."""
        return frozenset(address_key(a) for a in (self.from_address, *(b.address for b in self.mailbox)) if a)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number alone."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
