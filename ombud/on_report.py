"""What a mail on a service report brings about: comments, the approval, a reader's remark.

Source: HANDBOOK 5, 8 ('approve … by who was asked to approve').
"""

from collections.abc import Iterable

from classify import report_comments
from classify.facts import Verb
from classify.people import Role
from classify.trust import Capability
from ombud import reporting
from ombud.hand import Hand
from ombud.reply import refuse
from process.case import Party
from process.figures import NAMES
from process.outgoing import Notice
from process.report import OVERALL, Comment, Report, commented, published
from process.roles import may_act
from process.turn import Refusal
from store import reports


def command(hand: Hand, number: str) -> str:
    """Comments are laid upon the draft; 'approve' publishes it. Anybody else's words go to the manager."""
    report = reports.get(hand.conn, number)
    if report is None:
        return refuse(hand, Refusal(problem="no_matter"), None)
    if not hand.may(Capability.COMMAND):
        return refuse(hand, Refusal(problem="not_proven"), None)
    if not may_act(hand.facts.sender, Role.IT_SERVICE_MANAGER, hand.office.organisation):
        return _remark(hand, number)
    outcome = _advance(hand, report)
    if isinstance(outcome, Refusal):
        return refuse(hand, outcome, None)
    reports.save(hand.conn, outcome)
    return number


def _advance(hand: Hand, report: Report) -> Report | Refusal:
    told, by = hand.decision.command, hand.facts.sender
    found = report_comments.read(hand.facts.own_words)
    is_approval = told is not None and told.verb is Verb.APPROVE
    if report.is_published and not (is_approval and report.pending):
        return Refusal(problem="already_done" if is_approval else "report_frozen")
    unknown = [f"[{comment.item}]" for comment in found if comment.item > len(NAMES)]
    if unknown:
        return Refusal(problem="no_such_item", detail=", ".join(unknown))
    if not found and not is_approval:
        return Refusal(problem="no_comment")
    if found and not report.is_published:
        report = commented(report, _comments(found, Party.of(by)))
    answers = hand.facts.mail.message_id
    # Noted last: from then on, others wait for the log, and a year's workbook takes its time.
    if not is_approval:
        reporting.send_draft(hand.post, report, answers)
        reporting.note(hand.conn, report, "report_commented", hand.facts.now, by)
        return report
    report = published(report, Party.of(by), hand.facts.now)
    reporting.publish(hand.post, report, answers)
    reporting.note(hand.conn, report, "report_published", hand.facts.now, by)
    return report


def _comments(found: Iterable[report_comments.ItemComment], by: Party) -> Iterable[Comment]:
    for comment in found:
        figure = NAMES[comment.item - 1] if comment.item else OVERALL
        yield Comment(figure=figure, cause=comment.cause, improvement=comment.improvement, by=by)


def _remark(hand: Hand, number: str) -> str:
    """What a reader says of a report is passed on, and changes nothing."""
    for manager in hand.office.organisation.acting(Role.IT_SERVICE_MANAGER):
        hand.post.send(Notice(template="report_remark", to=manager, matter=number, quoted=hand.quoted))
    return number
