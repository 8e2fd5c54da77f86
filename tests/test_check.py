"""`ombud check-config`: one line for each thing that is tried, good or bad."""

import socket
from pathlib import Path

import pytest

from ombud import check, config
from ombud.sections import Settings

EXAMPLE = Path(__file__).parent.parent / "config.toml"


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The example, with servers that nobody runs."""
    for variable in ("OMBUD_IMAP_PASSWORD", "OMBUD_SMTP_PASSWORD"):
        monkeypatch.setenv(variable, "geheim-4711")
    monkeypatch.setenv("OMBUD_STORE__URL", f"sqlite:///{tmp_path}/ombud.db")
    monkeypatch.setenv("OMBUD_SMTP__HOST", "127.0.0.1")
    monkeypatch.setenv("OMBUD_SMTP__PORT", str(closed_port()))
    loaded = config.load(EXAMPLE)
    box = loaded.mailbox[0].model_copy(update={"host": "127.0.0.1", "port": closed_port()})
    return loaded.model_copy(update={"mailbox": (box,)})


def test_each_thing_is_tried_though_others_fail(settings: Settings) -> None:
    results = {result.what: result for result in check.run(settings)}
    assert {what: result.is_ok for what, result in results.items()} == {
        "IMAP desk": False,
        "SMTP": False,
        "database": True,
        "directory": True,
        "holidays": True,
    }
    assert all(result.detail and "geheim" not in result.detail for result in results.values())
    assert results["directory"].detail == "25 people, 5 departments"


def test_directory_with_a_fault_is_told(settings: Settings, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("姓名,邮箱\n钱进,坏\n", encoding="utf-8")
    paths = settings.directory.model_copy(update={"people": people})
    results = check.run(settings.model_copy(update={"directory": paths}))
    result = next(result for result in results if result.what == "directory")
    assert not result.is_ok
    assert "line 2" in result.detail
