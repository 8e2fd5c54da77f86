"""`python -m tests.audit`: are there known vulnerabilities in the locked dependencies (pip-audit, the advisories of PyPI).

Exit code 1 for each that is found. Where no advisories can be had (no network, a registry without them), that is said,
and is no failure: a build must not depend on a service that others run.
"""

import json
import subprocess
import sys
from typing import Any

LOCK = "requirements.lock"
TIMEOUT_S = 60
COMMAND = (
    *("-m", "pip_audit", "--requirement", LOCK, "--disable-pip", "--no-deps"),
    *("--format", "json", "--progress-spinner", "off"),
)


def main() -> int:
    found = _dependencies()
    vulnerable = [one for one in found if one.get("vulns")]
    for one in vulnerable:
        print(f"{one['name']} {one['version']}: {', '.join(v['id'] for v in one['vulns'])}")
    print(told(found))
    return 1 if vulnerable else 0


def _dependencies() -> list[dict[str, Any]]:
    """What is known of each dependency; none when nobody could be asked."""
    try:
        run = subprocess.run(
            [sys.executable, *COMMAND], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
        return list(json.loads(run.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []


def told(found: list[dict[str, Any]]) -> str:
    """The outcome in one line."""
    if not found:
        return "audit: no advisories could be had, nothing was audited"
    skipped = sum("skip_reason" in one for one in found)
    count = sum(len(one.get("vulns", ())) for one in found)
    return f"audit: {count} known vulnerabilities in {len(found) - skipped} dependencies, {skipped} without advisories"


if __name__ == "__main__":
    sys.exit(main())
