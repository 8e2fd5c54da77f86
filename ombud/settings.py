"""The whole of config.toml as one value, and what of it ought to be seen at every start."""

from ipaddress import ip_address

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from classify.people import address_key
from ombud.sections import (
    Callbacks,
    DigestSection,
    DirectorySection,
    Grievance,
    LimitsSection,
    Log,
    MailboxSection,
    MailSection,
    ObserveSection,
    OrganisationSection,
    Process,
    ReportSection,
    Retention,
    ReviewSection,
    Roles,
    Secrets,
    Sender,
    SmtpSection,
    Store,
    SurveySection,
    TrustSection,
    Vip,
    WorkOrders,
    Worktime,
)


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
    retention: Retention = Retention()
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
            ("observe.smtp", self.observe.smtp),
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
