"""What must be true after any fault, proved from the mailbox, the database and the SMTP sink.

Every mail in exactly one state; one complaint and one acknowledgement a matter; numbers without gaps or doubles; the
log a valid chain; what went out is what the outbox says, and went to nobody who is not entitled. `read` and
`sink_folder` look; `violations` is pure and gives what is wrong in words, nothing when all is well.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from store import events, outbox
from store.database import open_database, reading
from store.fingerprint import fingerprint
from store.outbox import OutboxRow
from store.tables import complaint, mail

ACKNOWLEDGEMENT = "acknowledgement"
_ENVELOPE = re.compile(rb"X-(?:Client|Helo|Mail|Rcpt)-[A-Za-z]+: [^\n]*\n")
_RECIPIENT = re.compile(rb"X-Rcpt-Args: <([^>]*)>")
_RECEIVED = re.compile(rb"\AReceived: [^\n]*\n(?:[ \t][^\n]*\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A mail that was put into the mailbox, and what is expected of it."""

    content: bytes = field(repr=False)
    matter: str | None = None
    """Mails with the same word belong to one complaint; '' opens none; None is not looked at."""

    @property
    def sender(self) -> str:
        """The address in From."""
        return parseaddr(str(message_from_bytes(self.content, policy=default)["From"]))[1].casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A mail that the SMTP server took: its envelope and its bytes."""

    recipients: tuple[str, ...]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A stored mail."""

    fingerprint: str
    state: str
    matter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the database holds."""

    mails: tuple[Handled, ...]
    complaints: tuple[str, ...]
    """Their numbers, in order."""
    outbox: tuple[tuple[OutboxRow, str], ...]
    """Each with the digest of its bytes."""
    log_problem: str
    """'' when the log is a valid chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What went in and what came out."""

    posted: Sequence[Posted]
    delivered: Sequence[Delivery]
    staff: frozenset[str]
    """Addresses that may get mail on any matter."""
    doubles_max: int = 0
    """Deliveries that may be copies: one for each death between the server's 250 and its record."""


def prove(database_url: str, run: Run) -> list[str]:
    """What is wrong after a run that was left to finish, in words."""
    return list(violations(read(database_url), run))


def read(database_url: str) -> Kept:
    """The database of a service that has stopped, or has nothing left to do."""
    engine = open_database(database_url)
    try:
        with reading(engine) as conn:
            mails = conn.execute(select(mail.c.fingerprint, mail.c.state, mail.c.matter)).all()
            rows = outbox.listed(conn)
            return Kept(
                mails=tuple(Handled(**row._mapping) for row in mails),
                complaints=tuple(
                    conn.execute(select(complaint.c.number).order_by(complaint.c.number)).scalars()
                ),
                outbox=tuple((row, digest(outbox.content(conn, row.id) or b"")) for row in rows),
                log_problem=events.verify(conn),
            )
    finally:
        engine.dispose()


def sink_folder(folder: Path) -> tuple[Delivery, ...]:
    """What Postfix's `smtp-sink -d` has written, one file for each mail."""
    return tuple(map(_delivery, sorted(path for path in folder.rglob("*") if path.is_file())))


def _delivery(path: Path) -> Delivery:
    content = path.read_bytes()
    start = 0
    while line := _ENVELOPE.match(content, start):
        start = line.end()
    recipients = tuple(one.decode().casefold() for one in _RECIPIENT.findall(content[:start]))
    return Delivery(recipients=recipients, content=_RECEIVED.sub(b"", content[start:]))


def digest(content: bytes) -> str:
    """SHA-256 of a message, whatever its line ends and its last line."""
    return sha256(content.replace(b"\r\n", b"\n").rstrip(b"\n")).hexdigest()


def violations(kept: Kept, run: Run) -> Iterator[str]:
    """What is wrong, in words."""
    yield from _of_mails(kept, run)
    yield from _of_complaints(kept, run)
    yield from _of_numbers(kept.complaints)
    yield from _of_acknowledgements(kept)
    yield from _of_outbox(kept, run)
    yield from _of_entitlement(kept, run)
    if kept.log_problem:
        yield f"the log is no valid chain: {kept.log_problem}"


def _of_mails(kept: Kept, run: Run) -> Iterator[str]:
    posted = {fingerprint(one.content) for one in run.posted}
    times = Counter(one.fingerprint for one in kept.mails)
    yield from (f"mail {mark[:12]} was posted and is not stored" for mark in sorted(posted - times.keys()))
    yield from (f"mail {mark[:12]} is stored and was never posted" for mark in sorted(times.keys() - posted))
    yield from (f"mail {mark[:12]} is stored {count} times" for mark, count in times.items() if count > 1)
    unfinished = (one for one in kept.mails if one.state not in ("handled", "set_aside", "discarded"))
    yield from (f"mail {one.fingerprint[:12]} is left {one.state}" for one in unfinished)


def _of_complaints(kept: Kept, run: Run) -> Iterator[str]:
    numbers, there = _numbers_by_matter(kept, run), set(kept.complaints)
    for matter, found in numbers.items():
        opened = found & there
        if matter and len(opened) != 1:
            yield f"matter {matter} has {len(opened)} complaints: {', '.join(sorted(opened)) or 'none'}"
        if not matter and opened:
            yield f"no complaint was meant by what became {', '.join(sorted(opened))}"
    shared = Counter(number for matter, found in numbers.items() if matter for number in found & there)
    yield from (f"{number} mixes {count} matters" for number, count in shared.items() if count > 1)


def _numbers_by_matter(kept: Kept, run: Run) -> dict[str, set[str]]:
    became = {one.fingerprint: one.matter for one in kept.mails}
    found: dict[str, set[str]] = defaultdict(set)
    for one in run.posted:
        if one.matter is not None:
            found[one.matter].add(became.get(fingerprint(one.content), ""))
    return found


def _of_numbers(numbers: Iterable[str]) -> Iterator[str]:
    by_year: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        series, _, count = number.rpartition("-")
        by_year[series].append(int(count))
    for series, counts in by_year.items():
        missing = sorted(set(range(1, max(counts) + 1)) - set(counts))
        if missing:
            yield f"{series} has gaps: {', '.join(map(str, missing))}"


def _of_outbox(kept: Kept, run: Run) -> Iterator[str]:
    rows = {row.message_id: (row, mark) for row, mark in kept.outbox}
    arrived: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in run.delivered:
        arrived[_message_id(delivery.content)].append(delivery)
    yield from (f"<{one}> went out and is not in the outbox" for one in sorted(arrived.keys() - rows.keys()))
    for message_id, (row, mark) in rows.items():
        for problem in _of_row(row, mark, arrived[message_id]):
            yield f"outbox {row.id} ({row.template}, {row.matter}) {problem}"
    doubles = len(run.delivered) - sum(bool(copies) for copies in arrived.values())
    if doubles > run.doubles_max:
        yield f"{doubles} deliveries are copies, {run.doubles_max} are explained by deaths after the server's 250"


def _of_row(row: OutboxRow, mark: str, copies: Sequence[Delivery]) -> Iterator[str]:
    reached = {address for copy in copies for address in copy.recipients}
    meant = _folded(row.recipients)
    if row.state == "waiting":
        yield "is left waiting"
    if row.state == "sent" and meant - reached:
        yield f"is said to be sent and never reached {', '.join(sorted(meant - reached))}"
    if reached - meant:
        yield f"went to {', '.join(sorted(reached - meant))} too"
    if any(digest(copy.content) != mark for copy in copies):
        yield "went out with other bytes than its own"


def _of_acknowledgements(kept: Kept) -> Iterator[str]:
    acknowledged = Counter(row.matter for row, _ in kept.outbox if row.template == ACKNOWLEDGEMENT)
    for number in kept.complaints:
        if acknowledged[number] != 1:
            yield f"{number} has {acknowledged[number]} acknowledgements"


def _of_entitlement(kept: Kept, run: Run) -> Iterator[str]:
    """Whoever is not of the staff hears only of matters that a mail of theirs belongs to."""
    became = {one.fingerprint: one.matter for one in kept.mails}
    theirs: dict[str, set[str]] = defaultdict(set)
    for one in run.posted:
        theirs[became.get(fingerprint(one.content), "")].add(one.sender)
    for row, _ in kept.outbox:
        others = _folded(row.recipients) - run.staff
        strangers = others - theirs[row.matter] if row.matter[:1] == "C" else set()
        if strangers:
            yield f"outbox {row.id} ({row.template}) on {row.matter} is for {', '.join(sorted(strangers))}"


def _folded(addresses: Iterable[str]) -> set[str]:
    return {address.casefold() for address in addresses}


def _message_id(content: bytes) -> str:
    return str(message_from_bytes(content).get("Message-ID", "")).strip().strip("<>")
