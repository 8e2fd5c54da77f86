"""What is said besides the steps: remarks, further information, files, a question below a command.

Nothing of it moves a complaint; all of it stands on the record and reaches whom it concerns.
Source: HANDBOOK 2 ('follow-up trail'), 8.
"""

import re
from dataclasses import replace

from classify import bilingual
from classify.facts import Verb
from classify.people import Role
from process.case import AttachmentNote, Event
from process.outgoing import Notice
from process.particulars import taken_up
from process.roles import engineers, owners
from process.turn import Refusal, Step, Turn, letter

ATTACHMENTS_MAX = 100
"""Listed on a record; the mails themselves keep all of them."""
FILES_SHOWN = 10
SAID_ANYWAY = (Verb.ASK, Verb.NOTE)
"""Verbs whose text goes to somebody by itself."""
_QUESTION = re.compile(r"[?？]|[吗呢么](?:[。.!！]|$)", re.MULTILINE)


def informed(turn: Turn) -> Step | Refusal:
    """Anything else that the complainant adds; on the record, and told to the desk."""
    turn, told = taken_up(turn)
    news = letter("news", what="information_added", text=turn.reason)
    return turn.step(turn.event("informed", turn.reason), notices=(*turn.to_owner(news), *told))


def noted(turn: Turn) -> Step | Refusal:
    """A remark of the staff, on the record; a file alone is one too."""
    if not (turn.reason or turn.act.attachments):
        return Refusal(problem="no_reason")
    news = letter("news", what="note_added", text=turn.reason)
    concerned = (*engineers(turn.case, turn.organisation), *owners(turn.case, turn.organisation))
    # The complainant is not told what the staff says among themselves.
    to = {p.key: p for p in concerned if p.key not in (turn.act.by.key, turn.case.complainant.key)}
    return turn.step(
        turn.event("noted", turn.reason), notices=tuple(turn.letter(news, p) for p in to.values())
    )


def kept(turn: Turn, outcome: Step | Refusal) -> Step | Refusal:
    """The step with what came along: counted as a new version, files listed, a question passed on."""
    if isinstance(outcome, Refusal):
        return outcome
    files = turn.act.attachments
    known = {note.sha256 for note in outcome.case.attachments}
    new = tuple(note for note in files if note.sha256 not in known)
    case = replace(
        outcome.case,
        version=turn.case.version + 1,
        attachments=(*outcome.case.attachments, *new)[:ATTACHMENTS_MAX],
    )
    first, *others = outcome.events
    notices = (*outcome.notices, *_question(replace(turn, case=case)))
    return Step(case=case, events=(_with_files(first, files), *others), notices=notices)


def _with_files(event: Event, files: tuple[AttachmentNote, ...]) -> Event:
    if not files:
        return event
    names = ", ".join(note.filename or note.content_type for note in files[:FILES_SHOWN])
    return replace(event, text=f"{event.text}\n{bilingual.ATTACHED}: {names}".strip())


def _question(turn: Turn) -> tuple[Notice, ...]:
    """A question below somebody's command goes to the desk's owner of the complaint, who can answer it."""
    text = turn.act.command.text
    is_told = turn.role is Role.COMPLAINANT or turn.act.command.verb in SAID_ANYWAY
    if is_told or not _QUESTION.search(text):
        return ()
    to = (p for p in engineers(turn.case, turn.organisation) if p.key != turn.act.by.key)
    news = letter("news", what="question", text=text)
    return tuple(replace(turn.letter(news, person), case=turn.case) for person in to)
