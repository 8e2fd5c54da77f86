"""The service on a real Dovecot and a real SMTP server, driven by mail and by the command line only."""

import json
import signal
import time
from pathlib import Path

import pytest

from store.fingerprint import fingerprint
from tests.site import (
    ENGINEER,
    GENERAL_MANAGER,
    MANAGER,
    REPRESENTATIVE,
    SECOND_ENGINEER,
    SERVICE_MANAGER,
    USER,
    VIP,
    Site,
    tag_of,
)

COMPLAINT = "催收系统登录不上，报了两天一直没人管，我要投诉！"
FORM = "措施\n原因：连接池太小\n纠正措施：扩容\n预防措施：监控\n责任人：韩松\n计划完成：本月底"


def complain(site: Site) -> str:
    site.write(USER, "催收系统登录不上", COMPLAINT)
    site.once()
    return site.number()


def played(site: Site, *moves: tuple[str, str, str]) -> None:
    for address, notice, text in moves:
        site.answer(address, notice, text)
        site.once()


TO_FEEDBACK = (
    (ENGINEER, "task_accept", "受理"),
    (ENGINEER, "task_judge", "有效 属实"),
    (ENGINEER, "task_assign", "分派 催收系统开发部 2天"),
    (MANAGER, "dispatch", FORM),
    (SERVICE_MANAGER, "task_verify", "通过"),
    (ENGINEER, "task_feedback", "批准\n\n\n江禾\n服务台工程师\njiang.he@corp.example"),
)


def test_main_line_by_mail(site: Site) -> None:
    site.write(USER, "催收系统登录不上", COMPLAINT)
    assert site.process("once").returncode == 0
    number = site.number()
    assert len(site.got(USER, "acknowledgement")) == 1
    assert len(site.got(ENGINEER, "task_accept")) == len(site.got(SECOND_ENGINEER, "task_accept")) == 1
    played(site, *TO_FEEDBACK, (USER, "feedback", "确认，已经好了"))
    (record,) = site.json("show", number)
    assert (record["state"], record["closing"]["how"]) == ("closed", "confirmed")
    assert record["measures"]["cause"] == "连接池太小"
    assert record["feedback"] == "扩容\n监控", "the signature below 'approve' is no feedback"
    assert [e["what"] for e in record["events"]] == [
        "recorded", "accepted", "judged_valid", "dispatched", "measures_reported", "verified",
        "feedback_approved", "feedback_sent", "confirmed", "closed",
    ]  # fmt: skip
    (dispatch,) = site.got(MANAGER, "dispatch")
    assert [a.address for a in dispatch.cc] == [REPRESENTATIVE]
    assert len(site.got(USER, "closure")) == 1
    assert len(record["mails_in"]) == 8


def test_answer_by_a_ready_made_link_needs_no_in_reply_to(site: Site) -> None:
    number = complain(site)
    tag = tag_of(site.got(ENGINEER, "task_accept")[0].subject)
    site.write(ENGINEER, f"Re: 请受理 {tag}", "受理")
    site.once()
    (record,) = site.json("show", number)
    assert record["state"] == "accepted"


@pytest.mark.parametrize("forger", ["stranger@evil.example", SECOND_ENGINEER, USER])
def test_a_token_is_good_for_its_person_only(site: Site, forger: str) -> None:
    number = complain(site)
    tag = tag_of(site.got(ENGINEER, "task_accept")[0].subject)
    site.write(forger, f"Re: 请受理 {tag}", "受理")
    site.once()
    (record,) = site.json("show", number)
    assert record["state"] == "recorded"


def test_a_stranger_who_quotes_a_number_enters_nothing(site: Site) -> None:
    number = complain(site)
    site.write("stranger@evil.example", f"Re: [{number}]", "确认，可以关闭")
    site.once()
    (record,) = site.json("show", number)
    assert len(record["mails_in"]) == 1
    (alert,) = site.got(ENGINEER, "alert")
    assert number in alert.text
    assert not site.sink.to("stranger@evil.example")


def test_a_vips_complaint_is_escalated_once(site: Site) -> None:
    site.write(VIP, "报表迟迟不给", "报表拖了一周，打电话没人接，非常不满！")
    site.once()
    site.once()
    (mail,) = site.got(GENERAL_MANAGER, "escalation")
    assert [a.address for a in mail.cc] == [SERVICE_MANAGER]


def test_not_solved_is_escalated_and_dispatched_again(site: Site) -> None:
    number = complain(site)
    played(site, *TO_FEEDBACK, (USER, "feedback", "还是没有解决，下午又断了"))
    (record,) = site.json("show", number)
    assert (record["state"], record["repeats"]) == ("handling", 1)
    (mail,) = site.got(GENERAL_MANAGER, "escalation")
    assert "还是没有解决" in mail.text
    assert len(site.got(MANAGER, "dispatch")) == 2


def test_the_desk_words_the_feedback(site: Site) -> None:
    number = complain(site)
    played(site, *TO_FEEDBACK[:-1], (ENGINEER, "task_feedback", "批准\n反馈：已经扩容，不会再慢。\n\n江禾"))
    assert site.json("show", number)[0]["feedback"] == "已经扩容，不会再慢。"
    assert "已经扩容，不会再慢。" in site.got(USER, "feedback")[0].text


def test_an_unclear_answer_is_asked_back_and_closes_nothing(site: Site) -> None:
    number = complain(site)
    played(site, *TO_FEEDBACK, (USER, "feedback", "谢谢"))
    (record,) = site.json("show", number)
    assert record["state"] == "confirming"
    assert len(site.got(USER, "answer_unclear")) == 1


def test_the_desk_closes_with_a_reason_only(site: Site) -> None:
    number = complain(site)
    played(site, *TO_FEEDBACK, (ENGINEER, "task_feedback", "关闭"))
    assert site.json("show", number)[0]["state"] == "confirming"
    (told,) = site.got(ENGINEER, "not_understood")
    assert "理由" in told.text
    played(site, (ENGINEER, "task_feedback", "关闭 用户五个工作日未回复"))
    (record,) = site.json("show", number)
    assert record["closing"]["how"] == "desk"


def test_wrong_department_is_answered_with_what_can_be_done(site: Site) -> None:
    complain(site)
    played(site, *TO_FEEDBACK[:2], (ENGINEER, "task_assign", "分派 信用卡部"))
    (told,) = site.got(ENGINEER, "not_understood")
    assert "催收系统开发部" in told.text


def test_no_answer_to_automatic_mail_and_bounces(site: Site) -> None:
    site.write(USER, "自动回复: 投诉", "我正在休假，投诉请找别人", Auto_Submitted="auto-replied")
    site.write("MAILER-DAEMON@corp.example", "Undelivered Mail", "<x@y>: unknown, 投诉", Return_Path="<>")
    site.once()
    assert {mail["kind"] for mail in site.json("mails")} <= {"automatic-reply", "bounce"}
    assert not site.sink.mails


def test_a_doubtful_mail_is_put_to_the_desk_and_made_a_complaint(site: Site) -> None:
    site.write(USER, "关于报修", "上周报修的打印机到现在还没有来人，麻烦看一下。")
    site.once()
    (mail,) = site.json("mails")
    assert mail["kind"] == "ask", mail["evidence"]
    played(site, (ENGINEER, "ask_complaint", "投诉"))
    (line,) = site.json("complaints")
    assert USER in line["complainant"]
    assert len(site.got(USER, "acknowledgement")) == 1
    played(site, (SECOND_ENGINEER, "ask_complaint", "非投诉"))
    assert len(site.json("complaints")) == 1
    assert site.got(SECOND_ENGINEER, "not_understood")


def test_a_telephone_complaint_is_recorded_on_behalf_of_the_user(site: Site) -> None:
    form = f"来源：电话\n投诉人：林晓\n邮箱：{USER}\n投诉内容：催收系统打不开，没人管"
    site.write(ENGINEER, "投诉登记", form)
    site.once()
    (record,) = site.json("show", site.number())
    assert record["complainant"]["name"] == "林晓"
    assert record["recorder"]["address"] == ENGINEER
    assert record["source"] == "phone"
    assert len(site.got(USER, "acknowledgement")) == 1


def test_the_same_mail_is_one_complaint_however_often_it_is_seen(site: Site) -> None:
    content = site.write(USER, "催收系统登录不上", COMPLAINT)
    site.once()
    site.dovecot.append(site.user, content)
    site.dovecot.append(site.user, b"Received: by second.corp.example\r\n" + content)
    site.once()
    site.dovecot.forget_uids(site.user)
    site.once()
    assert len(site.json("complaints")) == 1
    assert len(site.got(USER, "acknowledgement")) == 1
    assert not site.dovecot.contents(site.user), "everything is filed away"


def test_uidvalidity_changes_with_the_mails_left_where_they_are(site: Site) -> None:
    site.configure(mailbox={"file_to": ""})
    complain(site)
    site.dovecot.forget_uids(site.user)
    site.once()
    assert len(site.json("complaints")) == 1
    assert len(site.dovecot.contents(site.user)) == 1


def test_two_watched_mailboxes_that_get_the_same_mail(site: Site) -> None:
    second = f"""
[[mailbox]]
name = "second"
address = "help@corp.example"
host = "127.0.0.1"
port = {site.dovecot.plain}
security = "plain"
user = "{site.user}2"
password_file = "password"
"""
    site.config.write_text(site.config.read_text() + second)
    content = site.write(USER, "催收系统登录不上", COMPLAINT)
    site.dovecot.append(f"{site.user}2", b"Delivered-To: help@corp.example\r\n" + content)
    site.once()
    assert len(site.json("complaints")) == 1
    assert len(site.got(USER, "acknowledgement")) == 1


def test_a_refused_recipient_is_told_to_the_desk(site: Site) -> None:
    site.sink.reply = lambda verb, argument: (
        "550 no such user" if (verb, argument) == ("RCPT", USER) else None
    )
    complain(site)
    assert [row["state"] for row in site.json("outbox") if row["template"] == "acknowledgement"] == [
        "refused"
    ]
    (alert,) = site.got(ENGINEER, "alert")
    assert "550" in alert.text


def test_a_deferred_mail_waits_with_its_reason(site: Site) -> None:
    site.sink.reply = lambda verb, argument: "451 later" if verb == "MAIL" else None
    complain(site)
    rows = site.json("outbox")
    assert {(row["state"], row["tries"]) for row in rows} == {("waiting", 1)}
    assert all("451" in row["last_error"] for row in rows)


def test_when_retries_are_used_up_the_desk_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from notify import retry

    monkeypatch.setattr(retry, "TRIES_MAX", 1)
    site.sink.reply = lambda verb, argument: "450 busy" if (verb, argument) == ("RCPT", USER) else None
    complain(site)
    assert [row["state"] for row in site.json("outbox") if row["template"] == "acknowledgement"] == ["dead"]
    (alert,) = site.got(ENGINEER, "alert")
    assert "450" in alert.text


def test_run_acknowledges_at_once_and_stops_on_sigterm(site: Site) -> None:
    service = site.start()
    try:
        wait_for(lambda: "mailbox open" in (site.folder / "ombud.log").read_text())
        site.write(USER, "催收系统登录不上", COMPLAINT)
        wait_for(lambda: bool(site.got(USER, "acknowledgement")))
    finally:
        service.send_signal(signal.SIGTERM)
        code = service.wait(60)
    assert code == 0


def wait_for(condition: "object", timeout_s: float = 60.0) -> None:
    assert callable(condition)
    until = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)


def test_run_outlives_its_mailbox_server(site: Site) -> None:
    service = site.start()
    log = site.folder / "ombud.log"
    try:
        wait_for(lambda: "mailbox open" in log.read_text())
        site.dovecot.stop()
        wait_for(lambda: "mailbox unreachable" in log.read_text())
        site.dovecot.start()
        site.write(USER, "催收系统登录不上", COMPLAINT)
        wait_for(lambda: bool(site.got(USER, "acknowledgement")))
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == 0


def test_a_mail_that_breaks_the_program_is_set_aside_and_the_next_is_handled(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ombud import config, handle, mailboxes, outlets, pipeline, wiring

    site.write("broken@corp.example", "broken", "我要投诉")
    site.write(USER, "催收系统登录不上", COMPLAINT)
    really = handle.kind.decide

    def breaking(facts: object, words: object) -> object:
        if facts.mail.subject == "broken":  # type: ignore[attr-defined]
            raise ZeroDivisionError("a fault of the program")
        return really(facts, words)  # type: ignore[arg-type]

    monkeypatch.setattr(handle.kind, "decide", breaking)
    settings = config.load(site.config)
    office = wiring.office(settings)
    assert pipeline.once(office, mailboxes.accounts(settings), outlets.smtp(settings))
    office.engine.dispose()
    mails = {mail["sender"] or "broken": mail for mail in site.json("mails")}
    assert mails["broken"]["state"] == "set_aside"
    assert "ZeroDivisionError" in mails["broken"]["traceback"]
    assert mails[USER]["kind"] == "complaint"
    assert len(site.got(ENGINEER, "alert")) == 1
    monkeypatch.undo()
    site.run("release", str(mails["broken"]["id"]))
    site.once()
    assert len(site.json("complaints")) == 2
    site.run("discard", str(mails["broken"]["id"]), check=1)


def test_check_config_tries_everything(site: Site) -> None:
    done = site.run("check-config")
    assert done.stdout.count("ok") >= 4, done.stdout
    site.sink.reply = lambda verb, argument: None
    site.configure(mailbox={"port": 1})
    failed = site.run("check-config", check=1)
    assert "FAIL  IMAP" in failed.stdout


def test_wrong_configuration_is_exit_code_2(site: Site) -> None:
    site.config.write_text(site.config.read_text().replace("\n[smtp]", "\n[smtp]\nhots = 1"))
    assert "host" in site.run("once", check=2).stderr


def test_show_of_an_unknown_number_fails(site: Site) -> None:
    complain(site)
    assert "no complaint" in site.run("show", "C-2026-99999", check=1).stderr


def test_the_184_real_messages_each_end_in_one_state(site: Site) -> None:
    """Parsing and bounce corpora in a real mailbox; none stops the rest."""
    corpora = Path(__file__).parent / "corpora"
    files = [path for name in ("parsing", "bounces") for path in sorted((corpora / name).rglob("*.eml"))]
    assert len(files) == 184
    contents = {path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in files}
    with site.dovecot.client(site.user) as client:
        for content in sorted(contents):
            client.append("INBOX", content)
    site.once()
    mails = site.json("mails")
    states = {mail["state"] for mail in mails}
    assert states <= {"handled", "set_aside"}, states
    broken = [mail for mail in mails if mail["traceback"]]
    assert not broken, json.dumps(broken[0], ensure_ascii=False)[:2000]
    assert not site.dovecot.contents(site.user)
    seen = len({fingerprint(content) for content in contents})
    assert len(mails) == seen
    assert all(mail["kind"] and (mail["rule"] or mail["reason"]) for mail in mails)
