"""What every step of the service works with: database, people, rules, words, letterhead, limits.

Made once from the settings (`ombud/wiring.py`); values only, but for the database and the directory,
which is read again when its files change, and for what the steps count and say of themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Engine

from classify import questionnaire
from classify.people import Organisation
from classify.token import Sealer
from classify.words import Words
from ingest.dkim_check import TxtRecords
from notify.compose import Letterhead
from ombud.holding import own_name
from ombud.meters import Meters
from ombud.owed import Owed
from ombud.vitals import Vitals
from process import workorder
from process.callback import CallbackRules
from process.report_rules import ReportRules
from process.retention import RetentionRules
from process.review import ReviewRules
from process.rules import Rules
from process.survey import SurveyRules
from store.claims import Claimant


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the service's own behaviour."""

    tries: int = 3
    """A mail that fails this often is set aside."""
    retry_s: float = 2.0
    """Wait before a failed mail is tried again, times the number of tries."""
    lease: timedelta = timedelta(minutes=5)
    """How long a claimed mail or outbox entry is left to who claimed it."""
    replies_per_day: int = 20
    """Automatic mails to one address outside of the staff in 24 hours, beyond which its mail is not answered."""
    outgoing_per_hour: int = 1000
    """Mails that go out in an hour; beyond it they wait, and the desk is told once."""
    readers: int = 0
    """Processes that read mails beside the service while many wait."""
    sweep_s: float = 300.0
    """Longest wait for IDLE before the mailbox is searched anyway."""
    repeat_window: timedelta = timedelta(days=90)
    """How long an earlier complaint counts as the same person's earlier complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """All that a step needs; passed along, never global."""

    engine: Engine
    directory: Callable[[], Organisation]
    rules: Rules
    words: Words
    letterhead: Letterhead
    sealer: Sealer
    own_addresses: frozenset[str]
    authserv_id: str = ""
    txt_records: TxtRecords | None = None
    """Looks up DNS, where signatures are checked here (RFC 6376); None where they are not."""
    work_order_senders: frozenset[str] = frozenset()
    work_order_names: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: workorder.NAMES)
    """What each column of the work orders' export may be called."""
    callbacks: CallbackRules = field(default_factory=CallbackRules)
    limits: Limits = field(default_factory=Limits)
    report_rules: ReportRules = field(default_factory=ReportRules)
    survey: SurveyRules = field(default_factory=lambda: SurveyRules(form=questionnaire.load()))
    retention: RetentionRules = field(default_factory=RetentionRules)
    review_rules: ReviewRules = field(default_factory=ReviewRules)
    digest_at: time | None = None
    """When the desk gets the digest of the day, local time; None for never."""
    meters: Meters = field(default_factory=Meters)
    vitals: Vitals = field(default_factory=Vitals)
    owed: Owed = field(default_factory=Owed)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    name: str = field(default_factory=own_name)
    """Of this process, among all that share the database."""

    @property
    def claimant(self) -> Claimant:
        """As whom this process takes mails into its hand."""
        return Claimant(name=self.name, lease=self.limits.lease)

    @property
    def has_verdicts(self) -> bool:
        """Whether anybody looks at the authenticity of senders: our server, or we ourselves."""
        return bool(self.authserv_id) or self.txt_records is not None

    @property
    def organisation(self) -> Organisation:
        """The directory as its files stand now, on today's day."""
        return self.directory().on(self.clock().astimezone(self.rules.calendar.timezone).date())
