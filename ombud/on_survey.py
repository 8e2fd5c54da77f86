"""What a mail on a survey brings about: answers read and echoed, a complaint opened, verbs of the staff.

Every answer is kept with its standing, whether it counts or not. Source: HANDBOOK 2 'What opens one', 4, 8.
"""

from dataclasses import replace

from classify import grievance, survey_answer
from classify.facts import Verb
from classify.survey_answer import Reading
from classify.trust import Capability
from ombud import survey_complaint, survey_job, survey_mail
from ombud.hand import Hand
from ombud.reply import forged, refuse
from process import survey as surveying
from process.outgoing import Choice, Notice
from process.survey import Survey
from process.survey_answers import Answer, Stand, Standing, judged, stand
from process.survey_shown import Echo, doubts, fill_in, read_back, remarks
from process.turn import Refusal
from store import survey_answers, surveys
from store.survey_answers import Invitation


def answered(hand: Hand) -> str:
    """Somebody's answer to a form: read, kept, echoed; the form's number."""
    matter = hand.facts.matter
    number = matter.number if matter else hand.facts.foreign_number
    asked = survey_answers.invitation(hand.conn, number)
    survey = surveys.get(hand.conn, asked.survey) if asked else None
    if asked is None or survey is None:
        return refuse(hand, Refusal(problem="no_matter"), None)
    if not (hand.facts.is_party and hand.may(Capability.ANSWER)):
        _record(hand, asked, Standing.FORGED, Reading())
        if hand.facts.is_party:
            return forged(hand) or number
        hand.alert("survey_not_theirs", number, Choice(verb=Verb.COMPLAINT))
        return number
    _take_in(hand, survey, asked)
    return number


def _take_in(hand: Hand, survey: Survey, asked: Invitation) -> None:
    before = survey_answers.of_invitation(hand.conn, asked.number)
    reading, faults = survey_answer.of_mail(hand.facts.mail, hand.facts.own_words, survey.form)
    standing = judged(survey, before, reading)
    earlier = stand(before, survey.form)
    _record(hand, asked, standing, reading)
    if standing is Standing.DOUBLED:
        return
    now = stand((*before, _answer(hand, asked, Standing.COUNTED, reading)), survey.form)
    if standing is Standing.COUNTED:
        survey_answers.note(hand.conn, asked.number, answered_at=hand.facts.now)
    complaint = survey_complaint.very_dissatisfied(hand, survey, asked, (earlier, now), reading)
    if not reading.has_answers:
        _put_to_desk(hand)
    _echo(hand, asked, _shown(hand, survey, asked, now, faults=faults, complaint=complaint))


def _record(hand: Hand, asked: Invitation, standing: Standing, reading: Reading) -> None:
    survey_answers.record(hand.conn, _answer(hand, asked, standing, reading))


def _answer(hand: Hand, asked: Invitation, standing: Standing, reading: Reading) -> Answer:
    return Answer(
        survey=asked.survey,
        invitation=asked.number,
        mail_id=hand.mail_id,
        at=hand.facts.now,
        standing=standing,
        reading=reading,
    )


def _put_to_desk(hand: Hand) -> None:
    """Words without an answer may be a complaint or a request: the desk sees them."""
    judgement = grievance.judge("", hand.facts.own_words, hand.office.words)
    if judgement.verdict != "no":
        evidence = ", ".join(judgement.reasons)
        choices = (Choice(verb=Verb.COMPLAINT), Choice(verb=Verb.NO_COMPLAINT))
        hand.ask_desk("ask_complaint", {"evidence": evidence}, *choices)


def _shown(
    hand: Hand, survey: Survey, asked: Invitation, now: Stand, *, faults: tuple[str, ...], complaint: str
) -> Echo:
    """What is told back; what is missing is asked for once."""
    form, language = survey.form, _language(hand)
    missing = now.missing(form)
    is_asking = bool(missing) and asked.asked_at is None and not survey.is_over
    if is_asking:
        survey_answers.note(hand.conn, asked.number, asked_at=hand.facts.now)
    return Echo(
        survey=survey,
        read=read_back(form, now),
        remarks=remarks(form, now, language),
        doubts=doubts(form, now, language),
        questions=missing if is_asking else (),
        is_complete=not missing,
        is_late=survey.is_over,
        complaint=complaint,
        faults=faults,
    )


def _language(hand: Hand) -> str:
    return hand.facts.sender.language or hand.facts.mail.language


def _echo(hand: Hand, asked: Invitation, shown: Echo) -> None:
    form, language = shown.survey.form, _language(hand)
    offered = fill_in(form, shown.questions, language)
    hand.post.send(replace(_reply(hand, asked.number), template="survey_read", shown=shown, choices=offered))


def _reply(hand: Hand, number: str) -> Notice:
    """An answer to the mail in hand, to the address that it came from."""
    mail, sender = hand.facts.mail, hand.facts.sender
    return Notice(
        template="",
        to=replace(sender, addresses=(mail.sender.address,)),
        matter=number,
        is_reply=True,
        in_reply_to=mail.message_id,
        references=(*mail.references, mail.message_id) if mail.message_id else (),
        language=_language(hand),
    )


def answered_by_program(hand: Hand) -> str:
    """An automatic reply to a form: kept, never answered."""
    number = hand.facts.matter.number if hand.facts.matter else ""
    asked = survey_answers.invitation(hand.conn, number) if number.startswith("Q-") else None
    if asked is not None:
        _record(hand, asked, Standing.AUTOMATIC, Reading())
    return number


def bounced(hand: Hand, number: str) -> None:
    """A form that did not arrive: nobody is reminded of it."""
    if number.startswith("Q-"):
        survey_answers.note(hand.conn, number, bounced_at=hand.facts.now)


def command(hand: Hand, number: str) -> str:
    """A verb of the staff on a survey as a whole."""
    survey, told = surveys.get(hand.conn, number), hand.decision.command
    if not hand.may(Capability.COMMAND):
        return refuse(hand, Refusal(problem="not_proven", detail="; ".join(hand.facts.trust.reasons)), None)
    if survey is None or told is None:
        return refuse(hand, Refusal(problem="no_verb"), None)
    if told.verb is Verb.STATUS:
        survey_mail.status(hand.post, survey, _reply(hand, number))
        return number
    roles = survey_mail.roles_of(hand.facts.sender, hand.office.organisation)
    outcome = surveying.advance(survey, hand.act(told), roles)
    if isinstance(outcome, Refusal):
        return refuse(hand, outcome, None)
    survey_mail.tell(hand.post, survey_job.keep(hand.post, outcome))
    return number
