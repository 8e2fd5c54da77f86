"""What a complainant's answer to "is it solved?" means. To close wrongly is the worst error.

The answer is taken apart into clauses, each of which says yes, no, neither, or takes a yes back
(`clause.stance`). Put together, in this order: one clear no makes it 'not solved'; a yes with nothing
beside it that reserves, asks or mocks makes it 'confirm'; what tells something makes it 'more
information'; everything else is 'unclear' and asked back. Source: HANDBOOK 2, step 09.
"""

import re
import unicodedata
from dataclasses import dataclass

from classify.clause import MARKS, Clause, Stance, any_of, patterns, stance
from classify.facts import AnswerMeaning
from classify.simplified import simplified
from classify.words import AnswerWords, Words, normal

CHARS_MAX = 2_000
"""Of the text that is read; a longer one never confirms."""
EVIDENCE_CHARS = 80
OTHER_COLUMNS_MAX = 90
"""Beside a yes; who writes more about other things is asked back."""
INFORMATION_COLUMNS_MIN = 60
"""A longer text that says neither yes nor no, and does not put off, brings information."""
WRAPPED_COLUMNS_MIN = 60
"""A line at least as wide, without a stop at its end, goes on in the next."""
FUTURE_CHARS_MAX = 30
"""Between 'if there is anything else' and 'I shall write'."""
RATING_CHARS_MAX = 60

RATINGS = (
    ("", ("没有不满", "没不满", "没什么不满", "吗", "?", "not good", "not very satisfied")),
    ("1", ("非常不满意", "很不满意", "极不满意", "十分不满意", "very dissatisfied", "very unsatisfied")),
    ("2", ("不太满意", "不满意", "dissatisfied", "unsatisfied", "not satisfied")),
    ("5", ("非常满意", "很满意", "十分满意", "very satisfied", "excellent")),
    ("3", ("一般", "还行", "还可以", "neutral", "average", "so-so")),
    ("4", ("比较满意", "满意", "satisfied", "good")),
)
"""The first row with a phrase that is found counts; '' is no rating."""

_SENTENCE = re.compile(r"([。.!?\n;…]{1,10})(?=\s|$|[^\x00-\x7f])|(?<=[^\x00-\x7f])([.!?;])|(\n)")
_BUT = r"但是|但(?!愿)|不过|可是|然而|只不过|\bbut\b|\bhowever\b|\byet\b(?= it)"
_STOPS = re.compile(
    rf"({_BUT})|[,、:()~\t]|(?:-{{2,3}})|—|因为|所以|因此|而且|并且|同时|\band\b|\bbecause\b|\bso\b(?! far)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A meaning and the words that gave it."""

    meaning: AnswerMeaning
    evidence: str


def meaning(text: str, words: Words) -> Reading:
    """What an answer means; see the module's promise."""
    said = _prepared(text[:CHARS_MAX], words.answer)
    clauses = _clauses(said, words.answer)
    heard = tuple((stance(clause, words.answer), clause.text.strip()) for clause in clauses)
    read, evidence = _together(heard, words.answer)
    if read is AnswerMeaning.CONFIRM and len(text) > CHARS_MAX:
        read = AnswerMeaning.UNCLEAR
    return Reading(meaning=read, evidence=(evidence or said.strip())[:EVIDENCE_CHARS])


def _together(heard: tuple[tuple[Stance, str], ...], answer: AnswerWords) -> tuple[AnswerMeaning, str]:
    """The stances of all clauses as one meaning, and the clauses that decided it."""
    no, ill, doubt, leave, yes, weak, other, open_ = (
        [text for found, text in heard if found is wanted]
        for wanted in (
            Stance.NO,
            Stance.ILL,
            Stance.DOUBT,
            Stance.LEAVE,
            Stance.YES,
            Stance.WEAK,
            Stance.OTHER,
            Stance.OPEN,
        )
    )
    is_refused = any(text.strip(" .!~") in answer.no for text in other + open_)
    no += _still(heard)
    told = "; ".join(text for _, text in heard)
    is_telling = bool(any_of(answer.information).search(told))
    is_confirmed = bool(leave or yes)
    if ill and not (no or (is_telling and not is_confirmed)):
        no = ill
    if no or (is_refused and not is_confirmed):
        return AnswerMeaning.NOT_SOLVED, "; ".join(no or open_ or other)
    is_brief = sum(map(_columns, other)) <= OTHER_COLUMNS_MAX
    if is_confirmed and not (doubt or open_) and not is_refused and is_brief and (leave or not weak):
        return AnswerMeaning.CONFIRM, "; ".join(leave + yes)
    if is_confirmed or weak:
        return AnswerMeaning.UNCLEAR, "; ".join(doubt or open_ or weak or other)
    if is_telling or (not doubt and _columns(told) >= INFORMATION_COLUMNS_MIN):
        return AnswerMeaning.MORE_INFORMATION, told
    return AnswerMeaning.UNCLEAR, "; ".join(doubt)


def _still(heard: tuple[tuple[Stance, str], ...]) -> list[str]:
    """What was wrong at an earlier time, when no later clause says that it is right now."""
    agreeing = [at for at, (found, _) in enumerate(heard) if found in (Stance.YES, Stance.LEAVE, Stance.WEAK)]
    last = max(agreeing, default=-1)
    return [text for at, (found, text) in enumerate(heard) if found is Stance.WAS_NO and at > last]


def _prepared(text: str, answer: AnswerWords) -> str:
    """The text as it is compared: folded, simplified, slips corrected, wrapped lines joined, courtesies out."""
    said = _unwrapped(simplified(normal(MARKS.sub("", text))))
    said = _spelled(said, answer.spellings)
    begin, end = any_of(answer.future_if).pattern, any_of(answer.future_then).pattern
    courtesy = rf"{begin}[^。!?\n;]{{0,{FUTURE_CHARS_MAX}}}?{end}(?:你们|您|贵部|you)?"
    return re.sub(courtesy, " ", said)


def _spelled(said: str, spellings: tuple[str, ...]) -> str:
    meant = dict(pair.split("=", 1) for pair in spellings)
    return any_of(tuple(meant)).sub(lambda match: meant[match[0]], said)


def _unwrapped(said: str) -> str:
    lines: list[str] = []
    for line in said.split("\n"):
        if lines and _columns(lines[-1]) >= WRAPPED_COLUMNS_MIN and lines[-1][-1:] not in ".。!?;:,":
            joint = " " if lines[-1][-1:].isascii() else ""
            lines[-1] = f"{lines[-1]}{joint}{line.strip()}"
        else:
            lines.append(line.rstrip())
    return "\n".join(lines)


def _clauses(said: str, answer: AnswerWords) -> tuple[Clause, ...]:
    """The clauses with what their place says about them."""
    pieces = _SENTENCE.split(said)
    found: list[Clause] = []
    for at in range(0, len(pieces), 4):
        stop = "".join(part or "" for part in pieces[at + 1 : at + 4])
        found.extend(_of_sentence(pieces[at], answer, is_question="?" in stop))
    return tuple(found)


def _of_sentence(sentence: str, answer: AnswerWords, *, is_question: bool) -> list[Clause]:
    parts = _STOPS.split(sentence)
    texts, buts = parts[::2], [False, *(part is not None for part in parts[1::2])]
    found: list[Clause] = []
    condition = patterns(answer).condition
    is_conditional, is_after_but = False, False
    for text, is_but in zip(texts, buts, strict=True):
        is_after_but = is_after_but or is_but
        if text.strip():
            # The question mark belongs to the last clause, but '已解决, 是吗?' asks about all of them.
            found.append(
                Clause(
                    text=text,
                    is_question=is_question,
                    is_after_but=is_after_but,
                    is_consequence=is_conditional,
                )
            )
            is_after_but = False
        is_conditional = is_conditional or bool(condition.search(text))
    return found


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text.strip())


def rating(text: str) -> str:
    """'5' (very satisfied) to '1', from a short answer in words or as a number; '' when it is none."""
    said = simplified(normal(text)).strip()
    if not said or len(said) > RATING_CHARS_MAX:
        return ""
    digits = [char for char in said if char.isdigit()]
    if len(digits) == 1 and digits[0] in "12345" and len(said.strip(" .。分5!！")) <= len("我给分"):
        return digits[0]
    return next((mark for mark, names in RATINGS if any(name in said for name in names)), "")
