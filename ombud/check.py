"""Whether the servers and files that the configuration names can be used: one line each.

Tries nothing that changes anything.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import NamedTuple

from ingest import mailbox
from ingest.imap import MailboxUnreachable
from notify import smtp
from notify.fault_mail import Mailer
from ombud import mailboxes, outlets, terms
from ombud.roster import row_fault
from ombud.settings import Settings
from store import database, directory, schema


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
            for account in mailboxes.accounts(settings)
        ),
        _tried("SMTP", partial(smtp.check, outlets.smtp(settings))),
        *(_tried("second SMTP", partial(smtp.check, second.account)) for second in _second(settings)),
        _tried("database", partial(schema.check, settings.store.url)),
        _directory(settings),
        _holidays(settings, datetime.now(UTC)),
    ]


def _second(settings: Settings) -> list[Mailer]:
    found = outlets.second_smtp(settings)
    return [found] if found else []


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


def _holidays(settings: Settings, now: datetime) -> Checked:
    found = terms.calendar(settings, now.year)
    if found.known_years is None:
        return Checked("holidays", True, "none configured")
    country, counts = (
        settings.worktime.holidays,
        (len(_of(now.year, d)) for d in (found.holidays, found.workdays)),
    )
    detail = "{} {}: {} days off, {} make-up working days".format(country, now.year, *counts)
    missing = ", ".join(map(str, found.unknown_years(now)))
    advice = f"; {missing}: {terms.NO_HOLIDAYS}" if missing else ""
    return Checked("holidays", True, detail + advice)


def _of(year: int, days: frozenset[date]) -> list[date]:
    return [day for day in days if day.year == year]
