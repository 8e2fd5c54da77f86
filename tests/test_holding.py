"""Who reads which mailbox: shared out by each for itself, taken over after a death, refused to who comes back."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from rich.console import Console
from sqlalchemy import Engine

from ingest.imap import ImapAccount
from ombud import holding, receive, status, vitals
from ombud.gauges import Gauges
from ombud.holding import Shared
from ombud.sections import ObserveSection
from ombud.sharing import Change, shared_out
from store import database, leases
from store.leases import LEASE, Lease, LeaseLost, Service
from tests.desk import Desk

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
NOTHING = Change(take=(), give_up=())


def service(holder: str, watches: str = "abc") -> Service:
    return Service(holder=holder, started_at=NOW, until=NOW + LEASE, watches=tuple(watches))


def held(**holders: str) -> tuple[Lease, ...]:
    return tuple(
        Lease(mailbox=mailbox, holder=holder, term=1, taken_at=NOW, until=NOW + LEASE)
        for mailbox, holder in holders.items()
    )


@pytest.mark.parametrize(
    ("me", "others", "leases_held", "expected"),
    [
        ("1", (), held(), Change(take=("a", "b", "c"), give_up=())),
        ("1", ("2",), held(), Change(take=("a", "c"), give_up=())),
        ("2", ("1",), held(), Change(take=("b",), give_up=())),
        ("2", ("1",), held(a="1", b="1", c="1"), NOTHING),
        ("1", ("2",), held(a="1", b="1", c="1"), Change(take=(), give_up=("a",))),
        ("2", ("1",), held(b="1", c="1"), Change(take=("a",), give_up=())),
        ("1", ("2",), held(b="1", c="1"), NOTHING),
        ("1", ("2",), held(a="2", b="1", c="1"), NOTHING),
        ("1", ("2", "3"), held(a="2", b="1", c="1"), Change(take=(), give_up=("b",))),
        ("3", ("1", "2"), held(a="2", b="dead", c="1"), NOTHING),
        ("3", ("1", "2"), held(a="2", c="1"), Change(take=("b",), give_up=())),
    ],
)
def test_shared_out(
    me: str, others: tuple[str, ...], leases_held: tuple[Lease, ...], expected: Change
) -> None:
    living = tuple(service(name) for name in (me, *others))
    assert shared_out(leases_held, living, service(me)) == expected


def test_nothing_is_given_up_to_who_cannot_read_it() -> None:
    unable = service("2", watches="c")
    assert shared_out(held(a="1", b="1"), (service("1"), unable), service("1", "ab")) == NOTHING
    free_to = shared_out(held(b="1"), (service("1"), unable), service("1"))
    assert free_to.take == ("a",), "who cannot read it does not get it, however little it has"


class Clock:
    """The clock of the database's server and that of a host, moved together."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed_s = 0.0
        monkeypatch.setattr(leases, "server_now", lambda conn: NOW + timedelta(seconds=self.passed_s))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def process(engine: Engine, clock: Clock, name: str, *mailboxes: str) -> Shared:
    made = Shared(engine=engine, mailboxes=mailboxes or ("a",), name=name, clock_s=lambda: clock.passed_s)
    made.look()
    return made


def reads(one: Shared) -> set[str]:
    return {mailbox for mailbox in one.mailboxes if one.permit(mailbox)}


def test_who_dies_is_followed_when_the_lease_has_run_out(desk: Desk, clock: Clock) -> None:
    first, second = (process(desk.office.engine, clock, name) for name in "12")
    assert (reads(first), reads(second)) == ({"a"}, set())
    for _ in range(40):
        clock.passed_s += 1
        second.look()
        if second.permit("a"):
            break
        assert clock.passed_s <= LEASE.total_seconds()
    assert not reads(first), "long before, the first had stopped to believe in its lease"
    assert clock.passed_s + holding.ROUND_S < 30


def test_a_holder_stops_to_believe_before_others_can_take(desk: Desk, clock: Clock) -> None:
    first = process(desk.office.engine, clock, "1")
    permit = first.permit("a")
    assert permit is not None
    clock.passed_s = LEASE.total_seconds() - holding.MARGIN_S - 0.1
    assert permit.stands()
    clock.passed_s += 0.1
    assert not permit.stands()
    assert not reads(process(desk.office.engine, clock, "2"))


def test_who_was_stopped_writes_nothing_under_its_old_term(desk: Desk, clock: Clock) -> None:
    engine = desk.office.engine
    first = process(engine, clock, "1")
    before = first.permit("a")
    assert before is not None
    clock.passed_s += LEASE.total_seconds() + 1
    second = process(engine, clock, "2")
    now = second.permit("a")
    assert now is not None
    with engine.begin() as conn:
        now.confirm(conn)
        with pytest.raises(LeaseLost):
            before.confirm(conn)
    first.look()
    assert not reads(first), "who comes back stands by"
    clock.passed_s += LEASE.total_seconds() + 1
    first.look()
    assert reads(first) == {"a"}
    assert not before.stands(), "a later term is not the earlier one"


def test_how_long_another_has_had_a_mailbox(desk: Desk, clock: Clock) -> None:
    first = process(desk.office.engine, clock, "1")
    first.pass_on("a")
    first.look()
    first.try_again("a")
    assert (reads(first), first.elsewhere_s("a")) == (set(), 0.0), "nobody has it"
    second = process(desk.office.engine, clock, "2")
    for clock.passed_s in (5, 10):
        second.look()
        first.look()
    assert first.elsewhere_s("a") == 10, "though it was renewed meanwhile"
    assert second.elsewhere_s("a") == 0


@pytest.mark.parametrize(
    ("had_s", "state", "is_over"),
    [(0.0, "unreachable", False), (30.0, "standby", False), (200.0, "standby", True)],
)
def test_a_mailbox_is_well_when_another_has_read_it_for_a_while(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, had_s: float, state: str, is_over: bool
) -> None:
    room = desk.office
    account = ImapAccount(name="a", host="mail.example", port=993, user="desk", password="x")
    monkeypatch.setattr(Shared, "elsewhere_s", lambda _, __: had_s)
    shared = Shared(engine=room.engine, mailboxes=("a",))
    room.vitals.failed(vitals.mailbox("a"), "connection refused")
    room.vitals.doing("a", "unreachable")
    rounds = iter((False, True, True))
    receive.watch(room, receive.Watched(account=account, holding=shared), lambda: next(rounds), lambda: None)
    assert room.vitals.mailboxes() == {"a": state}
    assert room.vitals.is_well(vitals.mailbox("a")) == is_over


def test_an_orderly_end_frees_the_mailbox_at_once(desk: Desk, clock: Clock) -> None:
    first, second = (process(desk.office.engine, clock, name) for name in "12")
    first.leave()
    assert not reads(first)
    second.look()
    assert reads(second) == {"a"}


def test_who_cannot_reach_the_mailbox_passes_it_on(desk: Desk, clock: Clock) -> None:
    first, second = (process(desk.office.engine, clock, name) for name in "12")
    first.pass_on("a")
    first.look()
    second.look()
    assert (reads(first), reads(second)) == (set(), {"a"})
    first.try_again("a")
    first.look()
    assert (reads(first), reads(second)) == (set(), {"a"}), "it is not taken back from who can"


def test_several_mailboxes_spread_over_the_processes(desk: Desk, clock: Clock) -> None:
    processes = [process(desk.office.engine, clock, name, *"abcde") for name in "123"]
    for _ in range(6):
        clock.passed_s += holding.ROUND_S
        for one in processes:
            one.look()
    assert sorted(len(reads(one)) for one in processes) == [1, 2, 2]
    assert set().union(*map(reads, processes)) == set("abcde")
    settled = [reads(one) for one in processes]
    clock.passed_s += holding.ROUND_S
    for one in processes:
        one.look()
    assert [reads(one) for one in processes] == settled, "nothing wanders once it is spread"


def test_a_service_on_sqlite_is_alone_and_reads_all(tmp_path: Path) -> None:
    alone = holding.of(database.open_database(f"sqlite:///{tmp_path}/ombud.db"), "1", ("a", "b"))
    permits = [alone.permit(mailbox) for mailbox in "ab"]
    assert all(permit is not None and permit.stands() for permit in permits)


def test_status_and_metrics_show_who_holds_what(desk: Desk) -> None:
    engine = desk.office.engine
    names = [holding.own_name() for _ in "12"]
    for name in names:
        Shared(engine=engine, mailboxes=("a",), name=name).look()
    found = status.look(engine, ObserveSection())
    shown = status.record(found)
    assert [(lease["mailbox"], lease["holder"]) for lease in shown["leases"]] == [("a", names[0])]
    assert {one["holder"] for one in shown["services"]} == set(names)
    console = Console(width=160, record=True, file=StringIO())
    console.print(status.table(found))
    text = console.export_text()
    assert names[0] in text
    assert "2" in next(line for line in text.splitlines() if "processes" in line)
    desk.office.meters.registry.register(Gauges(desk.office))
    scraped = generate_latest(desk.office.meters.registry).decode()
    assert "ombud_services 2.0" in scraped
    (line,) = [line for line in scraped.splitlines() if line.startswith("ombud_mailbox_lease_seconds{")]
    assert f'holder="{names[0]}",mailbox="a"' in line
    assert 0 < float(line.split()[-1]) <= LEASE.total_seconds()
