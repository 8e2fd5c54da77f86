"""The fuzzing run: `python -m tests.fuzz [--seconds 600] [--seed 0] [--findings .fuzz]`.

Every message that breaks a rule of `check` is saved into the folder of findings, with what was wrong beside it;
a kind of fault is saved once. Ends with 1 when there is any.
"""

import argparse
import random
import re
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz.check import check
from tests.fuzz.mutation import mutated, samples


def main() -> int:
    """Runs for the given time; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=Path(".fuzz"))
    options = parser.parse_args()
    chance, pool = random.Random(options.seed), samples()
    faults: dict[str, int] = {}
    until, count = time.monotonic() + options.seconds, 0
    while time.monotonic() < until:
        raw = mutated(chance, pool)
        count += 1
        fault = _fault(raw)
        if fault and _kind(fault) not in faults:
            _save(options.findings, f"{options.seed}-{count}", raw, fault)
        if fault:
            faults[_kind(fault)] = faults.get(_kind(fault), 0) + 1
    for kind, times in sorted(faults.items(), key=lambda fault: -fault[1]):
        print(f"{times:6} × {kind}")
    print(f"{count} messages, {len(faults)} kinds of fault")
    return 1 if faults else 0


def _fault(raw: bytes) -> str:
    """What was wrong, '' for nothing. Everything counts, so everything is caught."""
    try:
        check(raw)
    except Exception:
        return traceback.format_exc()
    return ""


def _kind(fault: str) -> str:
    """The place of a fault and its message without particulars."""
    places = re.findall(r'File "[^"]*?([\w/]{1,40}\.py)", line (\d+)', fault)
    said = re.sub(r"[0-9]+|'.*", "", fault.strip().splitlines()[-1])
    return f"{':'.join(places[-1])} {said[:120]}"


def _save(folder: Path, name: str, raw: bytes, fault: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.eml").write_bytes(raw)
    (folder / f"{name}.txt").write_text(fault, "utf-8")
    print(f"{name}: {fault.strip().splitlines()[-1]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
