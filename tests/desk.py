"""An Ombud without servers: the real store in a folder, mail put in as bytes, a clock that is moved.

What goes out is read from the outbox as the bytes that would be sent.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from classify import words
from classify.people import Organisation, Person
from classify.token import Sealer
from ingest.mail import Mail, RawMail
from ingest.parse import parse
from notify.compose import Letterhead
from ombud import handle, schedule
from ombud.office import Office
from process.case import Case, Event
from store import complaints, database, events, inbox, outbox, received, schema
from tests import sqlite_file
from tests.company import ORGANISATION, RULES, SHANGHAI

DESK = "it-desk@corp.example"
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai on a working Monday."""


@dataclass(slots=True)
class Desk:
    """A running office in a test."""

    office: Office
    now: datetime = MONDAY
    organisation: Organisation = ORGANISATION
    sent: list[Mail] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)
    _count: int = 0

    def write(self, sender: Person | str, subject: str, text: str, **headers: str) -> int:
        """A mail to the desk, handled at once; its id."""
        self._count += 1
        message = EmailMessage()
        address = sender if isinstance(sender, str) else sender.address
        message["From"], message["To"], message["Subject"] = address, DESK, subject
        message["Date"] = format_datetime(self.now)
        message["Message-ID"] = f"<{self._count}@mail.corp.example>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return self.put(message.as_bytes())

    def put(self, content: bytes) -> int:
        """A message as it came, handled at once; its id."""
        self._count += 1
        raw = RawMail(mailbox="desk", uidvalidity=1, uid=self._count, received_at=self.now, content=content)
        with self.office.engine.begin() as conn:
            mail_id = inbox.add(conn, raw, self.now)
        assert mail_id is not None, "the same mail twice"
        self.work()
        return mail_id

    def answer(self, person: Person, notice: str, text: str, number: str = "") -> int:
        """A plain reply to the last mail of a kind that a person got."""
        mail = self.got(person, notice, number)[-1]
        references = " ".join(f"<{one}>" for one in (*mail.references, mail.message_id))
        return self.write(
            person, f"Re: {mail.subject}", text, In_Reply_To=f"<{mail.message_id}>", References=references
        )

    def got(self, person: Person | str, notice: str = "", number: str = "") -> list[Mail]:
        """Mails of a kind that a person got, oldest first."""
        address = person if isinstance(person, str) else person.address
        return [
            mail
            for mail in self.sent
            if address in {a.address for a in (*mail.to, *mail.cc)}
            and notice in ("", mail.header("x-ombud-notice"))
            and number in mail.subject
        ]

    def work(self) -> None:
        """Handles all that waits and takes what goes out."""
        while handle.next_mails(self.office):
            pass
        self.collect()

    def collect(self) -> None:
        with database.reading(self.office.engine) as conn:
            rows = [row for row in outbox.listed(conn) if row.id not in self._taken]
            for row in rows:
                self._taken.add(row.id)
                content = outbox.content(conn, row.id)
                assert content is not None
                self.sent.append(parse(content))

    def move(self, **span: float) -> None:
        """Moves the clock and lets it tick; hours of the night count as any others."""
        self.move_to(self.now + timedelta(**span))

    def move_to(self, at: datetime) -> None:
        self.now = at
        while schedule.tick(self.office):
            pass
        self.collect()

    def case(self, number: str) -> Case:
        with database.reading(self.office.engine) as conn:
            case = complaints.get(conn, number)
        assert case is not None, number
        return case

    def cases(self) -> tuple[Case, ...]:
        with database.reading(self.office.engine) as conn:
            return complaints.listed(conn, only_open=False)

    def trail(self, number: str) -> tuple[Event, ...]:
        with database.reading(self.office.engine) as conn:
            return events.trail(conn, number)

    def mails(self) -> tuple[received.MailRow, ...]:
        with database.reading(self.office.engine) as conn:
            return received.listed(conn)


@dataclass(frozen=True, slots=True)
class Link:
    """A ready-made answer, as a mail program opens it."""

    subject: str
    body: str


def mailto(html: str) -> list[Link]:
    """The ready-made answers of a mail, in order."""
    found = []
    for href in re.findall(r'href="(mailto:[^"]{1,4000})"', html):
        query = parse_qs(urlsplit(unescape(href)).query)
        found.append(Link(query["subject"][0], query["body"][0]))
    return found


@contextmanager
def desk(store: Path | str, **changes: object) -> Iterator[Desk]:
    """A desk of the invented company; its store is a URL or, of SQLite, a new folder; `changes` are fields of its Office."""
    url = store if isinstance(store, str) else sqlite_file.new(store / "ombud.db")
    engine = database.open_database(url)
    schema.migrate(engine)
    holder: list[Desk] = []
    sealer = Sealer(keys=("k" * 32,), max_age_days=400)
    office = Office(
        engine=engine,
        directory=lambda: holder[0].organisation,
        rules=RULES,
        words=words.load(),
        letterhead=Letterhead(
            organisation="示例公司",
            desk_name="IT服务台",
            desk_address=DESK,
            domain="corp.example",
            timezone=SHANGHAI,
            sealer=sealer,
            default_language="zh",
        ),
        sealer=sealer,
        own_addresses=frozenset({DESK}),
        clock=lambda: holder[0].now,
        digest_at=time(8, 30),
    )
    holder.append(Desk(office=replace(office, **changes)))  # type: ignore[arg-type]
    try:
        yield holder[0]
    finally:
        engine.dispose()
