"""`ombud replay`: which past mails would be decided otherwise, by a new configuration or a new program.

Reads the stored mails and the stored trail; nothing is sent, nothing written (the database itself is told to
refuse it). Taken as they were: the mail, the matter that it was given to, what the complainant was being asked
then. Taken as they are now: directory, rules, words. Not asked again: DNS.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, Engine

from classify import kind, understood
from classify.facts import Facts, Kind, Matter
from ingest.mail import Mail
from ingest.parse import parse
from ombud import admit, gather, mailroom, past, secret, wiring
from ombud.hand import Hand
from ombud.office import Office
from ombud.post import Post
from ombud.settings import Settings
from process.case import Case, Event
from store import complaints, erasure, events, received
from store.database import reading, refuse_writes

EXIT_WRONG = 2
ASPECTS = ("kind", "rule", "evidence", "escalations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was, or would be, made of a mail."""

    kind: str
    rule: str
    evidence: str
    escalations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A past mail, then and now."""

    mail_id: int
    matter: str
    received_at: datetime
    sender: str
    subject: str
    then: Decided
    now: Decided

    @property
    def differs(self) -> tuple[str, ...]:
        return tuple(name for name in ASPECTS if getattr(self.then, name) != getattr(self.now, name))


def run(engine: Engine, settings: Settings, tried: Settings, since: date, *, as_json: bool) -> int:
    """Prints what would be otherwise with `tried`; the exit code. `settings` tell the keys in force."""
    try:
        keys = _keys(settings)
    except secret.SecretMissing as trouble:
        print(f"token keys: {trouble}", file=sys.stderr)
        return EXIT_WRONG
    office = wiring.assembled(tried, mailroom.of(tried, engine), keys)
    first = datetime.combine(since, time(), settings.organisation.timezone)
    with reading(engine) as conn:
        refuse_writes(conn)
        compared = tuple(replayed(conn, office, first))
    if as_json:
        _print_json(compared)
    else:
        _print(compared)
    return 0


def _keys(settings: Settings) -> tuple[str, ...]:
    """The keys that the mails were signed with; none is made here. Raises SecretMissing."""
    found = secret.configured_keys(settings.secrets)
    if not found and not secret.key_file(settings).exists():
        raise secret.SecretMissing(f"{secret.key_file(settings)} is not there: replies could not be proven")
    return found or secret.token_keys(settings)


def replayed(conn: Connection, office: Office, first: datetime) -> Iterator[Compared]:
    """Every mail handled since then, then and now, oldest first."""
    erased = erasure.originals(conn, "mail")
    for row in received.received_since(conn, first):
        # What broke the program was never decided; what was erased or has left the database cannot be read as it was.
        is_decided = row.state in ("handled", "set_aside", "discarded") and row.kind and not row.traceback
        if not is_decided or row.id in erased or row.raw_at:
            continue
        stored = received.get(conn, row.id)
        if stored is not None:
            yield _compared(conn, office, row, parse(stored.content))


def _compared(conn: Connection, office: Office, row: received.MailRow, mail: Mail) -> Compared:
    at = row.handled_at or row.received_at
    office = replace(office, clock=lambda: at)
    case = complaints.get(conn, row.matter)
    trail = events.trail(conn, row.matter) if case else ()
    has_opened = bool(trail) and trail[0].mail_id == row.id
    facts = _facts(conn, office, row, mail)
    decision = kind.decide(facts, office.words)
    hand = Hand(
        conn=conn,
        office=office,
        mail_id=row.id,
        facts=facts,
        decision=decision,
        post=Post(conn=conn, office=office, now=at),
    )
    opened = admit.tried(hand) if decision.kind is Kind.COMPLAINT else None
    return Compared(
        mail_id=row.id,
        matter=row.matter,
        received_at=row.received_at,
        sender=row.sender,
        subject=row.subject,
        then=Decided(
            kind=row.kind,
            rule=row.rule or ("" if row.kind != Kind.UNREADABLE.value else decision.rule),
            evidence=row.evidence or row.reason,
            # A complaint that the desk made of a mail, or recorded for somebody, is not looked at.
            escalations=_escalations(case if has_opened and row.kind == Kind.COMPLAINT.value else None),
        ),
        now=Decided(
            kind=decision.kind.value,
            rule=decision.rule,
            evidence=decision.evidence,
            escalations=_escalations(opened),
        ),
    )


def _escalations(case: Case | None) -> tuple[str, ...]:
    """Those that the mail itself caused; later ones are caused by what people do."""
    found = case.escalations if case else ()
    return tuple(f"{one.reason}: {one.evidence}" for one in found if case and one.at == case.recorded_at)


def _facts(conn: Connection, office: Office, row: received.MailRow, mail: Mail) -> Facts:
    """The facts as they were: on the matter that the mail was given to, with what was asked then."""
    at = office.clock()
    found = gather.authenticated(mail, office.authserv_id, None)
    arrival = gather.Arrived(
        mail=mail, grievance=understood.judged(mail, office.words), authentication=found, now=at
    )
    facts = gather.facts(conn, office, arrival)
    matter = facts.matter
    if matter is None or not matter.number.startswith("C-"):
        return facts
    known = past.before(events.trail(conn, matter.number), at, row.id)
    if not known:
        # The complaint that a mail quotes by chance, before there was one of that number.
        return replace(facts, matter=None, matter_by="", is_party=False)
    return replace(facts, matter=_as_of_then(matter, known))


def _as_of_then(matter: Matter, known: tuple[Event, ...]) -> Matter:
    return replace(matter, awaiting=past.awaiting(known), is_closed=past.is_closed(known))


def _print_json(compared: tuple[Compared, ...]) -> None:
    for one in compared:
        if one.differs:
            print(json.dumps(_record(one), ensure_ascii=False))


def _record(one: Compared) -> dict[str, object]:
    return {
        "mail": one.mail_id,
        "matter": one.matter,
        "received_at": one.received_at.isoformat(),
        "sender": one.sender,
        "subject": one.subject,
        "differs": list(one.differs),
        "then": {name: getattr(one.then, name) for name in ASPECTS},
        "now": {name: getattr(one.now, name) for name in ASPECTS},
    }


def _print(compared: tuple[Compared, ...]) -> None:
    table = Table(title="会有不同 / would be decided otherwise")
    for column in ("mail", "matter", "subject", "differs", "then", "now"):
        table.add_column(column, overflow="fold", no_wrap=column in ("mail", "matter"))
    others = [one for one in compared if one.differs]
    for one in others:
        cells = (f"M-{one.mail_id}", one.matter, one.subject, "\n".join(one.differs), *_said(one))
        table.add_row(*(Text(_visible(cell)) for cell in cells))
    if others:
        Console().print(table)
    kinds = Counter(f"{one.then.kind} → {one.now.kind}" for one in others if "kind" in one.differs)
    print(f"{len(compared)} 封 / mails, {len(others)} 封不同 / otherwise")
    for change, count in sorted(kinds.items()):
        print(f"  {change}: {count}")


def _said(one: Compared) -> tuple[str, str]:
    then, now = (
        "\n".join(f"{name}: {_words(getattr(decided, name))}" for name in one.differs)
        for decided in (one.then, one.now)
    )
    return then, now


def _words(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "; ".join(value) or "-"


def _visible(text: str) -> str:
    """Without control characters, which could drive the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "·" for c in text)
