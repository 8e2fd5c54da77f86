"""Lists of the command line: all of them for programs, the newest for people."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from ombud import show
from store import complaints, outbox, received
from store.database import reading
from store.tables import counter
from tests.company import USER
from tests.desk import Desk


@pytest.fixture
def busy(desk: Desk) -> Desk:
    for subject in ("催收系统登录不上", "个贷放款慢", "打印机又坏了"):
        desk.write(USER, subject, f"{subject}，报了两天一直没人管，我要投诉！")
    return desk


@pytest.mark.parametrize(("newest", "numbers"), [(None, [1, 2, 3]), (2, [2, 3]), (9, [1, 2, 3])])
def test_the_newest_come_in_the_order_of_all(busy: Desk, newest: int | None, numbers: list[int]) -> None:
    with reading(busy.office.engine) as conn:
        found = [line["number"] for line in show.all_complaints(conn, only_open=True, newest=newest)]
        assert found == [f"C-2026-{number:05}" for number in numbers]
        assert [row.id for row in received.each(conn, newest)] == numbers
        sent = [row.id for row in outbox.listed(conn)]
        assert [row.id for row in outbox.each(conn, newest)] == sent[-newest if newest else 0 :]


def test_the_hundred_thousandth_of_a_year_comes_behind_the_one_before(desk: Desk) -> None:
    with desk.office.engine.begin() as conn:
        conn.execute(insert(counter).values(name="C-2026", value=99_997))
    for subject in ("催收系统登录不上", "个贷放款慢", "打印机又坏了"):
        desk.write(USER, subject, f"{subject}，报了两天一直没人管，我要投诉！")
        desk.now += timedelta(minutes=1)
    with reading(desk.office.engine) as conn:
        newest = [case.number for case in complaints.each(conn, newest=2)]
        oldest = [case.number for case in complaints.oldest_open(conn, 2)]
        everything = [case.number for case in complaints.each(conn)]
    assert newest == ["C-2026-99999", "C-2026-100000"]
    assert oldest == ["C-2026-99998", "C-2026-99999"]
    assert everything == ["C-2026-99998", "C-2026-99999", "C-2026-100000"]


@pytest.mark.parametrize(
    ("asked", "as_json", "count"), [(None, True, None), (None, False, 100), (0, False, None), (7, True, 7)]
)
def test_how_many_are_listed(asked: int | None, as_json: bool, count: int | None) -> None:
    assert show.newest(asked, as_json=as_json) == count


def test_a_table_says_that_there_may_be_more(busy: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = show.Listed("投诉", ("number",))
    with reading(busy.office.engine) as conn:
        wanted.print(show.all_complaints(conn, only_open=False, newest=2), 2, as_json=False)
        cut = capsys.readouterr()
        wanted.print(show.all_complaints(conn, only_open=False, newest=100), 100, as_json=False)
    assert "C-2026-00003" in cut.out
    assert "C-2026-00001" not in cut.out
    assert "--newest 0" in cut.err
    assert "--newest" not in capsys.readouterr().err
