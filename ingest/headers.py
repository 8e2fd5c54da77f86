"""The header of a message or part: its fields, unfolded, and their parameters.

Promises: any bytes give a header and the place where the body begins; linear time; a field that
cannot be read is left out, never an exception.
Sources: RFC 5322 2.2 and 4.5, RFC 6532 (raw UTF-8), RFC 2045 5.1, RFC 2231.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from ingest import charset, words

MAX_FIELDS = 200_000
MAX_PARAMETERS_LENGTH = 20_000
MAX_SEGMENTS = 500
HINT_WITHIN_BYTES = 100_000

_BLANK_LINE = re.compile(rb"\n\r*\n")
# QUIRK: blanks before the colon are obsolete syntax (RFC 5322 4.5) that is still seen.
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|received|message-id|reply-to|return-path|mime-version"
    rb"|content-[a-z-]{1,40}|x-[!-9;-~]{1,80})[ \t]*:",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"charset[ \t]*=[ \t\"']*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_PARAMETER = re.compile(r';[\s]*([^=;\s"]{1,100})\s*=\s*("[^"\\]*(?:\\.[^"\\]*)*"|[^;]*)', re.DOTALL)
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100})")
_SEGMENT = re.compile(r"([^*]+)\*(?:(\d{1,4})(\*?))?$")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: lower-case name, unfolded value with its encoded words as they came."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a message or part, topmost first."""

    fields: tuple[Field, ...]
    body_start: int
    defects: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """The topmost value, '' when absent."""
        return next((field.value for field in self.fields if field.name == name), "")

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(field.value for field in self.fields if field.name == name)


@dataclass(frozen=True, slots=True)
class Parameterised:
    """A value such as Content-Type: its leading word in lower case, and its parameters."""

    kind: str
    parameters: tuple[tuple[str, str], ...]

    def parameter(self, name: str) -> str:
        """The decoded parameter, '' when absent; RFC 2231's form is preferred."""
        return next((value for key, value in self.parameters if key == name), "")


def read(raw: bytes, start: int, end: int) -> Header:
    """The header that begins at start; its body begins at body_start."""
    if _starts_blank(raw, start):
        return Header((), raw.index(b"\n", start) + 1 if b"\n" in raw[start : start + 2] else end)
    blank = _BLANK_LINE.search(raw, start, end)
    stop, body_start = (blank.start() + 1, blank.end()) if blank else (end, end)
    block = raw[start:stop]
    lines, cut, defects = _field_lines(block)
    if cut >= 0:
        body_start = start + cut
    hint = _CHARSET.search(block, 0, HINT_WITHIN_BYTES)
    label = hint[1].decode("ascii") if hint else ""
    fields = tuple(_field(line, label) for line in lines)
    if not all(map(bytes.isascii, lines)):
        defects.append("8-bit characters in the header: decoded by what they look like")
    return Header(fields, body_start, tuple(defects))


def _starts_blank(raw: bytes, start: int) -> bool:
    return raw.startswith((b"\n", b"\r\n"), start)


def _field_lines(block: bytes) -> tuple[list[bytes], int, list[str]]:
    """The unfolded field lines, the offset where a body begins without a blank line (or -1), defects."""
    fields: list[list[bytes]] = []
    defects: list[str] = []
    offset = 0
    lines = block.split(b"\n", MAX_FIELDS)
    if len(lines) > MAX_FIELDS:
        lines.pop()
        defects.append(f"more than {MAX_FIELDS} header lines: the rest left out")
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else b""
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1].append(line)
        elif _FIELD.match(line):
            fields.append([line])
        elif not line.strip():
            pass
        elif _is_junk(line, following, number):
            defects.append("a line in the header that is no field: left out")
        else:
            defects.append("no blank line between header and body")
            return [_unfolded(field) for field in fields], offset, defects
        offset += len(line) + 1
    return [_unfolded(field) for field in fields], -1, defects[:3]


def _is_junk(line: bytes, following: bytes, number: int) -> bool:
    """QUIRK: mbox's "From " line, and stray lines with the header going on after them."""
    if number == 0 and line.startswith((b"From ", b">From ")):
        return True
    return following[:1] in (b" ", b"\t") or bool(_KNOWN.match(following))


def _unfolded(lines: list[bytes]) -> bytes:
    """One line of the folded ones (RFC 5322 2.2.3). QUIRK: a bare CR is a blank, not a line end."""
    return b"".join(line.rstrip(b"\r") for line in lines if line.strip()).replace(b"\r", b" ")


def _field(line: bytes, label: str) -> Field:
    name, _, value = line.partition(b":")
    return Field(name.strip().lower().decode("ascii"), charset.decode(value, label).text.strip())


def parameterised(value: str) -> Parameterised:
    """Content-Type or Content-Disposition, taken apart; lenient about quotation marks and charsets."""
    value = value[:MAX_PARAMETERS_LENGTH]
    head = value.partition(";")[0]
    found = _TYPE.match(head)
    kind = (found[1] if found else head.strip().partition(" ")[0]).lower()
    return Parameterised(kind, tuple(_parameters(value)))


def _parameters(value: str) -> Iterator[tuple[str, str]]:
    """RFC 2231's parameters first, then the plain ones, each with its final text."""
    plain: list[tuple[str, str]] = []
    segments: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(value):
        name, text = match[1].lower(), _unquoted(match[2].strip())
        parts = _SEGMENT.match(name)
        if parts is None:
            plain.append((name, words.decode(text)))
        elif len(segments.setdefault(parts[1], [])) < MAX_SEGMENTS:
            is_percent = parts[2] is None or bool(parts[3])
            segments[parts[1]].append((int(parts[2] or 0), is_percent, text))
    for name, found in segments.items():
        yield name, _joined(sorted(found, key=lambda segment: segment[0]))
    yield from plain


def _unquoted(text: str) -> str:
    """QUIRK: a backslash before anything but a quote or itself is a Windows path, and kept."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text.strip('"')
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def _joined(segments: list[tuple[int, bool, str]]) -> str:
    """RFC 2231 3 and 4: bytes joined before they are decoded, for a character may be split."""
    label = ""
    first = segments[0]
    if first[1] and first[2].count("'") >= 2:
        label, _, rest = first[2].split("'", 2)
        segments = [(first[0], True, rest), *segments[1:]]
    data = b"".join(
        unquote_to_bytes(text) if is_percent else text.encode() for _, is_percent, text in segments
    )
    return words.decode(charset.decode(data, label).text)
