"""Backup while the service handles mail, loss of all that came after, restore: nothing is missing in the end."""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from ombud.__main__ import main
from store import backup
from store.database import open_database
from tests.desk import Desk
from tests.postgresql import Postgresql, programs
from tests.site import USER, Site

BEFORE, DURING, AFTER = 3, 8, 2
"""Mails that come before the backup, while it is made, and after it."""


def complain(site: Site, number: int) -> None:
    text = f"你们的服务太差，第{number}件：{number * 7919}，无法接受，我要投诉。"
    site.write(f"user{number}@other.example", f"投诉 {number}", text)


@contextmanager
def serving(site: Site) -> Iterator[None]:
    """The service at work; killed at the end, as by the loss of the machine."""
    service = site.start()
    try:
        yield
    finally:
        service.send_signal(signal.SIGKILL)
        service.wait(20)


def handled(site: Site) -> int:
    return sum(mail["state"] == "handled" for mail in site.json("mails"))


def wait_for_handled(site: Site, count: int) -> None:
    until = time.monotonic() + 60
    while handled(site) < count:
        assert time.monotonic() < until, (site.folder / "ombud.log").read_text()[-3000:]
        time.sleep(0.3)


def command(site: Site, *words: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(site.config), *words])


def dumped(url: str, *words: str) -> None:
    plain = url.replace("+psycopg", "")
    subprocess.run([programs() / words[0], *words[1:], plain], check=True, capture_output=True)


def save(site: Site, file: Path) -> None:
    if site.store_url.startswith("sqlite"):
        done = command(site, "backup", str(file))
        assert done.exit_code == 0, done.output
        assert file.stat().st_mode & 0o777 == 0o600
    else:
        dumped(site.store_url, "pg_dump", "--format=custom", f"--file={file}")


def restore(site: Site, file: Path, postgres: Postgresql | None) -> None:
    """Into the file's place; or into a new database, which is then the one of the configuration."""
    if postgres is None:
        for end in ("-wal", "-shm"):
            (site.folder / f"ombud.db{end}").unlink(missing_ok=True)
        (site.folder / "ombud.db").write_bytes(file.read_bytes())
        return
    site.store_url = postgres.create(template="template0")
    subprocess.run(
        [programs() / "pg_restore", "--exit-on-error", "-d", site.store_url.replace("+psycopg", ""), file],
        check=True,
        capture_output=True,
    )
    site.configure()


def test_what_came_after_the_backup_comes_again(
    site: Site, request: pytest.FixtureRequest, tmp_path: Path, engine_name: str
) -> None:
    postgres = request.getfixturevalue("postgres") if engine_name == "postgresql" else None
    for number in range(BEFORE):
        complain(site, number)
    site.once()
    with serving(site):
        load = threading.Thread(target=lambda: [complain(site, BEFORE + n) for n in range(DURING)])
        load.start()
        save(site, tmp_path / "backup")
        load.join()
        for number in range(AFTER):
            complain(site, BEFORE + DURING + number)
        wait_for_handled(site, BEFORE + DURING + AFTER)
    restore(site, tmp_path / "backup", postgres)
    verified = command(site, "verify-log", "--json")
    assert '"is_intact": true' in verified.stdout, verified.output
    known = len(site.json("mails"))
    assert BEFORE <= known < BEFORE + DURING + AFTER
    site.configure(limits={"lease_s": 1})
    again = command(site, "reread", "--since", f"{datetime.now(UTC):%Y-%m-%d}")
    assert f"{BEFORE + DURING + AFTER - known} mails taken in again" in again.stdout, again.output
    time.sleep(1.1)
    site.once()
    assert Counter(mail["state"] for mail in site.json("mails")) == {"handled": BEFORE + DURING + AFTER}
    senders = Counter(str(line["complainant"]) for line in site.json("complaints"))
    assert len(senders) == BEFORE + DURING + AFTER
    assert set(senders.values()) == {1}
    assert command(site, "verify-log").exit_code == 0


@pytest.mark.sqlite
def test_no_backup_of_a_log_that_does_not_hold_together(desk: Desk, tmp_path: Path) -> None:

    desk.write(USER, "催收系统登录不上", "报了两天一直没人管，我要投诉！")
    engine = desk.office.engine
    assert backup.make(engine, tmp_path / "good").last_entry == 1
    with pytest.raises(backup.NotBackedUp, match="there already"):
        backup.make(engine, tmp_path / "good")
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER event_no_update"))
        conn.execute(text("UPDATE event SET what = 'refused'"))
    with pytest.raises(backup.NotBackedUp, match="entry 1"):
        backup.make(engine, tmp_path / "bad")
    with pytest.raises(backup.NotBackedUp):
        backup.make(engine, tmp_path / "no folder" / "bad")
    assert not [name for name in os.listdir(tmp_path) if "bad" in name]


@pytest.mark.sqlite
def test_a_backup_opens_as_a_database(desk: Desk, tmp_path: Path) -> None:

    desk.write(USER, "催收系统登录不上", "报了两天一直没人管，我要投诉！")
    made = backup.make(desk.office.engine, tmp_path / "backup.db")
    assert (made.mails, made.complaints) == (1, 1)
    copy = open_database(f"sqlite:///{tmp_path}/backup.db")
    with copy.connect() as conn:
        assert conn.exec_driver_sql("SELECT number FROM complaint").scalars().all() == ["C-2026-00001"]
    copy.dispose()


@pytest.mark.postgresql
def test_postgresql_has_its_own_tools(site: Site, tmp_path: Path) -> None:
    done = command(site, "backup", str(tmp_path / "x"))
    assert (done.exit_code, "pg_dump" in done.stderr) == (1, True)
