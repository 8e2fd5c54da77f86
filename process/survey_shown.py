"""What the mails of a survey show: values for the templates, made of the survey and its answers; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from classify.facts import Verb
from classify.questionnaire import Question, Questionnaire
from classify.survey_answer import GENERAL
from process.outgoing import Choice
from process.survey import Survey
from process.survey_answers import Stand

ROWS_CHARS_MAX = 1_400
"""Of a ready-made form in a link, encoded; address and subject need the rest (`notify/links.py`)."""
ROW_END_CHARS = 15
"""A colon and a line end, encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The form as it goes to one person: all questions, or those that are still to be answered."""

    survey: Survey
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One answer as it was understood."""

    number: int
    question: Question
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something that could not be read as an answer."""

    number: int
    """Of the question; 0 when it belongs to none."""
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What one person is told that was understood of their answers."""

    survey: Survey
    read: tuple[Read, ...]
    remarks: tuple[tuple[str, str], ...]
    """(label of the question or '', words)."""
    doubts: tuple[Doubt, ...]
    questions: tuple[Question, ...]
    """Still without an answer, and asked for in this mail; () when nothing is asked."""
    is_complete: bool
    is_late: bool
    complaint: str
    """Number of the complaint that "very dissatisfied" opened with this mail."""
    faults: tuple[str, ...] = ()
    """What was wrong with an attached form, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a survey is."""

    survey: Survey
    sent: int
    answered: int
    bounced: int
    complaints: int
    standings: Mapping[str, int]
    """Answers by their standing."""

    @property
    def response_rate(self) -> float:
        return self.answered / self.survey.invited if self.survey.invited else 0.0


def fill_in(form: Questionnaire, questions: Sequence[Question], language: str) -> tuple[Choice, ...]:
    """The ready-made answer, a line for each question; none when programs would cut so long a link."""
    rows = tuple(f"{form.number(q.id)}. {q.label.said(language)}" for q in questions)
    size = sum(len(quote(row)) + ROW_END_CHARS for row in rows)
    return (Choice(verb=Verb.SHEET, rows=rows),) if rows and size <= ROWS_CHARS_MAX else ()


def read_back(form: Questionnaire, stand: Stand) -> tuple[Read, ...]:
    """The answers that count, in the order of the form."""
    questions = {question.id: question for question in form.questions}
    return tuple(
        Read(number=form.number(one), question=questions[one], value=value) for one, value in stand.marks
    )


def remarks(form: Questionnaire, stand: Stand, language: str) -> tuple[tuple[str, str], ...]:
    """Each remark behind the label of its question."""
    return tuple((label_of(form, one, language), text) for one, text in stand.remarks)


def doubts(form: Questionnaire, stand: Stand, language: str) -> tuple[Doubt, ...]:
    """What could not be read, with the question that it stood at."""
    return tuple(
        Doubt(number=form.number(one) if one else 0, label=label_of(form, one, language), text=text)
        for one, text in stand.unclear
    )


def label_of(form: Questionnaire, question_id: str, language: str) -> str:
    """A question's label; '' for words that belong to none."""
    if question_id == GENERAL:
        return ""
    return form.questions[form.number(question_id) - 1].label.said(language)
