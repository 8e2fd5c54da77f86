"""What the rest of the program knows of a message.

Values only; `parse.parse` makes them from bytes. Header names are lower case, texts are `str` with
`\n` line ends and without NULs, Message-IDs stand without their angle brackets.
Sources: RFC 5322, RFC 2045-2047, RFC 2231.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """One message as a mailbox holds it: where it lies, when it came, its bytes."""

    mailbox: str
    """Name of the mailbox in the configuration (not the IMAP folder)."""
    uidvalidity: int
    uid: int
    received_at: datetime
    """INTERNALDATE (RFC 3501 2.3.3), aware, UTC."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox of RFC 5322 3.4: decoded display name and addr-spec; both may be empty."""

    name: str = ""
    address: str = ""
    """addr-spec as written, with the domain in lower case."""

    @property
    def key(self) -> str:
        """The address for comparison: case folded, for nobody runs a case-sensitive local part."""
        return self.address.casefold()

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A leaf part that is not the message's text; message/rfc822 is kept whole."""

    filename: str
    """Safe as a file name (no separators, no control characters, bounded); never empty."""
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
    is_inline: bool = False

    @property
    def is_message(self) -> bool:
        """QUIRK: web mailers attach a message as a mere file named .eml."""
        return self.content_type == "message/rfc822" or self.filename.lower().endswith(".eml")

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """The original inside a forwarded mail, taken from its inline header block or its attachment."""

    sender: Address
    date: datetime | None
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message, decoded. Every field is filled for any bytes; what was wrong is in `defects`."""

    message_id: str
    """Without angle brackets; empty when absent."""
    sender: Address
    """From (the first, RFC 5322 3.6.2); empty address when absent."""
    envelope_sender: str | None
    """Return-Path as the final server wrote it; '' is the null sender, None when absent."""
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    """Decoded, one line."""
    subject_base: str
    """Subject without Re:, 回复:, 转发: … in any nesting (RFC 5256 2.1)."""
    date: datetime | None
    """Aware, with the offset that the sender wrote; None when absent or unreadable."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    """All headers in order, topmost first: lower-case name, decoded and unfolded value."""
    content_type: str
    """Of the whole message, lower case, without parameters."""
    text: str
    """The whole text, quotations and all."""
    html: str
    """The HTML alternative as sent (not sanitised); empty when there is none."""
    own_text: str
    """What the sender wrote: text without quotation, quote header and mobile footer."""
    language: str
    """'zh' or 'en', from own_text and subject."""
    attachments: tuple[Attachment, ...]
    forwarded: Forwarded | None
    defects: tuple[str, ...]
    """Each a short English phrase; what was wrong and what was done about it."""
    raw: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """The topmost value of a header, '' when absent."""
        return next((value for key, value in self.headers if key == name), "")

    def header_all(self, name: str) -> tuple[str, ...]:
        """All values of a header, topmost first."""
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """One recipient of a bounce (RFC 3464 2.3)."""

    address: str
    status: str
    """Enhanced status code (RFC 3463) as d.d.d; '' when the report gives none."""
    is_permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery report that says that a mail was not, or not yet, delivered."""

    recipients: tuple[FailedRecipient, ...]
    original_message_id: str
    """Message-ID of the mail that failed, as the report quotes it; '' when it does not."""
