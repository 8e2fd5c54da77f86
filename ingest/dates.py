"""The Date header: when a mail says that it was written.

Promises: an aware datetime with the sender's own offset, or None; never a guess outside
MIN_YEAR…MAX_YEAR. A missing or unknown zone counts as UTC (RFC 5322 4.3).
Sources: RFC 5322 3.3 and 4.3, ISO 8601.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

# QUIRK: clocks that are wrong by centuries are seen; what they say is told as it is written.
MIN_YEAR, MAX_YEAR = 1900, 9998
MAX_LENGTH = 200

# QUIRK: weekdays in Chinese, in full width, or with nothing but a blank behind them.
_WEEKDAY = re.compile(r"^\s*[^\d,，]{0,20}[,，]?\s*(?=\d)")
_CHINESE_MONTH = re.compile(r"(\d{1,2})\s*月")
_CHINESE_DATE = re.compile(r"(\d{4})年\s?(\d{1,2})月\s?(\d{1,2})日[^\d+-]{0,12}")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}")
# QUIRK: "+08:00", "GMT+8", "UTC+0800".
_ZONE = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}):?(\d{2})?(?=\s|\(|$)")
_COMMENT = re.compile(r"\([^()]{0,80}\)")
_COLON = re.compile(r"\s{0,20}:\s{0,20}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read(value: str) -> datetime | None:
    """The date of a Date header's value, None when absent, unreadable or absurd."""
    text = _COLON.sub(":", _COMMENT.sub(" ", value[:MAX_LENGTH])).strip()
    if "年" in text or "月" in text:
        text = _western(text)
    if _ISO.match(text):
        return _iso(text)
    parsed = _parsed(_ZONE.sub(_plain_zone, text)) or _parsed(_WEEKDAY.sub("", _ZONE.sub(_plain_zone, text)))
    if parsed is None:
        return None
    *numbers, offset = parsed
    try:
        year, month, day, hour, minute, second = (int(number) for number in numbers[:6])
        zone = timezone(timedelta(seconds=offset)) if offset else UTC
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    return moment if MIN_YEAR <= moment.year <= MAX_YEAR else None


def _parsed(text: str) -> tuple[int, ...] | None:
    """Year, month, day, hour, minute, second, …, offset in seconds (0 when the zone is unknown)."""
    try:
        parsed = parsedate_tz(text)
    except (ValueError, IndexError, TypeError, OverflowError):  # seen: digits that are no ASCII digits
        return None
    return None if parsed is None else (*parsed[:-1], parsed[-1] or 0)


def _plain_zone(match: re.Match[str]) -> str:
    """` +0800`. QUIRK: "GMT+8" is meant as east of Greenwich, whatever POSIX says."""
    sign, hours, minutes = match.groups()
    return f" {sign}{hours:0>2}{minutes or '00'}"


def _western(text: str) -> str:
    """Chinese year, month and day as ISO or English ones."""
    text = _CHINESE_DATE.sub(lambda m: f"{m[1]}-{m[2]:0>2}-{m[3]:0>2} ", text)
    return _CHINESE_MONTH.sub(lambda m: _MONTHS[int(m[1]) - 1] if 1 <= int(m[1]) <= 12 else m[0], text)


def _iso(text: str) -> datetime | None:
    """QUIRK: ISO 8601 dates, from form mailers and monitoring systems."""
    try:
        moment = datetime.fromisoformat(re.sub(r"\s?([+-]\d{2}):?(\d{2})$", r"\1:\2", text))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if MIN_YEAR <= moment.year <= MAX_YEAR else None
