"""`python -m bench.faults`: every scenario, then kills at random; `--kills 10000` for a night's worth of them.

One line for each scenario and a summary; exit code 1 when anything was not as it has to be.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.faults import clock_faults, database_faults, imap_faults, process_faults, smtp_faults
from bench.faults.kills import rounds
from bench.faults.scenario import Result, Scenario, played
from tests.servers import Dovecot, dovecot

ALL = (
    *imap_faults.SCENARIOS,
    *smtp_faults.SCENARIOS,
    *database_faults.SCENARIOS,
    *process_faults.SCENARIOS,
    *clock_faults.SCENARIOS,
)
AT_ONCE = 6
"""Scenarios mostly wait."""
KILLS_AT_ONCE = 3
"""Services that are killed mostly work."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="kill -9 at random moments")
    parser.add_argument("--only", help="scenarios with this in their name, '' for all, and no kills")
    parser.add_argument("--only-kills", action="store_true", help="no scenarios")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="scenarios at a time")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the kills' moments")
    wanted = parser.parse_args()
    began = time.monotonic()
    with dovecot() as server:
        chosen = [] if wanted.only_kills else [one for one in ALL if (wanted.only or "") in one.name]
        is_well = scenarios(chosen, wanted.at_once, server)
        if wanted.only is None:
            is_well = killed(wanted.kills, wanted.seed, server) and is_well
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(0 if is_well else 1)


def scenarios(chosen: Sequence[Scenario], at_once: int, server: Dovecot) -> bool:
    """Plays the scenarios, prints a line for each; whether all were as they have to be."""
    with tempfile.TemporaryDirectory(prefix="ombud-faults-") as name, ThreadPoolExecutor(at_once) as threads:
        folders = (Path(name) / str(number) for number in range(len(chosen)))
        found = threads.map(lambda one, folder: played(one, folder, server), chosen, folders)
        results = [_shown(result) for result in found]
    failed = [result.name for result in results if result.problems]
    if results:
        print(
            f"{len(results) - len(failed)} of {len(results)} scenarios hold",
            *failed,
            sep="; not: ",
            flush=True,
        )
    return not failed


def killed(kills: int, seed: int, server: Dovecot) -> bool:
    """Kills at random, prints a line for each round that is not as it has to be, and a summary."""
    done = copies = mails = wrong = 0
    died: Counter[str] = Counter()
    for one in rounds(kills, KILLS_AT_ONCE, server, seed):
        done, copies, mails = done + one.kills, copies + one.copies, mails + one.mails
        died += one.died
        wrong += bool(one.problems)
        for problem in one.problems:
            print(f"FAIL kills, round {one.number} of seed {seed}: {problem}", flush=True)
        print(f"     {done} kills, {mails} mails, {copies} copies, {wrong} rounds wrong", flush=True)
    places = ", ".join(f"{event} {count}" for event, count in died.most_common())
    print(
        f"{done} kills (seed {seed}), {mails} mails: {wrong} rounds wrong; {copies} copies. Last said: {places}"
    )
    return not wrong


def _shown(result: Result) -> Result:
    verdict = "ok  " if not result.problems else "FAIL"
    extra = f", {result.copies} copies" if result.copies else ""
    print(f"{verdict} {result.name} ({result.seconds:.1f} s, stop {result.stop_s:.1f} s{extra})", flush=True)
    for problem in result.problems:
        print(f"       {problem}", flush=True)
    return result


if __name__ == "__main__":
    main()
