"""One mail in hand: its transaction, its id, what is known and decided about it."""

from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import Connection

from classify import particulars, token, trust
from classify.facts import Command, Decision, Facts
from ingest.mail import Attachment
from ombud.office import Office
from ombud.post import Post
from process.case import AttachmentNote
from process.outgoing import Choice, Notice, Quoted
from process.roles import besides
from process.turn import Act, Step
from store import complaints, outbox

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
            subject=token.without_tags(mail.subject),
            text=mail.own_text[:QUOTED_CHARS_MAX],
            received_at=self.facts.now,
            trust=self.facts.trust,
            about_keys=self._about_keys,
        )

    @property
    def _about_keys(self) -> tuple[str, ...]:
        """Role holders whom the mail complains about, whether it turns out a complaint or not."""
        mail = self.facts.mail
        found = particulars.about(mail.subject, mail.own_text, self.facts.organisation)
        return tuple(person.key for person in found if person.key != self.facts.sender.key)

    def act(self, command: Command) -> Act:
        """The mail's words as an act of its sender."""
        answered = outbox.find(self.conn, self.facts.mail.in_reply_to)
        return Act(
            command=command,
            by=self.facts.sender,
            at=self.facts.now,
            mail_id=self.mail_id,
            message_id=self.facts.mail.message_id,
            answered_at=answered.created_at if answered else None,
            attachments=notes(self.facts.mail.attachments),
        )

    def may(self, capability: trust.Capability) -> bool:
        """Whether the sender is believed enough for this."""
        return trust.may(self.facts.trust.grade, capability, self.office.has_verdicts)

    def ask_desk(self, template: str, facts: dict[str, str], *choices: Choice) -> None:
        """A notice about the mail in hand to every engineer of the desk, but for those whom it is about."""
        for engineer in besides(frozenset(self.quoted.about_keys), self.office.organisation):
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

    def alert(self, what: str, detail: str, *choices: Choice) -> None:
        """The desk is told of something that is amiss with the mail in hand."""
        self.ask_desk("alert", {"what": what, "detail": detail}, *choices)

    def keep(self, step: Step) -> None:
        """A step saved whole: record, trail, outbox."""
        is_new = step.case.version == 0
        if is_new:
            complaints.insert_case(self.conn, step.case)
        else:
            complaints.save(self.conn, step.case)
        self.post.note(step.case.number, step.events)
        trail = step.events if is_new or not step.notices else self.post.trail(step.case.number)
        for notice in step.notices:
            self.post.send(replace(notice, trail=trail))


def notes(attachments: tuple[Attachment, ...]) -> tuple[AttachmentNote, ...]:
    """What the record form lists of files; they themselves stay in their mail."""
    return tuple(
        AttachmentNote(
            filename=a.filename, content_type=a.content_type, size_bytes=a.size_bytes, sha256=a.sha256
        )
        for a in attachments
    )
