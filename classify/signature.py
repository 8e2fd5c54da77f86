"""A text without the signature below it: what counts as somebody's words in a command or answer.

From the end upwards, lines go that only say who the sender is: their address, name, post, department or
telephone, contact labels, blank lines. Foxmail puts the address above its quotation; companies put the
rest. A line that says anything else ends it, so nothing that was meant is lost.
"""

import re

from classify.people import Person

LINES_MAX = 14
"""A longer block is no signature."""
_LABEL = re.compile(
    r"\s{0,4}(?:电话|手机|座机|分机|邮箱|邮件|地址|部门|职务|传真|网址|公司|tel|phone|mobile|e-?mail|fax|address)\s{0,4}[:：.]",
    re.IGNORECASE,
)
_REGARDS = re.compile(
    r"\s{0,4}(?:此致|敬礼|顺祝商祺|祝好|祝商祺|(?:best|kind|warm)?\s?regards|best wishes|thanks|thank you|cheers|谢谢)[,，!！.。]{0,2}\s{0,4}",
    re.IGNORECASE,
)


def without_signature(text: str, person: Person) -> str:
    """The text without the block at its end that only says who wrote it."""
    lines = _above_delimiter(text.split("\n"))
    end = len(lines)
    while end > 1 and len(lines) - end < LINES_MAX and _is_signature(lines[end - 1], person):
        end -= 1
    block = [line for line in lines[end:] if line.strip()]
    # Contact lines right below the text, without a name or a blank line, are the last fields of a form.
    if block and lines[end] == block[0] and all(_LABEL.match(line) for line in block):
        return "\n".join(lines).strip()
    return "\n".join(lines[:end]).strip()


def _above_delimiter(lines: list[str]) -> list[str]:
    """RFC 3676 4.3: '-- ' alone on a line begins the signature."""
    at = next((i for i, line in enumerate(lines) if i and line in ("-- ", "--")), len(lines))
    return lines[:at]


def _is_signature(line: str, person: Person) -> bool:
    said = line.strip(" \t·|,，　<>-—_*").casefold()
    known = (person.name, person.title, person.department, person.phone, *person.addresses)
    if not said or said in {fact.casefold() for fact in known if fact}:
        return True
    if _LABEL.match(line) or _REGARDS.fullmatch(line):
        return True
    # 'Name | department | phone' on one line.
    parts = [part for part in re.split(r"[|·/,，、\s　]", said) if part]
    facts = " ".join(fact.casefold() for fact in known if fact)
    return len(parts) > 1 and all(part in facts for part in parts)
