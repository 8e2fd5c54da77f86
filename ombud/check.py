"""Whether the servers and files that the configuration names can be used: one line each.

Tries nothing that changes anything.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from ingest import mailbox
from ingest.mailbox import MailboxUnreachable
from notify import smtp
from ombud.config import imap_accounts, smtp_account
from ombud.roster import row_fault
from ombud.sections import Settings
from process.worktime import public_holidays
from store import database, directory


class Checked(NamedTuple):
    """One thing that was tried."""

    what: str
    is_ok: bool
    detail: str


def run(settings: Settings) -> list[Checked]:
    """Every mailbox, the SMTP server, the database, the directory and the holidays."""
    return [
        *(
            _tried(f"IMAP {account.name}", partial(mailbox.check, account))
            for account in imap_accounts(settings)
        ),
        _tried("SMTP", partial(smtp.check, smtp_account(settings))),
        _tried("database", partial(database.check, settings.store.url)),
        _directory(settings),
        _holidays(settings, datetime.now(UTC).year),
    ]


def _tried(what: str, check: Callable[[], str]) -> Checked:
    try:
        return Checked(what, True, check())
    except (MailboxUnreachable, smtp.SmtpUnreachable, database.DatabaseUnusable, OSError) as trouble:
        return Checked(what, False, str(trouble) or type(trouble).__name__)


def _directory(settings: Settings) -> Checked:
    listing = directory.read(settings.directory.people, settings.directory.departments)
    if listing.faults:
        return Checked("directory", False, "; ".join(str(row_fault(fault)) for fault in listing.faults))
    return Checked("directory", True, f"{len(listing.people)} people, {len(listing.departments)} departments")


def _holidays(settings: Settings, year: int) -> Checked:
    """QUIRK: for a year whose make-up days are not published yet, the calendar silently has none."""
    country, own = settings.worktime.holidays, settings.worktime.extra_workdays
    if not country:
        return Checked("holidays", True, "none configured")
    days, workdays = public_holidays(country, range(year, year + 1))
    count = len(workdays) + sum(day.year == year for day in own)
    detail = f"{country} {year}: {len(days)} days off, {count} make-up working days"
    if country == "CN" and not count:
        detail += "; the make-up days (调休) are not known: add them to worktime.extra_workdays"
    return Checked("holidays", True, detail)
