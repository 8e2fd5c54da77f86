"""How well mails and answers are read, in figures: of each half of the labelled sets and each language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from classify import answer, grievance
from classify.facts import AnswerMeaning
from classify.words import Words
from tests.labelled import sets
from tests.labelled.sets import DRAWN, FRESH, HALVES, HARD, LabelledAnswer, LabelledMail

LANGUAGES = (("all", ("zh", "zh-hant", "en")), ("zh", ("zh", "zh-hant")), ("en", ("en",)))
"""Traditional characters count as Chinese."""
CONFIRM = AnswerMeaning.CONFIRM.value
Row = TypeVar("Row", LabelledMail, LabelledAnswer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Of some mails: how many there are, and what was made of them."""

    complaints: int
    missed: int
    """Complaints that were neither called one nor asked about."""
    ordinary: int
    called: int
    """Ordinary mails that were called a complaint, and…"""
    asked: int
    """…that the desk was asked about."""

    @property
    def recall(self) -> float:
        """Share of the complaints that were called one or asked about."""
        return 1 - self.missed / self.complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Of some answers: how many there are, how many were read as meant, and how many would wrongly close."""

    answers: int
    right: int
    wrongly_closing: int
    """Read as 'confirm' and meant otherwise."""


def judged(mails: Iterable[LabelledMail], words: Words) -> Judged:
    """What the rules make of some mails."""
    verdicts = [
        (mail.is_complaint, grievance.judge(mail.subject, mail.text, words).verdict) for mail in mails
    ]
    return Judged(
        complaints=sum(is_one for is_one, _ in verdicts),
        missed=verdicts.count((True, "no")),
        ordinary=sum(not is_one for is_one, _ in verdicts),
        called=verdicts.count((False, "yes")),
        asked=verdicts.count((False, "ask")),
    )


def read(answers: Iterable[LabelledAnswer], words: Words) -> Read:
    """What the rules make of some answers."""
    pairs = [(one.meaning, answer.meaning(one.text, words).meaning.value) for one in answers]
    return Read(
        answers=len(pairs),
        right=sum(meant == found for meant, found in pairs),
        wrongly_closing=sum(found == CONFIRM != meant for meant, found in pairs),
    )


def report(words: Words) -> str:
    """All figures as a table."""
    lines = ["complaint or not      half      language  complaints  missed  recall   ordinary  called  asked"]
    mails, answers = sets.mails(), sets.answers()
    for half in (*HALVES, DRAWN, FRESH, HARD):
        for name, languages in LANGUAGES:
            found = judged(_of(mails, half, languages), words)
            lines.append(
                f"{'':22}{half:10}{name:10}{found.complaints:10}{found.missed:8}{found.recall:8.1%}"
                f"{found.ordinary:11}{found.called / found.ordinary:8.1%}{found.asked / found.ordinary:7.1%}"
            )
    lines += ["", "answers               half      language  answers  as meant  wrongly closing"]
    for half in HALVES:
        for name, languages in LANGUAGES:
            made = read(_of(answers, half, languages), words)
            share = made.right / made.answers
            lines.append(f"{'':22}{half:10}{name:10}{made.answers:7}{share:10.1%}{made.wrongly_closing:17}")
    return "\n".join(lines)


def _of(rows: Sequence[Row], half: str, languages: Sequence[str]) -> list[Row]:
    return [row for row in rows if row.half == half and row.lang in languages]
