"""What was decided about raw mails: how long their bytes stay, and what becomes of them then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

MONTH = timedelta(days=30.44)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """The records of mails stay in any case."""

    months: int = 0
    """How long raw mails stay in the database; 0 for good."""
    folder: Path | None = None
    """Where they go then; None drops them."""

    def before(self, now: datetime) -> datetime:
        """What was received before this is old enough."""
        return now - self.months * MONTH
