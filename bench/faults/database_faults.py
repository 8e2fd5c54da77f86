"""The database fails: locked by another process, a full disk, a server that is killed, a commit that is cut."""

import signal
import sqlite3
import time
from pathlib import Path

from bench.faults import stores
from bench.faults.proxy import Does, Fault
from bench.faults.scenario import Act, Scenario
from bench.faults.scene import NotSeen, Scene
from store import received
from store.database import reading
from tests.postgresql import Postgresql

DATABASE = "database"
DOWN_S = 1.0
CUT_ROUNDS = 2
CALM_S = 7.0


def _locked(made: Scene) -> None:
    """Somebody else holds the write lock, for longer than the service waits for it."""
    made.start()
    made.wait_idle()
    assert made.engine.url.database is not None
    with sqlite3.connect(made.engine.url.database, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        made.post()
        made.wait(lambda: made.told(DATABASE), "it is told")
        other.execute("ROLLBACK")
    other.close()
    made.wait_settled()


def _disk_full(made: Scene) -> None:
    """Nothing can be written until somebody makes room."""
    assert made.store.disk is not None
    filler = made.store.disk / "filler"
    made.start()
    made.wait_idle()
    _fill(filler)
    made.post()
    made.wait(lambda: made.told(DATABASE), "it is told")
    filler.unlink()
    made.wait_settled()


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def _server_at_work(made: Scene) -> Postgresql:
    """PostgreSQL, while the service has mails in hand."""
    assert made.store.server is not None
    made.start()
    made.wait_idle()
    made.post()
    made.wait(lambda: made.sink.mails, "the first mail goes out")
    return made.store.server


def _server_killed(made: Scene) -> None:
    """kill -9 of PostgreSQL with mails in hand; it comes back after a while."""
    server = _server_at_work(made)
    assert server._process is not None
    server._process.send_signal(signal.SIGKILL)
    server._process.wait()
    made.post()
    made.wait(lambda: made.told(DATABASE), "it is told")
    server.start()
    made.wait_settled()


def _server_frozen(made: Scene) -> None:
    """SIGSTOP of PostgreSQL and its processes: connections stay, nothing answers, no error comes."""
    server = _server_at_work(made)
    server.signal_all(signal.SIGSTOP)
    try:
        made.post()
        made.wait(lambda: made.told(DATABASE), "it is told")
    finally:
        server.signal_all(signal.SIGCONT)
    made.wait_settled()


def _commits_cut(does: Does) -> Act:
    """Commits of every step are cut, before or after the server did them; nothing is done twice for it."""

    def act(made: Scene) -> None:
        assert made.store.proxy is not None
        made.start()
        made.wait_idle()
        for _ in range(CUT_ROUNDS):
            made.store.proxy.arm(Fault(stage="COMMIT", does=does, times=3))
            made.post()
            made.wait_settled()
            if made.store.proxy.bites < 3:
                raise NotSeen("no commit was cut")
            # What is told has to be two faults of a moment, not one that stands.
            time.sleep(CALM_S)

    return act


def _set_aside(made: Scene) -> None:
    """What is the database's fault is held against no mail."""
    with reading(made.engine) as conn:
        aside = [row.id for row in received.listed(conn) if row.state != "handled"]
    if aside:
        raise NotSeen(f"set aside for the database's fault: {aside}")


def _blamed_on_no_mail(act: Act) -> Act:
    def both(made: Scene) -> None:
        act(made)
        _set_aside(made)
        # Should a lease have to run out, that is over too.
        time.sleep(DOWN_S)

    return both


def _database(name: str, act: Act, place: stores.Place = stores.file, told: str = "") -> Scenario:
    return Scenario(name=f"database {name}", act=_blamed_on_no_mail(act), place=place, told=told)


SCENARIOS = (
    _database("locked by another process", _locked, told=DATABASE),
    _database("disk full", _disk_full, stores.small_disk, told=DATABASE),
    _database("PostgreSQL killed", _server_killed, stores.postgres, told=DATABASE),
    _database("PostgreSQL frozen", _server_frozen, stores.postgres, told=DATABASE),
    _database("connection cut before the commit", _commits_cut(Does.CUT), stores.postgres),
    _database("connection cut after the commit", _commits_cut(Does.CUT_AFTER), stores.postgres),
)
