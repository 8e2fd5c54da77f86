"""The digest of the day for the desk: open complaints, what is overdue, other mail, what is set aside.

Written once for each working day, at the configured hour or as soon as the service is there again. Its
ledger accounts for every mail that came since the digest before. Source: HANDBOOK 7.
"""

from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from classify.facts import Verb
from classify.people import Person, Role
from ombud.office import Office
from ombud.post import Post
from process.case import Case
from process.complaint import choices
from process.outgoing import Choice, Item, Notice, Quoted
from process.roles import owners
from store import complaints, inbox, ledger, once

log = structlog.get_logger()

SUBJECT = "digest"
FIRST_PERIOD = timedelta(days=1)
"""What the first digest of all looks back on."""
CASES_MAX = 100
MAILS_MAX = 100
"""Listed in a digest; how many more there are is said."""
MAIL_CHOICES = {
    "other": (Choice(verb=Verb.COMPLAINT),),
    "set_aside": (Choice(verb=Verb.RELEASE), Choice(verb=Verb.DISCARD)),
}


def daily(office: Office) -> int:
    """Writes the digest when it is time; 1 when it was written."""
    now = office.clock()
    if not _is_time(office, now):
        return 0
    with office.engine.begin() as conn:
        since = once.last(conn, SUBJECT) or now - FIRST_PERIOD
        if not once.take(conn, SUBJECT, f"{_local(office, now).date()}", now):
            return 0
        write(conn, office, since, now)
    log.info("digest written")
    return 1


def write(conn: Connection, office: Office, since: datetime, now: datetime) -> None:
    """The digest of a period, to every engineer of the desk."""
    post = Post(conn=conn, office=office, now=now)
    open_cases = complaints.listed(conn, only_open=True)
    mails = inbox.for_desk(conn, since, now, MAILS_MAX)
    unknown = office.rules.calendar.unknown_years(now)
    facts = _facts(conn, (since, now), len(open_cases)) | {"unknown_years": ", ".join(map(str, unknown))}
    for engineer in office.organisation.acting(Role.SERVICE_DESK):
        cases = (_case_item(case, engineer, office, now) for case in open_cases[:CASES_MAX])
        items = (*sorted(cases, key=_order), *(_mail_item(row) for row in mails))
        post.send(Notice(template="digest", to=engineer, matter="", items=items, facts=facts))


def _is_time(office: Office, now: datetime) -> bool:
    at = office.digest_at
    return at is not None and office.rules.calendar.has_struck(at, now)


def _local(office: Office, now: datetime) -> datetime:
    return now.astimezone(office.rules.calendar.timezone)


def _facts(conn: Connection, period: tuple[datetime, datetime], open_count: int) -> dict[str, str]:
    counted = ledger.of_period(conn, *period)
    return {
        "since": period[0].isoformat(),
        "received": str(counted.received),
        "open": str(open_count),
        "unlisted": str(max(0, open_count - CASES_MAX)),
        **{name: str(count) for name, count in counted.counts},
    }


def _case_item(case: Case, to: Person, office: Office, now: datetime) -> Item:
    is_late = case.due_at is not None and case.due_at < now
    late = ", ".join(person.name or person.address for person in owners(case, office.organisation))
    return Item(
        matter=case.number,
        case=case,
        group="overdue" if is_late else case.state.value,
        facts={"late": late},
        choices=choices(case, to, office.organisation),
    )


def _order(item: Item) -> tuple[bool, str, datetime]:
    case = item.case
    due_at = case.due_at if case and case.due_at else datetime.max.replace(tzinfo=UTC)
    return item.group != "overdue", case.state.step_code if case else "", due_at


def _mail_item(row: inbox.MailRow) -> Item:
    group = "set_aside" if row.state == "set_aside" else "other"
    return Item(
        matter=f"M-{row.id}",
        group=group,
        quoted=Quoted(
            number=f"M-{row.id}",
            sender=row.sender,
            subject=row.subject,
            text=row.reason or row.evidence,
            received_at=row.received_at,
        ),
        choices=MAIL_CHOICES[group],
    )
