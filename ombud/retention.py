"""Raw mails older than was decided leave the database: into a folder, one file each, or for good. The records stay.

A job of the clock, once a day, in bounded batches; `ombud retention --dry-run` says what it would do. A file is on the disk
before its bytes leave the database, so a stop in between leaves a mail in both places and never in none. Each batch
is an entry of the log.
"""

import os
from datetime import UTC, datetime, time
from pathlib import Path

import structlog
from sqlalchemy import Connection

from ombud import terms
from ombud.office import Office
from ombud.sections import Retention
from process.case import Event, Party
from store import events, once, retention
from store.database import deciding, make_folder, reading
from store.retention import RawMail

log = structlog.get_logger()

BATCH = 500
BATCH_BYTES_MAX = 32_000_000
MOVED, DROPPED = "raw_mail_moved", "raw_mail_dropped"
ONCE = "retention"


def daily(office: Office) -> int:
    """The clock's job: a batch; how many mails went. 0 once the day's work is done."""
    now = office.clock()
    if not office.retention.months or _is_done(office, now):
        return 0
    gone = batch(office)
    if gone == 0:
        with office.engine.begin() as conn:
            once.take(conn, ONCE, f"{_today(office, now):%Y-%m-%d}", now)
    return gone


def _today(office: Office, now: datetime) -> datetime:
    """The beginning of the day in the organisation's zone."""
    local = now.astimezone(office.rules.calendar.timezone)
    return datetime.combine(local.date(), time(), local.tzinfo)


def _is_done(office: Office, now: datetime) -> bool:
    with reading(office.engine) as conn:
        last = once.last(conn, ONCE)
    return last is not None and last >= _today(office, now)


def say(conn: Connection, section: Retention) -> None:
    """What would go now, in words."""
    if not section.raw_mail_months:
        print("原文一直保留 / raw mails are kept for good: retention.raw_mail_months is 0")
        return
    before = terms.retention_rules(section).before(datetime.now(UTC))
    found = retention.due(conn, before)
    goes = f"移至 / to {section.folder}" if section.policy == "move" else "删除 / dropped"
    print(
        f"{found.mails} 封 / raw mails from before {before:%Y-%m-%d}, {found.size_bytes / 1e6:.1f} MB as received: {goes}"
    )
    print(f"{found.kept} 封仍需保留 / as old, but still needed (open complaints, what waits for the desk)")


def batch(office: Office) -> int:
    """The oldest raw mails let go; how many. 0 when none is old enough."""
    now, rules = office.clock(), office.retention
    with reading(office.engine) as conn:
        mails = retention.oldest(conn, rules.before(now), BATCH, BATCH_BYTES_MAX)
    if not mails:
        return 0
    paths = {mail.id: _written(rules.folder, mail) if rules.folder else "" for mail in mails}
    with deciding(office.engine) as conn:
        gone = retention.let_go(conn, paths, now)
        if gone:
            what = MOVED if rules.folder else DROPPED
            text = f"{len(gone)} 封来信 / mails, M-{gone[0]} – M-{gone[-1]}"
            events.append(conn, "", (Event(at=now, actor=Party(), role="", what=what, text=text),))
    log.info(
        "raw mails let go", mails=len(gone), first=gone[0] if gone else None, is_moved=bool(rules.folder)
    )
    return len(gone)


def _written(folder: Path, mail: RawMail) -> str:
    """The mail in a file of its own, on the disk for good; its path within the folder."""
    path = Path(f"{mail.received_at:%Y/%m/%d}") / f"M-{mail.id}.eml"
    target = folder / path
    for parent in reversed((target.parent, *target.parent.parents[: len(path.parts) - 1])):
        make_folder(parent)
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(mail.content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
    day = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(day)
    finally:
        os.close(day)
    return path.as_posix()
