"""`python -m tests.golden [--check]`: renews the golden results and prints what changes; --check only prints.

Ends with 1 when --check finds a difference.
"""

import argparse
import difflib
import sys
from pathlib import Path

from tests.golden import GOLDEN, golden_of, messages, result, written


def main() -> int:
    """Compares every message with its golden result and renews it; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="print the differences, change nothing")
    is_check = parser.parse_args().check
    changed = [path for path in messages() if _renew(path, is_check=is_check)]
    known = {golden_of(path) for path in messages()}
    orphans = [path for path in GOLDEN.rglob("*.json") if path not in known]
    for path in orphans:
        print(f"no message: {path.relative_to(GOLDEN)}")
        if not is_check:
            path.unlink()
    print(f"{len(known)} messages, {len(changed)} differ, {len(orphans)} without a message")
    return 1 if is_check and (changed or orphans) else 0


def _renew(message: Path, *, is_check: bool) -> bool:
    """True when the golden result was another one, or none."""
    path = golden_of(message)
    old = path.read_text("utf-8") if path.exists() else ""
    new = written(result(message, message.read_bytes()))
    if old == new:
        return False
    names = (f"old/{path.relative_to(GOLDEN)}", f"new/{path.relative_to(GOLDEN)}")
    print(*difflib.unified_diff(old.splitlines(), new.splitlines(), *names, lineterm="", n=1), sep="\n")
    if not is_check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, "utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
