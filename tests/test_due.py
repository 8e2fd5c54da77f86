"""Dates in the words of people, seen from Tuesday, 24 November 2026, 10:00 in Shanghai."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.due import days, due

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

DATES = [
    ("2026-11-30", "2026-11-30"),
    ("2026/11/25", "2026-11-25"),
    ("2026.1.5", "2026-01-05"),
    ("2026年11月25日", "2026-11-25"),
    ("２０２６－１１－３０", "2026-11-30"),
    ("20261130", "2026-11-30"),
    ("2027年1月5号前", "2027-01-05"),
    ("11月25日下午", "2026-11-25"),
    ("11月25日", "2026-11-25"),
    ("11月25号", "2026-11-25"),
    ("十一月二十五日", "2026-11-25"),
    ("十二月三号", "2026-12-03"),
    ("11/30", "2026-11-30"),
    ("11-30", "2026-11-30"),
    ("12.3", "2026-12-03"),
    ("1月5日", "2027-01-05"),
    ("10月8日", "2026-10-08"),
    ("25日", "2026-11-25"),
    ("30号前", "2026-11-30"),
    ("5号", "2026-12-05"),
    ("下个月5号", "2026-12-05"),
    ("今天", "2026-11-24"),
    ("今天下班前", "2026-11-24"),
    ("明天", "2026-11-25"),
    ("明天上午", "2026-11-25"),
    ("后天", "2026-11-26"),
    ("大后天", "2026-11-27"),
    ("周三", "2026-11-25"),
    ("周二", "2026-11-24"),
    ("周一", "2026-11-30"),
    ("本周五", "2026-11-27"),
    ("這週五", "2026-11-27"),
    ("星期天", "2026-11-29"),
    ("下周三", "2026-12-02"),
    ("下週三前", "2026-12-02"),
    ("下星期一", "2026-11-30"),
    ("下下周一", "2026-12-07"),
    ("下周", "2026-12-04"),
    ("本周内", "2026-11-27"),
    ("月底前", "2026-11-30"),
    ("本月底", "2026-11-30"),
    ("下月底", "2026-12-31"),
    ("年底", "2026-12-31"),
    ("请于11月30日前", "2026-11-30"),
    ("截止 11月30日", "2026-11-30"),
    ("预计下周三完成", "2026-12-02"),
    ("25 Nov", "2026-11-25"),
    ("25th of November 2026", "2026-11-25"),
    ("Nov 25", "2026-11-25"),
    ("November 25th, 2027", "2027-11-25"),
    ("by Friday", "2026-11-27"),
    ("Wednesday", "2026-11-25"),
    ("this Friday", "2026-11-27"),
    ("next Wednesday", "2026-12-02"),
    ("next week", "2026-12-04"),
    ("end of the month", "2026-11-30"),
    ("tomorrow", "2026-11-25"),
    ("by tomorrow noon", "2026-11-25"),
    ("the day after tomorrow", "2026-11-26"),
    ("by EOD tomorrow", "2026-11-25"),
    ("EOD", "2026-11-24"),
    ("before 2026-12-01", "2026-12-01"),
]

NO_DATES = """
|尽快|随时|工单11-25相关|3天|2月30日|13月1日|2026-13-01|32号|十天|待定|soon|ASAP|monitor|market|mayor|sunshine|decide later
|25 people|1.2.3.4|10:30|周转|月度|0月0日|99/99|November 31|零月|明白|今后|次日达|二月三十日
""".replace("\n", "").split("|")


@pytest.mark.parametrize(("text", "day"), DATES)
def test_a_date_is_read(text: str, day: str) -> None:
    found = due(text, NOW, SHANGHAI)
    assert found is not None, text
    assert found.day == date.fromisoformat(day), text


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_none(text: str) -> None:
    assert due(text, NOW, SHANGHAI) is None, text


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("11月25日下午3点", time(15)),
        ("11月25日下午三点半", time(15, 30)),
        ("11月25日 15:30", time(15, 30)),
        ("2026-11-25 09:00", time(9)),
        ("明天上午", time(12)),
        ("明天上午10点", time(10)),
        ("明天中午", time(12)),
        ("明天下午", None),
        ("明天", None),
        ("明晚8点前", time(20)),
        ("今晚", None),
        ("周五18点", time(18)),
        ("tomorrow 3pm", time(15)),
        ("Friday at 10:30 am", time(10, 30)),
        ("tomorrow noon", time(12)),
        ("25 Nov 5 p.m.", time(17)),
        ("明天25点", None),
        ("明天 请优先", None),
    ],
)
def test_the_time_of_day(text: str, at: time | None) -> None:
    found = due(text, NOW, SHANGHAI)
    assert found is not None, text
    assert found.at == at, text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3天", 3),
        ("5个工作日", 5),
        ("五个工作日内", 5),
        ("三天", 3),
        ("两天", 2),
        ("十天", 10),
        ("十五天", 15),
        ("一周", 5),
        ("两周内", 10),
        ("3日", 3),
        ("限3天", 3),
        ("3 working days", 3),
        ("within 2 days", 2),
        ("2 weeks", 10),
        ("one week", 5),
        ("3d", 3),
        ("0天", None),
        ("61天", None),
        ("三周一次", None),
        ("周三", None),
        ("3", None),
        ("尽快", None),
        ("", None),
    ],
)
def test_a_span_of_working_days(text: str, count: int | None) -> None:
    assert days(text) == count, text


def test_the_local_day_counts_at_midnight() -> None:
    late = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # 01:00 on the 25th in Shanghai
    found = due("明天", late, SHANGHAI)
    assert found is not None
    assert found.day == date(2026, 11, 26)


def test_the_turn_of_the_year() -> None:
    december = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    for text, day in [("5号", date(2027, 1, 5)), ("1月5日", date(2027, 1, 5)), ("下月底", date(2027, 1, 31))]:
        found = due(text, december, SHANGHAI)
        assert found is not None, text
        assert found.day == day, text


@given(st.text(max_size=120), st.datetimes(timezones=st.just(UTC)))
def test_any_text_is_read(text: str, now: datetime) -> None:
    now = now.replace(year=min(max(now.year, 2), 9990))
    assert due(text, now, SHANGHAI) is None or days(text) is None or text


@given(st.text(alphabet="0123456789-/.年月日号周星期下本一二十三:点半 上午nextmonwedj", max_size=24))
def test_anything_like_a_date_is_read(text: str) -> None:
    found = due(text, NOW, SHANGHAI)
    count = days(text)
    assert found is None or isinstance(found.day, date)
    assert count is None or 0 < count <= 60
