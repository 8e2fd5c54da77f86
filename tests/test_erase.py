"""A person erased: nothing of them is left in the file, the log holds, the figures are the same."""

import json
import re
import subprocess
import zlib
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select

from ingest.parse import parse
from ombud import config, erase
from ombud.erase import Wish
from ombud.pseudonym import Pseudonym
from ombud.settings import Settings
from process.case import Case, State
from store import erasure, events, ledger, outbox, received, tables
from store.database import reading
from tests.company import DESK_A, SERVICE_MANAGER, USER, VIP, person
from tests.desk import MONDAY, Desk
from tests.postgresql import programs

NAMES = ("林晓", "lin.xiao", "linxiao@mobile", "B002", "13800001111", "晓林昵称")
PHONE = "13800001111"
TEXT = f"催收系统等了三天没有人处理，太慢了！\n我是林晓（B002），电话 {PHONE}，晓林昵称。\n-- \n林晓\n催收系统开发部"
LIN = person(
    "林晓",
    "lin.xiao@corp.example",
    department="催收系统开发部",
    employee_number="B002",
    phone=PHONE,
    title="高级开发工程师",
)


@pytest.fixture
def settings() -> Settings:
    return config.sample()


def complained(desk: Desk) -> str:
    """A complaint of 林晓's, accepted and found not valid, and closed; with an attachment and a quotation."""
    desk.organisation = desk.organisation.__class__(
        **{
            name: getattr(desk.organisation, name)
            for name in desk.organisation.__dataclass_fields__
            if desk.organisation.__dataclass_fields__[name].init
        }
        | {"people": (*desk.organisation.people, LIN)}
    )
    desk.write(LIN, "投诉：催收系统登录太慢", TEXT)
    desk.write(VIP, "请问", "林晓的电话是多少？")
    (case,) = desk.cases()
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "无效 林晓的电脑中了病毒，与系统无关")
    desk.answer(LIN, "not_valid", "确认\n林晓")
    assert desk.case(case.number).state is State.CLOSED
    with desk.office.engine.begin() as conn:
        for item in outbox.claim_due(conn, desk.now, desk.office.claimant, outbox.Share(count=100)):
            from process.outgoing import Sent

            outbox.record(conn, item, Sent(reply="250"), desk.now, None)
    return case.number


def everything(desk: Desk) -> str:
    """All that the database holds, unpacked, as one text."""
    parts = []
    with reading(desk.office.engine) as conn:
        for table in tables.metadata.sorted_tables:
            for row in conn.execute(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    if isinstance(column.type, LargeBinary):
                        content = zlib.decompress(value)
                        mail = parse(content)
                        parts += [content.decode("utf-8", "replace"), mail.text, mail.html, str(mail.headers)]
                    else:
                        parts.append(json.dumps(value, ensure_ascii=False, default=str))
    return "\n".join(parts)


def file_bytes(desk: Desk) -> bytes:
    """All that is on the disk; of PostgreSQL, whose freed pages nobody but it can read, all that a dump has."""
    url = desk.office.engine.url
    if url.get_backend_name() == "postgresql":
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        done = subprocess.run([programs() / "pg_dump", plain], check=True, capture_output=True)
        return done.stdout.replace(b"\\\\", b"\\")
    path = Path(str(url.database))
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def figures(desk: Desk) -> object:
    with reading(desk.office.engine) as conn:
        counted = ledger.of_period(conn, MONDAY.replace(year=2020), MONDAY.replace(year=2030))
    return counted, [
        (c.number, c.state, c.is_vip, c.category, c.department, c.recorded_at, c.complainant.department)
        for c in desk.cases()
    ]


def test_nothing_of_the_person_is_left_and_the_log_holds(desk: Desk, settings: Settings) -> None:
    number = complained(desk)
    before, whole = figures(desk), everything(desk)
    assert all(name in whole for name in ("林晓", "lin.xiao", "B002", PHONE, "晓林昵称")), (
        "the test has teeth"
    )
    for word in (b"lin.xiao", json.dumps("林晓").strip('"').encode()):
        assert word in file_bytes(desk), word

    wish = Wish(person="lin.xiao@corp.example", also=("晓林昵称",), is_agreed=True)
    assert erase.run(desk.office.engine, wish, settings) == 0

    left, raw = everything(desk), file_bytes(desk)
    for name in NAMES:
        assert name not in left, (name, left[max(0, left.find(name) - 200) :][:400])
        assert name.encode() not in raw, name
        assert json.dumps(name).strip('"').encode() not in raw, name
    assert figures(desk) == before
    with reading(desk.office.engine) as conn:
        assert list(events.breaks(conn)) == []
        assert erasure.originals(conn, "mail").keys() == {1, 2, 4, 5}
        trail = events.trail(conn, number)
    assert trail[-1].what == erasure.EVENT
    assert [e.what for e in trail[:-1]] == ["recorded", "accepted", "judged_invalid", "confirmed", "closed"]


def test_what_others_wrote_stays_readable(desk: Desk, settings: Settings) -> None:
    number = complained(desk)
    assert erase.run(desk.office.engine, Wish(person="B002", is_agreed=True), settings) == 0
    case = desk.case(number)
    assert "等了三天没有人处理" in case.text
    assert case.complainant.name.startswith("erased-")
    assert case.complainant.address.endswith("@erased.invalid")
    assert case.accepted is not None
    assert case.accepted.by.name == DESK_A.name
    with reading(desk.office.engine) as conn:
        question = received.get(conn, 2)
    assert question is not None
    mail = parse(question.content)
    assert mail.sender.address == VIP.address
    assert "的电话是多少" in mail.text
    assert mail.header("x-ombud-erased").startswith("sha256=")


def test_an_open_complaint_is_refused_unless_forced(
    desk: Desk, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.write(USER, "投诉：催收系统太慢", "催收系统等了三天没有人处理，太慢了！")
    before = everything(desk)
    wish = Wish(person=USER.address, is_agreed=True)
    assert erase.run(desk.office.engine, wish, settings) == 1
    assert "--force" in capsys.readouterr().err
    assert everything(desk) == before
    forced = Wish(person=USER.address, is_agreed=True, is_forced=True)
    assert erase.run(desk.office.engine, forced, settings) == 0
    assert USER.address not in everything(desk)
    with reading(desk.office.engine) as conn:
        assert {row.state for row in outbox.listed(conn)} == {"dead"}, "nothing goes to a pseudonym"


def test_it_asks_first_and_a_no_changes_nothing(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    complained(desk)
    before = everything(desk)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert erase.run(desk.office.engine, Wish(person="lin.xiao@corp.example"), settings) == 1
    assert everything(desk) == before


def test_a_stranger_to_the_store_changes_nothing(
    desk: Desk, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    complained(desk)
    before = everything(desk)
    assert erase.run(desk.office.engine, Wish(person="Z999", is_agreed=True), settings) == 1
    assert erase.run(desk.office.engine, Wish(person="no@one.example", is_agreed=True), settings) == 0
    assert "nothing is stored" in capsys.readouterr().out
    assert everything(desk) == before


def test_a_change_behind_an_erasure_is_still_found(desk: Desk, settings: Settings) -> None:
    complained(desk)
    assert erase.run(desk.office.engine, Wish(person="B002", is_agreed=True), settings) == 0
    with desk.office.engine.begin() as conn:
        events.replace_detail(conn, 3, events.Detail(text="有效"))
        (found,) = events.breaks(conn)
    assert (found.seq, found.number) == (3, "C-2026-00001"), found


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("林晓说", "X说"),
        ("LIN.XIAO@corp.example", "X@erased.invalid"),
        ("xlin.xiao2", "xlin.xiao2"),
        ("工号B002。", "工号X。"),
        ("AB002", "AB002"),
        ("2026-11-24", "2026-11-24"),
        ("B002", "X"),
    ],
)
def test_masking(text: str, masked: str) -> None:
    pseudonym = Pseudonym(person=LIN, pseudonym="X")
    assert pseudonym.text(text) == masked, text


@pytest.mark.parametrize("text", ["Emma Clarke", "Clarke, Emma", "EMMA  CLARKE", "emma.clarke"])
def test_latin_names_in_any_order(text: str) -> None:
    emma = Pseudonym(person=person("Emma Clarke", "emma.clarke@corp.example"), pseudonym="X")
    assert emma.text(f"Dear {text}!") == "Dear X!", text


def test_a_name_in_a_spreadsheet_is_seen() -> None:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<t>林晓</t>")
    assert Pseudonym(person=LIN).is_in_bytes(packed.getvalue())
    assert not Pseudonym(person=SERVICE_MANAGER).is_in_bytes(packed.getvalue())


def test_words_about_the_sender_are_masked_though_the_grade_is_kept(desk: Desk, settings: Settings) -> None:
    complained(desk)
    pretender = "From: =?utf-8?B?5p6X5pmT?= <x@outside.example>\nContent-Type: text/plain; charset=utf-8\n\n"
    desk.put((pretender + "系统等了三天没有人处理，太慢了，我要投诉！\n").encode())
    assert any("林晓" in reason for case in desk.cases() if case.trust for reason in case.trust.disguise)
    assert erase.run(desk.office.engine, Wish(person="B002", is_agreed=True, is_forced=True), settings) == 0
    assert "林晓" not in everything(desk)


def test_every_field_of_a_case_is_either_masked_or_kept_on_purpose(desk: Desk) -> None:
    """A field that a later change adds to the record is swept: only the program's own words are not."""
    names = {name for name in Case.__dataclass_fields__ if name in erasure.KEPT}
    assert names == {
        "number", "state", "language", "source", "trust", "fingerprint", "category", "department", "rung",
    }  # fmt: skip


def test_the_page_says_what_becomes_of_every_table() -> None:
    page = (Path(erase.__file__).parents[1] / "docs" / "evidence.md").read_text("utf-8")
    listed = {
        name for line in page.split("\n") if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)
    }
    assert listed == set(tables.metadata.tables)


def test_every_blob_is_a_message_that_the_sweep_reads() -> None:
    """Another blob would be passed over: it needs a reader of its own in the sweep."""
    blobs = {
        (table.name, column.name)
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert blobs == {("mail", "content"), ("outbox", "content")}


def test_a_name_hidden_in_an_encoded_body_is_found() -> None:
    for encoding, charset in (("base64", "utf-8"), ("base64", "gb18030"), ("quoted-printable", "utf-8")):
        message = EmailMessage()
        message["From"], message["Subject"] = "x@corp.example", "问"
        message.set_content("请转林晓", charset=charset, cte=encoding)
        content = message.as_bytes()
        assert "林晓".encode() not in content
        made = Pseudonym(person=LIN).message(content, is_theirs=False)
        assert made is not None, (encoding, charset)
        assert "林晓" not in parse(made).text
