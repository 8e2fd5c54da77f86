"""What became of each answer to a survey, and what counts of several by one person; pure.

Every mail that answers is kept with its standing. Of the counted ones the last answer to each question
stands; the others are kept and said in the report. Source: HANDBOOK 4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classify.questionnaire import WORST, Question, Questionnaire
from classify.survey_answer import GENERAL, Reading
from process.survey import Survey

NOTHING = Reading()


class Standing(StrEnum):
    """Whether an answer counts, and why not."""

    COUNTED = "counted"
    EMPTY = "empty"
    """Nothing could be read."""
    DOUBLED = "doubled"
    """The same as the one before."""
    LATE = "late"
    FORGED = "forged"
    """By somebody else, or by a sender who is not believed."""
    AUTOMATIC = "automatic"
    """By a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One mail that answers a survey's form."""

    survey: str
    invitation: str
    """Number of the form that it answers."""
    mail_id: int
    at: datetime
    standing: Standing
    reading: Reading = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What counts of one person's answers."""

    marks: tuple[tuple[str, int], ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    unclear: tuple[tuple[str, str], ...] = ()
    """(question id or GENERAL, what stands there), not answered since."""

    def missing(self, form: Questionnaire) -> tuple[Question, ...]:
        """The questions on the scale without an answer."""
        given = dict(self.marks)
        return tuple(question for question in form.rated if question.id not in given)

    def worst(self) -> frozenset[str]:
        """Ids of the questions answered with "very dissatisfied"."""
        return frozenset(question_id for question_id, value in self.marks if value == WORST)


def stand(answers: Iterable[Answer], form: Questionnaire) -> Stand:
    """What counts of the answers of one person, oldest first."""
    marks: dict[str, int] = {}
    remarks: dict[str, str] = {}
    unclear: dict[str, str] = {}
    for answer in answers:
        if answer.standing is not Standing.COUNTED:
            continue
        marks |= dict(answer.reading.marks)
        if answer.reading.rest is not None:
            marks = dict.fromkeys((q.id for q in form.rated), answer.reading.rest) | marks
        remarks |= dict(answer.reading.remarks)
        # What is unclear now leaves what was said before as it is.
        unclear = {i: text for i, text in unclear.items() if i not in marks} | {
            i: text for i, text in answer.reading.unclear if i not in marks
        }
    order = [question.id for question in form.questions]
    return Stand(
        marks=tuple((one, marks[one]) for one in order if one in marks),
        remarks=tuple((one, remarks[one]) for one in (*order, GENERAL) if one in remarks),
        unclear=tuple(unclear.items()),
    )


def judged(survey: Survey, earlier: Sequence[Answer], reading: Reading) -> Standing:
    """The standing of a believed person's new answer."""
    if survey.is_over:
        return Standing.LATE
    if not (reading.has_answers or reading.remarks):
        return Standing.EMPTY
    last = next((one for one in reversed(earlier) if one.standing is Standing.COUNTED), None)
    if last is not None and last.reading == reading:
        return Standing.DOUBLED
    return Standing.COUNTED


def replaced(answers: Sequence[Answer]) -> int:
    """How many counted answers of one person have nothing left that counts."""
    counted = [one for one in answers if one.standing is Standing.COUNTED]
    answered: set[str] = set()
    count = 0
    for one in reversed(counted):
        ids = {i for i, _ in (*one.reading.marks, *one.reading.remarks)}
        count += ids <= answered and one.reading.rest is None
        answered |= ids
    return count
