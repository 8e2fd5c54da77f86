"""The store on real SQLite files: identity of mails, claims, versions, the trail, the outbox."""

import random
import threading
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, delete, insert, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from ingest.mail import RawMail
from process.case import AttachmentNote, Case, Closing, Escalation, Event, Judgement, Measures, Party, State
from process.outgoing import Deferred, Outgoing, Refused, Sent
from store import budget, claims, complaints, events, inbox, labels, once, outbox, packing, received, tables
from store.claims import Claimant
from store.database import DatabaseUnusable, is_sqlite, open_database, reading, stepping
from store.schema import check, migrate, newest_revision, revision

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
BY = Claimant(name="host:1:ab", lease=LEASE)
MAIL = (
    b"Received: from a by b\r\nMessage-ID: <1@x>\r\nFrom: a@x\r\nDate: today\r\n"
    b"Subject: help\r\n me\r\n\r\nIt is broken.\r\n"
)


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    engine = open_database(store_url)
    migrate(engine)
    yield engine
    engine.dispose()


def raw(content: bytes = MAIL, *, uid: int = 1, mailbox: str = "desk", uidvalidity: int = 1) -> RawMail:
    return RawMail(mailbox=mailbox, uidvalidity=uidvalidity, uid=uid, received_at=NOW, content=content)


@pytest.mark.parametrize(
    "other",
    [
        raw(uid=2),
        raw(uidvalidity=2),
        raw(mailbox="second"),
        raw(b"Received: elsewhere\r\nDelivered-To: second\r\n" + MAIL, uid=3),
        raw(MAIL.replace(b"\r\n", b"\n"), uid=4),
        raw(MAIL.replace(b"help\r\n me", b"help me") + b"\r\n\r\n", uid=5),
    ],
    ids=["copied back", "uidvalidity", "second mailbox", "other trace headers", "LF", "refolded"],
)
def test_the_same_mail_is_one_mail(engine: Engine, other: RawMail) -> None:
    with engine.begin() as conn:
        first = inbox.add(conn, raw(), NOW)
        assert inbox.add(conn, other, NOW) is None
        assert inbox.sighted(conn, other.mailbox, other.uidvalidity, (other.uid,)).keys() == {other.uid}
        assert [row.id for row in received.listed(conn)] == [first]


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"<1@x>", b"<2@x>"),
        MAIL.replace(b"broken", b"broken again"),
        MAIL.replace(b"today", b"tomorrow"),
        MAIL.replace(b"From: a@x", b"From: b@x"),
        b"",
    ],
)
def test_another_mail_is_another_mail(engine: Engine, other: bytes) -> None:
    with engine.begin() as conn:
        assert inbox.add(conn, raw(), NOW) is not None
        assert inbox.add(conn, raw(other, uid=2), NOW) is not None


def test_a_claim_is_nobody_elses_until_the_lease_ends(engine: Engine) -> None:
    with engine.begin() as conn:
        inbox.add(conn, raw(), NOW)
        (claimed,) = inbox.claim(conn, NOW, BY)
        assert (claimed.content, claimed.tries) == (MAIL, 1)
        assert inbox.claim(conn, NOW, BY) == ()
        (again,) = inbox.claim(conn, NOW + LEASE, BY)
        assert again.tries == 2


def test_several_are_claimed_together_but_what_failed_or_is_large_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "TOGETHER_BYTES_MAX", len(MAIL) + 10)
    with engine.begin() as conn:
        failed = inbox.add(conn, raw(), NOW)
        inbox.claim(conn, NOW - LEASE, BY)
        inbox.claim(conn, NOW, BY)
        assert failed
        inbox.fail(conn, failed, "Traceback …", NOW)
        contents = [MAIL + b"1", MAIL + b"2", MAIL + b"large" * 10, MAIL + b"3"]
        ids = [inbox.add(conn, raw(content, uid=uid), NOW) for uid, content in enumerate(contents, 2)]
        claims = [[mail.id for mail in inbox.claim(conn, NOW, BY, 3)] for _ in range(4)]
    assert claims == [[failed], [ids[0], ids[1], ids[3]], [ids[2]], []]


def test_four_threads_claim_each_mail_once(engine: Engine) -> None:
    with engine.begin() as conn:
        for number in range(60):
            inbox.add(conn, raw(MAIL + b"%d" % number, uid=number + 1), NOW)
    claimed: list[int] = []

    def work() -> None:
        while True:
            with engine.begin() as conn:
                mail = inbox.claim(conn, NOW, BY, 3)
            if not mail:
                return
            claimed.extend(one.id for one in mail)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 60


VERDICT = inbox.Verdict(
    kind="other",
    rule="r",
    evidence="e",
    trust="known",
    matter="",
    message_id="1@x",
    sender="a@x",
    subject="s",
)


def test_a_mail_is_finished_once(engine: Engine) -> None:
    with engine.begin() as conn:
        mail_id = inbox.add(conn, raw(), NOW)
        assert mail_id is not None
        inbox.finish(conn, mail_id, VERDICT, NOW)
        with pytest.raises(inbox.NotWaiting):
            inbox.finish(conn, mail_id, VERDICT, NOW)
        assert inbox.claim(conn, NOW + LEASE, BY) == ()


def test_set_aside_released_and_discarded(engine: Engine) -> None:
    with engine.begin() as conn:
        mail_id = inbox.add(conn, raw(), NOW)
        assert mail_id is not None
        with pytest.raises(LookupError):
            inbox.release(conn, mail_id, NOW)
        inbox.set_aside(conn, mail_id, "broken", "Traceback …", NOW)
        assert inbox.claim(conn, NOW + LEASE, BY) == ()
        inbox.release(conn, mail_id, NOW)
        assert len(inbox.claim(conn, NOW, BY)) == 1
        inbox.set_aside(conn, mail_id, "broken", "Traceback …", NOW)
        inbox.discard(conn, mail_id, NOW)
        with pytest.raises(LookupError):
            inbox.discard(conn, mail_id, NOW)
        (row,) = received.listed(conn)
        assert (row.state, row.reason) == ("discarded", "broken")


PARTY = Party(key="k", name="钱进", address="qian@corp.example", employee_number="7", language="zh")
FULL = Case(
    number="C-2026-00001",
    state=State.CLOSED,
    language="zh",
    received_at=NOW,
    recorded_at=NOW + timedelta(microseconds=5),
    complainant=PARTY,
    on_behalf_of=PARTY,
    subject="登录慢",
    text="等了两天\n没人管",
    fingerprint="f" * 64,
    attachments=(
        AttachmentNote(filename="截图.png", content_type="image/png", size_bytes=3, sha256="a" * 64),
    ),
    about_keys=("x", "y"),
    related=("C-2026-00000",),
    accepted=Judgement(is_yes=True, by=PARTY, at=NOW, reason="属实"),
    due_at=NOW,
    measures=Measures(cause="原因", by=PARTY, at=NOW),
    closing=Closing(by=PARTY, at=NOW, how="confirmed"),
    escalations=(Escalation(once="vip", to=PARTY, at=NOW, reason="vip", evidence="总监"),),
)


def test_every_field_of_a_case_survives(engine: Engine) -> None:
    with engine.begin() as conn:
        complaints.insert_case(conn, FULL)
        assert complaints.get(conn, FULL.number) == FULL
        assert complaints.get(conn, "C-2026-99999") is None


def test_a_case_is_saved_only_on_top_of_what_was_read(engine: Engine) -> None:
    with engine.begin() as conn:
        complaints.insert_case(conn, FULL)
        complaints.save(conn, replace(FULL, version=1, subject="neu"))
        with pytest.raises(complaints.Stale):
            complaints.save(conn, replace(FULL, version=1, subject="alt"))


def test_numbers_count_by_year_without_gaps(engine: Engine) -> None:
    with engine.begin() as conn:
        assert [complaints.next_number(conn, y) for y in (2026, 2026, 2027)] == [
            "C-2026-00001", "C-2026-00002", "C-2027-00001",
        ]  # fmt: skip
    with engine.connect() as conn:
        complaints.next_number(conn, 2026)
        conn.rollback()
    with engine.begin() as conn:
        assert complaints.next_number(conn, 2026) == "C-2026-00003"


def test_complaints_of_a_person_by_or_for_them(engine: Engine) -> None:
    with engine.begin() as conn:
        complaints.insert_case(
            conn, replace(FULL, complainant=replace(PARTY, key="secretary"), escalations=())
        )
        assert [c.number for c in complaints.of_people(conn, {"k"}, NOW - LEASE)] == [FULL.number]
        assert not complaints.of_people(conn, {"k"}, NOW + LEASE)
        assert complaints.listed(conn, only_open=True) == ()


def event(what: str) -> Event:
    return Event(at=NOW, actor=PARTY, role="service_desk", what=what, text="理由", mail_id=None)


def test_the_trail_is_chained_and_refuses_changes(engine: Engine) -> None:
    with engine.begin() as conn:
        complaints.insert_case(conn, FULL)
        events.append(conn, FULL.number, (event("recorded"), event("accepted")))
        events.append(conn, FULL.number, (event("closed"),))
        assert [e.what for e in events.trail(conn, FULL.number)] == ["recorded", "accepted", "closed"]
        assert events.trail(conn, FULL.number)[0] == event("recorded")
        assert events.verify(conn) == ""
    for statement in (update(tables.event).values(number=FULL.number), delete(tables.event)):
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as conn:
            conn.execute(statement)


def test_a_changed_trail_is_found(engine: Engine) -> None:
    with engine.begin() as conn:
        complaints.insert_case(conn, FULL)
        events.append(conn, FULL.number, (event("recorded"), event("accepted")))
        is_sqlite = engine.dialect.name == "sqlite"
        conn.execute(text(f"DROP TRIGGER {'event_no_update' if is_sqlite else 'event_append_only ON event'}"))
        conn.execute(text("UPDATE event SET what = 'refused' WHERE seq = 2"))
        assert "entry 2" in events.verify(conn)


OUTGOING = Outgoing(
    message_id="m@x", matter="C-2026-00001", template="acknowledgement", recipient_key="k",
    recipients=("Qian@corp.example",), subject="s", content="内容".encode(),
)  # fmt: skip


def test_outbox_counts_the_try_before_it_is_made(engine: Engine) -> None:
    with engine.begin() as conn:
        outbox.add(conn, OUTGOING, NOW, None)
        (item,) = outbox.claim_due(conn, NOW, BY, outbox.Share(count=10))
        assert (item.outgoing, item.tries) == (OUTGOING, 1)
        assert outbox.claim_due(conn, NOW, BY, outbox.Share(count=10)) == ()
        outbox.record(conn, item, Deferred(reason="later"), NOW, NOW + LEASE)
        (again,) = outbox.claim_due(conn, NOW + LEASE, BY, outbox.Share(count=10))
        assert again.tries == 2
        found = outbox.find(conn, ("m@x", "other@x"))
        assert found is not None
        assert (found.matter, found.last_error) == ("C-2026-00001", "later")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Sent(reply="250"), "sent"), (Refused(reason="550"), "refused"), (Deferred(reason="4xx"), "dead")],
)
def test_outbox_ends(engine: Engine, outcome: Sent | Refused | Deferred, state: str) -> None:
    with engine.begin() as conn:
        outbox.add(conn, OUTGOING, NOW, None)
        (item,) = outbox.claim_due(conn, NOW, BY, outbox.Share(count=10))
        outbox.record(conn, item, outcome, NOW, None)
        (row,) = outbox.listed(conn)
        assert row.state == state
        assert outbox.next_due_at(conn) is None


def test_budget_once_and_labels(engine: Engine) -> None:
    with engine.begin() as conn:
        outbox.add(conn, OUTGOING, NOW, None)
        assert budget.sent_since(conn, "qian@CORP.example", NOW) == 1
        assert budget.gone_between(conn, NOW - LEASE, NOW) == 0
        assert once.take(conn, "C-2026-00001", "remind-1", NOW)
        assert not once.take(conn, "C-2026-00001", "remind-1", NOW)
        mail_id = inbox.add(conn, raw(), NOW)
        assert mail_id is not None
        assert labels.add(conn, mail_id, True, "k", NOW)
        assert not labels.add(conn, mail_id, False, "j", NOW)


def test_the_migration_makes_the_tables_as_the_program_knows_them(engine: Engine) -> None:
    with engine.connect() as conn:
        assert revision(conn) == newest_revision() == MigrationContext.configure(conn).get_current_revision()
        context = MigrationContext.configure(conn, opts={"compare_type": False})
        assert compare_metadata(context, tables.metadata) == []


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer"):
        migrate(engine)


def test_a_naive_time_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 -- that is the mistake
    with pytest.raises(StatementError, match="without zone"), engine.begin() as conn:
        conn.execute(insert(tables.once).values(subject="s", rung="r", at=naive))


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/data/ombud.db")
    migrate(engine)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    for file in (tmp_path / "data").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_readers_see_a_snapshot_and_block_nobody(engine: Engine) -> None:
    with reading(engine) as reader:
        assert received.listed(reader) == ()
        with engine.begin() as conn:
            inbox.add(conn, raw(), NOW)
        assert received.listed(reader) == ()


def test_what_is_no_database_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is no database at all, but long enough to be looked at" * 20)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        check(f"sqlite:///{tmp_path}/x.db")
    with pytest.raises(DatabaseUnusable):
        open_database("nonsense")


def test_a_stored_mail_unpacks_to_no_more_than_a_mail_may_be() -> None:
    bomb = zlib.compress(bytes(packing.CONTENT_BYTES_MAX + 1_000_000))
    assert len(packing.unpacked(bomb)) == packing.CONTENT_BYTES_MAX
    assert packing.beginning(zlib.compress(b"a" * 999), 1_000) == b"a" * 999
    assert len(packing.beginning(bomb, 1_000)) == 1_000


def test_files_and_long_texts_pack_each_in_their_way() -> None:
    file, text_ = (
        b64encode(random.Random(1).randbytes(90_000)),
        "系统在上午批量结束之后响应变慢。".encode() * 3_000,
    )
    assert [packing.unpacked(packing.packed(one)) for one in (file, text_, b"")] == [file, text_, b""]
    assert len(packing.packed(file)) < 0.77 * len(file), "six bits a character"
    assert len(packing.packed(text_)) < 0.02 * len(text_)


def letter(number: int, author: str, about: str = "") -> RawMail:
    head = f"Message-ID: <{number}@x>\r\nFrom: {author}\r\n"
    seal = f"In-Reply-To: <{about}.fuo-AbCdEfGhIjKl.01J@corp.example>\r\n" if about else ""
    return raw(f"{head}{seal}\r\nmail {number}".encode(), uid=number)


def claimed_by(engine: Engine, name: str, count: int, after: timedelta = timedelta()) -> list[int]:
    """Which mails a process gets, by their number."""
    with engine.begin() as conn:
        found = inbox.claim(conn, NOW + after, Claimant(name=name, lease=LEASE), count)
    return [int(mail.content.rpartition(b" ")[2]) for mail in found]


def test_no_mail_overtakes_one_of_its_author_or_matter(engine: Engine) -> None:
    with engine.begin() as conn:
        for number, author, about in (
            (1, "a@x", ""), (2, "b@x", "C-2026-00001"), (3, "a@x", ""), (4, "c@x", "C-2026-00001"), (5, "d@x", ""),
        ):  # fmt: skip
            inbox.add(conn, letter(number, author, about), NOW)
    assert claimed_by(engine, "first", 2) == [1, 2]
    assert claimed_by(engine, "second", 9) == [5], "3 waits for 1, 4 for 2"
    assert claimed_by(engine, "first", 9) == [3, 4], "what the same process has in hand comes before anyway"


def test_no_mail_overtakes_one_that_waits_for_another_try(engine: Engine) -> None:
    with engine.begin() as conn:
        ids = [inbox.add(conn, letter(number, "a@x"), NOW) for number in (1, 2)]
        inbox.add(conn, letter(3, "b@x"), NOW)
    assert claimed_by(engine, "first", 1) == [1]
    with engine.begin() as conn:
        inbox.fail(conn, ids[0] or 0, "trace", NOW + timedelta(seconds=2))
    assert claimed_by(engine, "first", 9) == [3]
    assert claimed_by(engine, "first", 9, timedelta(seconds=2)) == [1], "it goes first, and alone"


def test_what_a_dead_process_had_in_hand_is_due_and_keeps_its_turn(engine: Engine) -> None:
    with engine.begin() as conn:
        for number, author in ((1, "a@x"), (2, "b@x"), (3, "a@x")):
            inbox.add(conn, letter(number, author), NOW)
        outbox.add(conn, OUTGOING, NOW, None)
        outbox.claim_due(conn, NOW, Claimant(name="dead", lease=LEASE), outbox.Share(count=9))
    assert claimed_by(engine, "dead", 1) == [1]
    with engine.begin() as conn:
        assert claims.give_back(conn, ("second",), NOW + timedelta(seconds=20)) == 2
        assert len(outbox.claim_due(conn, NOW + timedelta(seconds=20), BY, outbox.Share(count=9))) == 1
    assert claimed_by(engine, "second", 9, timedelta(seconds=20)) == [2]
    assert claimed_by(engine, "third", 9, timedelta(seconds=20)) == [1]
    assert claimed_by(engine, "second", 9, timedelta(seconds=20)) == []


def test_two_claim_at_the_same_moment_and_nothing_is_overtaken(engine: Engine) -> None:
    with engine.begin() as conn:
        for number in range(1, 41):
            inbox.add(conn, letter(number, f"{number % 4}@x"), NOW)
    got: dict[str, list[int]] = {}

    def work(name: str) -> None:
        got[name] = claimed_by(engine, name, 6)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    authors = [{number % 4 for number in numbers} for numbers in got.values()]
    assert sum(len(one) for one in authors) == len(set().union(*authors)), got


def test_a_number_of_a_step_that_came_to_nothing_is_the_next_one(engine: Engine) -> None:
    with engine.begin() as conn:
        assert complaints.next_number(conn, 2026) == "C-2026-00001"

    def undone(conn: Connection) -> None:
        complaints.next_number(conn, 2026)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), engine.begin() as conn:
        undone(conn)
    with engine.begin() as conn:
        with pytest.raises(ZeroDivisionError), conn.begin_nested():
            undone(conn)
        assert [complaints.next_number(conn, 2026) for _ in range(2)] == ["C-2026-00002", "C-2026-00003"]


def test_steps_side_by_side_wait_for_no_number_and_leave_no_gap(engine: Engine) -> None:
    if is_sqlite(engine):
        pytest.skip("a step on SQLite has the whole database")
    with engine.begin() as first, engine.begin() as second:
        numbers = {complaints.next_number(conn, 2026) for conn in (first, second, first)}
        assert numbers == {"C-2026-00001", "C-2026-00002", "C-2026-00003"}
        first.rollback()
    with engine.begin() as conn:
        again = {complaints.next_number(conn, 2026) for _ in range(2)}
    assert again == {"C-2026-00001", "C-2026-00003"}


def test_entries_wait_for_the_end_of_a_step_and_go_with_it(engine: Engine) -> None:
    """Two steps write to the log, the later begun one first: the chain has no gap, and an undone part is left out."""
    if is_sqlite(engine):
        pytest.skip("a step on SQLite has the whole database")
    said = Event(at=NOW, actor=Party(), role="", what="said")
    pending = events.Pending()

    def undone() -> None:
        pending.entries.append(("C-2026-00002", (said,)))
        raise ZeroDivisionError

    with stepping(engine) as conn:
        pending.entries.append(("C-2026-00001", (said,)))
        with pytest.raises(ZeroDivisionError), pending.undone_with():
            undone()
        assert pending.of("C-2026-00001") == (said,)
        with engine.begin() as other:
            events.append(other, "C-2026-00003", (said,))
        pending.write(conn)
    with reading(engine) as conn:
        assert events.verify(conn) == ""
        assert [len(events.trail(conn, f"C-2026-0000{n}")) for n in (1, 2, 3)] == [1, 0, 1]
