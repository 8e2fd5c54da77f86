"""Sending when the server is silent, the database out of reach, the process held up or stopped, the clock set back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from ombud import schedule, send, set_back
from process.outgoing import Deferred, Outcome, Outgoing, Sent
from store import budget, database, outbox
from store.outbox import OutboxRow
from tests.company import USER
from tests.desk import Desk

COMPLAINT = "打印机坏了三天没人管，你们的服务太差，我要投诉。"
UNREACHABLE = Deferred(reason="timed out", is_unreachable=True)


@dataclass(slots=True)
class Server:
    """Takes mails; what it does at each is told."""

    at: Callable[[int], Outcome] = lambda number: Sent(reply="250 fine")
    got: list[str] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Outcome:
        self.got.append(outgoing.message_id)
        return self.at(len(self.got))


def rows(desk: Desk) -> tuple[OutboxRow, ...]:
    with database.reading(desk.office.engine) as conn:
        return outbox.listed(conn)


def complain(desk: Desk, count: int = 1) -> int:
    """So many complaints of strangers; how many mails they make."""
    for number in range(count):
        desk.write(f"stranger{number}@other.example", f"投诉 {number}", COMPLAINT)
    return len(rows(desk))


def test_a_silent_server_is_not_asked_for_each_mail_of_a_batch(desk: Desk) -> None:
    waiting = complain(desk, 3)
    server = Server(at=lambda number: UNREACHABLE)
    assert send.due_mails(desk.office, server) == waiting
    assert len(server.got) == send.SILENT_MAX
    assert {(row.state, row.tries, row.last_error) for row in rows(desk)} == {("waiting", 1, "timed out")}
    assert all(row.due_at > desk.now for row in rows(desk))


def test_one_lost_connection_delays_one_mail(desk: Desk) -> None:
    waiting = complain(desk, 3)
    server = Server(at=lambda number: UNREACHABLE if number == 2 else Sent(reply="250"))
    send.due_mails(desk.office, server)
    assert len(server.got) == waiting
    assert [row.state for row in rows(desk)].count("waiting") == 1


def test_what_the_server_took_is_not_sent_again_when_the_database_could_not_be_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = complain(desk)
    server = Server()

    def locked(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(send.outbox, "record", locked)
        for _ in range(3):
            with pytest.raises(OperationalError):
                send.due_mails(desk.office, server)
    assert len(server.got) == 1
    desk.now += desk.office.limits.lease
    while send.due_mails(desk.office, server):
        pass
    assert len(server.got) == len(set(server.got)) == waiting
    assert {row.state for row in rows(desk)} == {"sent"}


def test_entries_whose_lease_ran_out_are_left_to_others(desk: Desk) -> None:
    complain(desk)
    server = Server()

    def held_up(number: int) -> Outcome:
        desk.now += desk.office.limits.lease
        return Sent(reply="250")

    server.at = held_up
    send.due_mails(desk.office, server)
    assert len(server.got) == 1


def test_a_stop_gives_back_what_was_not_tried(desk: Desk) -> None:
    waiting = complain(desk)
    server = Server()
    send.due_mails(desk.office, server, lambda: bool(server.got))
    states = [(row.state, row.tries, row.due_at <= desk.now) for row in rows(desk)]
    assert len(server.got) == 1
    assert states.count(("sent", 1, False)) + states.count(("sent", 1, True)) == 1
    assert states.count(("waiting", 0, True)) == waiting - 1


def test_a_clock_that_was_set_back_holds_no_mail_up(desk: Desk) -> None:
    real = desk.now
    desk.now = real + timedelta(days=1)
    complain(desk)
    server = Server(at=lambda number: Deferred(reason="451 later"))
    send.due_mails(desk.office, server)
    desk.write(USER, "打印机", COMPLAINT)
    desk.now = real
    assert send.due_mails(desk.office, Server()) == 0
    while schedule.tick(desk.office):
        pass
    server = Server()
    while send.due_mails(desk.office, server):
        pass
    assert {row.state for row in rows(desk)} == {"sent"}


def test_what_waits_for_its_next_try_goes_on_waiting(desk: Desk) -> None:
    complain(desk)
    send.due_mails(desk.office, Server(at=lambda number: Deferred(reason="451 later")))
    assert set_back.healed(desk.office) == 0
    assert send.due_mails(desk.office, Server()) == 0


def test_what_went_out_before_the_clock_was_set_back_uses_up_no_budget(desk: Desk) -> None:
    complain(desk)
    while send.due_mails(desk.office, Server()):
        pass
    with database.reading(desk.office.engine) as conn:
        before = desk.now - timedelta(days=1)
        assert budget.gone_between(conn, before - send.HOUR, before) == 0
        assert budget.gone_between(conn, desk.now - send.HOUR, desk.now) == len(rows(desk))


def test_a_mail_that_was_put_off_for_a_minute_waits_no_hour_when_the_clock_is_set_back(desk: Desk) -> None:
    desk.now += timedelta(hours=1)
    complain(desk)
    send.due_mails(desk.office, Server(at=lambda number: Deferred(reason="451 later")))
    desk.now -= timedelta(hours=1)
    assert set_back.healed(desk.office)
    assert all(row.due_at <= desk.now for row in rows(desk))
