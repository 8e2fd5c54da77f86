"""Call-backs from the export to the day's lists: on a real store, mail put in as bytes, on a moved clock."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from classify.callback_answer import Result
from ombud import show_callbacks
from ombud.pseudonym import Pseudonym
from process.sampling import Reason, Tier
from store import erasure, events, workorders
from store.database import reading
from tests.callback_desk import (
    THREE,
    drawn,
    export,
    morning,
    opened,
    results,
    row,
    with_rules,
)
from tests.company import DESK_A, DESK_B, USER
from tests.desk import Desk
from tests.test_ladder import at


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as desk:
        yield desk


def test_export_from_elsewhere_or_forged_changes_nothing(office: Desk) -> None:
    export(office, *THREE, sender="stranger@evil.example")
    export(office, *THREE, Authentication_Results="mx.corp.example; dmarc=fail header.from=corp.example")
    assert len(drawn(office)) == 0
    office.office = replace(office.office, authserv_id="mx.corp.example")
    export(office, *THREE)
    export(office, *THREE, Authentication_Results="mx.corp.example; dmarc=fail header.from=corp.example")
    with reading(office.office.engine) as conn:
        assert [done.counts.new for done in workorders.imports(conn)] == [3]
    assert len(office.got(DESK_A, "alert")) == 2
    export(office, row("WO-4"), Authentication_Results="mx.corp.example; dmarc=pass header.from=corp.example")
    with reading(office.office.engine) as conn:
        assert workorders.get(conn, "WO-4")


def test_same_export_twice_and_a_changed_one(office: Desk) -> None:
    for rows in (THREE, THREE, (row("WO-1", closed="2026-11-20 16:00"), *THREE[1:])):
        export(office, *rows)
    with reading(office.office.engine) as conn:
        counts = [(c.new, c.updated, c.unchanged) for c in (done.counts for done in workorders.imports(conn))]
    assert counts == [(3, 0, 0), (0, 0, 3), (0, 1, 2)]
    assert office.got(DESK_A, "import_report") == []


def test_bad_rows_are_told_to_the_desk_and_to_the_person_who_sent_them(office: Desk) -> None:
    export(office, row("WO-1"), row("", "x"), row("WO-3", closed="gestern"), sender=DESK_A.address)
    (told,) = office.got(DESK_A, "import_report")
    for words in ("orders.csv", "第 3 行  没有工单号", "第 4 行", "gestern"):
        assert words in told.text, told.text
    assert len(office.got(DESK_B, "import_report")) == 1
    export(office, row("WO-5"), sender=DESK_A.address)
    assert [len(office.got(person, "import_report")) for person in (DESK_A, DESK_B)] == [2, 1]


def test_monday_looks_back_to_friday_and_late_orders_come_along(office: Desk) -> None:
    days = (
        "2026-11-22 10:00",
        "2026-11-20 00:30",
        "2026-11-17 10:00",
        "2026-11-12 10:00",
        "2026-11-23 08:00",
    )
    export(office, *(row(f"WO-{n}", f"u{n}@corp.example", closed) for n, closed in enumerate(days)))
    morning(office)
    assert set(drawn(office)) == {"WO-0", "WO-1", "WO-2"}
    morning(office, "2026-11-24")
    assert set(drawn(office)) == {"WO-0", "WO-1", "WO-2", "WO-4"}


def test_nothing_on_a_day_off_and_once_a_day(office: Desk) -> None:
    export(office, *THREE)
    morning(office, "2026-11-21")
    assert drawn(office) == {}
    for _ in range(3):
        morning(office)
    export(office, row("WO-7", "u7@corp.example"))
    office.move_to(at("2026-11-23 17:00"))
    assert len(office.got(DESK_A, "callback_worklist")) == 1
    morning(office, "2026-11-24")
    assert "WO-7" in drawn(office)


def test_export_that_comes_late_in_the_day_is_drawn_at_once(office: Desk) -> None:
    morning(office)
    export(office, *THREE)
    office.move_to(at("2026-11-23 15:00"))
    assert len(office.got(DESK_A, "callback_worklist")) == 1


def test_cool_off_but_complaints_always(office: Desk) -> None:
    export(office, row("WO-1"))
    morning(office)
    export(
        office, row("WO-2", closed="2026-11-23 10:00"), row("WO-3", closed="2026-11-23 10:00", complaint="是")
    )
    morning(office, "2026-11-24")
    found = drawn(office)
    assert (found["WO-2"].reason, found["WO-3"].reason) == (Reason.COOL_OFF, Reason.COMPLAINT)
    office.move_to(at("2026-12-24 18:00"))
    export(office, row("WO-4", closed="2026-12-24 10:00"))
    morning(office, "2026-12-25")
    assert drawn(office)["WO-4"].reason is Reason.ALL


def test_redraw_gives_the_same_and_tells_why(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with_rules(office, tiers=(Tier(up_to=None, percent=30),))
    export(office, *(row(f"WO-{n:02}", f"u{n}@corp.example") for n in range(20)))
    morning(office)
    called = {number for number, one in drawn(office).items() if one.is_called}
    assert len(called) == 6
    capsys.readouterr()
    with reading(office.office.engine) as conn:
        assert show_callbacks.print_redraw(conn, date(2026, 11, 23), as_json=True)
        assert not show_callbacks.print_redraw(conn, date(2026, 11, 24), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert {one["number"] for one in told["orders"] if one["is_called"]} == called
    assert {(one["reason"], one["seats"]) for one in told["orders"]} == {
        ("drawn", "6/20"),
        ("not_drawn", "6/20"),
    }
    assert (told["percent"], told["volume"], told["is_same"]) == (30, 20, True)


def test_lists_go_on_with_what_has_no_result(office: Desk) -> None:
    export(office, *THREE)
    morning(office)
    office.answer(DESK_A, "callback_worklist", "WO-1 满意\nWO-2 无人接听")
    export(office, row("WO-5", "u5@corp.example", "2026-11-23 10:00"))
    morning(office, "2026-11-24")
    text = office.got(DESK_A, "callback_worklist")[-1].text
    assert "WO-5" in text
    assert "WO-3" in text
    assert "WO-2" not in text
    office.answer(DESK_A, "callback_worklist", "WO-3 满意\nWO-5 一般")
    assert results(office)["WO-3"] == "satisfied"


def test_person_erased_is_gone_and_the_draw_stays(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    export(office, *THREE)
    morning(office)
    office.answer(DESK_A, "callback_worklist", "WO-1 满意 钱进说很快")
    with office.office.engine.begin() as conn:
        erasure.sweep(conn, Pseudonym(person=USER), office.now)
    one = drawn(office)["WO-1"]
    assert not [word for word in ("钱进", "qian@") if word in str(one)]
    assert one.result is Result.SATISFIED
    with reading(office.office.engine) as conn:
        assert show_callbacks.print_redraw(conn, date(2026, 11, 23), as_json=True)
        assert events.verify(conn) == ""


def test_off_draws_nothing(office: Desk) -> None:
    with_rules(office, mode="off")
    export(office, *THREE)
    morning(office)
    assert drawn(office) == {}
