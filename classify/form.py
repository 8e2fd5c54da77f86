"""Filled-in forms: `项目:内容` lines, as they come back from any mail program.

Full-width or half-width punctuation, simplified or traditional, quoted or not, bold stars, bullets,
numbers, several fields in a line, rows of a pasted table. Lines below a field belong to it until the next
known field; a blank line ends a short field, and the long ones (`PARAGRAPHS`) go on until a signature.
Unknown names are text. An empty line of the form never takes back a filled one; what was typed counts more
than what was quoted; of two short values the last counts, long ones are kept both. Linear.
Source: HANDBOOK 2, 8.
"""

import re
import unicodedata
from collections.abc import Iterator

from classify.simplified import simplified

LINES_MAX = 2_000
NAME_CHARS_MAX = 40
VALUE_CHARS_MAX = 20_000
LINE_CHARS_MAX = VALUE_CHARS_MAX + NAME_CHARS_MAX
CELLS_MAX = 40
FIELDS_IN_LINE_MAX = 12

# The keys are those of `process/record_form.py`; `test_record_form` compares.
NAMES: dict[str, tuple[str, ...]] = {
    "cause": ("原因", "原因分析", "根本原因", "cause", "root cause"),
    "corrective": (
        "纠正措施",
        "处理措施",
        "解决措施",
        "corrective",
        "corrective measures",
        "corrective action",
    ),
    "preventive": ("预防措施", "preventive", "preventive measures", "preventive action"),
    "responsible": ("责任人", "负责人", "responsible", "responsible person"),
    "planned": ("计划完成", "计划完成时间", "计划时间", "planned", "planned date"),
    "actual": ("实际完成", "实际完成时间", "完成时间", "actual", "actual date"),
    "feedback": ("反馈", "反馈内容", "反馈用户", "feedback"),
    "complainant": ("投诉人", "投诉人姓名", "用户姓名", "complainant"),
    "address": ("邮箱", "投诉人邮箱", "电子邮箱", "e-mail", "email", "mail"),
    "employee_number": ("工号", "employee number", "employee no"),
    "user_department": ("部门", "投诉人部门", "department"),
    "phone": ("电话", "手机", "联系电话", "phone", "telephone"),
    "source": ("来源", "投诉来源", "source"),
    "about": ("投诉对象", "被投诉人", "complained about"),
    "category": ("类别", "投诉类别", "category"),
    "severity": ("严重程度", "severity"),
    "work_order": ("工单号", "工单", "相关工单", "work order"),
    "remedy": ("诉求", "期望", "希望的解决方式", "remedy", "remedy wanted"),
    "text": ("投诉内容", "内容", "问题描述", "complaint", "description"),
    "on_behalf_of": ("委托人", "代表", "代谁投诉", "on behalf of"),
}
CATEGORIES: dict[str, tuple[str, ...]] = {
    "attitude": ("态度", "attitude"),
    "response_time": ("响应", "时效", "response"),
    "quality": ("质量", "quality"),
    "process": ("流程", "process"),
    "other": ("其他", "其它", "other"),
}
"""Words by which a category is chosen on the form."""
PARAGRAPHS = frozenset({"text", "cause", "corrective", "preventive", "feedback", "remedy"})
"""Fields whose values may have several paragraphs."""
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
_MARKS = " \t*>＞|｜·•▪●◆■□-—–#【[\u3000\u00a0\u200b"
_LABEL_ENDS = " \t\n:：﹕*＊"
_CLOSERS = " \t*】]|｜\u3000\u00a0\u200b"
_QUOTED = re.compile(r"^[\s|｜]{0,8}[>＞]")
# QUIRK: '1. 原因：', '（2）纠正措施：', '①…'.
_NUMBER = re.compile(
    r"^(?:[(（]?\d{1,2}[.、)）．]|[(（][一二三四五六七八九十][)）]|[一二三四五六七八九十]、|[①-⑩])\s{0,3}"
)
_IN_BRACKETS = re.compile(r"\([^()]{0,20}\)$")
_INLINE = re.compile(
    r"(?<=[;；,，、\s])(?:"
    + "|".join(sorted((re.escape(n) for n in _FIELD_OF if not n.isascii()), key=len, reverse=True))
    + r")\s{0,2}[:：]"
)
_SIGNATURE = re.compile(
    r"^\s*(?:--\s*$|_{5,}|发自|發自|此致|顺颂|祝好|sent from|get outlook|best regards|kind regards|regards)",
    re.IGNORECASE,
)
_EMPTY = frozenset({"", "-", "—", "/", "无", "無", "n/a", "none", "...", "…", "待定", "tbd"})

_Part = tuple[str, str]


def read(text: str) -> tuple[tuple[str, str], ...]:
    """(field, value) in the order of the form; empty values and placeholders are left out."""
    typed: dict[str, str] = {}
    quoted: dict[str, str] = {}
    for field, lines, is_quoted in _fields(text):
        values = quoted if is_quoted else typed
        value = lines.strip()[:VALUE_CHARS_MAX]
        if is_empty(value):
            values.setdefault(field, "")
        elif field in PARAGRAPHS and values.get(field) and value != values[field]:
            values[field] = f"{values[field]}\n{value}"[:VALUE_CHARS_MAX]
        else:
            values[field] = value
    chosen = {field: typed.get(field) or value for field, value in {**typed, **quoted}.items()}
    return tuple((field, value) for field, value in chosen.items() if value)


def field_of(written: str) -> str:
    """The field that a label names, '' for any other word: '【原 因】（必填）：' is the cause."""
    return _FIELD_OF.get(_name(written.strip(_LABEL_ENDS)), "")


def category_of(value: str) -> str:
    """The category that a value names; other words as they are."""
    folded = simplified(value.casefold())
    return next((key for key, words in CATEGORIES.items() if any(w in folded for w in words)), value)


def _fields(text: str) -> Iterator[tuple[str, str, bool]]:
    """Each field as it was filled in, with its lines, and whether it was quoted."""
    current, lines, is_quoted = "", list[str](), False
    columns: tuple[str, ...] = ()
    for line in (written[:LINE_CHARS_MAX] for written in text.split("\n")[:LINES_MAX]):
        cells = _cells(line)
        if columns and len(cells) > 1:
            yield from ((name, cell, False) for name, cell in zip(columns, cells, strict=False))
            continue
        columns = _header(cells)
        parts = () if columns else _parts(line, cells)
        if columns or parts or _ends(line, current, lines):
            if current:
                yield current, "\n".join(lines), is_quoted
            current, lines = "", []
        if parts:
            *whole, (current, value) = parts
            lines, is_quoted = [value], _QUOTED.match(line) is not None
            yield from ((name, found, is_quoted) for name, found in whole)
        elif current and (lines != [""] or _bare(line)):
            lines.append(_bare(line))
    if current:
        yield current, "\n".join(lines), is_quoted


def _ends(line: str, current: str, lines: list[str]) -> bool:
    """Whether a line ends the field above it."""
    if _SIGNATURE.match(line):
        return True
    has_value = any(not is_empty(part) for part in lines)
    return not line.strip(_MARKS) and has_value and current not in PARAGRAPHS


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a row of a pasted table; one when it is none."""
    row = line.strip(" >＞*")
    mark = next((mark for mark in "\t|｜" if mark in row), "")
    cells = row.strip("|｜").split(mark, CELLS_MAX) if mark else [row]
    return tuple(_bare(cell) for cell in cells)


def _header(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that a row of a table names, when it names nothing else."""
    fields = tuple(_FIELD_OF.get(_name(cell), "") for cell in cells)
    return fields if len(fields) > 1 and all(fields) else ()


def _parts(line: str, cells: tuple[str, ...]) -> tuple[_Part, ...]:
    """The fields that a line fills in: one, several in a row of cells, or several behind each other."""
    pairs = tuple(zip(cells[::2], cells[1::2], strict=False))
    if len(cells) > 1 and all(_name(name) in _FIELD_OF for name, _ in pairs):
        return tuple((_FIELD_OF[_name(name)], value) for name, value in pairs)
    found = _field(line)
    if found is None or found[0] in PARAGRAPHS:
        return () if found is None else (found,)
    field, value = found
    if not _INLINE.search(value):
        return (found,)
    ends = [match.start() for match in _INLINE.finditer(value)][:FIELDS_IN_LINE_MAX]
    pieces = [value[start:end] for start, end in zip([0, *ends], [*ends, len(value)], strict=True)]
    more = tuple(part for piece in pieces[1:] if (part := _field(piece)))
    return tuple((name, piece.rstrip(" ;；,，、\t\u3000")) for name, piece in ((field, pieces[0]), *more))


def _field(line: str) -> _Part | None:
    """The field that a line names, and what stands behind it."""
    shown = _bare(line)
    shown = _NUMBER.sub("", shown, count=1).lstrip(_MARKS)
    for at, char in enumerate(shown[: NAME_CHARS_MAX + 1]):
        if char in ":：﹕=＝|｜\t":
            field = _FIELD_OF.get(_name(shown[:at]))
            return None if field is None else (field, shown[at + 1 :].strip(_CLOSERS))
    return None


def _bare(written: str) -> str:
    """Without the marks before it and after it; a '>' at the end may close a placeholder."""
    return written.lstrip(_MARKS).rstrip(_CLOSERS)


def _name(written: str) -> str:
    """A name as it stands in the table: '【原 因】（必填）' is '原因'."""
    if len(written) > NAME_CHARS_MAX:
        return ""
    name = simplified(unicodedata.normalize("NFKC", written).strip(_MARKS + _CLOSERS + ":").casefold())
    name = _IN_BRACKETS.sub("", name).strip(_MARKS + _CLOSERS)
    name = " ".join(name.split()) if name.isascii() else "".join(name.split())
    return name if name in _FIELD_OF else name.rstrip("是为")


def is_empty(value: str) -> bool:
    """Whether a value says nothing: a dash, 'none', a placeholder."""
    folded = value.strip(" 。.").casefold()
    return folded in _EMPTY or (folded[:1] in "<＜" and folded[-1:] in ">＞")
