"""The comparison's own parts; the peers themselves run with `PEERS=1 make bench` only."""

from pathlib import Path

import pytest

from bench.peers import environment


def test_pins_are_exact() -> None:
    pinned = [line for path in environment.PINS.glob("*.txt") for line in path.read_text().splitlines()]
    assert pinned
    assert [line for line in pinned if line.count("==") != 1] == []


def test_install_without_pypi_says_what_is_missing(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'WARNING: again' >&2\necho 'ERROR: no matching version' >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(SystemExit) as told:
        environment.install(python, Path("roundup.txt"))
    assert str(told.value).endswith("to install roundup.txt:\nERROR: no matching version")
    assert "PyPI" in str(told.value)
