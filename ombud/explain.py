"""What Ombud makes of messages, without touching the store: `ombud explain`.

The JSON is an interface that others build on: one object a message, names are stable, nothing is left
out (absent texts are '', an absent date or bounce is null). Source: issue of the first release, section
'What is seen from outside'.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classify import answer, kind, questionnaire, trust, understood
from classify.facts import Awaiting, Decision, Facts, Kind, Matter
from classify.people import Organisation, Person, address_key
from classify.questionnaire import Questionnaire
from classify.words import Words
from ingest import bounce, dkim_check
from ingest.mail import Address, Attachment, Bounce, Mail
from ingest.parse import parse
from ombud import awaited, config, messages, wiring
from ombud.awaited import FieldRecord
from ombud.gather import authenticated
from ombud.messages import Unreadable
from ombud.settings import Settings

DEFAULT_CONFIG = Path("config.toml")
EXIT_FAILED = 1
EXIT_WRONG = 2
MATTER = "C-0000-00000"
"""Number of the made-up complaint that an awaited answer is about."""
ANSWERS = (Kind.SURVEY_ANSWER, Kind.CALLBACK_ANSWER)
"""Kinds that answer several things, or one on a scale."""
TEXT_CHARS_SHOWN = 600


class AddressRecord(TypedDict):
    name: str
    address: str


class AttachmentRecord(TypedDict):
    filename: str
    content_type: str
    size_bytes: int
    sha256: str


class RecipientRecord(TypedDict):
    address: str
    status: str
    permanent: bool


class BounceRecord(TypedDict):
    recipients: list[RecipientRecord]
    original_message_id: str


Record = TypedDict(
    "Record",
    {
        "file": str,
        "message_id": str,
        "from": AddressRecord,
        "to": list[AddressRecord],
        "subject": str,
        "date": str | None,
        "text": str,
        "own_text": str,
        "attachments": list[AttachmentRecord],
        "kind": str,
        "rule": str,
        "evidence": str,
        "trust": str,
        "trust_reasons": list[str],
        "answer": str | None,
        "answers": list[FieldRecord],
        "bounce": BounceRecord | None,
        "defects": list[str],
    },
)
"""One line of the JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the messages are read against."""

    settings: Settings
    organisation: Organisation
    words: Words
    form: Questionnaire
    """Of the survey."""
    awaiting: Awaiting | None = None
    now: datetime


def run(paths: Iterable[str], *, awaiting: str | None, as_json: bool, config_path: Path) -> int:
    """Prints what is made of every message; the exit code. What cannot be read is said on stderr."""
    try:
        settings = None if _is_left_out(config_path) else config.load(config_path, needs_secrets=False)
    except config.ConfigFaults as faults:
        print(faults, file=sys.stderr)
        return EXIT_WRONG
    exit_code, console = 0, Console()
    for made in explain(paths, Awaiting(awaiting) if awaiting else None, settings):
        if isinstance(made, Unreadable):
            print(f"{made.path}: {made.reason}", file=sys.stderr)
            exit_code = EXIT_FAILED
        elif as_json:
            sys.stdout.buffer.write(json_line(made))
        else:
            print_record(made, console)
    sys.stdout.flush()
    return exit_code


def _is_left_out(config_path: Path) -> bool:
    """Whether nobody asked for a configuration: no --config, and none lies here."""
    return config_path == DEFAULT_CONFIG and not config_path.exists()


def explain(
    paths: Iterable[str], awaiting: Awaiting | None = None, settings: Settings | None = None
) -> Iterator[Record | Unreadable]:
    """A record for each message, in order; `Unreadable` for what could not be read.

    Without settings the defaults and the sample company serve.
    """
    settings = settings or config.sample()
    setting = Setting(
        settings=settings,
        organisation=config.organisation(settings),
        words=wiring.word_lists(settings),
        form=questionnaire.load(settings.survey.form),
        awaiting=awaiting,
        now=datetime.now(UTC),
    )
    for message in messages.read(paths):
        yield message if isinstance(message, Unreadable) else record(message.path, message.content, setting)


def record(path: str, content: bytes, setting: Setting) -> Record:
    """What Ombud makes of one message."""
    mail = parse(content)
    facts = _facts(mail, setting)
    decision = kind.decide(facts, setting.words)
    return {
        "file": path,
        "message_id": mail.message_id,
        "from": _address(mail.sender),
        "to": [_address(address) for address in mail.to],
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "text": mail.text,
        "own_text": mail.own_text,
        "attachments": [_attachment(attachment) for attachment in mail.attachments],
        "kind": decision.kind.value,
        "rule": decision.rule,
        "evidence": decision.evidence,
        "trust": facts.trust.grade.value,
        "trust_reasons": [*facts.trust.reasons, *facts.trust.disguise],
        "answer": _answer(mail, decision, setting),
        "answers": awaited.fields(facts, setting.awaiting, setting.form) if decision.kind in ANSWERS else [],
        "bounce": _bounce(facts.bounce) if facts.bounce else None,
        "defects": list(mail.defects),
    }


def _facts(mail: Mail, setting: Setting) -> Facts:
    settings = setting.settings
    sender = setting.organisation.who(mail.sender.address, mail.sender.name)
    lookup = dkim_check.txt_records if settings.trust.check_dkim else None
    verdict = authenticated(mail, settings.trust.authserv_id, lookup)
    disguise = setting.organisation.disguise(mail.sender.name, sender)
    return Facts(
        mail=mail,
        grievance=understood.judged(mail, setting.words),
        now=setting.now,
        sender=sender,
        trust=trust.grade(sender, False, verdict, disguise),
        organisation=setting.organisation,
        own_addresses=settings.own_addresses,
        own_domain=settings.domain,
        matter=_matter(mail, sender, setting.awaiting),
        matter_by="reference" if setting.awaiting else "",
        bounce=bounce.read(mail),
        work_order_senders=frozenset(map(address_key, settings.work_orders.senders)),
    )


def _matter(mail: Mail, sender: Person, awaiting: Awaiting | None) -> Matter | None:
    """A complaint of the sender's that waits for this answer; made up."""
    if awaiting is None:
        return None
    return Matter(number=MATTER, subject=mail.subject_base, awaiting=awaiting, complainant=sender)


def _answer(mail: Mail, decision: Decision, setting: Setting) -> str | None:
    """What the awaited confirmation means; null for everything else."""
    if setting.awaiting is not Awaiting.CONFIRMATION or decision.kind is not Kind.ANSWER:
        return None
    return (decision.answer or answer.meaning(mail.own_text, setting.words).meaning).value


def _address(address: Address) -> AddressRecord:
    return {"name": address.name, "address": address.address}


def _attachment(attachment: Attachment) -> AttachmentRecord:
    return {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size_bytes": attachment.size_bytes,
        "sha256": attachment.sha256,
    }


def _bounce(report: Bounce) -> BounceRecord:
    recipients: list[RecipientRecord] = [
        {"address": failed.address, "status": failed.status, "permanent": failed.is_permanent}
        for failed in report.recipients
    ]
    return {"recipients": recipients, "original_message_id": report.original_message_id}


def json_line(made: Record) -> bytes:
    """A record as one line of UTF-8.

    Characters that some readers take for line ends are escaped; lone surrogates become '?'.
    """
    text = json.dumps(made, ensure_ascii=False)
    for breaking in ("\x85", "\u2028", "\u2029"):
        text = text.replace(breaking, f"\\u{ord(breaking):04x}")
    return text.encode("utf-8", "replace") + b"\n"


def print_record(made: Record, console: Console) -> None:
    """A record for a person at a terminal; what a mail says is never taken for markup."""
    table = Table(title=Text(_visible(made["file"])), show_header=False, title_justify="left")
    table.add_column("field", style="bold", no_wrap=True)
    table.add_column("value", overflow="fold")
    for name, value in _rows(made):
        if value:
            table.add_row(name, Text(_visible(value)))
    console.print(table)


def _rows(made: Record) -> Iterator[tuple[str, str]]:
    yield "kind", f"{made['kind']}  ({made['rule']}: {made['evidence']})"
    yield "answer", made["answer"] or ""
    yield "answers", "\n".join(_field(one) for one in made["answers"])
    yield "from", f"{made['from']['name']} <{made['from']['address']}>"
    yield "trust", f"{made['trust']}  ({'; '.join(made['trust_reasons'])})"
    yield "to", ", ".join(address["address"] for address in made["to"])
    yield "subject", made["subject"]
    yield "date", made["date"] or ""
    yield "own text", made["own_text"][:TEXT_CHARS_SHOWN]
    yield "attachments", "\n".join(f"{a['filename']} ({a['size_bytes']} bytes)" for a in made["attachments"])
    failed = made["bounce"]["recipients"] if made["bounce"] else []
    yield "bounced", "\n".join(f"{r['address']} {r['status']}" for r in failed)
    yield "defects", "\n".join(made["defects"])


def _field(one: FieldRecord) -> str:
    """'attitude: 4 (kind)', 'time: unclear (4-5)'."""
    said = one["state"] if one["value"] is None else one["value"]
    return f"{one['field']}: {said}" + (f" ({one['text']})" if one["text"] else "")


def _visible(text: str) -> str:
    """Without control characters, which could drive the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "·" for c in text)
