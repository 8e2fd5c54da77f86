"""What the report of a survey shows of people, and what is left of one who is erased."""

from dataclasses import replace
from io import BytesIO

import openpyxl
from sqlalchemy import select

from ombud import survey_plan
from ombud.pseudonym import Pseudonym
from store import database, erasure, survey_answers
from store.tables import survey_answer, survey_invitation
from tests.company import SERVICE_MANAGER
from tests.desk import Desk
from tests.survey_company import (
    COLLECTION,
    FULL,
    LOANS,
    asked,
    at,
    closed,
    first,
    published,
    running,
)  # fmt: skip


def test_raw_answers_show_nobody_and_small_departments_stand_together(desk: Desk) -> None:
    survey = running(desk, {LOANS: 8, COLLECTION: 2})
    for address in (*(f"a0{n}@corp.example" for n in range(1, 9)), "b01@corp.example"):
        desk.answer(asked(desk, address), "survey_form", FULL)
    closed(desk, survey)
    (book,) = desk.got(SERVICE_MANAGER, "survey_report")[-1].attachments
    sheets = openpyxl.load_workbook(BytesIO(book.content))
    cells = {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert not any(cell.startswith(("a0", "b0")) for cell in cells)
    charts = {title: len(sheets[title]._charts) for title in ("各题结果", "各部门")}
    assert charts == {"各题结果": 2, "各部门": 1}, "native ones"
    departments = [row[0].value for row in sheets["各部门"].iter_rows(min_row=2) if row[0].value]
    assert departments == [f"{LOANS}、{COLLECTION}"], "one alone could be found by subtraction"
    assert {row[1].value for row in sheets["原始答案"].iter_rows(min_row=2)} == {f"{LOANS}、{COLLECTION}"}


def test_a_formula_in_an_answer_is_a_text_in_the_report(desk: Desk) -> None:
    survey = running(desk, {LOANS: 3})
    remark = '=HYPERLINK("http://evil.example","请点击")'
    desk.answer(first(desk), "survey_form", f"{FULL}\n10 {remark}")
    closed(desk, survey)
    (book,) = desk.got(SERVICE_MANAGER, "survey_report")[-1].attachments
    sheets = openpyxl.load_workbook(BytesIO(book.content))
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if "evil.example" in str(cell.value)], "the remark is shown"
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_names_are_shown_where_nothing_else_was_promised(desk: Desk) -> None:
    desk.office = replace(desk.office, survey=replace(desk.office.survey, is_pseudonymous=False))
    survey = running(desk, {LOANS: 3})
    desk.answer(first(desk), "survey_form", FULL)
    assert "不显示姓名" not in desk.got(first(desk), "survey_form")[-1].text
    closed(desk, survey)
    (book,) = desk.got(SERVICE_MANAGER, "survey_report")[-1].attachments
    sheet = openpyxl.load_workbook(BytesIO(book.content))["原始答案"]
    assert sheet["A2"].value == "a01"


def test_next_year_is_compared_with_this_year(desk: Desk) -> None:
    survey = running(desk, {LOANS: 6})
    for n in range(1, 7):
        desk.answer(
            asked(desk, f"a0{n}@corp.example"),
            "survey_form",
            "3 3 3 3 3 3 3 3 3" if n > 1 else "4 4 4 4 4 4 4 4 4",
        )
    closed(desk, survey)
    published(desk, survey)
    desk.move_to(at("2027-11-22 09:00"))
    again = survey_plan.plan(desk.office, survey_plan.Wish(opens_at=desk.now))
    desk.collect()
    assert again.number == "Q-2027"
    desk.answer(SERVICE_MANAGER, "survey_plan", "批准", "Q-2027")
    desk.move(minutes=1)
    for n in range(1, 7):
        desk.answer(asked(desk, f"a0{n}@corp.example"), "survey_form", FULL, "Q-2027")
    closed(desk, again)
    report = desk.got(SERVICE_MANAGER, "survey_report", "Q-2027")[-1].text
    assert "比上年（2026）：▲ 上升（54.2 → +" in report
    assert "比上年：▲ 上升（3.17 → +1.83" in report


def test_a_person_erased_is_erased_from_the_survey(desk: Desk) -> None:
    survey = running(desk, {LOANS: 6})
    desk.answer(first(desk), "survey_form", f"{FULL}\n请联系 {first(desk).address}")
    wanted = Pseudonym(person=first(desk), pseudonym="erased-1")
    with desk.office.engine.begin() as conn:
        erasure.sweep(conn, wanted, desk.now)
    with database.reading(desk.office.engine) as conn:
        tables = (survey_invitation, survey_answer)
        rows = [str(row) for table in tables for row in conn.execute(select(table))]
        kept = [dict(one.reading.marks) for one in survey_answers.of_survey(conn, survey.number)]
    assert len(rows) == 7
    assert not [row for row in rows if first(desk).address in row]
    assert list(kept[0].values()) == [5, 4, 4, 3, 5, 4, 4, 5, 5], "what is counted stays"
