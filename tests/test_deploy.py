"""docs/deploy and docs/operations.md: files that programs accept, and names that the service really has."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ombud import observe, vitals
from ombud.gauges import Gauges
from tests.desk import Desk

DOCS = Path(__file__).parents[1] / "docs"
DEPLOY = DOCS / "deploy"
NAME = re.compile(r"\bombud_[a-z_]+")
SERIES = ("_bucket", "_count", "_sum", "_created")


def names_in(text: str) -> set[str]:
    return {name.removesuffix("_bucket") for name in NAME.findall(text)}


@pytest.fixture
def names(desk: Desk) -> set[str]:
    """All metrics that a service can give."""
    office = desk.office
    office.meters.registry.register(Gauges(office))
    desk.write("user@corp.example", "催收系统登录不上", "报了两天一直没人管，我要投诉！")
    desk.move(days=3)
    office.vitals.failed(vitals.SMTP, "refused")
    content = observe.answer(office, "/metrics").content.decode()
    found = set(re.findall(r"^# TYPE (\S+) ", content, re.MULTILINE))
    return {name for name in found if not name.endswith(SERIES)}


@pytest.mark.parametrize("path", ["operations.md", "deploy/alerts.yml", "deploy/grafana.json"])
def test_every_metric_that_is_named_exists(names: set[str], path: str) -> None:
    assert not names_in((DOCS / path).read_text("utf-8")) - names


def test_every_metric_is_explained(names: set[str]) -> None:
    assert not names - names_in((DOCS / "operations.md").read_text("utf-8"))


def test_every_alert_has_its_advice() -> None:
    rules = re.findall(r"- alert: (\w+)", (DEPLOY / "alerts.yml").read_text("utf-8"))
    advice = re.findall(r"^\| (Ombud\w+) \|", (DOCS / "operations.md").read_text("utf-8"), re.MULTILINE)
    assert rules == advice


def test_board_shows_each_panel_once_and_from_the_chosen_source() -> None:
    board = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells), "panels lie on each other"
    assert all(x < 24 for x, _ in cells)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}


def test_container_file_copies_what_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    copied = [
        name for line in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for name in line.split()
    ]
    assert len(copied) > 8
    assert not [name for name in copied if not (DOCS.parent / name).exists()]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "ombud.service"
    text = (DEPLOY / "ombud.service").read_text("utf-8")
    unit.write_text(text.replace("/opt/ombud/bin/ombud", shutil.which("true") or "/bin/true"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], check=False, capture_output=True, text=True, timeout=30
    )
    complaints = [line for line in done.stderr.splitlines() if "ombud" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr
