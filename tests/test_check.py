"""`ombud check-config`: one line for each thing that is tried, good or bad."""

import socket
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Self

import pytest
import structlog

from ombud import check, config, wiring
from ombud.settings import Settings

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


def test_a_year_without_holidays_is_told(settings: Settings) -> None:
    for year in (2026, 2040):
        (result,) = [check._holidays(settings, datetime(year, 11, 30, tzinfo=UTC))]
        assert f"CN {year}: " in result.detail
    assert "2040, 2041: public holidays and make-up days are not known" in result.detail


class In2040(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls(2040, 3, 1, tzinfo=tz)


def test_a_start_warns_of_a_year_without_holidays(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ombud.mailroom.datetime", In2040)
    unknown = settings.worktime.model_copy(update={"holidays": "CN", "extra_workdays": ()})
    with structlog.testing.capture_logs() as logged:
        wiring.office(settings.model_copy(update={"worktime": unknown})).engine.dispose()
    assert [(line["log_level"], line["year"]) for line in logged if "year" in line] == [("warning", 2040)]
