"""What a mail is: exactly one kind, decided by an ordered table of rules.

`RULES` is read top to bottom; the first rule that holds decides, the last always holds. Predicates take
what is known and answer yes or no; the decision keeps the rule's name and its evidence in words.
Source: HANDBOOK 7; RFC 3834 (automatic mail before anything that could be answered).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from classify import answer, calendar_reply, filled_form, grievance, passed_on, verb
from classify.facts import Awaiting, Command, Decision, Facts, Kind, Verb
from classify.people import Role, address_key
from classify.words import Words
from ingest import automatic

EVIDENCE_CHARS_MAX = 300
LOOP_HEADER = "x-ombud-loop"
TABLE_TYPES = ("text/csv", "application/vnd.ms-excel", "spreadsheetml.sheet")
RECORD_WORDS = (
    "投诉登记",
    "登记投诉",
    "代录",
    "代登记",
    "电话投诉",
    "投诉记录单",
    "record complaint",
    "phone complaint",
)
FORM_FIELDS_MIN = 2
"""Of a recorded complaint: a complainant and one more field."""


class Reading:
    """A mail with its facts, and what the rules find out about it, each at most once."""

    def __init__(self, facts: Facts, words: Words) -> None:
        self.facts = facts
        self.words = words

    @cached_property
    def automatic(self) -> str:
        return automatic.reason(self.facts.mail)

    @cached_property
    def bulk(self) -> str:
        return automatic.bulk(self.facts.mail)

    @cached_property
    def calendar_reply(self) -> calendar_reply.CalendarReply | None:
        return calendar_reply.read(self.facts.mail, self.facts.own_domain)

    @cached_property
    def passed_on(self) -> grievance.Grievance | None:
        """What the original of a forward is by itself; None when none is left to speak, or it is a mail of ours."""
        original = passed_on.original(self.facts.mail, self.facts.own_words)
        if original is None or address_key(original.sender.address) in self.facts.own_addresses:
            return None
        return grievance.judge(original.subject, original.text, self.words)

    @property
    def grievance(self) -> grievance.Grievance:
        return self.facts.grievance

    @cached_property
    def command(self) -> Command | None:
        return verb.read(self.facts.own_words)

    @cached_property
    def filled(self) -> filled_form.Filled:
        """The form in its lines or in a spreadsheet; files are opened for the staff only."""
        read = filled_form.recorded if self.says_record else filled_form.read
        return read(self.facts.mail, self.facts.own_words)

    @cached_property
    def says_record(self) -> bool:
        """Whether the mail says that it records a complaint."""
        said = f"{self.facts.mail.subject}\n{self.facts.own_words}".casefold()
        return any(word in said for word in RECORD_WORDS)

    @property
    def is_engineer(self) -> bool:
        organisation, desk = self.facts.organisation, Role.SERVICE_DESK
        acting = (*organisation.holders(desk), *organisation.acting(desk))
        return self.facts.sender.key in {person.key for person in acting}

    @property
    def is_complainant(self) -> bool:
        """Whether the mail is on the sender's own complaint (or one made for or by them)."""
        matter = self.facts.matter
        return (
            matter is not None
            and matter.number.startswith("C-")
            and (self.facts.sender.key == matter.complainant.key or self.facts.is_party)
        )

    @property
    def awaiting(self) -> Awaiting | None:
        return self.facts.matter.awaiting if self.facts.matter else None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a name, a predicate, and what it makes of the mail."""

    name: str
    holds: Callable[[Reading], bool]
    kind: Kind
    evidence: Callable[[Reading], str]


def _is_bounce(r: Reading) -> bool:
    """It says that a mail of somebody was not delivered, as a report (RFC 3464) or in words."""
    return r.facts.bounce is not None


def _is_own_mail(r: Reading) -> bool:
    """It comes from the address of a watched mailbox, or bears our own mark."""
    mail, facts = r.facts.mail, r.facts
    return address_key(mail.sender.address) in facts.own_addresses or (
        bool(facts.own_domain) and mail.header(LOOP_HEADER).casefold() == facts.own_domain.casefold()
    )


def _is_foreign_desk(r: Reading) -> bool:
    """Another Ombud, or any program that marks its mail as such: never answered."""
    return bool(r.facts.mail.header(LOOP_HEADER))


def _is_calendar_reply(r: Reading) -> bool:
    """Before automatic mail, which it looks like: a calendar program answers for a person."""
    return r.calendar_reply is not None


def _is_automatic(r: Reading) -> bool:
    """A program wrote it: RFC 3834 and its kin, receipts, recalls, answers to invitations, or its words say so."""
    return bool(r.automatic)


def _is_bulk(r: Reading) -> bool:
    """A list or a mass mailing, unless a token of ours proves who answers."""
    # QUIRK: some gateways stamp Precedence: bulk on everything; who proves to answer us is a person.
    return bool(r.bulk) and r.facts.matter_by != "token"


def _is_unreadable(r: Reading) -> bool:
    """Encrypted, or nothing in it at all."""
    mail = r.facts.mail
    is_encrypted = any(defect.startswith("encrypted") for defect in mail.defects)
    return is_encrypted or not (mail.subject or mail.text.strip() or mail.attachments)


def _is_survey_answer(r: Reading) -> bool:
    """It answers a survey form that went to this sender."""
    return r.awaiting is Awaiting.SURVEY


def _is_foreign_survey_answer(r: Reading) -> bool:
    """A form that went to somebody else: forwarded, or forged. It counts for nobody."""
    return r.facts.foreign_number.startswith("Q-")


def _is_callback_answer(r: Reading) -> bool:
    """It answers a call-back that the sender was asked for."""
    return r.awaiting is Awaiting.CALLBACK


def _is_status(r: Reading) -> bool:
    """'进度' is a command for everybody on a matter of theirs."""
    return r.facts.matter is not None and r.command is not None and r.command.verb is Verb.STATUS


def _is_answer(r: Reading) -> bool:
    """It is about a complaint of the sender: their own, made for them, or of whom they may speak for."""
    return r.is_complainant


def _is_command(r: Reading) -> bool:
    """It is about a matter that a member of the staff was written to about."""
    return r.facts.matter is not None


def _is_work_orders(r: Reading) -> bool:
    """A table from the ITSM tool's configured address, about no matter."""
    facts = r.facts
    tables = [a for a in facts.mail.attachments if any(t in a.content_type for t in TABLE_TYPES)]
    named = [a for a in facts.mail.attachments if a.filename.lower().endswith((".csv", ".xlsx"))]
    is_sender = address_key(facts.mail.sender.address) in facts.work_order_senders
    return is_sender and facts.matter is None and bool(tables or named)


def _is_recorded_form(r: Reading) -> bool:
    """A form for somebody; without a name it must say that it is one, and its sender is asked for the rest."""
    if not r.is_engineer:
        return False
    fields = dict(r.filled.fields)
    if len(fields) >= FORM_FIELDS_MIN:
        return "complainant" in fields or r.says_record
    return r.says_record and bool(r.filled.trouble)


def _is_recorded_forward(r: Reading) -> bool:
    """An engineer forwards a mail and says that it is to be recorded; 请登记 is enough above what may be a complaint."""
    if not r.is_engineer or r.facts.mail.forwarded is None:
        return False
    return r.says_record or (passed_on.asks_to_record(r.facts.own_words) and _passes_on_grievance(r))


def _is_misaddressed_command(r: Reading) -> bool:
    """A staff member's reply from a private address is no complaint of a stranger."""
    return r.facts.is_misaddressed and r.command is not None


def _is_complaint(r: Reading) -> bool:
    """The text is a complaint."""
    return r.grievance.verdict == "yes"


def _is_doubtful(r: Reading) -> bool:
    """The text may be one: the desk is asked."""
    return r.grievance.verdict == "ask"


def _passes_on_grievance(r: Reading) -> bool:
    """It forwards what would be a complaint, or may be one, from its writer: the desk is asked whose it is."""
    return r.passed_on is not None and r.passed_on.verdict != "no"


def _always(r: Reading) -> bool:
    """Everything else: kept for the desk, in the digest of the day."""
    return True


def _by_bounce(r: Reading) -> str:
    report = r.facts.bounce
    return "; ".join(f"{x.address} {x.status}".strip() for x in report.recipients) if report else ""


def _by_calendar(r: Reading) -> str:
    reply = r.calendar_reply
    return f"{reply.review}: {reply.status} of {reply.attendee} (RFC 5546)" if reply else ""


def _by_command(r: Reading) -> str:
    return f"verb: {r.command.verb.value}" if r.command else "no verb in the first line"


def _by_matter(r: Reading) -> str:
    matter = r.facts.matter
    return f"{matter.number}, found by {r.facts.matter_by}" if matter else ""


def _by_grievance(r: Reading) -> str:
    return f"score {r.grievance.score}: {', '.join(r.grievance.reasons)}"


def _by_passed_on(r: Reading) -> str:
    judged = r.passed_on
    return f"the forwarded mail: score {judged.score}: {', '.join(judged.reasons)}" if judged else ""


def _by_form(r: Reading) -> str:
    return "fields: " + ", ".join(name for name, _ in r.filled.fields)


def _says(words: str) -> Callable[[Reading], str]:
    return lambda r: words


RULES = (
    Rule("bounce", _is_bounce, Kind.BOUNCE, _by_bounce),
    Rule("own-mail", _is_own_mail, Kind.LOOP, _says("a mail of our own")),
    Rule("foreign-desk", _is_foreign_desk, Kind.LOOP, _says(f"{LOOP_HEADER} of another desk")),
    # Before automatic mail: the ITSM tool is a program, and what it exports is answered to no program.
    Rule("work-orders", _is_work_orders, Kind.WORK_ORDERS, _says("a table from a configured sender")),
    Rule("calendar-reply", _is_calendar_reply, Kind.CALENDAR_REPLY, _by_calendar),
    Rule("automatic", _is_automatic, Kind.AUTOMATIC_REPLY, lambda r: r.automatic),
    Rule("bulk", _is_bulk, Kind.LIST_OR_BULK, lambda r: r.bulk),
    Rule("unreadable", _is_unreadable, Kind.UNREADABLE, lambda r: "; ".join(r.facts.mail.defects) or "empty"),
    Rule("survey-answer", _is_survey_answer, Kind.SURVEY_ANSWER, _by_matter),
    Rule(
        "foreign-survey-answer",
        _is_foreign_survey_answer,
        Kind.SURVEY_ANSWER,
        lambda r: f"{r.facts.foreign_number} went to somebody else",
    ),
    Rule("callback-answer", _is_callback_answer, Kind.CALLBACK_ANSWER, _by_matter),
    Rule("status", _is_status, Kind.COMMAND, _by_command),
    Rule("complainants-answer", _is_answer, Kind.ANSWER, _by_matter),
    Rule("staff-command", _is_command, Kind.COMMAND, _by_command),
    Rule("recorded-form", _is_recorded_form, Kind.RECORDED_FORM, _by_form),
    Rule(
        "recorded-forward",
        _is_recorded_forward,
        Kind.RECORDED_FORM,
        _says("forwarded by an engineer to record"),
    ),
    Rule(
        "misaddressed-command",
        _is_misaddressed_command,
        Kind.OTHER,
        _says("a verb from an address to which our mail did not go"),
    ),
    Rule("grievance", _is_complaint, Kind.COMPLAINT, _by_grievance),
    Rule("doubtful", _is_doubtful, Kind.ASK, _by_grievance),
    Rule("forwarded-grievance", _passes_on_grievance, Kind.ASK, _by_passed_on),
    Rule("other", _always, Kind.OTHER, _by_grievance),
)


def decide(facts: Facts, words: Words) -> Decision:
    """The kind of a mail, the rule that decided it, and the evidence."""
    reading = Reading(facts, words)
    rule = next(rule for rule in RULES if rule.holds(reading))
    meaning = None
    if rule.kind is Kind.ANSWER and reading.awaiting in (Awaiting.CONFIRMATION, Awaiting.OBJECTION):
        meaning = answer.meaning(facts.own_words, words).meaning
    return Decision(
        kind=rule.kind,
        rule=rule.name,
        evidence=rule.evidence(reading)[:EVIDENCE_CHARS_MAX],
        command=reading.command if rule.kind is Kind.COMMAND else None,
        answer=meaning,
        form=reading.filled.fields if rule.kind is Kind.RECORDED_FORM else (),
    )
