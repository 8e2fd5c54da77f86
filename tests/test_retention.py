"""Raw mails that are old leave the database, once a day, into a folder or for good; what is needed stays; all say so."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from ombud import dossier, erase, retention
from ombud.__main__ import main
from ombud.config import sample
from ombud.sections import Retention
from process.retention import RetentionRules
from store import complaints, events, received
from store.database import reading
from store.retention import due
from tests.company import DESK_A, USER
from tests.desk import Desk
from tests.site import EXAMPLE

COMPLAINT = "催收系统登录不上，报了两天一直没人管，我要投诉！"
DAY = timedelta(days=1)
OLD_DAYS = 70
"""More than two months."""


@pytest.fixture
def raw_mail(tmp_path: Path) -> Path:
    return tmp_path / "raw"


@pytest.fixture
def old(desk: Desk, raw_mail: Path) -> Desk:
    """More than two months after a question, a complaint that was closed, and one that is still open."""
    desk.write(USER, "申请权限", "请帮忙开通权限，谢谢。")
    desk.write(USER, "登录不上", COMPLAINT)
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "无效 是误操作")
    desk.answer(USER, "not_valid", "确认")
    desk.write("stranger@other.example", "服务太差", "你们的服务太差，无法接受，我要投诉。")
    desk.now += OLD_DAYS * DAY
    desk.office = replace(desk.office, retention=RetentionRules(months=2, folder=raw_mail))
    return desk


def rows(desk: Desk) -> dict[int, received.MailRow]:
    return {row.id: row for row in desk.mails()}


def test_old_mails_are_files_and_the_records_stay(old: Desk, raw_mail: Path) -> None:
    before = rows(old)
    with reading(old.office.engine) as conn:
        contents = {mail_id: received.get(conn, mail_id) for mail_id in before}
    assert retention.daily(old.office) == 5
    after = rows(old)
    for mail_id, row in after.items():
        was = contents[mail_id]
        assert was is not None
        assert replace(row, raw_at=None, raw_path="") == before[mail_id], "the record is what it was"
        if row.raw_at is None:
            continue
        file = raw_mail / row.raw_path
        assert row.raw_path == f"{row.received_at:%Y/%m/%d}/M-{mail_id}.eml"
        assert (file.read_bytes(), file.stat().st_mode & 0o777) == (was.content, 0o600)
    assert [row.raw_at is None for row in after.values()] == [False] * 5 + [True]
    folders = [path for path in (raw_mail, *raw_mail.rglob("*")) if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    with reading(old.office.engine) as conn:
        assert events.verify(conn) == ""
        (told,) = [one for one in events.entries(conn, "") if one.event.what == retention.MOVED]
        stored = received.get(conn, 1)
    assert told.event.text.startswith("5 ")
    assert stored is not None
    assert stored.content == b""


def test_it_is_done_once_a_day(old: Desk) -> None:
    assert retention.daily(old.office) == 5
    assert retention.daily(old.office) == 0
    with old.office.engine.begin() as conn:
        case = next(case for case in complaints.listed(conn, only_open=True))
        complaints.save(conn, replace(case, version=case.version + 1, state=type(case.state)("closed")))
    assert retention.daily(old.office) == 0, "today's work is done"
    old.now += DAY
    assert retention.daily(old.office) == 1
    assert retention.daily(old.office) == 0


def test_dropped_mails_are_gone(old: Desk, raw_mail: Path) -> None:
    old.office = replace(old.office, retention=RetentionRules(months=2))
    assert retention.daily(old.office) == 5
    assert not raw_mail.exists()
    assert {row.raw_path for row in rows(old).values()} == {""}
    with reading(old.office.engine) as conn:
        assert events.entries(conn, "")[-1].event.what == retention.DROPPED
        assert events.verify(conn) == ""


def test_nothing_goes_without_a_decision_or_before_its_time(old: Desk, raw_mail: Path) -> None:
    rules = old.office.retention
    for changed in (replace(rules, months=0), replace(rules, months=3)):
        old.office = replace(old.office, retention=changed)
        assert retention.daily(old.office) == 0
    assert not raw_mail.exists()


def test_a_stop_after_the_file_leaves_the_mail_in_both_places(old: Desk, raw_mail: Path) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ombud.retention.retention.let_go", stopped)
        with pytest.raises(KeyboardInterrupt):
            retention.daily(old.office)
    assert len(list(raw_mail.rglob("*.eml"))) == 5
    with reading(old.office.engine) as conn:
        assert due(conn, old.now).mails == 5
    assert retention.daily(old.office) == 5
    assert len(list(raw_mail.rglob("*"))) == 5 + 3, "five files in a tree of year, month, day"


def test_batches_are_bounded(old: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    assert [retention.daily(old.office) for _ in range(4)] == [2, 2, 1, 0]


def made(desk: Desk, folder: Path) -> dict[str, bytes]:
    """The dossier of the first complaint, with raw mails in this folder."""
    settings = sample().model_copy(update={"retention": Retention(folder=folder)})
    with reading(desk.office.engine) as conn:
        case = complaints.get(conn, "C-2026-00001")
        assert case is not None
        return {file.path: file.content for file in dossier.made(conn, case, settings)}


def test_a_dossier_has_what_was_moved_and_says_what_is_gone(old: Desk, raw_mail: Path) -> None:
    whole = made(old, raw_mail)
    retention.daily(old.office)
    mails = {path: content for path, content in whole.items() if path.startswith("mails/in/")}
    assert mails
    assert mails.items() <= made(old, raw_mail).items(), "they come out of the folder"
    (raw_mail / rows(old)[2].raw_path).write_bytes(b"something else")
    without = made(old, raw_mail)
    assert "mails/in/M-2.eml" not in without
    assert "not to be found there as it was" in without["mails/in/M-2-gone.txt"].decode()
    assert "not to be found there as it was" in without["index.en.html"].decode()


def test_the_desk_is_told_when_nothing_can_be_made_of_a_mail(old: Desk) -> None:
    retention.daily(old.office)
    tag = f"[M-1 {old.office.sealer.code('M-1', DESK_A.key, old.now)}]"
    old.write(DESK_A, f"Re: {tag}", "投诉")
    assert len(old.cases()) == 2
    (told,) = old.got(DESK_A, "not_understood")
    assert "原文已按保存期限移出" in told.own_text


def test_an_erasure_removes_the_files_of_the_person(old: Desk, raw_mail: Path) -> None:
    retention.daily(old.office)
    mine = [raw_mail / row.raw_path for row in rows(old).values() if row.raw_path]
    settings = sample().model_copy(update={"retention": Retention(folder=raw_mail)})
    wish = erase.Wish(person=USER.address, is_agreed=True, is_forced=True)
    assert erase.run(old.office.engine, wish, settings) == 0
    assert not [path for path in mine if path.exists()]
    with reading(old.office.engine) as conn:
        assert events.verify(conn) == ""


def test_the_command_says_what_would_go(old: Desk, raw_mail: Path, tmp_path: Path) -> None:
    url = old.office.engine.url.render_as_string(hide_password=False)
    text = EXAMPLE.read_text("utf-8").replace("sqlite:///data/ombud.db", url)
    text = text.replace('"ombud/sample/', f'"{EXAMPLE.parent}/ombud/sample/').replace(
        "data/raw-mail", str(raw_mail)
    )
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["--config", str(file), *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert "kept for good" in run("retention", "--dry-run")
    file.write_text(text.replace("raw_mail_months = 0", "raw_mail_months = 1"), "utf-8")
    retention.daily(old.office)
    shown = json.loads(run("show", "C-2026-00001", "--json"))
    assert shown["mails_in"][0]["raw"].startswith("moved to 2026/11/23/M-2.eml on ")
