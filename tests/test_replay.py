"""`ombud replay`: the same rules decide the same again; other rules are shown with what they would change."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from classify.people import Person
from ombud import config, wiring
from ombud.__main__ import main
from ombud.demo import setting
from ombud.demo.play import Cast, cast
from ombud.demo.servers import Ports
from tests.desk import Desk
from tests.test_clock import MEASURES

COMPLAINT = "催收系统登录太慢，报修三天了没人管，我要投诉你们。"
AGAIN = "催收系统登录还是太慢，又没人管，我要投诉你们。"


class Scene:
    """The sample company with a week of mail behind it."""

    def __init__(self, folder: Path) -> None:
        self.config = setting.write(folder, Ports(imap=1, smtp=1))
        settings = config.load(self.config)
        self.database = folder / "ombud.db"
        office = wiring.office(settings)
        self.desk = Desk(office=office, organisation=office.organisation)
        self.desk.office = replace(office, clock=lambda: self.desk.now)
        self.parts: Cast = cast(office.organisation, self.desk.now.date())

    def played(self) -> None:
        """A complaint led to its end, a repeat, a VIP's, one recorded by telephone, a request, a doubtful mail."""
        desk, parts = self.desk, self.parts
        user, engineer = parts.collection_user, parts.engineer
        desk.write(user, "催收系统登录太慢", COMPLAINT)
        number = desk.cases()[-1].number
        self._later(engineer, "task_accept", "补充 是哪台电脑？")
        self._later(user, "request_particulars", "三楼那台。")
        self._later(engineer, "task_accept", "受理")
        self._later(engineer, "task_judge", "有效 属实")
        self._later(engineer, "task_assign", "分派 催收系统开发部")
        self._later(desk.case(number).department_manager.person, "dispatch", MEASURES)
        self._later(parts.service_manager, "task_verify", "通过")
        self._later(engineer, "task_feedback", "批准")
        self._later(user, "feedback", "确认，已经好了。")
        self._later(user, "closure", "5")
        desk.write(user, "登录又慢", AGAIN)
        desk.write(parts.vip, "报表", "月度报表一直没有给我，很不满意，我要投诉你们。")
        desk.write(
            engineer,
            "电话投诉登记",
            f"来源：电话\n投诉人：{parts.loan_user.name}\n投诉内容：放款页面报错没人管",
        )
        desk.write(parts.other_user, "新同事入职", "新同事下周入职，请帮忙开通邮箱。谢谢！")
        desk.write(parts.loan_user, "自动回复: 出差", "我出差了", Auto_Submitted="auto-replied")

    def _later(self, by: Person, notice: str, text: str) -> None:
        self.desk.now += timedelta(hours=1)
        self.desk.answer(by, notice, text)

    def replayed(self, *options: str, since: str = "2026-11-01") -> list[dict[str, object]]:
        result = self.run("--json", *options, since=since)
        return [json.loads(line) for line in result.splitlines() if line.startswith("{")]

    def run(self, *options: str, since: str = "2026-11-01") -> str:
        arguments = ["--config", str(self.config), "replay", "--since", since, *options]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        return result.output

    def with_changes(self, old: str, new: str) -> str:
        """Path of a configuration that differs in one line."""
        text = self.config.read_text("utf-8")
        assert text.count(old) == 1, old
        path = self.config.with_name("new.toml")
        path.write_text(text.replace(old, new), "utf-8")
        return str(path)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("replay"))
    made.played()
    yield made
    made.desk.office.engine.dispose()


def test_the_same_rules_decide_the_same_again(scene: Scene) -> None:
    assert scene.replayed() == []
    assert f"{len(scene.desk.mails())} 封 / mails, 0 封不同 / otherwise" in scene.run()


def test_another_line_for_vips_is_shown_with_what_it_changes(scene: Scene) -> None:
    new = scene.with_changes('from_zh = "总监"', 'from_zh = "总经理"')
    (changed,) = scene.replayed("--config", new)
    assert changed["sender"] == scene.parts.vip.address
    assert changed["differs"] == ["escalations"]
    assert "vip" in str(changed["then"])
    assert "vip" not in str(changed["now"])


def test_another_similarity_changes_the_repeats(scene: Scene) -> None:
    new = scene.with_changes("repeat_similarity = 0.55", "repeat_similarity = 1.0")
    (changed,) = scene.replayed("--config", new)
    assert changed["subject"] == "登录又慢"
    assert "repeat" in str(changed["then"])
    assert "repeat" not in str(changed["now"])
    assert "登录又慢" in scene.run("--config", new)


def test_other_words_change_the_kind(scene: Scene) -> None:
    words = "[grievance]\nyes = 50.0\nsure = 50.0\n"
    scene.config.with_name("words.toml").write_text(words, "utf-8")
    new = scene.with_changes('# words_file = "words.toml"', 'words_file = "words.toml"')
    changed = {str(one["subject"]): one for one in scene.replayed("--config", new)}
    first = changed["催收系统登录太慢"]
    assert "kind" in first["differs"]  # type: ignore[operator]
    assert [first[when]["kind"] for when in ("then", "now")] == ["complaint", "ask"]  # type: ignore[index]
    assert "新同事入职" not in changed
    assert "complaint → ask" in scene.run("--config", new)


def test_a_setting_that_decides_nothing_changes_nothing(scene: Scene) -> None:
    new = scene.with_changes("accept_hours = 4", "accept_hours = 8")
    assert scene.replayed("--config", new) == []


def test_only_mails_since_the_day_are_looked_at(scene: Scene) -> None:
    assert "0 封 / mails" in scene.run(since="2027-01-01")


def test_nothing_is_written_and_nothing_sent(scene: Scene) -> None:
    before = _content(scene)
    scene.run()
    scene.run("--config", scene.with_changes('from_zh = "总监"', 'from_zh = "总经理"'))
    assert _content(scene) == before


def _content(scene: Scene) -> str:
    with scene.desk.office.engine.connect() as conn:
        dump = "\n".join(conn.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    return sha256(dump.encode()).hexdigest()


def test_a_configuration_with_faults_is_refused(scene: Scene) -> None:
    new = scene.with_changes('from_zh = "总监"', 'from_zh = "大王"')
    arguments = ["--config", str(scene.config), "replay", "--since", "2026-11-01", "--config", new]
    assert CliRunner().invoke(main, arguments).exit_code == 2
