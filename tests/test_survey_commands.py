"""The survey on the command line: plan, send, status, close, report, and what they say when it is not the time."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classify.facts import Command, Verb
from classify.people import Role
from ombud import config, survey_job, wiring
from ombud.__main__ import main
from ombud.demo.setting import SAMPLE, edited
from ombud.office import Office
from ombud.post import Post
from process import survey as surveying
from process.survey import SurveyStep
from process.turn import Act
from store import outbox, surveys

EXAMPLE = Path(__file__).parents[1] / "config.toml"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    # Office hours at all hours: these commands look at the real clock.
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    hours: dict[str, object] = {day: ["00:00-23:59"] for day in days}
    changes: dict[str, dict[str, object]] = {
        "store": {"url": "sqlite:///ombud.db"},
        "mailbox": {"host": "127.0.0.1", "password_env": None, "password_file": "password"},
        "smtp": {"host": "127.0.0.1", "user": "", "password_env": None},
        "directory": {"people": str(SAMPLE / "people.csv"), "departments": str(SAMPLE / "departments.csv")},
        "worktime": {**hours, "holidays": ""},
    }
    (tmp_path / "password").write_text("x")
    (tmp_path / "config.toml").write_text(edited(EXAMPLE.read_text("utf-8"), changes), "utf-8")
    found = wiring.office(config.load(tmp_path / "config.toml"))
    yield found
    found.engine.dispose()


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(folder / "config.toml"), "survey", *words])


def approve(office: Office) -> None:
    """The go-ahead, as the reply gives it (tests/test_survey.py has the mails)."""
    (manager,) = office.organisation.acting(Role.IT_SERVICE_MANAGER)
    with office.engine.begin() as conn:
        (planned,) = surveys.listed(conn)
        act = Act(command=Command(verb=Verb.APPROVE), by=manager, at=office.clock())
        step = surveying.advance(planned, act, (Role.IT_SERVICE_MANAGER,))
        assert isinstance(step, SurveyStep)
        survey_job.keep(Post(conn=conn, office=office, now=office.clock()), step)


def templates(office: Office) -> list[str]:
    with office.engine.connect() as conn:
        return [row.template for row in outbox.listed(conn)]


def test_a_survey_from_the_command_line(office: Office, tmp_path: Path) -> None:
    planned = run(tmp_path, "plan")
    assert (planned.exit_code, "waits for the go-ahead" in planned.output) == (0, True), planned.output
    refused = run(tmp_path, "send")
    assert (refused.exit_code, "is planned" in refused.stderr) == (1, True)
    approve(office)
    assert "8 mails written" in run(tmp_path, "send").output
    line = json.loads(run(tmp_path, "status", "--json").output)
    assert (line["state"], line["sent"], line["answered"]) == ("running", 8, 0)
    assert "closed" in run(tmp_path, "close").output
    assert templates(office) == ["survey_plan", *["survey_form"] * 8, "survey_report"]
    for language in ("zh", "en"):
        written = run(tmp_path, "report", "--language", language, "--output", str(tmp_path / language))
        assert written.exit_code == 0, written.output
        number = line["number"]
        assert {path.name for path in (tmp_path / language).iterdir()} == {f"{number}.html", f"{number}.xlsx"}
        assert "fuo-" not in (tmp_path / language / f"{number}.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "Q-1999"), "there is no survey Q-1999"),
        (("send",), "there is no survey; make one"),
        (("plan", "--opens", "2001-01-05", "--closes", "2001-01-09"), "would close"),
    ],
)
def test_what_is_wrong_is_said(office: Office, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = run(tmp_path, *words)
    assert result.exit_code == 1
    assert said in result.stderr
