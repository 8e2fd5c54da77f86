"""The two reasons for which a complaint goes to the general manager: a VIP, and a repeat.

Pure: posts, dates and texts in; a yes or no with its evidence out.
Source: HANDBOOK 1 (VIP) and 2 (Escalation).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from classify.people import Organisation, Person
from classify.similarity import similarity

SAME_AT = 0.55
"""Similarity from which two texts of one person are held to be the same matter."""
DOUBT_AT = 0.32
"""Similarity from which the desk is told that it may be the same matter."""
SUBJECT_CHARS_MIN = 4
"""Shorter subjects say too little to prove anything by being equal."""
TITLE_CHARS_MAX = 200
EVIDENCE_CHARS = 120

_POSTS = re.compile(r"[、/;；&|]| and |兼|暨")
_TRAILING_BRACKET = re.compile(r"[(（][^()（）]{0,60}[)）]\s*$")
_FORMER = ("前", "原", "former ", "ex-", "retired ", "退休")
_SERVES = re.compile(r"\b(?:assistant|secretary|advis[eo]r|aide|office|deputy) (?:to|of|for)\b|'s\b|’s\b")
_GENERIC_SUBJECTS = frozenset(
    {"", "投诉", "投訴", "投诉建议", "complaint", "问题", "问题反馈", "反馈", "help"}
)


def vip_reason(person: Person, organisation: Organisation, on: date) -> str:
    """Why a person is a VIP on this day, in words; '' when they are not."""
    for named in organisation.named_vips:
        if person.has_address(named.address) and _covers(named.since, named.until, on):
            return f"VIP 名单: {named.address}"
    post = vip_post(person.title, organisation.ranks, organisation.vip_ranks)
    return f"{person.title}({post})" if post and post != person.title else post


def _covers(since: date | None, until: date | None, on: date) -> bool:
    return (since is None or since <= on) and (until is None or on <= until)


def vip_post(title: str, ranks: tuple[str, ...], vip_ranks: tuple[str, ...]) -> str:
    """The rank that a title *holds* and that makes a VIP, '' when there is none.

    The longest rank that fits decides: 副总监 is no 总监 when the list knows 副总监.
    """
    vips = {rank.casefold() for rank in vip_ranks}
    for post in _POSTS.split(unicodedata.normalize("NFKC", title)[:TITLE_CHARS_MAX].casefold()):
        fitting = [rank for rank in ranks if _holds(post, rank.casefold())]
        if fitting and max(fitting, key=len).casefold() in vips:
            return max(fitting, key=len)
    return ""


def _holds(post: str, rank: str) -> bool:
    post = _TRAILING_BRACKET.sub("", post.strip()).strip()
    if post.startswith(_FORMER):
        return False
    if not rank.isascii():
        # A Chinese title ends with the post that is held: 总监助理, 总经理秘书 hold another one.
        return post.endswith(rank)
    if _SERVES.search(post):
        return False
    head = re.split(r",| of | for | - ", post, maxsplit=1)[0].strip()
    return head == rank or head.endswith(" " + rank)


class Likeness(StrEnum):
    """Whether two complaints are about one matter."""

    SAME = "same"
    DOUBTFUL = "doubtful"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a complaint says, as far as it is compared."""

    subject: str
    """Base subject (RFC 5256)."""
    text: str
    work_order: str = ""


def likeness(new: Account, earlier: Account, same_at: float = SAME_AT) -> tuple[Likeness, str]:
    """Whether a new mail is on the same matter as an earlier complaint, and why, in words.

    False merges are worse than misses: only an equal work order, an equal telling subject or very
    similar words count.
    """
    if new.work_order and new.work_order == earlier.work_order:
        return Likeness.SAME, f"同一工单 / same work order {new.work_order}"
    subject = new.subject.strip().casefold()
    if (
        subject == earlier.subject.strip().casefold()
        and subject not in _GENERIC_SUBJECTS
        and len(subject) >= SUBJECT_CHARS_MIN
    ):
        return Likeness.SAME, f"主题相同 / same subject: {new.subject[:EVIDENCE_CHARS]}"
    score = similarity(f"{new.subject}\n{new.text}", f"{earlier.subject}\n{earlier.text}")
    evidence = f"文字相似度 / similarity of text {score:.0%}"
    if score >= same_at:
        return Likeness.SAME, evidence
    return (Likeness.DOUBTFUL if score >= DOUBT_AT else Likeness.DIFFERENT), evidence
