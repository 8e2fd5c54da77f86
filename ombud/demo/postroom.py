"""A mail system in memory: people write to the desk and get its mail, with no server between.

What is written goes through the store as received mail does; what goes out comes through the real sending step.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime

from classify.people import Person
from ingest.mail import Mail, RawMail
from ingest.parse import parse
from ombud import handle, schedule, send
from ombud.office import Office
from process.outgoing import Outcome, Outgoing, Sent
from store import inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A mail of the desk's that somebody got."""

    to: Person
    notice: str
    mail: Mail


@dataclass(slots=True)
class Postroom:
    """Everybody's mailboxes; takes the place of the SMTP connection."""

    office: Office
    written: int = 0
    sent: int = 0
    _new: list[Delivered] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Outcome:
        """Delivered at once to each recipient."""
        self.sent += 1
        mail = parse(outgoing.content)
        for address in outgoing.recipients:
            to = self.office.organisation.who(address)
            self._new.append(Delivered(to=to, notice=outgoing.template, mail=mail))
        return Sent(reply="250 delivered")

    def arrivals(self) -> Iterator[Delivered]:
        """What came since the last look."""
        new, self._new = self._new, []
        yield from new

    def work(self) -> None:
        """The service does all that there is to do at this moment."""
        while self._round():
            pass

    def _round(self) -> bool:
        """Each step until it has nothing left, as the service's threads do; whether there was anything."""
        done = 0
        while handled := handle.next_mails(self.office):
            done += handled
        done += schedule.tick(self.office)
        while sent := send.due_mails(self.office, self):
            done += sent
        return bool(done)

    def write(self, sender: Person, subject: str, text: str, answers: Mail | None = None) -> None:
        """A mail to the desk, or a reply to one of its own."""
        self.post(self.message(sender, subject, text, answers))

    def message(self, sender: Person, subject: str, text: str, answers: Mail | None = None) -> EmailMessage:
        """The message of it, to be given attachments before it is posted."""
        self.written += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender.address, self._desk, subject
        message["Date"] = format_datetime(self.office.clock())
        message["Message-ID"] = f"<{self.written}@people.corp.example>"
        if answers:
            message["In-Reply-To"] = f"<{answers.message_id}>"
            message["References"] = " ".join(f"<{one}>" for one in (*answers.references, answers.message_id))
        message.set_content(text)
        return message

    @property
    def _desk(self) -> str:
        return self.office.letterhead.desk_address

    def post(self, message: EmailMessage) -> None:
        """The message in the desk's mailbox, waiting to be handled."""
        now = self.office.clock()
        raw = RawMail(
            mailbox="desk", uidvalidity=1, uid=self.written, received_at=now, content=message.as_bytes()
        )
        with self.office.engine.begin() as conn:
            inbox.add(conn, raw, now)
