"""kill -9 at every named point and at random moments: the end state is that of an undisturbed run."""

import random
import signal
import time
from collections import Counter
from typing import Any

import pytest

from bench import window
from bench.faults import service
from ingest.parse import parse
from ombud.crash import POINTS
from store.database import open_database
from store.leases import LEASE as MAILBOX_LEASE
from tests.site import USER, VIP, Site

LEASE_S = 1
PATIENCE_S = 30
MAILS = (
    (USER, "催收系统登录不上", "催收系统登录不上，报了两天一直没人管，我要投诉！"),
    (VIP, "报表迟迟不给", "报表拖了一周，打电话没人接，非常不满！"),
    (USER, "申请权限", "请帮忙开通客户投诉系统权限，谢谢。"),
    ("stranger@other.example", "服务太差", "你们的服务太差，无法接受，我要投诉。"),
)
UNDISTURBED = {
    "complaints": [
        (USER, "recorded", ()), (VIP, "recorded", ("vip",)), ("stranger@other.example", "recorded", ()),
    ],
    "mails": {"handled": 4},
    "events": 4,
    "sent": {"acknowledgement": 3, "task_accept": 6, "escalation": 1},
}  # fmt: skip


def filled(site: Site) -> None:
    site.configure(limits={"lease_s": LEASE_S})
    for sender, subject, text in MAILS:
        site.write(sender, subject, text)


def finished(site: Site) -> None:
    """Runs until nothing is left to do, as a supervisor that starts the service again would.

    On PostgreSQL the mailbox is the dead process's until its lease has run out.
    """
    until = time.monotonic() + MAILBOX_LEASE.total_seconds() + PATIENCE_S
    while not is_done(site):
        assert time.monotonic() < until, site.json("mails")
        site.once()
        time.sleep(LEASE_S + 0.2)
    # Nothing is done again once all leases have run out.
    site.once()


def is_done(site: Site) -> bool:
    mails, outbox = site.json("mails"), site.json("outbox")
    return len(mails) == len(MAILS) and all(row["state"] != "waiting" for row in (*mails, *outbox))


def state(site: Site) -> dict[str, Any]:
    lines = site.json("complaints")
    records = [site.json("show", line["number"])[0] for line in lines]
    messages = {parse(mail.content).message_id: parse(mail.content) for mail in site.sink.mails}
    order = [sender for sender, _, _ in MAILS]
    return {
        "complaints": sorted(
            (
                (r["complainant"]["address"], r["state"], tuple(e["reason"] for e in r["escalations"]))
                for r in records
            ),
            key=lambda row: order.index(row[0]),
        ),
        "mails": dict(Counter(mail["state"] for mail in site.json("mails"))),
        "events": sum(len(record["events"]) for record in records),
        "sent": dict(Counter(mail.header("x-ombud-notice") for mail in messages.values())),
    }


def doubles(site: Site) -> int:
    ids = [parse(mail.content).message_id for mail in site.sink.mails]
    return len(ids) - len(set(ids))


def started(site: Site, command: str, crash_at: str = "") -> service.Service:
    """A command as a process of its own."""
    log = site.folder / "ombud.log"
    return service.start(service.Orders(config=site.config, log=log, command=command, crash_at=crash_at))


def hit_the_window(site: Site, taken_before: int) -> bool:
    """The documented window: after the server's 250 and before the record, one mail may go out twice."""
    engine = open_database(site.store_url)
    try:
        return window.was_hit(engine, site.sink, taken_before)
    finally:
        engine.dispose()


def test_undisturbed(site: Site) -> None:
    filled(site)
    finished(site)
    assert state(site) == UNDISTURBED
    assert doubles(site) == 0


@pytest.mark.parametrize("point", [*POINTS, "decided:3", "sent:5"])
def test_killed_at_a_named_point(site: Site, point: str) -> None:
    killed_at(site, point)


@pytest.mark.postgresql
@pytest.mark.parametrize("point", ["received", "decided", "handled", "sent"])
def test_killed_in_the_middle_of_a_session(site: Site, point: str) -> None:
    """What is begun on a database server, a lease or a transaction, outlives the process."""
    killed_at(site, point)


def killed_at(site: Site, point: str) -> None:
    filled(site)
    killed = started(site, "once", crash_at=point)
    killed.join()
    assert killed.exitcode == -signal.SIGKILL, f"the point {point} was not passed"
    is_in_the_window = hit_the_window(site, taken_before=0)
    assert is_in_the_window or not point.startswith("sent")
    finished(site)
    assert state(site) == UNDISTURBED
    assert doubles(site) <= is_in_the_window


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments(site: Site, seed: int) -> None:
    moments = random.Random(seed)
    filled(site)
    hits = 0
    for _ in range(4):
        taken = len(site.sink.mails)
        killed = started(site, "run")
        time.sleep(moments.uniform(0.1, 2.0))
        killed.kill()
        killed.join()
        hits += hit_the_window(site, taken)
    finished(site)
    assert state(site) == UNDISTURBED
    assert doubles(site) <= hits
