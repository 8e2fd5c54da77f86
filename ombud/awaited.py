"""What a message says of each thing that it was asked, for `ombud explain --awaiting`.

Nothing is stored: the survey's form is the configured one, a call-back's is its one question. Source: HANDBOOK 3, 4.
"""

from collections.abc import Iterator
from typing import Literal, TypedDict

from classify import callback_answer, survey_answer
from classify.facts import Awaiting, Facts
from classify.questionnaire import Questionnaire
from classify.survey_answer import GENERAL


class FieldRecord(TypedDict):
    """One thing that was asked."""

    field: str
    """A question's id, 'result' of a call-back, or 'general' for words that belong to no question."""
    state: Literal["read", "unclear", "missing"]
    value: int | str | None
    """1 to 5, or 0 for 'not applicable'; a call-back's result by name; null when there is none."""
    text: str
    """The remark on it, or what could not be read."""


def fields(facts: Facts, awaiting: Awaiting | None, form: Questionnaire) -> list[FieldRecord]:
    """Everything that was asked, in the order of the form; nothing for what is answered by one word of `answer`."""
    if awaiting is Awaiting.SURVEY:
        return list(_of_survey(facts, form))
    return [_of_callback(facts)] if awaiting is Awaiting.CALLBACK else []


def _of_callback(facts: Facts) -> FieldRecord:
    said = callback_answer.read(facts.own_words)
    if said.result is None:
        state: Literal["unclear", "missing"] = "unclear" if facts.own_words.strip() else "missing"
        return {
            "field": "result",
            "state": state,
            "value": None,
            "text": said.remarks or facts.own_words.strip(),
        }
    return {"field": "result", "state": "read", "value": said.result.value, "text": said.remarks}


def _of_survey(facts: Facts, form: Questionnaire) -> Iterator[FieldRecord]:
    reading, faults = survey_answer.of_mail(facts.mail, facts.own_words, form)
    marks, remarks, unclear = dict(reading.marks), dict(reading.remarks), dict(reading.unclear)
    for question in form.questions:
        value, words = marks.get(question.id, reading.rest), remarks.get(question.id, "")
        if question.is_open:
            yield {
                "field": question.id,
                "state": "read" if words else "missing",
                "value": None,
                "text": words,
            }
        elif value is not None:
            yield {"field": question.id, "state": "read", "value": value, "text": words}
        else:
            doubt = unclear.get(question.id, "")
            yield {
                "field": question.id,
                "state": "unclear" if doubt else "missing",
                "value": None,
                "text": doubt or words,
            }
    general = [text for text in (remarks.get(GENERAL, ""), unclear.get(GENERAL, ""), *faults) if text]
    if general:
        state: Literal["read", "unclear"] = "unclear" if GENERAL in unclear or faults else "read"
        yield {"field": "general", "state": state, "value": None, "text": "\n".join(general)}
