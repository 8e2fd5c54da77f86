"""A `Mail` from a message's bytes.

Promises: total: any bytes give a Mail, in time and memory bounded by their number; what was wrong is
in `defects`; LF and CRLF line ends read the same. Never opens, follows or runs what a mail holds.
Sources: RFC 5322, RFC 2045-2049, RFC 2183, RFC 2231, and each module's own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from ingest import addresses, body, contents, dates, forward, quote, structure, subject, words
from ingest.contents import Contents
from ingest.headers import Header
from ingest.mail import Address, Attachment, Forwarded, Mail

MAX_SUBJECT_LENGTH = 2_000
MAX_HEADER_LENGTH = 2_000_000
MAX_DEFECTS = 100
# An attached message counts as forwarded when the outer mail says no more than this.
NEARLY_EMPTY = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    """What the header alone says."""

    sender: Address
    date: datetime | None
    subject: str
    headers: tuple[tuple[str, str], ...]


def parse(raw: bytes) -> Mail:
    """The message that these bytes are. Raises nothing."""
    root, defects = structure.read(raw)
    header = root.header
    envelope = _envelope(header)
    read = contents.read(root)
    scanned = quote.scan(read.text)
    own_text = body.own_text_of(scanned)
    in_reply_to, references = _ids(header, "in-reply-to"), _ids(header, "references")
    return Mail(
        message_id=addresses.message_id(header.value("message-id")),
        sender=envelope.sender,
        envelope_sender=addresses.envelope_sender(_present(header, "return-path")),
        reply_to=addresses.read(header.values("reply-to")),
        to=addresses.recipients(header.values("to")),
        cc=addresses.recipients(header.values("cc")),
        subject=envelope.subject,
        subject_base=subject.base(envelope.subject),
        date=envelope.date,
        in_reply_to=in_reply_to,
        references=references,
        headers=envelope.headers,
        content_type=root.content_type.kind,
        text=read.text,
        html=read.html,
        own_text=own_text,
        language=body.language(f"{envelope.subject}\n{own_text}"),
        attachments=read.attachments,
        forwarded=forward.forwarded(scanned, _zone(envelope))
        or _attached(root.content_type.kind, envelope, own_text, read),
        defects=_defects(header, envelope, (*defects, *read.defects)),
        raw=raw,
    )


def own_text(raw: bytes) -> str:
    """`Mail.own_text` of a message of which nothing else is asked; of one that was cut off, as far as it goes."""
    root, _ = structure.read(raw)
    return body.own_text_of(quote.scan(contents.read(root).text))


def _envelope(header: Header) -> _Envelope:
    """The sender, date and subject, and every header in words."""
    senders = addresses.read(header.values("from")[:1])
    return _Envelope(
        sender=senders[0] if senders else Address(),
        date=dates.read(words.decode(header.value("date"))),
        subject=words.decode(header.value("subject"))[:MAX_SUBJECT_LENGTH],
        headers=tuple((field.name, words.decode(field.value[:MAX_HEADER_LENGTH])) for field in header.fields),
    )


def _present(header: Header, name: str) -> str | None:
    values = header.values(name)
    return values[0] if values else None


def _ids(header: Header, name: str) -> tuple[str, ...]:
    return addresses.message_ids(" ".join(header.values(name)))


def _zone(envelope: _Envelope) -> tzinfo:
    """The zone in which the sender's mail program writes times."""
    return (envelope.date.tzinfo if envelope.date else None) or UTC


def _attached(content_type: str, envelope: _Envelope, own_text: str, read: Contents) -> Forwarded | None:
    """The first attached message when the mail is a forward of it.

    A delivery report attaches a message too, and forwards nothing.
    """
    if content_type == "multipart/report":
        return None
    original = next((attached for attached in read.attachments if attached.is_message), None)
    says_little = len(own_text.strip()) <= NEARLY_EMPTY
    if original is None or not (says_little or forward.is_forward_subject(envelope.subject)):
        return None
    return _original(original)


def _original(attached: Attachment) -> Forwarded | None:
    """An attached message, read as far as a forward needs it; None when it has no sender."""
    root, _ = structure.read(attached.content)
    envelope = _envelope(root.header)
    if not envelope.sender.address:
        return None
    text = contents.read(root).text
    return Forwarded(sender=envelope.sender, date=envelope.date, subject=envelope.subject, text=text)


def _defects(header: Header, envelope: _Envelope, found: tuple[str, ...]) -> tuple[str, ...]:
    """What was wrong, each once: with the form, the contents, and the header's own fields."""
    told = list(found)
    if not header.fields:
        told.append("no header")
    elif not envelope.sender.address:
        told.append("no sender address")
    if envelope.date is None and header.value("date"):
        told.append("unreadable or absurd date: taken as absent")
    told += [f"several {name} headers: the topmost counts" for name in _repeated(header)]
    return tuple(dict.fromkeys(told))[:MAX_DEFECTS]


def _repeated(header: Header) -> list[str]:
    """Fields that may stand once (RFC 5322 3.6) and stand more often."""
    once = ("from", "subject", "date", "message-id")
    return [name for name in once if len(header.values(name)) > 1]
