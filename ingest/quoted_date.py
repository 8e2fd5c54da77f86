"""The date that a mail program writes above what it quotes or forwards: '2026年11月20日(星期五) 下午3:05'.

Promises: linear; an aware datetime, or None where the text holds no date. Mail programs write the reader's own
time, mostly without a zone: the caller says which zone that is. Never guesses a date that does not exist.
"""

import re
from datetime import datetime, timedelta, timezone, tzinfo

CHARS_MAX = 200
MIN_YEAR, MAX_YEAR = 1970, 2200

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan 一月", "feb 二月", "mar 三月", "apr 四月", "may 五月", "jun 六月", "jul 七月", "aug 八月", "sep 九月", "oct 十月",
         "nov 十一月", "dec 十二月"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"(十[一二]月|[一二三四五六七八九十]月|[a-z]{3,9})\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR_FIRST = re.compile(r"(\d{4})\s{0,2}[年/.-]\s{0,2}(\d{1,2})\s{0,2}[月/.-]\s{0,2}(\d{1,2})")
_YEAR_THEN_MONTH = re.compile(rf"(\d{{4}})\s{_MONTH}\s{{0,2}}{_DAY}", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"{_MONTH}\s{{1,2}}{_DAY},?\s{{1,2}}(\d{{4}})", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"{_DAY}\s{{1,2}}{_MONTH},?\s{{1,2}}(\d{{4}})", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4})")
_CLOCK = re.compile(
    r"(上午|下午|晚上|中午|凌晨|早上|傍晚|[ap]\.?m\.?)?\s{0,2}(\d{1,2})[:点點时時](\d{2})(?:[:分](\d{2}))?\s{0,2}"
    r"(上午|下午|[ap]\.?m\b)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_AFTERNOON = ("下午", "晚上", "傍晚", "p")
_MORNING = ("上午", "早上", "凌晨", "a")
_NOON = "中午"


def read(value: str, zone: tzinfo) -> datetime | None:
    """The moment that the value names; in `zone` where it names none."""
    text = value[:CHARS_MAX]
    found = _day(text)
    if found is None:
        return None
    (year, month, day), rest = found
    hour, minute, second, rest = _time(rest)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_offset(rest) or zone)
    except ValueError:
        return None


def _day(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Year, month and day, and the text without them."""
    for pattern, order in (
        (_YEAR_FIRST, "ymd"),
        (_YEAR_THEN_MONTH, "ymd"),
        (_MONTH_FIRST, "mdy"),
        (_DAY_FIRST, "dmy"),
    ):
        match = pattern.search(text)
        if match is None:
            continue
        parts = dict(zip(order, match.groups(), strict=True))
        month = int(parts["m"]) if parts["m"].isdecimal() else _MONTHS.get(_stem(parts["m"]), 0)
        if month and MIN_YEAR <= int(parts["y"]) <= MAX_YEAR:
            return (int(parts["y"]), month, int(parts["d"])), f"{text[: match.start()]} {text[match.end() :]}"
    return _numbers(text)


def _stem(month: str) -> str:
    return month.casefold()[:3] if month.isascii() else month


def _numbers(text: str) -> tuple[tuple[int, int, int], str] | None:
    """'11/20/2026', '20/11/2026', '20.11.2026'. Where both could be the month: the American way, but for dots."""
    match = _NUMBERS.search(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    is_day_first = first > 12 or (match[2] == "." and second <= 12)
    day, month = (first, second) if is_day_first else (second, first)
    return (int(match[4]), month, day), f"{text[: match.start()]} {text[match.end() :]}"


def _time(text: str) -> tuple[int, int, int, str]:
    """Hour, minute and second, and the text without them; midnight where no time is told."""
    match = _CLOCK.search(text)
    if match is None:
        return 0, 0, 0, text
    hour, half = int(match[2]), (match[1] or match[5] or "").casefold()
    if (half.startswith(_AFTERNOON) and hour < 12) or (half == _NOON and hour < 3):
        hour += 12
    elif half.startswith(_MORNING) and hour == 12:
        hour = 0
    return hour, int(match[3]), int(match[4] or 0), f"{text[: match.start()]} {text[match.end() :]}"


def _offset(text: str) -> timezone | None:
    """The zone, as far as one is told: '+0800', 'GMT+8', '[GMT+08:00]'."""
    match = _ZONE.search(text)
    if match is None or int(match[2]) > 14:
        return None
    east = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(east if match[1] == "+" else -east)
