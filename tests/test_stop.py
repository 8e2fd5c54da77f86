"""A stop ends the process though a server hangs, and the scheduler comes round though the clock was set back."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from ombud import crew, fault_watch, pipeline
from ombud.schedule import TICK_S
from store.database import BUSY_TIMEOUT_S

HANGING = """
import time
from ombud import crew, launch
launch.STOP_S = 0.2
launch.stop(crew.Signals())
time.sleep(60)
"""


def test_a_stop_ends_a_process_that_waits_for_a_server() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert "has not answered" in done.stderr


def test_a_scheduler_that_waits_for_a_time_gone_by_is_roused() -> None:
    scheduler = BackgroundScheduler(timezone="UTC")
    ahead = datetime.now(UTC) + timedelta(days=1)
    scheduler.add_job(print, "interval", seconds=TICK_S, next_run_time=ahead)
    scheduler.start(paused=True)
    try:
        pipeline._rouse(scheduler)
        (job,) = scheduler.get_jobs()
        assert job.next_run_time - datetime.now(UTC) <= timedelta(seconds=TICK_S)
    finally:
        scheduler.shutdown()


def test_a_locked_database_is_not_called_well_between_two_failures() -> None:
    assert fault_watch.QUIET_S > BUSY_TIMEOUT_S + crew.DATABASE_PAUSE_S
