"""`ombud status`: how the service stands, at the terminal or as JSON.

Queue, outbox, complaints, digest and log are read from the database, so it works while the service is down;
mailboxes and standing faults are asked of the running service where [observe] has a port.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from ombud import observed
from ombud.sections import ObserveSection
from ombud.show import Record, plain, print_json
from process.case import State
from store import backlog, leases
from store.backlog import Backlog
from store.database import reading
from store.leases import Shares

WATCH_S = 2.0
HASH_CHARS = 12
LATE = timedelta(minutes=5)
"""A queue whose oldest mail waits longer is shown in red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is shown."""

    at: datetime
    backlog: Backlog
    shares: Shares
    service: Mapping[str, Any]
    """As /readyz gives it: mailboxes, faults; or {'unknown': why}."""


def look(engine: Engine, observe: ObserveSection) -> Status:
    """The state of this moment."""
    now = datetime.now(UTC)
    with reading(engine) as conn:
        found, shares = backlog.read(conn, now), leases.shares(conn)
    return Status(at=now, backlog=found, shares=shares, service=_service(observe))


def _service(observe: ObserveSection) -> Mapping[str, Any]:
    if not observe.port:
        return {"unknown": "not asked: [observe] has no port"}
    try:
        return observed.state(observe.host, observe.port)
    except observed.NotAnswering as trouble:
        return {"unknown": f"not running, or not reachable: {trouble}"}


def record(status: Status) -> Record:
    """As JSON knows it; an interface that others build on."""
    found = plain(status.backlog)
    return {
        "at": plain(status.at),
        **found,
        "open_by_state": dict(status.backlog.open_by_state),
        **plain(status.shares),
        **status.service,
    }


def run(engine: Engine, observe: ObserveSection, *, watched: bool, as_json: bool) -> None:
    """Shows the state once, or over and over until Ctrl-C."""
    if as_json:
        _every(lambda: print_json([record(look(engine, observe))]), watched=watched)
        return
    console = Console()
    if not watched:
        console.print(table(look(engine, observe)))
        return
    with Live(table(look(engine, observe)), console=console, screen=True, auto_refresh=False) as live:
        _every(lambda: live.update(table(look(engine, observe)), refresh=True), watched=True)


def _every(show: Callable[[], None], *, watched: bool) -> None:
    try:
        show()
        while watched:
            time.sleep(WATCH_S)
            show()
    except KeyboardInterrupt:
        return


def table(status: Status) -> Table:
    """For a person; red is what somebody ought to look at."""
    made = Table(title=f"Ombud {status.at.astimezone():%Y-%m-%d %H:%M:%S}", show_header=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for label, text, is_bad in (*_stored(status), *_shared(status.shares), *_running(status.service)):
        made.add_row(label, Text(_printable(text), style="red" if is_bad else ""))
    return made


Line = tuple[str, str, bool]


def _stored(status: Status) -> Iterator[Line]:
    found, now = status.backlog, status.at
    is_stuck = _is_older(found.mails_waiting_since, now)
    yield "来信待处理 / mails waiting", _count(found.mails_waiting, found.mails_waiting_since, now), is_stuck
    yield "其中重试 / of them failing", str(found.mails_failing), bool(found.mails_failing)
    yield "搁置 / set aside", str(found.mails_set_aside), bool(found.mails_set_aside)
    is_stuck = _is_older(found.outbox_waiting_since, now)
    yield "去信待发 / outbox waiting", _count(found.outbox_waiting, found.outbox_waiting_since, now), is_stuck
    retried = f"{found.outbox_retried} (max {found.outbox_tries_max})" if found.outbox_retried else "0"
    yield "其中重试 / of them retried", retried, False
    for state, count in found.open_by_state:
        yield f"{State(state).step_code} {state}", str(count), False
    yield "超期 / overdue", str(found.overdue), bool(found.overdue)
    yield "最近来信 / last mail", _local(found.last_mail_at), False
    yield "最近日报 / last digest", _local(found.last_digest_at), False
    yield "日志末条 / log head", f"{found.log_entries} {found.log_head[:HASH_CHARS]}", False


def _shared(shares: Shares) -> Iterator[Line]:
    """Of several processes on one database: how many live, and which reads which mailbox."""
    if shares.services:
        yield "服务进程 / processes", f"{len(shares.services)}", False
    for lease in shares.leases:
        is_read = lease.seconds > 0
        words = f"{lease.holder}, {lease.seconds:.0f} s" if is_read else f"— ({lease.holder})"
        yield f"邮箱由其读取 / lease {lease.mailbox}", words, not is_read


def _running(service: Mapping[str, Any]) -> Iterator[Line]:
    if "unknown" in service:
        yield "服务 / service", str(service["unknown"]), False
        return
    for name, state in service.get("mailboxes", {}).items():
        yield f"邮箱 / mailbox {name}", str(state), state == "unreachable"
    for fault in service.get("faults", ()):
        yield f"故障 / fault {fault['what']}", f"{fault['seconds']:.0f} s: {fault['reason']}", True


def _count(count: int, since: datetime | None, now: datetime) -> str:
    return f"{count}, {(now - since).total_seconds():.0f} s" if since else str(count)


def _is_older(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since > LATE


def _local(at: datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else "—"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
