"""A peer's own environment: a venv outside of the project with the versions pinned in `pins/`, from PyPI."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

CACHE = Path.home() / ".cache" / "ombud-peers"
PINS = Path(__file__).parent / "pins"


def interpreter(peer: str) -> Path:
    """The Python of that peer's environment, which is made when there is none with these pins.

    Raises SystemExit with pip's words when PyPI cannot be reached.
    """
    pins = PINS / f"{peer}.txt"
    folder = CACHE / f"{peer}-{sha256(pins.read_bytes()).hexdigest()[:12]}"
    python, complete = folder / "bin" / "python", folder / "complete"
    if not complete.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install(python, pins)
        complete.touch()
    return python


def install(python: Path, pins: Path) -> None:
    """The pinned versions in an interpreter's environment. Raises SystemExit."""
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
        pins,
    ]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode:
        errors = [line for line in ran.stderr.splitlines() if line.startswith("ERROR")]
        raise SystemExit(
            f"bench.peers needs PyPI, or a mirror that pip is configured for, to install {pins.name}:\n"
            + "\n".join(errors or [ran.stderr])
        )
