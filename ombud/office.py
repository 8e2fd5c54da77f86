"""What every step of the service works with: database, people, rules, words, letterhead, limits.

Made once from the settings (`ombud/wiring.py`); values only, but for the database and the directory,
which is read again when its files change, and for what the steps count and say of themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time

from classify import questionnaire
from classify.people import Organisation
from classify.token import Sealer
from classify.words import Words
from ingest.dkim_check import TxtRecords
from notify.compose import Letterhead
from ombud.mailroom import Mailroom
from ombud.owed import Owed
from process import workorder
from process.callback import CallbackRules
from process.report_rules import ReportRules
from process.retention import RetentionRules
from process.review import ReviewRules
from process.rules import Rules
from process.survey import SurveyRules
from store.claims import Claimant


@dataclass(frozen=True, slots=True, kw_only=True)
class Office(Mailroom):
    """All that a step needs; passed along, never global."""

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
    report_rules: ReportRules = field(default_factory=ReportRules)
    survey: SurveyRules = field(default_factory=lambda: SurveyRules(form=questionnaire.load()))
    retention: RetentionRules = field(default_factory=RetentionRules)
    review_rules: ReviewRules = field(default_factory=ReviewRules)
    digest_at: time | None = None
    """When the desk gets the digest of the day, local time; None for never."""
    owed: Owed = field(default_factory=Owed)

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
