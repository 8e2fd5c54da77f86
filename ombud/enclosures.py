"""The mails of a complaint as files: each message as it is stored, and its attachments beside it.

File names are made of our own numbers; of what a mail says, only a plain extension is kept. What the mail
called its attachment stands in the index.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from ingest.parse import parse
from store import erasure, inbox, outbox

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
    content: bytes = field(repr=False)
    attachments: tuple[File, ...] = ()

    def files(self) -> Iterator[File]:
        yield File(path=self.path, content=self.content)
        yield from self.attachments


def received(conn: Connection, number: str, cited: Iterable[int]) -> tuple[Enclosed, ...]:
    """The mails of a complaint, and those that its trail cites, in the order in which they came."""
    originals = erasure.originals(conn, "mail")
    ids = sorted({*(row.id for row in inbox.of_matter(conn, number)), *cited})
    mails = (inbox.get(conn, mail_id) for mail_id in ids)
    return tuple(
        _enclosed(
            Enclosed(
                id=mail.id,
                path=f"mails/in/M-{mail.id}.eml",
                title=f"M-{mail.id}.eml",
                at=mail.received_at,
                party=mail.sender,
                subject=mail.subject,
                original_sha256=originals.get(mail.id, ""),
                content=mail.content,
            )
        )
        for mail in mails
        if mail is not None
    )


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
