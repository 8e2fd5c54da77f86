"""Filled-in forms: `项目:内容` lines, as they come back from any mail program.

Full-width or half-width punctuation, quoted or not, bold stars, table rows; lines below a field belong
to it until the next known field. Unknown names are text. Linear. Source: HANDBOOK 2, 8.
"""

import unicodedata

LINES_MAX = 2_000
NAME_CHARS_MAX = 24
VALUE_CHARS_MAX = 20_000

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
    "complainant_address": ("邮箱", "投诉人邮箱", "电子邮箱", "e-mail", "email", "mail"),
    "employee_number": ("工号", "employee number", "employee no"),
    "department": ("部门", "投诉人部门", "department"),
    "phone": ("电话", "手机", "联系电话", "phone", "telephone"),
    "source": ("来源", "投诉来源", "source"),
    "about": ("投诉对象", "被投诉人", "complained about"),
    "category": ("类别", "投诉类别", "category"),
    "severity": ("严重程度", "severity"),
    "work_order": ("工单号", "工单", "相关工单", "work order"),
    "remedy": ("诉求", "期望", "希望的解决方式", "remedy"),
    "text": ("投诉内容", "内容", "问题描述", "complaint", "description"),
    "on_behalf_of": ("代表", "代谁投诉", "on behalf of"),
}
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
_MARKS = " \t*>＞|｜·•-—#【[　"
_EMPTY = frozenset({"", "-", "—", "无", "n/a", "none"})


def read(text: str) -> tuple[tuple[str, str], ...]:
    """(field, value) in the order of the form; empty values and placeholders are left out, the last counts."""
    values: dict[str, list[str]] = {}
    current = ""
    for line in text.split("\n")[:LINES_MAX]:
        found = _field(line)
        if found is not None:
            current, value = found
            values[current] = [value]
        elif current and not line.strip():
            current = ""
        elif current:
            values[current].append(line.strip(_MARKS))
    joined = {field: "\n".join(lines).strip()[:VALUE_CHARS_MAX] for field, lines in values.items()}
    return tuple((field, value) for field, value in joined.items() if not _is_empty(value))


def _field(line: str) -> tuple[str, str] | None:
    """The field that a line names, and what stands behind it."""
    shown = line.strip(_MARKS)
    for at, char in enumerate(shown[: NAME_CHARS_MAX + 1]):
        if char in ":：=＝|｜\t":
            name = unicodedata.normalize("NFKC", shown[:at]).strip(" *】]").casefold()
            field = _FIELD_OF.get(name)
            return None if field is None else (field, shown[at + 1 :].strip(" \t*|｜　"))
    return None


def _is_empty(value: str) -> bool:
    folded = value.casefold()
    return folded in _EMPTY or (folded[:1] in "<＜" and folded[-1:] in ">＞")
