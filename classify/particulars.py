"""What the words of a complaint tell for the record form: category, work order, remedy, about whom.

Pure and modest: a field stays empty where the words do not say it plainly; the desk fills it in.
Source: HANDBOOK 2 'Complaint record form'.
"""

import re
from dataclasses import dataclass

from classify.people import Organisation, Person, Role
from classify.simplified import simplified
from classify.words import Words, normal

TEXT_CHARS_MAX = 8_000
"""Of the text that is searched."""
REMEDY_CHARS_MAX = 200
BEFORE_CHARS, AFTER_CHARS = 20, 12
"""Around a name, where words of complaint make it that of somebody complained about."""

_WORK_ORDER = re.compile(
    r"(?:工单|事件单|服务单|(?<![a-z])(?:ticket|work order|incident))\s?(?:编号|号码|号|number|no\.?)?(?:是|为)?[\s:：#]{0,4}"
    r"(?!20\d\d-\d{1,2}-\d{1,2}(?!\d))([A-Z]{0,6}-?\d[\dA-Z-]{3,30})"
    r"|(?<![a-z])((?:WO|INC)-?\d[\dA-Z-]{3,30})",
    re.IGNORECASE,
)
_REMEDY = re.compile(
    r"(?:希望|请求|請求|要求|恳请|懇請|诉求[:：]|訴求[:：]|(?:would|we|i) (?:like|expect|want)|please)[^。！？!?.\n]{2,200}",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\s*(?:(?:尊敬的|亲爱的|dear\b|hi\b|hello\b)[^\n，,：:]{0,20}[，,：:!！]|[^\n，,：:]{0,12}(?:您好|你好|好)[，,：:!！。]"
    r"|(?!.{0,8}(?:投诉|投訴|complain))[^\n，,：:]{1,8}(?:[：:]|[，,]\s*\n))",
    re.IGNORECASE,
)
"""A salutation; not the first words of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """Fields of the record form that the words tell; empty where they tell nothing."""

    work_order: str = ""
    about: str = ""
    about_keys: tuple[str, ...] = ()
    category: str = ""
    severity: str = ""
    remedy: str = ""


def read(subject: str, text: str, organisation: Organisation, words: Words) -> Particulars:
    """The particulars that subject and own text name."""
    searched = f"{subject}\n{text[:TEXT_CHARS_MAX]}"
    concerned = about(subject, text[:TEXT_CHARS_MAX], organisation)
    order, remedy = _WORK_ORDER.search(simplified(searched)), _REMEDY.search(text[:TEXT_CHARS_MAX])
    return Particulars(
        work_order=(order[1] or order[2]).upper() if order else "",
        about=", ".join(person.name for person in concerned),
        about_keys=tuple(person.key for person in concerned),
        category=category(searched, words),
        remedy=remedy[0].strip()[:REMEDY_CHARS_MAX] if remedy else "",
    )


def category(text: str, words: Words) -> str:
    """The category whose words occur most in the text; '' when none does."""
    folded = simplified(normal(text))
    counts = {name: sum(folded.count(word) for word in found) for name, found in words.categories}
    best = max(counts, key=lambda name: counts[name], default="")
    return best if best and counts[best] else ""


def about(subject: str, text: str, organisation: Organisation) -> tuple[Person, ...]:
    """Role holders whom the complaint is about: named in it, and not merely greeted.

    It is routed round them, so a name in the salutation ("张经理，您好") is not enough.
    """
    body = f"{subject}\n{_GREETING.sub('', text, count=1)}".casefold()
    return tuple(
        p for p in _role_holders(organisation) if len(p.name) > 1 and _names(body, p.name.casefold())
    )


def _names(body: str, name: str) -> bool:
    """Whether a name stands in the text as somebody complained about: '投诉张三', '张三态度…'."""
    at = body.find(name)
    while at >= 0:
        before, after = body[max(0, at - BEFORE_CHARS) : at], body[at + len(name) :][:AFTER_CHARS]
        if any(word in before for word in _BEFORE) or any(word in after for word in _AFTER):
            return True
        if _TOWARDS.search(before) and any(word in after for word in _FEELINGS):
            return True
        at = body.find(name, at + len(name))
    return False


_BEFORE = ("投诉", "投訴", "complain about", "complaint about", "complaint against")
_TOWARDS = re.compile(r"[对對][^，。,.;；\s]{0,8}$")
"""'对张三很不满', '对服务台的张三有意见'; with what follows (`_FEELINGS`)."""
_FEELINGS = ("不满", "意见", "失望", "做法", "态度", "行为", "处理", "回复", "不滿", "意見")
_AFTER = (
    "态度",
    "態度",
    "不作为",
    "推诿",
    "推脱",
    "敷衍",
    "不回",
    "骂",
    "was rude",
    "is rude",
    "refused",
    "ignored",
)


def _role_holders(organisation: Organisation) -> tuple[Person, ...]:
    managers = (organisation.person(department.manager) for department in organisation.departments)
    holders = (person for role in Role for person in organisation.holders(role))
    return tuple({p.key: p for p in (*holders, *managers) if p is not None}.values())
