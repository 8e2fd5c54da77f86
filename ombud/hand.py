"""One mail in hand: its transaction, its id, what is known and decided about it."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from classify import trust
from classify.facts import Command, Decision, Facts
from classify.people import Role
from ombud.office import Office
from ombud.post import Post
from process.outgoing import Choice, Notice, Quoted
from process.turn import Act, Step
from store import complaints, events

QUOTED_CHARS_MAX = 2_000
"""Of a mail's text shown to the desk in a question or an alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What an act works with."""

    conn: Connection
    office: Office
    mail_id: int
    facts: Facts
    decision: Decision
    post: Post

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the mail as it came, for the record form."""
        return sha256(self.facts.mail.raw).hexdigest()

    @property
    def quoted(self) -> Quoted:
        """The mail as it is shown to the desk."""
        mail = self.facts.mail
        return Quoted(
            number=f"M-{self.mail_id}",
            sender=str(mail.sender),
            subject=mail.subject,
            text=mail.own_text[:QUOTED_CHARS_MAX],
            received_at=self.facts.now,
            trust=self.facts.trust,
        )

    def act(self, command: Command) -> Act:
        """The mail's words as an act of its sender."""
        return Act(
            command=command,
            by=self.facts.sender,
            at=self.facts.now,
            mail_id=self.mail_id,
            message_id=self.facts.mail.message_id,
        )

    def may(self, capability: trust.Capability) -> bool:
        """Whether the sender is believed enough for this."""
        return trust.may(self.facts.trust.grade, capability, self.office.has_verdicts)

    def ask_desk(self, template: str, facts: dict[str, str], *choices: Choice) -> None:
        """A notice about the mail in hand to every engineer of the desk."""
        for engineer in self.office.organisation.acting(Role.SERVICE_DESK):
            self.post.send(
                Notice(
                    template=template,
                    to=engineer,
                    matter=self.quoted.number,
                    quoted=self.quoted,
                    choices=choices,
                    facts=facts,
                )
            )

    def alert(self, what: str, detail: str) -> None:
        """The desk is told of something that is amiss with the mail in hand."""
        self.ask_desk("alert", {"what": what, "detail": detail})

    def keep(self, step: Step) -> None:
        """A step saved whole: record, trail, outbox."""
        if step.case.version == 0:
            complaints.insert_case(self.conn, step.case)
        else:
            complaints.save(self.conn, step.case)
        events.append(self.conn, step.case.number, step.events)
        for notice in step.notices:
            self.post.send(notice)
