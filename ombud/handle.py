"""Step 2: stored mails read, decided, acted upon and finished, each whole or not at all.

A few that wait are claimed and committed together, which costs one write to the disk instead of many; fewer at a time
while another step waits to write. A mail that makes the program fail is tried again by itself a little later, the
mails behind it meanwhile; at the last try it is set aside with its traceback and the desk is told. Here and where a mail
is read (`readers`) stand the pipeline's two broad `except`s.
"""

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from classify import kind
from classify.facts import Decision, Facts, Grade, Kind, Verb
from classify.people import Role
from ingest.mail import Mail
from ombud import crash, gather
from ombud.acts import carry_out
from ombud.hand import Hand
from ombud.office import Office
from ombud.post import Post
from ombud.readers import TRACEBACK_CHARS_MAX, Read, Readers, Unread
from process.outgoing import Choice, Notice
from process.roles import is_staff
from store import inbox
from store.complaints import Stale
from store.database import is_passing, is_waited_for, stepping
from store.events import Pending

log = structlog.get_logger()

BATCH = 20
"""Mails claimed at once; on an idle service that is the one which just came."""
TOGETHER_MIN = 5
"""So many are decided before another step gets its turn to write: each change of hands costs about as much as a mail."""
OVERTAKEN = ""
"""In the place of a traceback: somebody else changed the matter, or finished the mail, at the same moment. No failure."""
SET_ASIDE = (Choice(verb=Verb.RELEASE), Choice(verb=Verb.DISCARD))


class Became(NamedTuple):
    """What became of a mail, as it is counted."""

    kind: str
    state: str


class Claim(NamedTuple):
    """Mails that were claimed together, and where what they say will be."""

    mails: tuple[inbox.ClaimedMail, ...]
    read: Callable[[], list[Read]]


Arrival = tuple[inbox.ClaimedMail, gather.Arrived]


def next_mails(office: Office) -> int:
    """Handles the mails that wait longest; how many, 0 when none is waiting (or due for another try)."""
    claim = _claim(office, Readers(office.words, 0))
    with _owing(office, (claim,)):
        return _handle_claim(office, claim)


def backlog(office: Office, readers: Readers, is_stopped: Callable[[], bool]) -> Iterator[int]:
    """Handles all that waits, claim by claim: how many mails each had. While many wait, the next claims are being
    read; a stop lets those be finished."""
    ahead: deque[Claim] = deque()
    is_full = True
    while True:
        while len(ahead) < readers.claims_ahead and (is_full or not ahead) and not is_stopped():
            claim = _claim(office, readers)
            if not claim.mails:
                break
            ahead.append(claim)
            is_full = len(claim.mails) == BATCH
        if not ahead:
            readers.rest()
            return
        with _owing(office, ahead):
            count = _handle_claim(office, ahead[0])
        ahead.popleft()
        yield count


@contextmanager
def _owing(office: Office, claims: Iterable[Claim]) -> Iterator[None]:
    """When the database fails within, it is not the mails' fault: they are given back as soon as it can be told."""
    try:
        yield
    except SQLAlchemyError:
        office.owed.mails += [mail.id for claim in claims for mail in claim.mails]
        raise


def _claim(office: Office, readers: Readers) -> Claim:
    with office.engine.begin() as conn:
        inbox.give_back(conn, office.owed.mails, office.claimant, office.clock())
        mails = inbox.claim(conn, office.clock(), office.claimant, BATCH)
    office.owed.mails.clear()
    if mails:
        crash.point("claimed")
    return Claim(
        mails=mails, read=readers.begin([mail.content for mail in mails], is_full=len(mails) == BATCH)
    )


def _handle_claim(office: Office, claim: Claim) -> int:
    broken: dict[int, str] = {}
    waiting: deque[Arrival] = deque()
    with _surviving(claim.mails, broken):
        waiting.extend(_arrivals(office, claim, broken))
    while waiting:
        _decide_some(office, waiting, broken)
    for mail in claim.mails:
        if broken.get(mail.id) == OVERTAKEN:
            office.owed.mails.append(mail.id)
        elif mail.id in broken:
            _failed(office, mail, broken[mail.id])
        crash.point("handled")
    return len(claim.mails)


def _arrivals(office: Office, claim: Claim, broken: dict[int, str]) -> list[Arrival]:
    """The mails that could be read, with what is known of their authenticity."""
    arrivals: list[Arrival] = []
    with office.meters.stage("read"):
        found = claim.read()
    for mail, one in zip(claim.mails, found, strict=True):
        if isinstance(one, Unread):
            broken[mail.id] = one.traceback
            continue
        with _surviving((mail,), broken):
            arrivals.append((mail, gather.arrived(office, one, office.clock())))
    return arrivals


def _decide_some(office: Office, waiting: deque[Arrival], broken: dict[int, str]) -> None:
    """One transaction, in which each mail has a savepoint of its own: who breaks takes nobody along.

    It takes the mails from the left until none is left, or, after `TOGETHER_MIN` of them, another step waits for its
    turn to write: so what is decided goes out meanwhile. Other processes decide other mails (`inbox.claim` sees to the order of those that belong
    together); the log is held only for the moment in which the entries of all these mails are put down.
    """
    one, done, pending = waiting.popleft(), list[Became](), Pending()
    taken = [one[0]]
    with _surviving(taken, broken):
        with office.meters.stage("decide"), stepping(office.engine) as conn:
            while True:
                with _surviving(taken[-1:], broken), pending.undone_with(), conn.begin_nested():
                    done.append(_handle(conn, office, one, pending))
                crash.point("decided")
                if not waiting or (len(taken) >= TOGETHER_MIN and is_waited_for(conn)):
                    break
                one = waiting.popleft()
                taken.append(one[0])
            pending.write(conn)
        for outcome in done:
            office.meters.mails.labels(*outcome).inc()


@contextmanager
def _surviving(mails: Sequence[inbox.ClaimedMail], broken: dict[int, str]) -> Iterator[None]:
    """Whatever goes wrong within is put down as the failure of these mails, but for a database out of reach."""
    try:
        yield
    except Exception as trouble:
        # Broad on purpose: whatever a mail breaks, the next one is handled.
        if is_passing(trouble):
            raise
        is_overtaken = isinstance(trouble, Stale | inbox.NotWaiting)
        trace = OVERTAKEN if is_overtaken else traceback.format_exc()[-TRACEBACK_CHARS_MAX:]
        for mail in mails:
            broken.setdefault(mail.id, trace)


def _handle(conn: Connection, office: Office, one: Arrival, pending: Pending) -> Became:
    claimed, arrival = one
    mail, now = arrival.mail, arrival.now
    facts = gather.facts(conn, office, arrival)
    decision = kind.decide(facts, office.words)
    is_ordered = facts.trust.grade is Grade.PROVEN and is_staff(facts.sender, facts.organisation)
    post = Post(conn=conn, office=office, now=now, mail_id=claimed.id, is_ordered=is_ordered, pending=pending)
    hand = Hand(conn=conn, office=office, mail_id=claimed.id, facts=facts, decision=decision, post=post)
    if decision.kind is Kind.UNREADABLE:
        inbox.set_aside(conn, claimed.id, decision.evidence, "", now)
        hand.ask_desk("alert", {"what": "set_aside", "detail": decision.evidence}, *SET_ASIDE)
        return Became(kind=decision.kind.value, state="set_aside")
    matter = carry_out(hand)
    inbox.finish(conn, claimed.id, _verdict(mail, facts, decision, matter), now)
    log.info("mail handled", mail=claimed.id, kind=decision.kind.value, rule=decision.rule, matter=matter)
    return Became(kind=decision.kind.value, state="handled")


def _verdict(mail: Mail, facts: Facts, decision: Decision, matter: str) -> inbox.Verdict:
    return inbox.Verdict(
        kind=decision.kind.value,
        rule=decision.rule,
        evidence=decision.evidence,
        trust=facts.trust.grade.value,
        matter=matter or (facts.matter.number if facts.matter else ""),
        message_id=mail.message_id,
        sender=mail.sender.address,
        subject=mail.subject,
    )


def _failed(office: Office, claimed: inbox.ClaimedMail, trace: str) -> None:
    """The try is counted; the last one sets the mail aside and tells the desk."""
    now, limits = office.clock(), office.limits
    log.error("mail failed", mail=claimed.id, tries=claimed.tries, traceback=trace)
    reason = trace.strip().rsplit("\n", 1)[-1]
    with office.engine.begin() as conn:
        if claimed.tries < limits.tries:
            inbox.fail(conn, claimed.id, trace, now + timedelta(seconds=limits.retry_s * claimed.tries))
            return
        inbox.set_aside(conn, claimed.id, reason, trace, now)
    office.meters.mails.labels(Kind.UNREADABLE.value, "set_aside").inc()
    # A transaction of its own: what broke the mail may break the alert, and must not undo the setting aside.
    with office.engine.begin() as conn:
        _tell_desk(Post(conn=conn, office=office, now=now, mail_id=claimed.id), claimed.id, reason)


def _tell_desk(post: Post, mail_id: int, reason: str) -> None:
    for engineer in post.office.organisation.acting(Role.SERVICE_DESK):
        facts = {"what": "set_aside", "detail": reason}
        post.send(
            Notice(template="alert", to=engineer, matter=f"M-{mail_id}", facts=facts, choices=SET_ASIDE)
        )
