"""The digest of the day: its ledger adds up whatever mail there is, its anchor holds, what is asked stays listed."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from random import Random

from sqlalchemy import update

from classify.facts import Kind
from ingest.parse import own_text, parse
from ombud.digest import EXCERPT_READ_BYTES
from store import anchors, events, ledger, received, tables
from store.database import reading
from tests.company import DESK_A, USER
from tests.desk import MONDAY, Desk
from tests.test_clock import complain
from tests.test_ladder import at

STATES = ("waiting", "handled", "set_aside", "discarded")
MORNING = "2026-11-24 08:30"


def digest_text(desk: Desk, moment: str = MORNING) -> str:
    desk.move_to(at(moment))
    return desk.got(DESK_A, "digest")[-1].text


def test_every_kind_of_mail_has_its_place_in_the_ledger() -> None:
    assert set(ledger.CLASSES) == {kind.value for kind in Kind} - {"unreadable"}
    assert set(ledger.CLASSES.values()) <= set(ledger.NAMES)


def test_the_ledger_adds_up_whatever_became_of_the_mails(desk: Desk) -> None:
    pairs = [
        (state, kind) for state in STATES for kind in (*(kind.value for kind in Kind), "a later kind", "")
    ]
    for count, (state, kind) in enumerate(pairs, 1):
        mail_id = desk.write(USER, f"请问 {count}", "请问打印机在哪里？")
        with desk.office.engine.begin() as conn:
            changed = update(tables.mail).where(tables.mail.c.id == mail_id).values(state=state, kind=kind)
            conn.execute(changed)
    with reading(desk.office.engine) as conn:
        found = ledger.of_period(conn, MONDAY - timedelta(days=1), desk.now)
    assert found.received == len(pairs)
    assert sum(count for _, count in found.counts) == found.received
    assert [name for name, _ in found.counts] == list(ledger.NAMES)


def test_the_digest_carries_the_anchor_of_the_day(desk: Desk) -> None:
    complain(desk)
    mark = next(line for line in digest_text(desk).split("\n") if line.endswith("@2026-11-24"))
    with desk.office.engine.begin() as conn:
        assert anchors.stored(conn) == (replace(anchors.read(mark), seq=1),)
        assert list(anchors.check(conn, anchors.read(mark))) == []
        assert events.end(conn)[1] == mark.partition("@")[0]


def test_a_question_that_nobody_answered_is_asked_again(desk: Desk) -> None:
    mail_id = desk.write(USER, "打印机", "请问打印机在几楼？")
    with desk.office.engine.begin() as conn:
        conn.execute(update(tables.mail).values(kind="ask"))
    assert f"M-{mail_id}" in digest_text(desk)
    assert "打印机在几楼" in digest_text(desk, "2026-11-25 08:30"), "the next day too"
    subject = f"Re: [M-{mail_id} {desk.office.sealer.code(f'M-{mail_id}', DESK_A.key, desk.now)}]"
    desk.write(DESK_A, subject, "非投诉")
    assert f"M-{mail_id}" not in digest_text(desk, "2026-11-26 08:30")


def test_overdue_complaints_come_first_and_are_counted(desk: Desk) -> None:
    number = complain(desk)
    desk.move_to(at("2026-11-24 08:29"))
    desk.write(USER, "打印机", "打印机坏了一周没人修，我要投诉！")
    text = digest_text(desk)
    assert "其中 1 件已逾期" in text
    assert text.index("已逾期（1）") < text.index(number) < text.index("等待受理（1）")
    assert desk.got(DESK_A, "digest")[-1].subject.startswith("服务台日报：2 件未关闭（1 件逾期）")


def test_what_is_shown_of_a_mail_is_found_without_the_file_behind_it(desk: Desk) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = USER.address, "打印机"
    message.set_content("请问打印机在几楼？\n\n谢谢\n")
    message.add_attachment(Random(1).randbytes(200_000), maintype="application", subtype="octet-stream")
    raw = message.as_bytes()
    mail_id = desk.put(raw)
    with reading(desk.office.engine) as conn:
        beginning = received.beginnings(conn, [mail_id], EXCERPT_READ_BYTES)[mail_id]
    assert beginning == raw[:EXCERPT_READ_BYTES]
    assert own_text(beginning) == own_text(raw) == parse(raw).own_text == "请问打印机在几楼？\n\n谢谢"
    assert "打印机在几楼" in digest_text(desk)
