"""A work order of the ITSM tool, and how a row of its export is read: values in, values out.

The columns are found by their names in any order, Chinese or English; a row gives a `WorkOrder`, or a
`BadRow` that says what is wrong with it, and never stops the rows behind it. Source: HANDBOOK 3.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from classify.people import ADDRESS

HEADER_ROWS_MAX = 10
"""Rows that are searched for the column names: exports have a title above them."""
CELL_CHARS_MAX = 500
NUMBER_CHARS_MAX = 40
SHOWN_CHARS_MAX = 60
"""Of a bad cell in a report."""
FUTURE_MAX = timedelta(days=1)
"""Clocks of two programs differ; an order closed later than this is a mistake."""

NAMES: dict[str, tuple[str, ...]] = {
    "number": (
        "工单号", "工单编号", "工单", "单号", "请求编号", "事件编号", "编号",
        "work order", "work order number", "order number", "number", "ticket", "ticket number", "ticket id",
        "request id", "incident number", "id",
    ),
    "title": ("标题", "主题", "摘要", "概要", "问题描述", "title", "subject", "summary", "short description"),
    "category": ("类别", "工单类别", "服务类别", "分类", "工单类型", "服务目录", "category", "type", "service"),
    "department": ("部门", "申请部门", "申请人部门", "报修部门", "用户部门", "所属部门", "department", "requester department"),
    "requester": (
        "申请人", "申请人姓名", "请求人", "报修人", "提单人", "用户", "用户姓名", "联系人",
        "requester", "requester name", "requested by", "caller", "customer", "user",
    ),
    "address": (
        "邮箱", "申请人邮箱", "用户邮箱", "联系邮箱", "电子邮箱", "电子邮件",
        "email", "e-mail", "mail", "requester email", "requester e-mail", "requester mail",
    ),
    "phone": ("电话", "联系电话", "申请人电话", "手机", "phone", "telephone", "requester phone"),
    "employee_number": ("工号", "申请人工号", "员工编号", "employee number", "employee id"),
    "engineer": ("处理人", "工程师", "处理工程师", "经办人", "engineer", "assignee", "assigned to"),
    "opened_at": ("创建时间", "提单时间", "登记时间", "报修时间", "opened", "opened at", "created", "created at"),
    "closed_at": (
        "关闭时间", "结单时间", "完成时间", "解决时间",
        "closed", "closed at", "completed at", "resolved", "resolved at",
    ),
    "is_complaint": ("是否投诉", "投诉", "complaint", "is complaint"),
}  # fmt: skip
"""What each column may be called, the preferred name first; config.toml adds to them ([work_orders.columns])."""
WHO = ("requester", "address", "employee_number")
"""One of these has to be there: somebody must be called back."""

_YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "投诉", "complaint"})
_NO = frozenset({"", "否", "no", "n", "false", "0", "-", "无"})
_COMPLAINT_CATEGORY = ("投诉", "complaint")
# '2026-11-23 17:05', '2026/11/23 17:05:09', '2026年11月23日 17时05分', '2026-11-23T17:05:09.123+08:00', '20261123'.
_TIME = re.compile(
    r"(20\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?"
    r"(?:[T ]{1,3}(?:(上午|下午|AM|PM)\s{0,2})?(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:\.\d{1,9})?)?[分秒]?\s{0,2}(AM|PM)?"
    r"\s{0,2}(Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\([^()]{0,30}\)")
_AFTERNOON = ("下午", "PM")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """One order of the ITSM tool, as its newest export has it."""

    number: str
    title: str = ""
    category: str = ""
    department: str = ""
    requester: str = ""
    """Name of whom the order was done for."""
    address: str = ""
    phone: str = ""
    employee_number: str = ""
    engineer: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    """None while it is open: such orders are kept for the figures, and called back once they are closed."""
    is_complaint: bool = False
    """Marked as one, or filed under a category of complaints: always called back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that is left out, and why."""

    line: int
    """In the file, from 1; 0 for the file as a whole."""
    problem: str
    """A word of the templates' `row_problems`."""
    value: str = ""
    """What stands there."""


class NoHeader(ValueError):
    """The first rows do not name the columns that are needed; `missing` are their preferred names."""

    def __init__(self, missing: tuple[str, ...], found: tuple[str, ...]) -> None:
        super().__init__(f"no column {', '.join(missing)}; found {', '.join(found) or 'none'}")
        self.missing = missing
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How rows are understood: names of columns, the zone of local times, the time of the import."""

    timezone: ZoneInfo
    now: datetime
    names: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NAMES)


Rows = Iterable[tuple[int, Sequence[str]]]
"""(line, cells) of a table, header and all."""


def read(rows: Rows, reading: Reading) -> Iterator[WorkOrder | BadRow]:
    """What each row below the header is. Raises NoHeader."""
    remaining = iter(rows)
    places = _places(remaining, reading)
    lines: dict[str, int] = {}
    for line, cells in remaining:
        if not any(cells):
            continue
        found = _order(line, {name: _cell(cells, at) for name, at in places.items()}, reading)
        if isinstance(found, WorkOrder):
            first = lines.setdefault(found.number, line)
            if first != line:
                found = BadRow(line=line, problem="twice", value=f"{found.number} ({first})")
        yield found


def known_columns(cells: Sequence[str], names: Mapping[str, tuple[str, ...]] = NAMES) -> dict[str, int]:
    """Where the known columns stand in a row of names; of two for the same thing, the preferred one."""
    written = {_folded(cell): at for at, cell in reversed(list(enumerate(cells)))}
    found: dict[str, int] = {}
    for name, aliases in names.items():
        at = next((written[_folded(alias)] for alias in aliases if _folded(alias) in written), None)
        if at is not None:
            found[name] = at
    return found


def _places(rows: Iterator[tuple[int, Sequence[str]]], reading: Reading) -> dict[str, int]:
    """The columns, from the first row that names those that are needed."""
    best: tuple[dict[str, int], Sequence[str]] = ({}, ())
    for count, (_, cells) in enumerate(rows, 1):
        places = known_columns(cells, reading.names)
        if not _missing(places):
            return places
        best = max(best, (places, cells), key=lambda pair: len(pair[0]))
        if count == HEADER_ROWS_MAX:
            break
    places, cells = best
    missing = tuple(reading.names[name][0] for name in _missing(places))
    raise NoHeader(missing, tuple(cell[:SHOWN_CHARS_MAX] for cell in cells if cell)[:20])


def _missing(places: Mapping[str, int]) -> tuple[str, ...]:
    needed = [name for name in ("number", "closed_at") if name not in places]
    return (*needed, *(() if any(name in places for name in WHO) else WHO[:1]))


def _folded(name: str) -> str:
    """A column's name for comparison: '工 单 号*' and '【工单号】（必填）' are '工单号', 'Closed_At' is 'closed at'."""
    plain = _IN_BRACKETS.sub(" ", unicodedata.normalize("NFKC", name[:CELL_CHARS_MAX]).casefold())
    words = "".join(c if c.isalnum() or c == "-" else " " for c in plain).split()
    joined = " ".join(words)
    return joined if joined.isascii() else "".join(words)


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip()[:CELL_CHARS_MAX] if at < len(cells) else ""


def _order(line: int, cells: dict[str, str], reading: Reading) -> WorkOrder | BadRow:
    """The row as an order, or the first thing that is wrong with it."""
    problem, value = next(_problems(cells), ("", ""))
    times = {name: _time(cells.get(name, ""), reading.timezone) for name in ("opened_at", "closed_at")}
    for name, at in times.items():
        if at is None and cells.get(name):
            problem, value = problem or "no_time", value or cells[name]
        elif at is not None and at > reading.now + FUTURE_MAX:
            problem, value = problem or "future", value or cells[name]
    if problem:
        return BadRow(line=line, problem=problem, value=value[:SHOWN_CHARS_MAX])
    category = cells.get("category", "")
    return WorkOrder(
        number=cells["number"],
        title=cells.get("title", ""),
        category=category,
        department=cells.get("department", ""),
        requester=cells.get("requester", ""),
        address=_address(cells),
        phone=cells.get("phone", ""),
        employee_number=cells.get("employee_number", ""),
        engineer=cells.get("engineer", ""),
        opened_at=times["opened_at"],
        closed_at=times["closed_at"],
        is_complaint=_says_yes(cells) or any(word in category.casefold() for word in _COMPLAINT_CATEGORY),
    )


def _problems(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    number = cells["number"]
    if not number:
        yield "no_number", ""
    elif len(number) > NUMBER_CHARS_MAX or not number.isprintable() or not any(c.isalnum() for c in number):
        yield "bad_number", number
    if not any(cells.get(name) for name in WHO):
        yield "nobody", number
    if (address := _address(cells)) and not ADDRESS.fullmatch(address):
        yield "no_address", address
    if cells.get("is_complaint", "").casefold() not in _YES | _NO:
        yield "no_yes_or_no", cells["is_complaint"]


def _address(cells: dict[str, str]) -> str:
    """QUIRK: Chinese input methods leave a full-width ＠ in a sheet."""
    written = cells.get("address", "")
    return written if written.isascii() else unicodedata.normalize("NFKC", written)


def _says_yes(cells: dict[str, str]) -> bool:
    return cells.get("is_complaint", "").casefold() in _YES


def _time(written: str, timezone: ZoneInfo) -> datetime | None:
    """A time as sheets write it, local unless it names its zone; a day alone is its begin. None: unreadable."""
    parts = _TIME.fullmatch(written) if written else None
    if parts is None:
        return None
    year, month, day, before, hour, minute, second, after, zone = parts.groups()
    hours = int(hour or 0)
    half = (before or after or "").upper()
    if half and hours <= 12 and hour is not None:
        hours = hours % 12 + (12 if half in _AFTERNOON else 0)
    try:
        at = datetime(
            int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=timezone
        )
        return (at if zone is None else _in_zone(at, zone)).astimezone(UTC)
    except ValueError:
        return None


def _in_zone(at: datetime, zone: str) -> datetime:
    return datetime.fromisoformat(f"{at:%Y-%m-%dT%H:%M:%S}{zone.upper().replace('Z', '+00:00')}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an import did with the rows of a file."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            new=self.new + other.new,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            bad=self.bad + other.bad,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One file that was taken in, for whom it concerns."""

    filename: str
    counts: Counts
    bad_rows: tuple[BadRow, ...] = ()
    """The first ones; `counts.bad` says how many there are."""
    trouble: BadRow | None = None
    """Why the file, or the rest of it, was not read."""

    @property
    def is_well(self) -> bool:
        return not (self.bad_rows or self.trouble)
