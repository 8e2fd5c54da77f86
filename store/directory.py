"""The directory: people and departments from two CSV files, read again when they change.

Any bytes give a `Listing`, with every fault and its line; one with faults is for the caller to refuse
(its people and departments serve only to find further faults). Never writes.
Source: HANDBOOK 1 'People'; RFC 4180.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from io import StringIO
from pathlib import Path

from classify.people import ADDRESS, Absence, Department, Person, address_key

FILE_BYTES_MAX = 20_000_000
"""About 200,000 people; a larger file is refused."""
CELL_CHARS_MAX = 2_000
SHOWN_CHARS_MAX = 80

PEOPLE_HEADERS = {
    "name": ("姓名", "name"),
    "emails": ("邮箱", "电子邮箱", "电子邮件", "邮件", "emails", "email", "e-mail", "mail"),
    "title": ("职务", "岗位", "职位", "title", "post"),
    "department": ("部门", "department"),
    "phone": ("电话", "手机", "phone", "telephone"),
    "employee_number": ("工号", "员工编号", "employee_number", "employee number"),
    "language": ("语言", "language"),
    "delegates": ("代理人", "delegates", "delegate"),
    "absent_from": ("休假自", "离岗自", "absent_from", "absent from"),
    "absent_until": ("休假至", "离岗至", "absent_until", "absent until"),
    "substitute": ("代班人", "substitute"),
}
DEPARTMENT_HEADERS = {
    "department": ("部门", "department", "name"),
    "manager": ("部门负责人", "负责人", "manager"),
    "keywords": ("关键词", "关键字", "keywords"),
    "survey": ("满意度调查", "调查", "survey"),
}
LANGUAGES = {
    "": "", "zh": "zh", "zh-cn": "zh", "中文": "zh", "汉语": "zh", "chinese": "zh",
    "en": "en", "en-us": "en", "en-gb": "en", "英文": "en", "英语": "en", "english": "en",
}  # fmt: skip
YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "x"})
NO = frozenset({"", "否", "no", "n", "false", "0"})
WORDS = frozenset({"name", "title", "department", "keywords"})
"""Columns shown to people as they were written; the others are brought to plain letters (NFKC)."""
_DATE = re.compile(r"(20\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_SEPARATORS = re.compile("[;；,，、|\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """What is wrong with a line of a directory file."""

    path: Path
    line: int
    """1 is the header; 0 is the file as a whole."""
    value: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Both files, as far as they could be read; to be used only without faults."""

    people: tuple[Person, ...] = ()
    departments: tuple[Department, ...] = ()
    faults: tuple[RowFault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of one file by our own column names, and the faults found in them."""

    path: Path
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    def fault(self, line: int, value: str, problem: str) -> None:
        self.faults.append(
            RowFault(path=self.path, line=line, value=value[:SHOWN_CHARS_MAX], problem=problem)
        )


def read(people: Path, departments: Path) -> Listing:
    """Both files, and every fault of theirs."""
    return _read(people, departments, (_stamp(people), _stamp(departments)))


@lru_cache(maxsize=1)
def _read(people: Path, departments: Path, stamps: tuple[tuple[int, int], ...]) -> Listing:
    """A start looks at the files twice, for the configuration and for the service: they are read once."""
    staff = _table(people, PEOPLE_HEADERS, ("name", "emails"))
    served = _table(departments, DEPARTMENT_HEADERS, ("department", "manager"))
    persons = _people(staff)
    found = _departments(served, {address_key(a): p for p in persons for a in p.addresses})
    return Listing(people=persons, departments=found, faults=(*staff.faults, *served.faults))


def _table(path: Path, headers: Mapping[str, tuple[str, ...]], required: tuple[str, ...]) -> _Table:
    table = _Table(path)
    text = _text(table)
    if table.faults:
        return table
    try:
        _fill(table, csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text)), headers)
    except csv.Error as trouble:
        table.fault(0, "", f"is no CSV: {trouble}")
        return table
    missing = [headers[name][0] for name in required if table.rows and name not in table.rows[0][1]]
    for name in missing:
        table.fault(1, "", f"has no column {name}")
    if not table.rows and not table.faults:
        table.fault(0, "", "has no rows")
    if missing:
        table.rows.clear()
    return table


def _text(table: _Table) -> str:
    try:
        with table.path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as trouble:
        table.fault(0, "", f"cannot be read: {trouble.strerror}")
        return ""
    if len(content) > FILE_BYTES_MAX:
        table.fault(0, "", f"is larger than {FILE_BYTES_MAX // 1_000_000} MB")
        return ""
    # QUIRK: Excel in China saves CSV as GBK, and its 'Unicode text' as UTF-16 with tabs.
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    table.fault(0, "", "is neither UTF-8 nor GB18030 text")
    return ""


def _delimiter(text: str) -> str:
    """QUIRK: what Excel calls CSV is separated as the system's language has it."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _fill(table: _Table, reader: Iterator[list[str]], headers: Mapping[str, tuple[str, ...]]) -> None:
    """The rows under the header, keyed by our names; empty rows are left out."""
    ours = {alias: name for name, aliases in headers.items() for alias in aliases}
    head = [_cell(cell).casefold() for cell in next(reader, [])]
    for cell in head:
        if cell and cell not in ours:
            known = "、".join(aliases[0] for aliases in headers.values())
            table.fault(1, cell, f"is no column of this file; known are {known}")
    columns = [(place, ours[cell]) for place, cell in enumerate(head) if cell in ours]
    for cells in reader:
        line: int = reader.line_num  # type: ignore[attr-defined] # csv.reader has it, Iterator not
        if not "".join(cells).strip():
            continue
        if len(cells) > len(head):
            table.fault(line, "", f"has {len(cells)} cells under {len(head)} columns")
        cells.extend([""] * (len(head) - len(cells)))
        table.rows.append((line, {name: _cell(cells[place], name) for place, name in columns}))


def _cell(cell: str, name: str = "") -> str:
    """QUIRK: full-width letters, ＠ and spaces are what Chinese input methods leave in a sheet."""
    if not cell:
        return ""
    shown = cell[:CELL_CHARS_MAX] if name in WORDS else unicodedata.normalize("NFKC", cell[:CELL_CHARS_MAX])
    if shown.isprintable():
        return shown.strip()
    return "".join(c for c in shown if c.isprintable() or c == "\n").strip()


def _several(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds several, separated by ; , 、 or a line end."""
    return tuple(filter(None, map(str.strip, _SEPARATORS.split(cell)))) if cell else ()


def _people(table: _Table) -> tuple[Person, ...]:
    taken: dict[str, int] = {}
    people = []
    for line, row in table.rows:
        person = _person(row)
        for value, problem in (*_person_problems(row, person), *_claim(person, taken, line)):
            table.fault(line, value, problem)
        if person.addresses:
            people.append(person)
    return tuple(people)


def _person(row: dict[str, str]) -> Person:
    addresses = _several(row["emails"])
    number = row.get("employee_number", "")
    return Person(
        key=number or (address_key(addresses[0]) if addresses else ""),
        name=row["name"],
        addresses=addresses,
        title=row.get("title", ""),
        department=row.get("department", ""),
        phone=row.get("phone", ""),
        employee_number=number,
        language=LANGUAGES.get(row.get("language", "").casefold(), ""),
        delegates=_several(row.get("delegates", "").casefold()),
        absence=_absence(row),
    )


def _absence(row: dict[str, str]) -> Absence | None:
    """Somebody is away when the row has a day of it; a substitute alone waits for such days."""
    since, until = _day(row.get("absent_from", "")), _day(row.get("absent_until", ""))
    if since is None and until is None:
        return None
    return Absence(since=since, until=until, substitute=row.get("substitute", ""))


def _day(cell: str) -> date | None:
    """A day as people write it in a sheet: 2026-11-24, 2026/11/24, 20261124; None for another text."""
    parts = _DATE.fullmatch(cell) if cell else None
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def _person_problems(row: dict[str, str], person: Person) -> Iterator[tuple[str, str]]:
    if not person.name:
        yield "", "has no name"
    if not person.addresses:
        yield person.name, "has no e-mail address"
    for address in (*person.addresses, *person.delegates):
        if not ADDRESS.fullmatch(address):
            yield address, "is not an e-mail address"
    for name in ("absent_from", "absent_until"):
        if row.get(name) and _day(row[name]) is None:
            yield row[name], "is no day such as 2026-11-24"
    if row.get("substitute") and not ADDRESS.fullmatch(row["substitute"]):
        yield row["substitute"], "is not an e-mail address"
    if row.get("language", "").casefold() not in LANGUAGES:
        yield row["language"], "is no language that mails are written in (zh or en)"


def _claim(person: Person, taken: dict[str, int], line: int) -> Iterator[tuple[str, str]]:
    """Addresses and number are one person's alone: whoever has them speaks as that person."""
    for mark in dict.fromkeys((person.employee_number, *map(address_key, person.addresses))):
        first = taken.setdefault(mark, line) if mark else line
        if first != line:
            yield mark, f"belongs to the person of line {first} already"


def _departments(table: _Table, people: dict[str, Person]) -> tuple[Department, ...]:
    taken: dict[str, int] = {}
    departments = []
    for line, row in table.rows:
        manager = people.get(address_key(row["manager"]))
        for value, problem in _department_problems(row):
            table.fault(line, value, problem)
        if taken.setdefault(row["department"].casefold(), line) != line:
            table.fault(line, row["department"], "is listed twice")
        if manager is not None:
            departments.append(_department(row, manager))
        elif people:
            problem = "is nobody of the people file; the manager is named by e-mail address"
            table.fault(line, row["manager"], problem)
    return tuple(departments)


def _department(row: dict[str, str], manager: Person) -> Department:
    return Department(
        name=row["department"],
        manager=manager.address,
        keywords=_several(row.get("keywords", "")),
        is_in_survey=row.get("survey", "").casefold() in YES,
    )


def _department_problems(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not row["department"]:
        yield "", "has no name"
    if row.get("survey", "").casefold() not in YES | NO:
        yield row["survey"], "is neither 是 nor 否 (yes, no)"


class Directory:
    """The two files as last read without a fault; looks at them again whenever it is asked."""

    def __init__(self, people: Path, departments: Path) -> None:
        self._paths = (people, departments)
        self._seen: tuple[tuple[int, int], ...] = ()
        self._good = Listing()
        self.faults: tuple[RowFault, ...] = ()
        """Of the newest files; when there are any, `current` is still the listing before them."""

    def current(self) -> Listing:
        """The newest listing without faults; empty only when there never was one."""
        stamps = tuple(_stamp(path) for path in self._paths)
        if stamps != self._seen:
            self._seen = stamps
            listing = read(*self._paths)
            self.faults = listing.faults
            if not listing.faults:
                self._good = listing
        return self._good


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is replaced: its time and size; zeros when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
