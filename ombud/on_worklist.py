"""What the desk's reply to a work list of call-backs brings about (`W-20261124`): several orders in one mail.

Every engineer has the same list, so the first result of an order stands: who reports another one without having known
of it is told whose stands and what it is, and may correct it by reply. A "very dissatisfied" always counts. The
others who have the list hear what needs no call any more. Source: HANDBOOK 3, 8.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from classify import callback_lines
from classify.callback_lines import Reported
from classify.people import Role
from classify.trust import Capability
from ombud import callback_results
from ombud.hand import Hand
from ombud.reply import refuse
from process.callback import (
    Callback,
    Given,
    Settled,
    Taken,
    Understood,
    forms,
    is_news,
    is_settled,
    without_result,
    worklist_day,
    worklist_news,
)
from process.roles import may_act
from process.turn import Refusal
from store import callbacks, outbox

REPORTED_DAYS = 90
"""How far back a reply may report on (or correct) earlier lists."""


def answered(hand: Hand, number: str) -> str:
    """The mail in hand answers a work list; its number."""
    day = worklist_day(number)
    if not may_act(hand.facts.sender, Role.SERVICE_DESK, hand.office.organisation):
        return refuse(hand, Refusal(problem="not_your_role"), None) or number
    if day is None or not hand.may(Capability.COMMAND):
        return refuse(hand, Refusal(problem="not_proven"), None) or number
    known = _known(hand, day)
    found = callback_lines.read(hand.facts.own_words, hand.facts.mail.text, known, _sole(known, day))
    taken, settled = _judged(hand, known, found.reported)
    callback_results.log(hand, number, taken)
    told = Understood(
        taken=taken,
        settled=settled,
        unclear=tuple(one for one in found.reported if one.said.result is None),
        strange=found.strange,
        missing=_missing(hand, day),
    )
    callback_results.tell(hand, number, told, forms(one.number for one in told.missing))
    if taken:
        _tell_others(hand, number, told)
    return number


def _known(hand: Hand, day: date) -> dict[str, Callback]:
    """What a report may be about, by number."""
    since = day - timedelta(days=REPORTED_DAYS)
    return {one.number: one for one in callbacks.called_since(hand.conn, since)}


def _sole(known: Mapping[str, Callback], day: date) -> str:
    """The one order of a list that has no other: a result without a number is its."""
    listed = [one.number for one in known.values() if one.day == day and not one.question]
    return listed[0] if len(listed) == 1 else ""


def _missing(hand: Hand, day: date) -> tuple[Callback, ...]:
    return without_result([one for one in callbacks.called(hand.conn, day) if not one.question])


def _judged(
    hand: Hand, known: Mapping[str, Callback], reported: Iterable[Reported]
) -> tuple[tuple[Taken, ...], tuple[Settled, ...]]:
    """The results that are put down, and those that somebody else was first with."""
    taken, settled = [], []
    seen_at = _seen_at(hand)
    by = callbacks.current(hand.conn, [one.number for one in reported])
    for report in reported:
        one = known[report.number]
        if not is_news(one, report):
            continue
        before = by.get(one.number)
        if before and is_settled(one, report, before, Given(person_key=hand.facts.sender.key, at=seen_at)):
            settled.append(_kept(hand, one, report, before))
        else:
            taken.append(callback_results.take(hand, one, report.said))
    return tuple(taken), tuple(settled)


def _seen_at(hand: Hand) -> datetime | None:
    """When the mail that is answered was written: what its reader could know. None when it is not known which it was."""
    answered_mail = outbox.find(hand.conn, hand.facts.mail.in_reply_to)
    return answered_mail.created_at if answered_mail else None


def _kept(hand: Hand, one: Callback, report: Reported, before: Given) -> Settled:
    """A result that does not count, in the history."""
    assert report.said.result is not None
    answer = callback_results.given(hand, one, report.said.result, report.said.remarks)
    callbacks.keep(hand.conn, answer)
    return Settled(callback=one, by=_name(hand, before.person_key), at=before.at)


def _name(hand: Hand, key: str) -> str:
    return next((p.name for p in hand.office.organisation.everybody if p.key == key), "")


def _tell_others(hand: Hand, number: str, told: Understood) -> None:
    """The other engineers hear what needs no call any more, without remarks: these may be about one of them."""
    results = tuple(Taken(callback=replace(one.callback, remarks="", complaint="")) for one in told.taken)
    news = Understood(taken=results, missing=told.missing, by=hand.facts.sender.name)
    for engineer in hand.office.organisation.acting(Role.SERVICE_DESK):
        if engineer.key != hand.facts.sender.key:
            hand.post.send(worklist_news(number, news, engineer))
