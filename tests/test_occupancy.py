"""Two services on one SQLite file: the second says so and stops; reading and small writes go on beside the first."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from ombud.__main__ import main
from store import occupancy
from store.database import DatabaseUnusable
from tests.site import USER, Site

START_S = 60
EXIT_OCCUPIED = 3
pytestmark = pytest.mark.sqlite


def lock(site: Site) -> Path:
    return site.folder / "ombud.db.lock"


@contextmanager
def running(site: Site) -> Iterator["subprocess.Popen[bytes]"]:
    """A service that holds its database; killed afterwards."""
    service = site.start()
    try:
        until = time.monotonic() + START_S
        while not (lock(site).exists() and f"process {service.pid} " in lock(site).read_text()):
            assert service.poll() is None, (site.folder / "ombud.log").read_text()
            assert time.monotonic() < until, "the service did not take its lock"
            time.sleep(0.05)
        yield service
    finally:
        service.kill()
        service.wait()


def test_second_service_says_who_is_there_and_stops_whatever_ends_the_first(site: Site) -> None:
    url = f"sqlite:///{site.folder / 'ombud.db'}"
    with running(site) as first:
        second = site.process("run")
        said = second.stderr
        assert second.returncode == EXIT_OCCUPIED, said
        assert "ombud.db is worked on by another Ombud" in said
        assert re.search(rf"process {first.pid} on \S+ since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC", said), (
            said
        )
        assert "Traceback" not in said
        first.send_signal(signal.SIGSTOP)
        with pytest.raises(occupancy.Occupied, match=f"process {first.pid} "), occupancy.sole(url):
            pass
        assert first.poll() is None
        first.kill()
        first.wait()
        with occupancy.sole(url):
            assert f"process {os.getpid()} " in lock(site).read_text()
    assert lock(site).stat().st_mode & 0o777 == 0o600


def test_commands_go_on_beside_a_service(site: Site) -> None:
    site.write(USER, "催收系统登录不上", "催收系统登录不上，报了两天一直没人管，我要投诉！")
    site.once()
    with running(site):
        number = site.number()
        assert site.json("show", number)
        assert site.json("status")
        orders = site.folder / "orders.csv"
        orders.write_text("工单号,标题,申请人,关闭时间\nINC1,打印机,林晓,2026-11-20 10:00\n", "utf-8")
        done = CliRunner().invoke(main, ["--config", str(site.config), "import-work-orders", str(orders)])
        assert (done.exit_code, done.stdout.strip()) == (0, "1 new, 0 updated, 0 unchanged, 0 bad")


def test_a_file_reached_by_a_link_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for folder in ("data", "link"):
        with occupancy.sole(f"sqlite:///{tmp_path / folder / 'ombud.db'}"):
            assert (tmp_path / "data" / "ombud.db.lock").exists()


def test_no_lock_where_nothing_is_shared_by_file(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    for url in ("postgresql+psycopg://db.example/ombud", "sqlite://", "sqlite:///:memory:"):
        with occupancy.sole(url):
            assert not list(tmp_path.iterdir())


def test_a_lock_that_cannot_be_opened_is_no_other_service(tmp_path: Path) -> None:
    (tmp_path / "ombud.db.lock").mkdir()
    with (
        pytest.raises(DatabaseUnusable, match="cannot be opened"),
        occupancy.sole(f"sqlite:///{tmp_path}/ombud.db"),
    ):
        pass
