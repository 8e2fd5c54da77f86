"""Learning from the desk's answers: what the model may move, what it is kept as, and when it is refused."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from classify import learned, words
from classify.grievance import Grievance
from classify.learned import Model, NoModel
from classify.words import Words
from ombud import config, learn
from ombud.__main__ import main
from ombud.learn import CannotLearn, Sample
from process.case import Source
from tests.company import DESK_A, DESK_B, USER
from tests.desk import desk

ANGRY = ("又崩溃了没人管", "等了三天还不解决", "态度恶劣推诿扯皮", "再三催促毫无回音", "总是敷衍了事")
CALM = ("请开通系统权限", "想咨询一下报表用法", "申请一台新电脑", "请问会议室怎么预订", "帮忙重置一下密码")
THINGS = ("催收系统", "个贷系统", "邮箱", "打印机", "门禁", "报表平台", "网络", "测试环境", "数据库", "工单")


def samples(count: int = 120) -> list[Sample]:
    """Half of them complaints; invented, and told apart by their words."""
    dice = random.Random(7)
    made = []
    for number in range(count):
        is_complaint = number % 2 == 0
        words = " ".join(dice.sample(ANGRY if is_complaint else CALM, 2))
        subject = f"{dice.choice(THINGS)} {number}"
        made.append(Sample(subject=subject, text=f"{dice.choice(THINGS)}{words}", is_complaint=is_complaint))
    return made


@pytest.fixture(scope="module")
def model() -> Model:
    made, _ = learn.learn(samples())
    return made


def test_the_model_tells_unseen_texts_apart(model: Model) -> None:
    assert model.probability("门禁", "门禁又崩溃了没人管，等了三天") > 0.6
    assert model.probability("门禁", "请问门禁怎么申请，请开通") < 0.4


def test_figures_are_of_texts_that_the_model_had_not_seen() -> None:
    """With answers drawn by lot there is nothing to learn, and the figures say so."""
    dice = random.Random(1)
    drawn = [Sample(subject=s.subject, text=s.text, is_complaint=dice.random() < 0.5) for s in samples()]
    _, figures = learn.learn(drawn)
    assert figures.precision < 0.75, figures
    _, figures = learn.learn(samples())
    assert (figures.complaints, figures.ordinary) == (60, 60)
    assert figures.precision > 0.95, figures
    assert figures.falsely_raised <= learn.RAISED_SHARE_MAX, figures


@pytest.mark.parametrize(
    ("complaints", "ordinary", "is_enough"),
    [(0, 0, False), (50, 49, False), (19, 200, False), (200, 19, False), (50, 50, True), (20, 80, True)],
)
def test_too_few_answers_are_refused_with_their_number(
    complaints: int, ordinary: int, is_enough: bool
) -> None:
    many = [s for s in samples(400) if s.is_complaint][:complaints]
    many += [s for s in samples(400) if not s.is_complaint][:ordinary]
    if is_enough:
        assert learn.learn(many)[0].labels == complaints + ordinary
    else:
        with pytest.raises(CannotLearn, match=f"{complaints} complaints and {ordinary} ordinary"):
            learn.learn(many)


def fixed(*, likely: bool) -> Model:
    return Model(weights={}, intercept=9.0 if likely else -9.0, raise_at=0.9, lower_at=0.1, labels=100)


@pytest.mark.parametrize(
    ("verdict", "likely", "expected"),
    [
        ("yes", False, "yes"),
        ("yes", True, "yes"),
        ("no", True, "ask"),
        ("no", False, "no"),
        ("ask", True, "ask"),
        ("ask", False, "no"),
    ],
)
def test_only_the_band_of_doubt_is_moved(verdict: Any, likely: bool, expected: str) -> None:
    judged = Grievance(verdict=verdict, score=1.0, reasons=("+1.0 慢",))
    moved = learned.moved(judged, fixed(likely=likely), "主题", "正文")
    assert moved.verdict == expected
    assert moved.score == judged.score
    assert ("learned from 100 answers" in " ".join(moved.reasons)) == (expected != verdict)


def test_a_model_between_its_bounds_moves_nothing() -> None:
    unsure = Model(weights={}, intercept=0.0, raise_at=0.9, lower_at=0.1)
    for verdict in ("yes", "no", "ask"):
        judged = Grievance(verdict=verdict, score=0.0, reasons=())
        assert learned.moved(judged, unsure, "主题", "正文") == judged


def test_a_saved_model_is_read_back_and_holds_no_word_of_a_mail(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    learned.save(model, path)
    again = learned.load(path)
    assert again.probability("门禁", "又崩溃了") == pytest.approx(
        model.probability("门禁", "又崩溃了"), abs=1e-3
    )
    assert path.read_text(encoding="ascii"), "ASCII alone: no text of a mail"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.json"]


WRONG_FILES = (
    b"",
    b"\x80\x04\x95 a pickle",
    b"[]",
    b"{}",
    b"null",
    b"[" * 100_000,
    b'{"format": "ombud-learned-0", "weights": {}}',
    b'{"format": "ombud-learned-1", "weights": []}',
    b'{"format": "ombud-learned-1", "weights": {"x": 1}, "intercept": 0, "raise_at": 1, "lower_at": 0, "labels": 1}',
    b'{"format": "ombud-learned-1", "weights": {"1": NaN}, "intercept": 0, "raise_at": 1, "lower_at": 0, "labels": 1}',
    b'{"format": "ombud-learned-1", "weights": {}, "intercept": Infinity, "raise_at": 1, "lower_at": 0, "labels": 1}',
    b'{"format": "ombud-learned-1", "weights": {}, "intercept": 0, "raise_at": 1, "lower_at": 0}',
)


@pytest.mark.parametrize("content", WRONG_FILES, ids=lambda content: repr(content[:40]))
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(content)
    with pytest.raises(NoModel):
        learned.load(path)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"subject": "x"}', '{"subject": "x", "text": "y", "label": "maybe"}', "null"]
)
def test_a_labelled_file_with_a_wrong_line_is_refused_with_its_place(line: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"subject": "x", "text": "y", "label": "ordinary"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(CannotLearn, match="line 3"):
        list(learn.labelled(path))


def judging_by(model: Model) -> Words:
    return replace(words.load(), learned=model)


def rows(path: Path, made: list[Sample]) -> Path:
    lines = (
        {"subject": s.subject, "text": s.text, "label": "complaint" if s.is_complaint else "ordinary"}
        for s in made
    )
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """A configuration that is good enough to learn by."""
    example = Path(__file__).parents[1] / "config.toml"
    text = example.read_text(encoding="utf-8").replace('"ombud/sample/', f'"{example.parent}/ombud/sample/')
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    return path


def test_the_command_learns_from_files_and_writes_beside_the_database(
    config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = rows(config_file.parent / "rows.jsonl", samples())
    assert learn.run(config.load(config_file, needs_secrets=False), [file], None) == 0
    printed = capsys.readouterr().out
    assert "precision" in printed
    assert "cross-validation" in printed
    assert learned.load(config_file.parent / "data" / "grievance.model.json").labels == 120


def test_the_command_is_there() -> None:
    result = CliRunner().invoke(main, ["learn", "--help"])
    assert result.exit_code == 0
    assert "--labelled" in result.output


def test_the_command_refuses_too_few_and_writes_nothing(
    config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = rows(config_file.parent / "rows.jsonl", samples(20) * 10)
    assert learn.run(config.load(config_file, needs_secrets=False), [file], None) == 1
    assert "10 complaints and 10 ordinary" in capsys.readouterr().err, "copies count once"
    assert list((config_file.parent / "data").glob("*model*")) == []


def test_answers_of_the_desk_are_kept_and_learnt_from(store_url: str) -> None:
    with desk(store_url, words=judging_by(fixed(likely=True))) as office:
        asked = ("投影仪", "请把会议室的投影仪换一台。")
        office.write(USER, *asked)
        office.answer(DESK_A, "ask_complaint", "不是投诉")
        office.write(USER, "打印机", "打印机没有墨了。")
        office.answer(DESK_B, "ask_complaint", "是投诉")
        found = list(learn.answers_of_desk(office.office.engine))
    assert [(s.subject, s.is_complaint) for s in found] == [("投影仪", False), ("打印机", True)]
    assert found[0].text == asked[1]


def test_the_service_asks_about_what_the_model_raises_and_says_so(tmp_path: Path) -> None:
    text = "请把会议室的投影仪换一台。"
    with desk(tmp_path) as office:
        office.write(USER, "投影仪", text)
        assert office.mails()[0].kind == "other"
    (tmp_path / "two").mkdir()
    with desk(tmp_path / "two", words=judging_by(fixed(likely=True))) as office:
        office.write(USER, "投影仪", text)
        (mail,) = office.mails()
        assert mail.kind == "ask"
        assert "learned from 100 answers" in mail.evidence
        assert "100 次判断学得" in office.got(DESK_A, "ask_complaint")[0].text


def test_the_service_never_lets_the_model_overrule_a_certain_yes(store_url: str) -> None:
    with desk(store_url, words=judging_by(fixed(likely=False))) as office:
        office.write(USER, "投诉", "你们的服务太差，无法接受，我要投诉。")
        (case,) = office.cases()
        assert case.source is Source.MAIL
