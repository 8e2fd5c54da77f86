"""Two real processes on one PostgreSQL: the one that reads is killed (-9), the other takes its mailbox over (short leases here).

Hosts of their own addresses, cut off and stopped too, under load: `make hosts`.
"""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from bench.proof import Delivery, Posted, Run, prove
from ombud import config
from store import leases
from store.database import open_database, reading
from tests.site import USER, Site

WAIT_S = 60
SHORT = (
    "from datetime import timedelta; from store import leases; from ombud import holding; "
    "leases.LEASE = holding.LEASE = timedelta(seconds=3); holding.MARGIN_S = 0.5; holding.ROUND_S = 0.3; "
    "from ombud.__main__ import main; main()"
)


def seen(look: Callable[[], int]) -> int:
    """What was looked for, as soon as there is any."""
    end = time.monotonic() + WAIT_S
    while not (found := look()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)
    return found


def test_who_reads_is_killed_and_another_goes_on(site: Site, engine_name: str) -> None:
    if engine_name == "sqlite":
        pytest.skip("a SQLite file has one service (tests/test_occupancy.py)")
    site.configure(limits={"lease_s": 3})
    command = [sys.executable, "-c", SHORT, "--config", str(site.config), "run"]
    log = (site.folder / "ombud.log").open("ab")
    engine = open_database(config.load(site.config).store.url)
    posted = [site.write(USER, "催收系统登录不上", "催收系统登录不上，报了两天一直没人管，我要投诉！")]
    hosts = [subprocess.Popen(command, stdout=log, stderr=log) for _ in range(2)]

    def reader() -> int:
        """The process that reads the mailbox; 0 for none."""
        with reading(engine) as conn:
            found = leases.shares(conn).leases
        return next((int(one.holder.split(":")[1]) for one in found if one.seconds > 0), 0)

    def acknowledged() -> int:
        return len({mail.message_id for mail in site.got(USER, "acknowledgement")})

    try:
        seen(lambda: acknowledged() == 1)
        read_by = seen(reader)
        (first,) = (host for host in hosts if host.pid == read_by)
        (second,) = (host for host in hosts if host is not first)
        first.kill()
        first.wait()
        posted.append(site.write(USER, "邮箱打不开", "邮箱打不开三天了，没有人处理，我要投诉你们！"))
        seen(lambda: acknowledged() == 2)
        seen(lambda: reader() == second.pid)
        seen(lambda: all(row["state"] == "sent" for row in site.json("outbox")))
    finally:
        for host in hosts:
            host.terminate()
            host.wait()
        log.close()
        engine.dispose()
    people = config.organisation(config.load(site.config)).everybody
    run = Run(
        posted=[Posted(content=content, matter=str(n)) for n, content in enumerate(posted)],
        delivered=[Delivery(recipients=one.recipients, content=one.content) for one in site.sink.mails],
        staff=frozenset(address for person in people for address in person.addresses),
        doubles_max=1,
    )
    assert prove(config.load(site.config).store.url, run) == []
