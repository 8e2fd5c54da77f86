"""A service review that is planned, held and minuted at a desk, for the tests of its parts."""

from dataclasses import replace

from classify.people import Person
from ombud import reviewing
from process.outcome import Outcome
from process.review import Attendance, Meeting, Review, ReviewRules
from store import reviews
from store.database import reading
from tests.company import ORGANISATION, SERVICE_MANAGER, USER, person
from tests.desk import Desk
from tests.test_ladder import at

CHANGES = person("蒋变更", "jiang@corp.example", title="变更经理")
MEETING = Meeting(starts_at=at("2026-12-15 14:00"), hours=2, place="三号会议室")
MINUTES = """各位好，纪要如下：
决议：服务范围扩大到分行
1. 决议（变更）：核心系统 SLO 由 99.5% 调整为 99.9%
行动：建立容量预警；吴经理；12月31日
行动: 补充值班手册; 郑经理; 2027-01-15
谢谢"""


def prepared(desk: Desk) -> Desk:
    """A desk that knows of change management and of one stakeholder."""
    desk.organisation = replace(ORGANISATION, people=(*ORGANISATION.people, CHANGES))
    rules = ReviewRules(change_management=CHANGES.address, stakeholders=(USER.address,))
    desk.office = replace(desk.office, review_rules=rules)
    return desk


def planned(desk: Desk) -> Review:
    reviewing.plan(desk.office, 2026, MEETING)
    desk.collect()
    return stored(desk)


def minuted(desk: Desk, text: str = MINUTES) -> tuple[Outcome, ...]:
    planned(desk)
    desk.move_to(at("2026-12-15 16:05"))
    desk.answer(SERVICE_MANAGER, "review_minutes", text)
    return outcomes(desk)


def stored(desk: Desk) -> Review:
    with reading(desk.office.engine) as conn:
        review = reviews.get(conn, "A-2026")
    assert review is not None
    return review


def outcomes(desk: Desk) -> tuple[Outcome, ...]:
    with reading(desk.office.engine) as conn:
        return reviews.outcomes(conn)


def attendance(desk: Desk, who: Person) -> Attendance:
    found = stored(desk).participant(who.key)
    assert found is not None
    return found.attendance
