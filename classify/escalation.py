"""The two reasons for which a complaint goes to the general manager: a VIP, and a repeat.

Pure: posts, dates and texts in; a yes or no with its evidence out.
Source: HANDBOOK 1 (VIP) and 2 (Escalation).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from classify import bilingual
from classify.people import Organisation, Person
from classify.similarity import says_again, similarity

SAME_AT = 0.55
"""Similarity from which two texts of one person are held to be the same matter, when the newer one says 'again'."""
SAME_UNSAID_AT = 0.85
"""The same, when it does not say so: the same words once more."""
DOUBT_AT = 0.25
"""Similarity from which the desk is asked whether it is the same matter, when the newer one says 'again', and…"""
DOUBT_UNSAID_AT = 0.5
"""…when it does not."""
SAME_SUBJECT_GAIN = 0.2
"""What an equal telling subject adds."""
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
            return f"{bilingual.VIP_LIST}: {named.address}"
    # The title says the post that it holds.
    return person.title if vip_post(person.title, organisation.ranks, organisation.vip_ranks) else ""


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

    False merges are worse than misses: only an equal work order, very similar words, or similar words of
    somebody who says that it is not new count. `same_at`: from which similarity the latter does.
    """
    orders = {account.work_order for account in (new, earlier)}
    if len(orders) == 1 and new.work_order:
        return Likeness.SAME, f"{bilingual.SAME_ORDER} {new.work_order}"
    said = says_again(f"{new.subject}\n{new.text}")
    is_subject_equal = _subject(new) == _subject(earlier) and _is_telling(_subject(new))
    score = similarity(f"{new.subject}\n{new.text}", f"{earlier.subject}\n{earlier.text}")
    score = min(1.0, score + SAME_SUBJECT_GAIN * is_subject_equal)
    evidence = "; ".join(_evidence(score, said, new.subject if is_subject_equal else ""))
    if score >= (same_at if said else max(same_at, SAME_UNSAID_AT)):
        # Two work orders are two matters, whatever the words; the desk may know better.
        return (Likeness.SAME if "" in orders else Likeness.DOUBTFUL), evidence
    return (
        Likeness.DOUBTFUL if score >= (DOUBT_AT if said else DOUBT_UNSAID_AT) else Likeness.DIFFERENT
    ), evidence


def _subject(account: Account) -> str:
    return account.subject.strip().casefold()


def _is_telling(subject: str) -> bool:
    return subject not in _GENERIC_SUBJECTS and len(subject) >= SUBJECT_CHARS_MIN


def _evidence(score: float, said: str, subject: str) -> Iterator[str]:
    yield f"{bilingual.SIMILAR} {score:.0%}"
    if said:
        yield f"{bilingual.SAYS_AGAIN}: “{said}”"
    if subject:
        yield f"{bilingual.SAME_SUBJECT}: {subject[:EVIDENCE_CHARS]}"
