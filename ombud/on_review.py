"""What a mail on a service review brings about: who comes, the minutes, actions done, handed-over decisions confirmed.

Source: HANDBOOK 6, 8.
"""

from dataclasses import replace

from classify import calendar_reply, minutes
from classify.facts import Verb
from classify.people import Role
from classify.trust import Capability
from ombud import on_outcome, reviewing
from ombud.hand import Hand
from ombud.reply import forged, refuse
from ombud.reviewing import ReviewShown
from process.case import AttachmentNote, Party
from process.outcome import Outcome, OutcomeState, Resolved, is_known, on_ladder, recorded, resolved
from process.outgoing import Notice
from process.review import Attendance, Minutes, Review, answered, minuted
from process.roles import may_act
from process.turn import Refusal
from store import numbers, reviews

ATTENDANCE = {
    Verb.ATTEND: Attendance.ACCEPTED,
    Verb.DECLINE: Attendance.DECLINED,
    Verb.TENTATIVE: Attendance.TENTATIVE,
}
STATUSES = {
    "ACCEPTED": Attendance.ACCEPTED,
    "DECLINED": Attendance.DECLINED,
    "TENTATIVE": Attendance.TENTATIVE,
}
FILES_MAX = 20


def calendar_answered(hand: Hand) -> str:
    """What a calendar program answers for somebody who is invited; an answer to an earlier date changes nothing."""
    reply = calendar_reply.read(hand.facts.mail, hand.facts.own_domain)
    review = reviews.get(hand.conn, reply.review) if reply else None
    if reply is None or review is None or not hand.may(Capability.ANSWER):
        return forged(hand)
    key = _speaks_for(hand, reply.attendee)
    if review.participant(key) is None:
        return forged(hand)
    if reply.sequence < review.sequence or review.is_cancelled:
        return review.number
    return _attend(hand, review, (key, STATUSES[reply.status]), reply.words)


def _speaks_for(hand: Hand, attendee: str) -> str:
    """The attendee's key, when the sender is that person or a delegate of theirs; else ''."""
    organisation, sender = hand.office.organisation, hand.facts.sender
    person = organisation.who(attendee)
    delegates = {organisation.key(address) for address in person.delegates}
    return person.key if sender.key in {person.key} | delegates else ""


def command(hand: Hand, number: str) -> str:
    """A reply on a review ('A-2026') or on something that it came to ('A-2026-00003')."""
    if not hand.may(Capability.COMMAND):
        return refuse(hand, Refusal(problem="not_proven"), None)
    outcome = reviews.outcome(hand.conn, number)
    if outcome is not None:
        return on_outcome.command(hand, outcome)
    review = reviews.get(hand.conn, number)
    return _on_review(hand, review) if review else refuse(hand, Refusal(problem="no_matter"), None)


def _on_review(hand: Hand, review: Review) -> str:
    told, key = hand.decision.command, hand.facts.sender.key
    if told and told.verb in ATTENDANCE and review.participant(key):
        if review.is_cancelled:
            return refuse(hand, Refusal(problem="review_cancelled"), None)
        return _attend(hand, review, (key, ATTENDANCE[told.verb]), told.reason)
    is_secretary = key in {person.key for person in reviewing.secretaries(hand.office)}
    if is_secretary or may_act(hand.facts.sender, Role.IT_SERVICE_MANAGER, hand.office.organisation):
        return _minutes(hand, review)
    return _remark(hand, review.number)


def _attend(hand: Hand, review: Review, answer: tuple[str, Attendance], words: str) -> str:
    """The answer is kept; that somebody does not come, or wants another time, is told to the secretary."""
    key, attendance = answer
    new = answered(review, key, attendance, hand.facts.now, words)
    reviews.save(hand.conn, new)
    reviewing.note(
        hand.conn, review.number, f"review_{attendance.value}", hand.facts.now, by=hand.facts.sender
    )
    if attendance is not Attendance.ACCEPTED:
        for person in reviewing.secretaries(hand.office):
            facts = {"what": attendance.value, "said": words, "who": hand.facts.sender.name}
            shown = ReviewShown(review=new, agenda=())
            hand.post.send(
                Notice(template="review_answer", to=person, matter=review.number, shown=shown, facts=facts)
            )
    return review.number


def _remark(hand: Hand, number: str) -> str:
    """Anything else that somebody says goes to the secretary."""
    for person in reviewing.secretaries(hand.office):
        hand.post.send(Notice(template="review_remark", to=person, matter=number, quoted=hand.quoted))
    return number


def _minutes(hand: Hand, review: Review) -> str:
    """Decisions and actions taken down, each to whom it is for; and an echo of all that was understood."""
    now, organisation = hand.facts.now, hand.office.organisation
    entries = minutes.read(hand.facts.own_words)
    if not entries and not hand.facts.mail.attachments:
        return refuse(hand, Refusal(problem="no_minutes"), None)
    found = [resolved(entry, organisation, now, hand.office.rules.calendar) for entry in entries]
    new = minuted(review, _as_minutes(hand))
    reviews.save(hand.conn, new)
    reviewing.note(hand.conn, review.number, "review_minuted", now, by=hand.facts.sender)
    earlier = list(reviews.outcomes(hand.conn, review.number))
    for one in found:
        if not one.problem and not is_known(one.entry, earlier):
            earlier.append(_take_down(hand, review, one))
    shown = ReviewShown(
        review=new,
        agenda=(),
        outcomes=tuple(earlier),
        wrong=tuple(one for one in found if one.problem),
    )
    sender, mail = hand.facts.sender, hand.facts.mail
    hand.post.send(
        Notice(
            template="review_minutes_read",
            to=replace(sender, addresses=(mail.sender.address,)),
            matter=review.number,
            shown=shown,
            is_reply=True,
            in_reply_to=mail.message_id,
            references=(*mail.references, mail.message_id),
            language=sender.language or mail.language,
        )
    )
    return review.number


def _as_minutes(hand: Hand) -> Minutes:
    files = tuple(
        AttachmentNote(
            filename=file.filename,
            content_type=file.content_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
        )
        for file in hand.facts.mail.attachments[:FILES_MAX]
    )
    return Minutes(
        at=hand.facts.now,
        by=Party.of(hand.facts.sender),
        mail_id=hand.mail_id,
        text=hand.facts.own_words,
        files=files,
    )


def _take_down(hand: Hand, review: Review, found: Resolved) -> Outcome:
    """A decision or action recorded and told to whom it is for."""
    number = numbers.next_number(hand.conn, "A", review.year)
    change = reviewing.change_management(hand.office)
    outcome = recorded(number, review.number, found, hand.facts.now, change)
    outcome = on_ladder(outcome, 0, hand.office.rules.calendar, hand.office.review_rules.remind_days)
    reviews.save_outcome(hand.conn, outcome)
    reviewing.note(hand.conn, number, "decided", hand.facts.now, by=hand.facts.sender, text=outcome.text)
    if outcome.is_action:
        reviewing.to_owner(hand.post, outcome, "assigned")
    elif outcome.state is OutcomeState.HANDED_OVER:
        reviewing.hand_over(hand.post, outcome)
    return outcome
