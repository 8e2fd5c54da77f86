"""The ITSM tool's export of work orders taken in: from a mail of a configured sender, or from a file.

Orders are put down in batches, so the file is the only thing that memory holds; a bad row is told with its
line and reason and stops nothing. The same file twice changes nothing. Source: HANDBOOK 3.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from classify.facts import Grade
from classify.people import Person, Role
from classify.trust import Capability
from ingest import automatic, table, workbook
from ombud.hand import Hand
from ombud.office import Office
from ombud.reply import forged
from process import workorder
from process.outgoing import Notice
from process.workorder import BadRow, Counts, NoHeader, Report, WorkOrder
from store import workorders

BAD_ROWS_MAX = 100
"""Told one by one; all are counted."""
FILES_MAX = 10
"""Of a mail."""
FILE_BYTES_MAX = max(table.CSV_BYTES_MAX, workbook.TABLE.size_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An export as it came."""

    name: str
    content: bytes


Put = Callable[[Sequence[WorkOrder]], Counts]


def take_in(
    file: File, office: Office, put: Put, progress: Callable[[int], None] = lambda line: None
) -> Report:
    """The whole file put down through `put`; `progress` hears of the line that was reached."""
    counts, bad_rows = Counts(), list[BadRow]()
    orders: list[WorkOrder] = []
    trouble: BadRow | None = None
    line = 0
    try:
        for line, found in enumerate(_read(file.content, office), 1):
            if isinstance(found, BadRow):
                counts += Counts(bad=1)
                bad_rows += [found] if len(bad_rows) < BAD_ROWS_MAX else []
                continue
            orders.append(found)
            if len(orders) == workorders.PUT_AT_ONCE:
                counts += put(orders)
                orders = []
                progress(line)
    except NoHeader as missing:
        trouble = BadRow(line=0, problem="no_header", value=", ".join(missing.missing))
    except table.Unreadable as unreadable:
        trouble = BadRow(line=line, problem=unreadable.problem, value=unreadable.detail)
    counts += put(orders) if orders else Counts()
    progress(line)
    return Report(filename=file.name, counts=counts, bad_rows=tuple(bad_rows), trouble=trouble)


def _read(content: bytes, office: Office) -> Iterator[WorkOrder | BadRow]:
    names = office.work_order_names
    reading = workorder.Reading(timezone=office.rules.calendar.timezone, now=office.clock(), names=names)
    broken: list[BadRow] = []

    def rows() -> Iterator[table.Row]:
        for row in table.rows(content, lambda cells: len(workorder.known_columns(cells, names))):
            if isinstance(row, table.BrokenRow):
                broken.append(BadRow(line=row.line, problem="broken"))
            else:
                yield row

    for found in workorder.read(rows(), reading):
        yield from broken
        broken.clear()
        yield found
    yield from broken


def noted(file: File, report: Report, at: datetime, mail_id: int | None) -> workorders.Import:
    """The import as it is put on record."""
    return workorders.Import(
        at=at,
        mail_id=mail_id,
        filename=file.name,
        sha256=sha256(file.content).hexdigest(),
        counts=report.counts,
    )


def mailed(hand: Hand) -> str:
    """The tables of the mail in hand; whoever sent them and, of trouble, the desk are told."""
    if not _is_believed(hand):
        return forged(hand)
    attached = (a for a in hand.facts.mail.attachments if table.is_table(a.filename, a.content_type))
    files = [File(name=a.filename, content=a.content) for a in attached][:FILES_MAX]
    reports = tuple(_mailed(hand, file) for file in files)
    for person in _concerned(hand, is_well=all(report.is_well for report in reports)):
        hand.post.send(
            Notice(
                template="import_report",
                to=person,
                matter="",
                shown=reports,
                is_reply=person == hand.facts.sender,
                in_reply_to=hand.facts.mail.message_id if person == hand.facts.sender else "",
            )
        )
    return ""


def _is_believed(hand: Hand) -> bool:
    """Only configured addresses come here; where nobody checks senders at all, that has to do."""
    is_checked = hand.office.has_verdicts or hand.facts.trust.grade is Grade.FAILED
    return hand.may(Capability.IMPORT) or not is_checked


def _mailed(hand: Hand, file: File) -> Report:
    now = hand.facts.now
    report = take_in(file, hand.office, lambda orders: workorders.put(hand.conn, orders, now))
    workorders.note_import(hand.conn, noted(file, report, now, hand.mail_id))
    return report


def _concerned(hand: Hand, *, is_well: bool) -> tuple[Person, ...]:
    """A person who sent the file; a program (RFC 3834) is not answered. The desk hears of trouble."""
    sender = hand.facts.sender
    is_person = sender.is_in_directory and not automatic.reason(hand.facts.mail)
    desk = () if is_well else hand.office.organisation.acting(Role.SERVICE_DESK)
    people = (*((sender,) if is_person else ()), *desk)
    return tuple({person.key: person for person in people}.values())
