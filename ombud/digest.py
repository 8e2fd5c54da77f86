"""The digest of the day for the desk: open complaints, what is overdue, other mail, what is set aside.

Written once for each working day, at the configured hour or as soon as the service is there again. Its
ledger accounts for every mail that came since the digest before; its anchor says how the log ended on
this day, so that nobody can write the log anew unseen. Source: HANDBOOK 7; ISO 10002 8.1.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from classify import token
from classify.facts import Verb
from classify.people import Organisation, Person, Role
from ingest.parse import own_text
from ombud.office import Office
from ombud.post import Post
from process.case import Case
from process.complaint import choices
from process.outgoing import Choice, Item, Notice, Quoted
from process.roles import owners
from store import anchors, backlog, complaints, ledger, once, received
from store.database import deciding

log = structlog.get_logger()

SUBJECT = "digest"
FIRST_PERIOD = timedelta(days=1)
"""What the first digest of all looks back on."""
CASES_MAX = 100
MAILS_MAX = 100
"""Listed in a digest; how many more there are is said."""
MAILS_COUNTED_MAX = 10_000
EXCERPT_CHARS = 400
EXCERPT_READ_BYTES = 64_000
"""Of a mail, to find the excerpt in: long headers and a text, without the files behind it."""
MAIL_CHOICES = {
    "asked": (Choice(verb=Verb.COMPLAINT), Choice(verb=Verb.NO_COMPLAINT)),
    "other": (Choice(verb=Verb.COMPLAINT),),
    "set_aside": (Choice(verb=Verb.RELEASE), Choice(verb=Verb.DISCARD)),
}
"""What may be answered on a mail, by its group; the groups in the order to be shown."""


def daily(office: Office) -> int:
    """Writes the digest when it is time; 1 when it was written."""
    now = office.clock()
    if not _is_time(office, now):
        return 0
    with deciding(office.engine) as conn:
        since = once.last(conn, SUBJECT) or now - FIRST_PERIOD
        if not once.take(conn, SUBJECT, f"{_local(office, now).date()}", now):
            return 0
        write(conn, office, since, now)
    log.info("digest written")
    return 1


def write(conn: Connection, office: Office, since: datetime, now: datetime) -> None:
    """The digest of a period, to every engineer of the desk."""
    post = Post(conn=conn, office=office, now=now)
    count = sum(cases for _, cases in backlog.open_by_state(conn))
    open_cases = complaints.oldest_open(conn, CASES_MAX)
    mails = received.for_desk(conn, since, now, MAILS_COUNTED_MAX)
    items = _mail_items(conn, mails[:MAILS_MAX])
    facts = {
        "since": since.isoformat(),
        "open": str(count),
        "overdue": str(backlog.overdue(conn, now)),
        "unlisted": str(count - len(open_cases) + len(mails) - len(items)),
        "anchor": anchors.write(conn, _local(office, now)).mark,
        "unknown_years": ", ".join(map(str, office.rules.calendar.unknown_years(now))),
        **_counted(conn, since, now),
    }
    organisation = office.organisation
    for engineer in organisation.acting(Role.SERVICE_DESK):
        cases = (_case_item(case, engineer, organisation, now) for case in open_cases)
        listed = (*sorted(cases, key=_order), *items)
        post.send(Notice(template="digest", to=engineer, matter="", items=listed, facts=facts))


def _is_time(office: Office, now: datetime) -> bool:
    at = office.digest_at
    return at is not None and office.rules.calendar.has_struck(at, now)


def _local(office: Office, now: datetime) -> datetime:
    return now.astimezone(office.rules.calendar.timezone)


def _counted(conn: Connection, since: datetime, now: datetime) -> dict[str, str]:
    counted = ledger.of_period(conn, since, now)
    return {"received": str(counted.received)} | {name: str(count) for name, count in counted.counts}


def _is_late(case: Case, now: datetime) -> bool:
    return case.due_at is not None and case.due_at < now


def _case_item(case: Case, to: Person, organisation: Organisation, now: datetime) -> Item:
    late = owners(case, organisation)
    return Item(
        matter=case.number,
        case=case,
        group="overdue" if _is_late(case, now) else case.state.value,
        waits_for=tuple(person.name or person.address for person in late),
        choices=choices(case, to, organisation),
    )


def _order(item: Item) -> tuple[bool, str, datetime]:
    case = item.case
    due_at = case.due_at if case and case.due_at else datetime.max.replace(tzinfo=UTC)
    return item.group != "overdue", case.state.step_code if case else "", due_at


def _group_order(item: Item) -> int:
    return tuple(MAIL_CHOICES).index(item.group)


def _mail_items(conn: Connection, rows: Sequence[received.MailRow]) -> list[Item]:
    """The mails in the order of their groups, each with what its sender wrote, as far as a reader needs it to decide."""
    unexplained = [row.id for row in rows if not row.reason]
    found = received.beginnings(conn, unexplained, EXCERPT_READ_BYTES)
    texts = {mail_id: own_text(content)[:EXCERPT_CHARS] for mail_id, content in found.items()}
    return sorted((_mail_item(row, row.reason or texts[row.id]) for row in rows), key=_group_order)


def _mail_item(row: received.MailRow, text: str) -> Item:
    group = "set_aside" if row.state == "set_aside" else "asked" if row.kind == "ask" else "other"
    return Item(
        matter=f"M-{row.id}",
        group=group,
        quoted=Quoted(
            number=f"M-{row.id}",
            sender=row.sender,
            subject=token.without_tags(row.subject),
            text=text,
            received_at=row.received_at,
        ),
        choices=MAIL_CHOICES[group],
    )
