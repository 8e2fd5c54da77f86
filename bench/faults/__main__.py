"""`python -m bench.faults`: every scenario, then kills at random; `--kills 10000` for a night's worth of them.

One line for each scenario and a summary; exit code 1 when anything was not as it has to be.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.faults import clock_faults, database_faults, imap_faults, process_faults, smtp_faults
from bench.faults.scenario import Result, Scenario, played
from tests.servers import dovecot

ALL = (
    *imap_faults.SCENARIOS,
    *smtp_faults.SCENARIOS,
    *database_faults.SCENARIOS,
    *process_faults.SCENARIOS,
    *clock_faults.SCENARIOS,
)
AT_ONCE = 6
"""Scenarios mostly wait."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="kill -9 at random moments")
    parser.add_argument("--only", default="", help="scenarios with this in their name, and no kills")
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    wanted = parser.parse_args()
    chosen = [one for one in ALL if wanted.only in one.name]
    began = time.monotonic()
    is_well = run(chosen, wanted.at_once)
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(0 if is_well else 1)


def run(chosen: Sequence[Scenario], at_once: int) -> bool:
    """Plays the scenarios, prints a line for each; whether all were as they have to be."""
    with (
        dovecot() as server,
        tempfile.TemporaryDirectory(prefix="ombud-faults-") as name,
        ThreadPoolExecutor(at_once) as threads,
    ):
        folders = (Path(name) / str(number) for number in range(len(chosen)))
        found = threads.map(lambda one, folder: played(one, folder, server), chosen, folders)
        results = [_shown(result) for result in found]
    failed = [result.name for result in results if result.problems]
    print(
        f"{len(results) - len(failed)} of {len(results)} scenarios hold"
        + "".join(f"; not: {one}" for one in failed)
    )
    return not failed


def _shown(result: Result) -> Result:
    verdict = "ok  " if not result.problems else "FAIL"
    extra = f", {result.copies} copies" if result.copies else ""
    print(f"{verdict} {result.name} ({result.seconds:.1f} s, stop {result.stop_s:.1f} s{extra})", flush=True)
    for problem in result.problems:
        print(f"       {problem}", flush=True)
    return result


if __name__ == "__main__":
    main()
