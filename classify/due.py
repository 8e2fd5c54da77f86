"""Dates that people write: '11月25日下午', '下周三', '2026/11/25', '月底前', '25 Nov', 'next Wednesday'.

A date counts only at the beginning, behind words like '请于' or 'by'. A day and month without a year are
the nearest such day. A bare weekday is the next one, today included; '下周三' and 'next Wednesday' are
those of the next week, which begins on Monday. What is no date, or no day of the calendar, is None;
nothing is guessed. Any text is read without error, each pattern is bounded.
"""

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from classify.simplified import simplified

CHARS_MAX = 80
"""Of the text that is looked at."""
DAYS_MAX = 60
"""Of a span in days."""
NEAR_DAYS = 183
"""A date without a year lies at most so far behind us; otherwise it is next year's."""
WORKDAYS_A_WEEK = 5

_NUMERALS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "日": 7,
    "天": 7,
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RELATIVE = {
    "大后天": 3, "后天": 2, "明天": 1, "明日": 1, "明": 1, "今天": 0, "今日": 0, "今": 0, "当天": 0, "昨天": -1,
    "昨日": -1, "前天": -2, "the day after tomorrow": 2, "day after tomorrow": 2, "tomorrow": 1, "today": 0, "tonight": 0,
    "eod": 0, "cob": 0, "yesterday": -1,
}  # fmt: skip

_LEAD = re.compile(
    r"[\s,:;(]|请于|于|在|截止到|截止|截至|到|至|限|时限|期限|最迟|最晚|不晚于|不迟于|预计|预期|计划|拟|争取|务必|已于|"
    r"(?:by|before|until|till|on|due|the|no later than|latest|at|planned|expected|end of day|eod|cob|close of business)(?![a-z])"
)
_LEAD_WORDS_MAX = 6
_NUMBER = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_WEEKDAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur|r)?(?:day)?(?![a-z])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A day, and the time of day where one was named (the end of office hours otherwise)."""

    day: date
    at: time | None = None


def due(text: str, now: datetime, tz: tzinfo) -> Due | None:
    """The date that a text begins with, seen from `now` (aware) in the zone `tz`; None when there is none."""
    return split(text, now, tz)[0]


def split(text: str, now: datetime, tz: tzinfo) -> tuple[Due | None, str]:
    """The date that a text begins with, and what stands behind it; None and the whole text when there is none."""
    said = _begin(_folded(text[:CHARS_MAX]))
    today = now.astimezone(tz).date()
    for pattern, read in _DATES:
        match = pattern.match(said)
        if match is None:
            continue
        try:
            day = read(match, today)
        except (ValueError, OverflowError):
            return None, text
        if day is None:
            return None, text
        behind = said[match.end() :]
        at, length = _time(behind)
        left = len(behind) - length
        return Due(day=day, at=at), text[min(len(text), CHARS_MAX) - left :]
    return None, text


def _folded(text: str) -> str:
    """The text as dates are looked for: half-width, small, simplified, and as long as before."""
    chars = (unicodedata.normalize("NFKC", char).casefold() for char in text)
    return simplified("".join(new if len(new) == 1 else old for new, old in zip(chars, text, strict=True)))


def days(text: str) -> int | None:
    """A span in working days: '3天', '五个工作日内', '两周', '3 working days'; None when it is none."""
    said = _begin(_folded(text[:CHARS_MAX]))
    match = _SPAN.match(said)
    if match is None:
        return None
    unit = match["unit"]
    count = _number(match["count"]) * (WORKDAYS_A_WEEK if unit.startswith(_WEEKS) else 1)
    return count if 0 < count <= DAYS_MAX else None


_WEEKS = ("周", "星期", "礼拜", "week")
_SPAN = re.compile(
    r"(?:within\s|in\s|大约|约)?(?P<count>\d{1,3}|[一二三四五六七八九十两]{1,3}|an?|one|two|three|five)\s{0,2}个?"
    r"(?P<unit>工作日|工作天|天|日(?!期)|周(?![一二三四五六日天])|星期(?![一二三四五六日天])|礼拜|(?:working |business |work )?days?|weeks?|d(?![a-z]))"
)


def _begin(said: str) -> str:
    """What stands behind '请于', 'by' and the like."""
    for _ in range(_LEAD_WORDS_MAX):
        match = _LEAD.match(said)
        if match is None:
            break
        # 'eod' and 'cob' by themselves are today's.
        if match[0] in ("eod", "cob") and not said[match.end() :].strip():
            break
        said = said[match.end() :]
    return said


def _number(written: str) -> int:
    """'25', '二十五', '两', 'three' as a number."""
    if written.isdecimal():
        return int(written)
    if written.isascii():
        return {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "five": 5}[written]
    tens, has_ten, ones = written.rpartition("十")
    if not has_ten:
        return _NUMERALS[written] if len(written) == 1 else 0
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)


def _full(match: re.Match[str], today: date) -> date:
    return date(int(match[1]), _number(match[2]), _number(match[3]))


def _month_day(match: re.Match[str], today: date) -> date:
    return _nearest(_number(match[1]), _number(match[2]), today)


def _nearest(month: int, day: int, today: date) -> date:
    """That day of this year, or of the next when it is long past (29 February: of the year that has one)."""
    this = date(today.year, month, day)
    return this if (today - this).days <= NEAR_DAYS else date(today.year + 1, month, day)


def _day_only(match: re.Match[str], today: date) -> date:
    """'25日': of this month, or of the next when it has passed."""
    day = _number(match[1])
    return today.replace(day=day) if day >= today.day else _months_on(today, 1).replace(day=day)


def _in_next_month(match: re.Match[str], today: date) -> date:
    return _months_on(today, 1).replace(day=_number(match[1]))


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _month_end(match: re.Match[str], today: date) -> date:
    first = _months_on(today, 1 if "下" in match[0] or "next" in match[0] else 0)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _relative(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=_RELATIVE[match[0]])


def _weekday(match: re.Match[str], today: date) -> date:
    """'周三', '本周五', '下下周一'."""
    named = _NUMERALS[match[2]] - 1
    return _in_week(match[1] or "", named, today)


def _weekday_latin(match: re.Match[str], today: date) -> date:
    which = {"this": "本", "next": "下"}.get(match[1] or "", "")
    return _in_week(which, _WEEKDAYS.index(match[2]), today)


def _in_week(which: str, weekday: int, today: date) -> date:
    if not which:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    weeks = which.count("下") - which.count("上")
    return today + timedelta(days=weekday - today.weekday() + 7 * weeks)


def _week(match: re.Match[str], today: date) -> date:
    """'下周', 'this week': its Friday."""
    return _in_week("下" if match[0].startswith(("下", "next")) else "本", 4, today)


def _year_end(match: re.Match[str], today: date) -> date:
    return date(today.year, 12, 31)


def _day_month_latin(match: re.Match[str], today: date) -> date:
    return _latin(match[2], match[1], match[3], today)


def _month_day_latin(match: re.Match[str], today: date) -> date:
    return _latin(match[1], match[2], match[3], today)


def _latin(month: str, day: str, year: str | None, today: date) -> date:
    number = _MONTHS.index(month) + 1
    return date(int(year), number, int(day)) if year else _nearest(number, int(day), today)


_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"(20\d\d)\s?[-/.年]\s?" + _NUMBER + r"\s?[-/.月]\s?" + _NUMBER + r"(?!\d)\s?[日号]?", _full),
        (r"(20\d\d)([01]\d)([0-3]\d)(?!\d)", _full),
        (_NUMBER + r"\s?月\s?" + _NUMBER + r"(?!\d)\s?[日号]?", _month_day),
        (r"(\d{1,2})[-/.](\d{1,2})(?![\d:/.-])", _month_day),
        (r"(?:下个?月)" + _NUMBER + r"[日号]", _in_next_month),
        (r"(?:本月|这个月|当月)?" + _NUMBER + r"[日号](?!\d)", _day_only),
        (r"(?:本|这个?|下个?|当)?月(?:底|末)|end of (?:the |this |next )?month|month.end", _month_end),
        (r"(?:今年|本年|年)(?:年?底|年?末)|年底|年末|end of (?:the |this )?year", _year_end),
        (r"(本|这个?|下下个?|下个?|上个?)?(?:周|星期|礼拜)([一二三四五六日天])", _weekday),
        (r"(?:本|这个?|下个?)(?:周|星期|礼拜)|(?:end of )?(?:this|next|the) week|end of (?:this |next |the )?week", _week),
        (r"(this|next)?\s?" + _WEEKDAY, _weekday_latin),
        (r"(\d{1,2})(?:st|nd|rd|th)?\s?(?:of )?\s?" + _MONTH + r"(?:,?\s?(20\d\d))?(?![a-z])", _day_month_latin),
        (_MONTH + r"\s?(\d{1,2})(?:st|nd|rd|th)?(?:,?\s?(20\d\d))?(?!\d)", _month_day_latin),
        ("|".join(sorted((word for word in _RELATIVE if len(word) > 1), key=len, reverse=True)) + r"|[明今](?=[晚早])", _relative),
    )
)  # fmt: skip

_CLOCK = re.compile(
    r"[\s,日号(的当at]{0,6}(?P<part>上午|早上|早|中午|下午|傍晚|晚上|晚|noon|morning)?\s?"
    r"(?:(?P<hour>\d{1,2}|[一二三四五六七八九十两]{1,3})(?:[:点时](?P<minute>半|\d{1,2}|整)?)\s?)?"
    r"(?:(?P<latin>\d{1,2})\s?)?(?P<half>am|pm|a\.m\.|p\.m\.)?"
)
_LATE = ("下午", "傍晚", "晚上", "晚")


def _time(said: str) -> tuple[time | None, int]:
    """The time of day behind a date: '下午3点半', '15:00', '3pm', '上午', and its length; None and 0 when none is named."""
    match = _CLOCK.match(said)
    if match is None:
        return None, 0
    at = _clock(match)
    return at, match.end() if at else 0


def _clock(match: re.Match[str]) -> time | None:
    hour = match["hour"] or (match["latin"] if match["half"] else None)
    if hour is None:
        return time(12) if match["part"] in ("上午", "早上", "早", "中午", "noon", "morning") else None
    minute = {"半": 30, "整": 0, "": 0}.get(match["minute"] or "", -1)
    minute = int(match["minute"]) if minute < 0 else minute
    is_late = (
        match["part"] in _LATE
        or (match["part"] == "中午" and hour == "1")
        or (match["half"] or "")[:1] == "p"
    )
    counted = _number(hour) + (12 if is_late and _number(hour) < 12 else 0)
    return time(counted, minute) if counted < 24 and minute < 60 else None
