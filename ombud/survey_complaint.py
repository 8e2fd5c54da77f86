""" "Very dissatisfied" on any item of a survey opens a complaint: one for each person and survey.

What is answered so later is added to it. It goes through the same door as a complaint by mail, whether the
answer counts in the figures or came too late. Source: HANDBOOK 2 'What opens one' (3), 4.
"""

from classify.facts import Command, Verb
from classify.questionnaire import WORST
from classify.survey_answer import Reading
from ombud import on_complaint
from ombud.admit import Dissatisfied, admit_dissatisfied
from ombud.hand import Hand
from process.case import Source
from process.survey import Survey
from process.survey_answers import Stand
from process.survey_shown import label_of
from store import survey_answers
from store.survey_answers import Invitation


def very_dissatisfied(
    hand: Hand, survey: Survey, asked: Invitation, stands: tuple[Stand, Stand], reading: Reading
) -> str:
    """Number of the complaint that a mail opened or added to; '' when it says nothing of the kind.

    `stands`: what the person's answers said before the mail, and what they say with it.
    """
    before, now = stands
    new = [one for one, _ in now.marks if one in now.worst() - before.worst()]
    if not new:
        return ""
    text = _text(survey, new, reading, hand.facts.sender.language or hand.facts.mail.language)
    if asked.complaint:
        return on_complaint.advance(hand, asked.complaint, Command(verb=Verb.INFORM, text=text))
    person = hand.office.organisation.person(asked.party.address) or asked.party.person
    is_theirs = person.key == hand.facts.sender.key
    number = admit_dissatisfied(
        hand,
        Dissatisfied(
            person=person,
            source=Source.SURVEY,
            subject=f"{survey.form.title.said(person.language or 'zh')} {survey.number}",
            text=text,
            recorder=None if is_theirs else hand.facts.sender,
        ),
    )
    survey_answers.note(hand.conn, asked.number, complaint=number)
    return number


def _text(survey: Survey, items: list[str], reading: Reading, language: str) -> str:
    """The items and the person's own words on them, as the desk reads them."""
    form, said = survey.form, dict(reading.remarks)
    lines = [f"{form.word(WORST, language)}:" if language == "en" else f"{form.word(WORST, language)}："]
    for one in items:
        question = form.questions[form.number(one) - 1]
        lines.append(f"{form.number(one)}. {question.label.said(language)} - {question.text.said(language)}")
        lines += [f"   {line}" for line in said.get(one, "").splitlines()]
    for one, words in said.items():
        if one not in items:
            label = label_of(form, one, language)
            lines.append(f"{label}: {words}" if label else words)
    return "\n".join(lines)
