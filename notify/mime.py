"""A message joined by hand: text and HTML, files with it, UTF-8, base64, CRLF.

The standard library's road takes several times as long; what it gives is the same structure, and a test reads
every mail back with it. Sources: RFC 5322, RFC 2045-2047, RFC 2231.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from process.outgoing import Enclosure

LINE = 76
CRLF = "\r\n"
SUBJECT_CHARS_MAX = 180
NAME_CHARS_MAX = 80
CALENDAR = "text/calendar"
"""An invitation stands beside text and HTML, not among the files."""


def clean(value: str, chars_max: int) -> str:
    """One line without control characters: nothing of a mail can start a header of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:chars_max]


def header(name: str, value: str) -> str:
    """A folded header line; text that is not ASCII in encoded words (RFC 2047)."""
    is_short = value.isascii() and len(f"{name}: {value}") <= LINE
    value = value if is_short else Header(value, "utf-8", header_name=name).encode()
    return f"{name}: {value}".replace("\r\n", "\n").replace("\n", "\r\n")


@lru_cache(maxsize=1_000)
def mailbox(name: str, address: str) -> str:
    """A display name with its address (RFC 5322 3.4)."""
    name = clean(name, NAME_CHARS_MAX)
    if name.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8').encode(linesep=CRLF)} <{address}>"


def addresses(name: str, mailboxes: list[str]) -> str:
    """An address header, one mailbox a line."""
    return f"{name}: " + ",\r\n ".join(mailboxes)


def message_ids(name: str, ids: tuple[str, ...]) -> str:
    """In-Reply-To or References, one Message-ID a line."""
    return f"{name}: " + "\r\n ".join(f"<{clean(one, 500)}>" for one in ids)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message: its headers, and its body as it goes out."""

    headers: tuple[str, ...]
    body: str


def message(headers: list[str], part: Part, enclosures: Sequence[Enclosure] = ()) -> bytes:
    """The whole message; multipart/mixed when something is enclosed (RFC 2046 5.1.3)."""
    whole = _multipart("mixed", [part, *map(_enclosed, enclosures)]) if enclosures else part
    head = CRLF.join([*headers, "MIME-Version: 1.0", *whole.headers])
    return f"{head}{CRLF}{CRLF}{whole.body}".encode()


def alternative(text: str, html: str, calendars: Sequence[Enclosure] = ()) -> Part:
    """Text and HTML of the same words (RFC 2046 5.1.4), and an invitation as calendars read it (RFC 6047 2.4)."""
    parts = [_part((f"Content-Type: {one.content_type}",), one.content) for one in calendars]
    return _multipart("alternative", [_words("plain", text), _words("html", html), *parts])


def plain(text: str) -> Part:
    """Text alone."""
    return _words("plain", text)


def _words(subtype: str, body: str) -> Part:
    encoded = body.replace("\r\n", "\n").replace("\n", CRLF).encode("utf-8", "replace")
    return _part((f"Content-Type: text/{subtype}; charset=utf-8",), encoded)


def _enclosed(enclosure: Enclosure) -> Part:
    return _part(
        (f"Content-Type: {enclosure.content_type}", _disposition(enclosure.filename)), enclosure.content
    )


def _disposition(filename: str) -> str:
    """The file's name, with what is not ASCII percent-encoded (RFC 2231 4)."""
    name = clean(filename, NAME_CHARS_MAX).replace("/", "_").replace('"', "_").replace("\\", "_")
    written = f'filename="{name}"' if name.isascii() else f"filename*=UTF-8''{quote(name, safe='')}"
    return f"Content-Disposition: attachment;{CRLF} {written}"


def _part(headers: tuple[str, ...], content: bytes) -> Part:
    return Part((*headers, "Content-Transfer-Encoding: base64"), _base64(content))


def _multipart(subtype: str, parts: Sequence[Part]) -> Part:
    """The parts behind one another; the boundary has a character that base64 has not (RFC 2045 6.8)."""
    digest = sha256("".join(part.body for part in parts).encode()).hexdigest()
    boundary = f"=_{subtype}_{digest[:32]}"
    bodies = (f"--{boundary}{CRLF}{CRLF.join(part.headers)}{CRLF}{CRLF}{part.body}" for part in parts)
    return Part(
        (f'Content-Type: multipart/{subtype};{CRLF} boundary="{boundary}"',),
        f"{''.join(bodies)}--{boundary}--{CRLF}",
    )


def _base64(content: bytes) -> str:
    encoded = b64encode(content).decode()
    return "".join(f"{encoded[start : start + LINE]}{CRLF}" for start in range(0, len(encoded), LINE))
