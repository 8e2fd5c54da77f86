"""The mails of a complaint as files: each message as it is stored, and its attachments beside it.

File names are made of our own numbers; of what a mail says, only a plain extension is kept. What the mail
called its attachment stands in the index.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from ingest.parse import parse
from store import erasure, outbox
from store import received as received_mails

_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")
ATTACHMENTS_MAX = 200
"""Of one message, unpacked as files of their own; the message itself holds all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of the dossier."""

    path: str
    content: bytes = field(repr=False)
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A raw mail that has left the database, and is not in the folder either (or is not what it was)."""

    at: datetime | None
    path: str
    """Where it was moved to; '' when it was dropped."""
    sha256: str

    @property
    def in_words(self) -> str:
        day = f"{self.at:%Y-%m-%d}" if self.at else ""
        if not self.path:
            return f"原文已于 {day} 按保存期限删除 / dropped on {day} after its time of retention\nSHA-256 {self.sha256}\n"
        return (
            f"原文已于 {day} 移至 / moved on {day} to: {self.path}\n"
            f"该处没有相同的文件 / it is not to be found there as it was\nSHA-256 {self.sha256}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """One message with its attachments, as the index lists it."""

    id: int
    path: str
    title: str
    at: datetime
    party: str
    subject: str
    original_sha256: str = ""
    """Of the message before personal data were erased from it; '' when it is as it came."""
    gone: Gone | None = None
    """Set where the file is not the message but says what became of it."""
    content: bytes = field(repr=False)
    attachments: tuple[File, ...] = ()

    def files(self) -> Iterator[File]:
        yield File(path=self.path, content=self.content)
        yield from self.attachments


def received(conn: Connection, ids: Iterable[int], moved_to: Path) -> tuple[Enclosed, ...]:
    """Mails that came in, by id; those that left the database out of the folder that they were moved to."""
    originals = erasure.originals(conn, "mail")
    mails = (received_mails.get(conn, mail_id) for mail_id in ids)
    return tuple(_received(mail, moved_to, originals.get(mail.id, "")) for mail in mails if mail is not None)


def _received(mail: received_mails.StoredMail, moved_to: Path, original_sha256: str) -> Enclosed:
    content = _moved(mail, moved_to, original_sha256) if mail.raw_at else mail.content
    name = f"M-{mail.id}.eml" if content is not None else f"M-{mail.id}-gone.txt"
    found = Enclosed(
        id=mail.id,
        path=f"mails/in/{name}",
        title=name,
        at=mail.received_at,
        party=mail.sender,
        subject=mail.subject,
        original_sha256=original_sha256,
        gone=None if content is not None else Gone(at=mail.raw_at, path=mail.raw_path, sha256=mail.sha256),
        content=b"" if content is None else content,
    )
    if found.gone is not None:
        return replace(found, content=found.gone.in_words.encode())
    return _enclosed(found)


def _moved(mail: received_mails.StoredMail, folder: Path, original_sha256: str) -> bytes | None:
    """The bytes of a mail that was moved; None when they are not there any more, or are others."""
    try:
        content = (folder / mail.raw_path).read_bytes() if mail.raw_path else None
    except OSError:
        return None
    # What was erased before it was moved is not what came.
    is_same = content is not None and (bool(original_sha256) or sha256(content).hexdigest() == mail.sha256)
    return content if is_same else None


def sent(conn: Connection, matters: Iterable[str]) -> tuple[Enclosed, ...]:
    """The mails that went out (or wait to) on these matters, in the order in which they were written."""
    originals = erasure.originals(conn, "outbox")
    rows = sorted(
        (row for matter in matters for row in outbox.of_matter(conn, matter)), key=lambda row: row.id
    )
    return tuple(
        _enclosed(
            Enclosed(
                id=row.id,
                path=f"mails/out/O-{row.id}-{_plain(row.template)}.eml",
                title=f"O-{row.id} {row.template} ({row.state})",
                at=row.done_at or row.created_at,
                party=", ".join(row.recipients),
                subject=row.subject,
                original_sha256=originals.get(row.id, ""),
                content=outbox.content(conn, row.id) or b"",
            )
        )
        for row in rows
    )


def _plain(word: str) -> str:
    return re.sub(r"[^a-z_]", "", word.lower())[:40]


def _enclosed(mail: Enclosed) -> Enclosed:
    folder = f"attachments/{mail.path.rpartition('/')[2].removesuffix('.eml')}"
    found = parse(mail.content).attachments[:ATTACHMENTS_MAX]
    files = tuple(
        File(path=f"{folder}/{count:03}{_extension(one.filename)}", content=one.content, title=one.filename)
        for count, one in enumerate(found, 1)
    )
    return replace(mail, attachments=files)


def _extension(filename: str) -> str:
    match = _EXTENSION.search(filename)
    return f".{match[1].lower()}" if match else ".bin"
