"""The block of header fields that mail programs put above what they quote or forward.

From, Sent, To and Subject in any order and language: on a line each, in a table, wrapped, with the value
below its label, or all on one line. Promises: linear; two of sender, date and recipient are needed, so
that a form or a pasted address is no block. Works on the lines of `quote.readable`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest import quote_words

LINES_MAX = 24
"""Within which a block ends, long lists of recipients and all."""
LINE_CHARS_MAX = 800
FURNITURE_LINES_MAX = 4
FIELDS_MIN, FIELDS_MAX = 2, 12

CORE = frozenset({"from", "sent", "to"})
_STRONG = {label: name for name, labels in quote_words.FIELDS.items() for label in labels.split()}
_WEAK = {label: name for name, labels in quote_words.WEAK_FIELDS.items() for label in labels.split()} | {
    "to": "to"
}
_FIELD = re.compile(
    r"[\s>|*_#【\[•·-]{0,12}([^\s:*|\]】>#【\[][^:*|\]】<]{0,20}?)[\s*_\]】]{0,6}(?:[:|]|】|\t|\s{3,}|$)"
)
_INNER = re.compile(
    r"(?:(?<=[\s;>,，*|)])|(?<=[\d\u3400-\u9fff]))("
    + "|".join(
        sorted((label for label in _STRONG if len(label) > 1 and not label.isascii()), key=len, reverse=True)
    )
    + r"|from|sent|date|to|cc|subject)[\s*]{0,4}:",
    re.IGNORECASE,
)
_BLANK = " >|*_-\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a block: its English name, and its value as far as the line goes."""

    name: str
    label: str
    """As the mail program writes it."""
    value: str
    is_weak: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A header block: how many lines it has, and its fields by English name, the first of each."""

    length: int
    sender: str = ""
    sent: str = ""
    subject: str = ""


def read(lines: Sequence[str], at: int, *, is_below_rule: bool = False) -> Block | None:
    """The block that begins here; blank lines and table rules may stand above it."""
    start = at
    while start < len(lines) and start - at < FURNITURE_LINES_MAX and not lines[start].strip(_BLANK):
        start += 1
    if start >= len(lines) or not _fields(lines[start]):
        return None
    found: list[Field] = []
    end = start
    for number in range(start, min(start + LINES_MAX, len(lines))):
        here = _fields(lines[number])
        if here and _begins_anew(found, here):
            # Somebody's own line above the block, or the block of what is quoted within.
            break
        if here:
            found += here
            end = number + 1
        elif not is_below_rule and [field.name for field in found] == ["subject"]:
            return None  # Somebody's own line; no block begins with a wrapped subject.
        elif _continues(lines, number, found):
            found[-1:] = [_continued(found[-1], lines[number])]
        else:
            break
    return _block(found, end - at) if _is_block(found, is_below_rule=is_below_rule) else None


def _is_block(found: Sequence[Field], *, is_below_rule: bool) -> bool:
    names = {field.name for field in found}
    has_subject = "subject" in names
    if is_below_rule:
        return "from" in names or len(names & CORE) >= FIELDS_MIN or {"to", "subject"} <= names
    # A journey has From, To and Date too.
    is_mail = has_subject or any("@" in field.value or not field.label.isascii() for field in found)
    counted = {field.name for field in found if has_subject or not field.is_weak or field.name == "sent"}
    is_strong = any(not field.is_weak and field.name in CORE for field in found)
    # Programs give the date; who tells of a mail gives its sender, recipient and subject.
    is_dated = "sent" in counted and len(counted & CORE) >= FIELDS_MIN
    return is_mail and is_strong and is_dated and all(map(_is_filled, found[:1]))


def _begins_anew(found: Sequence[Field], here: Sequence[Field]) -> bool:
    """Whether a field stands twice that stands once in a block, or there are more than a block has."""
    once = {field.name for field in found} - {"other"}
    return len(found) >= FIELDS_MAX or any(field.name in once for field in here)


def _is_filled(field: Field) -> bool:
    return len(field.value) < LINE_CHARS_MAX


def _block(found: Sequence[Field], length: int) -> Block:
    values: dict[str, str] = {}
    for field in found:
        values.setdefault(field.name, field.value)
    return Block(
        length=length,
        sender=values.get("from", ""),
        sent=values.get("sent", ""),
        subject=values.get("subject", ""),
    )


def _fields(line: str) -> list[Field]:
    """The fields that a line names: mostly none or one, all of them where a block is on one line."""
    line = line[:LINE_CHARS_MAX]
    first = _FIELD.match(line)
    if first is None or _named(first[1]) is None:
        return []
    labels = [first]
    if first[0].endswith(":"):
        labels += _INNER.finditer(line, first.end())
    ends = [label.start() for label in labels[1:]] + [len(line)]
    named = [(label, end, _named(label[1])) for label, end in zip(labels, ends, strict=True)]
    return [
        Field(name=name[0], label=label[1], value=_value(line[label.end() : end]), is_weak=name[1])
        for label, end, name in named
        if name
    ]


def _named(label: str) -> tuple[str, bool] | None:
    """The English name of a label, and whether people write it too."""
    key = "".join(label.split()).casefold()
    if key in _STRONG:
        return _STRONG[key], False
    return (_WEAK[key], True) if key in _WEAK else None


def _value(text: str) -> str:
    return text.strip(" *|\t;_")


def _continues(lines: Sequence[str], number: int, found: Sequence[Field]) -> bool:
    """A line of a block that names no field: empty, a table rule, more addresses, or a wrapped value."""
    shown = lines[number].strip(_BLANK)
    below = lines[number + 1] if number + 1 < len(lines) else ""
    if not shown:
        return bool(_fields(below)) or not below.strip(_BLANK) or not found[-1].value
    if not found[-1].value or "@" in shown or shown.endswith((";", "；", ",")):
        return True
    # A subject or a list of names over two lines, then the next field.
    return bool(_fields(below))


def _continued(field: Field, line: str) -> Field:
    return replace(field, value=_value(f"{field.value} {line.strip(_BLANK)}"))
