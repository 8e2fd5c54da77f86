"""`ombud dossier NUMBER`: a complaint handed over whole, so that anybody can check it without Ombud.

The record form, the trail with the step and the clauses that each entry evidences, every mail in and out as its
bytes are stored, the attachments, check sums, and a program that checks them. The same complaint gives
the same bytes whenever it is made. Source: HANDBOOK 2; ISO/IEC 20000-1:2018 8.3.2; ISO 10002.
"""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection

from notify import form_sheet, record_sheet, render
from ombud import enclosures, evidence
from ombud.enclosures import Enclosed, File
from ombud.evidence import Evidence
from ombud.sections import OrganisationSection
from ombud.settings import Settings
from process.case import Case, Event
from store import complaints, events, received
from store.record import to_json

EXIT_FAILED = 1
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The first that the format knows: two dossiers of the same complaint are the same bytes."""
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
"""QUIRK: spreadsheets take a cell that begins so for a formula (OWASP 'CSV injection')."""
COLUMNS = (
    "seq", "at", "actor", "address", "role", "what", "text", "mail", "step",
    "ISO/IEC 20000-1:2018", "ISO 10002:2018", "hash", "previous_hash",
)  # fmt: skip
README = """\
{number}

zh  投诉卷宗。先打开 index.html。核对：
      sha256sum -c SHA256SUMS      文件与制作时相同
      python3 check.py             此外核对每一条经过的哈希
    邮件（mails/）按保存的原始字节；附件（attachments/）按编号存放，原文件名见 index.html。
    附件来自外部邮件，打开前请先查毒。
en  Complaint dossier. Begin with index.en.html. To check it:
      sha256sum -c SHA256SUMS      the files are as they were made
      python3 check.py             besides, the hash of every entry of the trail
    Mails (mails/) are the bytes as stored; attachments (attachments/) are numbered, their names stand in the index.
    Attachments came by mail from outside: have them scanned before you open them.

trail/trail.json: hash = SHA-256 of the JSON array [previous_hash, seq, number, at, role, what, mail_id, commitment,
replaces]; commitment = SHA-256 of [salt, {{"actor": ..., "text": ...}}]; JSON in UTF-8, keys sorted, no blanks.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry of the trail, as pages show it."""

    seq: int
    hash: str
    event: Event
    evidence: Evidence
    file: str
    """Path of the mail that caused it; '' when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What lies in a dossier beside its pages."""

    mails_in: tuple[Enclosed, ...]
    mails_out: tuple[Enclosed, ...]
    forms: tuple[str, ...]


def run(conn: Connection, number: str, output: Path | None, settings: Settings) -> int:
    """Writes the dossier of a complaint; the exit code."""
    case = complaints.get(conn, number)
    if case is None:
        print(f"there is no complaint {number}", file=sys.stderr)
        return EXIT_FAILED
    target = output or Path(f"{case.number}.zip")
    if target.exists() and (target.suffix == ".zip" or not target.is_dir() or any(target.iterdir())):
        print(f"{target} exists already", file=sys.stderr)
        return EXIT_FAILED
    try:
        count = write(tuple(made(conn, case, settings)), target, case.number)
    except OSError as trouble:
        print(f"{target} cannot be written: {trouble.strerror}", file=sys.stderr)
        return EXIT_FAILED
    print(f"{target}: {count} 个文件 / files")
    return 0


def made(conn: Connection, case: Case, settings: Settings) -> Iterator[File]:
    """All files of the dossier, but the check sums over them."""
    house = settings.organisation
    log = events.entries(conn, case.number)
    cited = {entry.event.mail_id for entry in log if entry.event.mail_id}
    ids = sorted({row.id for row in received.of_matter(conn, case.number)} | cited)
    mails_in = enclosures.received(conn, ids, settings.retention.folder)
    matters = (case.number, *(f"M-{mail.id}" for mail in mails_in))
    parcel = Parcel(mails_in=mails_in, mails_out=enclosures.sent(conn, matters), forms=FORMS)
    paths = {mail.id: mail.path for mail in mails_in}
    lines = tuple(_line(entry, paths) for entry in log)
    for mail in (*parcel.mails_in, *parcel.mails_out):
        yield from mail.files()
    yield File(path="trail/trail.json", content=_json(log))
    yield File(path="trail/trail.csv", content=_csv(log, lines))
    yield from _pages(case, {"lines": lines, "parcel": parcel}, house)
    yield File(path="README.txt", content=README.format(number=case.number).encode())
    yield File(path="check.py", content=(files("ombud") / "dossier_check.py").read_bytes())


PAGES = (("zh", "index.html", "form.zh"), ("en", "index.en.html", "form.en"))
FORMS = tuple(f"{form}.{kind}" for _, _, form in PAGES for kind in ("xlsx", "txt"))


def _pages(case: Case, context: dict[str, Any], house: OrganisationSection) -> Iterator[File]:
    for language, page, form in PAGES:
        record = render.record_of(case, (), language, house.timezone)
        context = {**context, "case": case, "record": record}
        rendered = render.render(language, "dossier", context, house.timezone)
        sheet = record_sheet.form(record, render.words(language), house.name)
        yield File(path=page, content=_utf8(rendered.html))
        yield File(path=f"{form}.txt", content=_utf8(rendered.text))
        yield File(path=f"{form}.xlsx", content=form_sheet.written(sheet))


def _utf8(text: str) -> bytes:
    """QUIRK: mails with broken encodings leave lone surrogates in texts."""
    return text.encode("utf-8", "replace")


def _line(entry: events.Entry, paths: dict[int, str]) -> Line:
    return Line(
        seq=entry.seq,
        hash=entry.hash,
        event=entry.event,
        evidence=evidence.of(entry.event.what),
        file=paths.get(entry.event.mail_id or 0, ""),
    )


def _json(log: tuple[events.Entry, ...]) -> bytes:
    records = []
    for entry in log:
        said, proof = to_json(entry.event), evidence.of(entry.event.what)
        chain = {name: value for name, value in to_json(entry).items() if name not in ("event", "replaces")}
        replaces = [[one.seq, one.commitment] for one in entry.replaces]
        records.append({**said, **chain, "replaces": replaces, "evidences": to_json(proof)})
    return (json.dumps(records, ensure_ascii=True, indent=1) + "\n").encode()


def _csv(log: tuple[events.Entry, ...], lines: tuple[Line, ...]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry, line in zip(log, lines, strict=True):
        said, proof = entry.event, line.evidence
        row = (
            entry.seq, said.at.isoformat(), said.actor.name, said.actor.address, said.role, said.what, said.text,
            line.file, proof.step, proof.iso_20000, proof.iso_10002, entry.hash, entry.previous_hash,
        )  # fmt: skip
        writer.writerow([_cell(str(value)) for value in row])
    # The byte order mark tells spreadsheet programs that it is UTF-8.
    return b"\xef\xbb\xbf" + _utf8(text.getvalue())


def _cell(value: str) -> str:
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value


def write(parts: tuple[File, ...], target: Path, folder: str) -> int:
    """The files with their check sums as a folder, or as a zip with one folder in it; how many."""
    ordered = sorted(parts, key=lambda file: file.path)
    sums = "".join(f"{sha256(file.content).hexdigest()}  {file.path}\n" for file in ordered)
    ordered.append(File(path="SHA256SUMS", content=sums.encode("ascii")))
    if target.suffix == ".zip":
        _zip(ordered, target, folder)
    else:
        _folder(ordered, target)
    return len(ordered)


def _zip(ordered: list[File], target: Path, folder: str) -> None:
    with target.open("xb") as opened:
        target.chmod(0o600)
        with ZipFile(opened, "w") as archive:
            for file in ordered:
                member = ZipInfo(f"{folder}/{file.path}", ZIP_DATE)
                member.compress_type, member.external_attr, member.create_system = (
                    ZIP_DEFLATED,
                    0o600 << 16,
                    3,
                )
                archive.writestr(member, file.content)


def _folder(ordered: list[File], target: Path) -> None:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in ordered:
        path = target / file.path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(0o600)
