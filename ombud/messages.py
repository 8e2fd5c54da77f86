"""Raw messages out of files, folders, mbox files and standard input, one at a time.

A path named by the user is always read. In a folder (recursively, in order of name) every file is taken
but hidden ones and those whose name says that they hold something else (`NOT_MAIL`): Maildir files have
no ending at all, so an ending cannot be asked for. What cannot be read is given as `Unreadable`.
Sources: RFC 4155 and the 'mboxrd' quoting of it.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

STDIN = "-"
MESSAGE_BYTES_MAX = 100_000_000
"""A larger message is not read."""
LINE_BYTES_MAX = 1_000_000
"""Lines are read in pieces of this size, so that a file without line ends is bounded too."""
SINGLE = ".eml"
NOT_MAIL = frozenset(
    ".json .jsonl .md .rst .txt .csv .tsv .toml .yaml .yml .xml .html .htm .py .sh .log .pdf .png .jpg .jpeg "
    ".gif .zip .gz .xz .tar .db .sqlite .xlsx .docx .index .cache .license".split()
)
NOT_MAIL_NAMES = frozenset(
    {"license", "licence", "copying", "notice", "readme", "makefile", "dovecot-uidlist"}
)

_FROM_LINE = re.compile(rb"From \S{1,320} .{0,80}\d{4}|From -? .{0,80}\d{4}")
_QUOTED_FROM = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """A message's bytes, and the path as the user gave it (or as the folder holds it)."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A path that gave no message, and why."""

    path: str
    reason: str


def read(paths: Iterable[str]) -> Iterator[RawMessage | Unreadable]:
    """Every message of every path, in the order given."""
    for path in paths:
        if path == STDIN:
            yield from _messages(STDIN, sys.stdin.buffer)
        elif Path(path).is_dir():
            yield from _folder(path)
        else:
            yield from _file(path)


def _folder(path: str) -> Iterator[RawMessage | Unreadable]:
    try:
        entries = sorted(Path(path).iterdir())
    except OSError as trouble:
        yield Unreadable(path=path, reason=str(trouble.strerror))
        return
    for entry in entries:
        # A link to a folder could lead back here.
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
            yield from _folder(str(entry))
        elif entry.is_file() and _may_be_mail(entry):
            yield from _file(str(entry))


def _may_be_mail(path: Path) -> bool:
    name = path.name.casefold()
    return not name.startswith(".") and path.suffix.casefold() not in NOT_MAIL and name not in NOT_MAIL_NAMES


def _file(path: str) -> Iterator[RawMessage | Unreadable]:
    try:
        with Path(path).open("rb") as file:
            yield from _messages(path, file)
    except (OSError, ValueError) as trouble:  # ValueError: a NUL in the path
        reason = trouble.strerror if isinstance(trouble, OSError) else None
        yield Unreadable(path=path, reason=reason or str(trouble))


def _messages(path: str, file: BinaryIO) -> Iterator[RawMessage | Unreadable]:
    """The one message of a file, or those of an mbox, which begins with a From_ line.

    A file named .eml is one message whatever it holds: returned mail often has From_ lines in it.
    """
    first = file.readline(LINE_BYTES_MAX)
    if _FROM_LINE.match(first) and not path.casefold().endswith(SINGLE):
        contents: Iterator[bytes | None] = _mbox(file)
    else:
        whole = first + file.read(MESSAGE_BYTES_MAX)
        contents = iter((whole if len(whole) <= MESSAGE_BYTES_MAX else None,))
    for content in contents:
        if content is None:
            yield Unreadable(path=path, reason=f"message of more than {MESSAGE_BYTES_MAX // 1_000_000} MB")
        else:
            yield RawMessage(path=path, content=content)


def _mbox(file: BinaryIO) -> Iterator[bytes | None]:
    """The messages behind each From_ line; None for one that is too large."""
    lines: list[bytes] = []
    size, is_after_blank = 0, False
    for line in iter(lambda: file.readline(LINE_BYTES_MAX), b""):
        if is_after_blank and _FROM_LINE.match(line):
            yield _joined(lines, size)
            lines, size, is_after_blank = [], 0, False
            continue
        is_after_blank = line in (b"\n", b"\r\n")
        size += len(line)
        if size <= MESSAGE_BYTES_MAX:
            # QUIRK: writers that quote only a bare "From " (mboxo) lose a '>' of the text here.
            lines.append(line[1:] if _QUOTED_FROM.match(line) else line)
    yield _joined(lines, size)


def _joined(lines: list[bytes], size: int) -> bytes | None:
    """The message, less the blank line that ends it in an mbox."""
    if size > MESSAGE_BYTES_MAX:
        return None
    content = b"".join(lines)
    for end in (b"\r\n\r\n", b"\n\n"):
        if content.endswith(end):
            return content[: -len(end) // 2]
    return content
