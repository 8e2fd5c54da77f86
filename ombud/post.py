"""From a notice to the outbox, in the transaction of what caused it.

Here, in one place, it is decided whether a notice may go out at all. Nobody is shown a complaint whom it
does not concern (HANDBOOK 2: need-to-know); and a mail from outside is answered only
while its sender's budget of the day lasts (RFC 3834 2: no storms). What time or a proven order of the staff brings
about is no answer, and is never left out: whatever caused it goes on as if it was sent.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from notify.compose import compose
from ombud.office import Office
from process.case import Event
from process.outgoing import Notice
from process.roles import is_staff, may_read, owners
from store import budget, events, outbox

log = structlog.get_logger()


class NotConcerned(Exception):
    """A complaint was about to be shown to somebody whom it does not concern: a fault of the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where a transaction leaves its notices."""

    conn: Connection
    office: Office
    now: datetime
    mail_id: int | None = None
    """The mail in hand; None when time or a command is the cause."""
    is_ordered: bool = False
    """Whether that mail is an order of the staff, proven by a token of ours."""
    pending: events.Pending | None = None
    """Where entries of the log wait for the end of a transaction that handles several mails; None writes them at once."""

    def note(self, number: str, entries: tuple[Event, ...]) -> None:
        """Entries of a complaint, put down with this transaction."""
        if self.pending is None:
            events.append(self.conn, number, entries)
        else:
            self.pending.entries.append((number, entries))

    def trail(self, number: str) -> tuple[Event, ...]:
        """The entries of a complaint, oldest first, with those that this transaction is to put down."""
        waiting = self.pending.of(number) if self.pending else ()
        return (*events.trail(self.conn, number), *waiting)

    def send(self, notice: Notice) -> None:
        """The notice in the outbox as final bytes; an answer is left out when its recipient's budget is used up."""
        if not notice.to.address:
            return
        shown = self._for_those_concerned(notice)
        if shown is None:
            log.warning("not sent to whom the mail is about", template=notice.template, matter=notice.matter)
            return
        if self._is_over_budget(shown):
            log.warning("budget used up, not answered", template=notice.template, matter=notice.matter)
            return
        letter = compose(self._with_history(shown), self.office.letterhead, self.now)
        outbox.add(self.conn, letter, self.now, self.mail_id)

    def _for_those_concerned(self, notice: Notice) -> Notice | None:
        """Need-to-know: without the copies and items of whom it does not concern; None when nothing is left.

        Raises NotConcerned where the complaint itself would be shown to somebody whom it does not concern.
        """
        case, quoted = notice.case, notice.quoted
        if quoted and notice.to.key in quoted.about_keys and not notice.is_reply:
            return None
        organisation = self.office.organisation
        if case and not may_read(notice.to, case, organisation):
            raise NotConcerned(f"{notice.template} on {case.number} is not for {notice.to.key}")
        return replace(
            notice,
            cc=tuple(person for person in notice.cc if case is None or may_read(person, case, organisation)),
            items=tuple(
                item
                for item in notice.items
                if item.case is None or may_read(notice.to, item.case, organisation)
            ),
        )

    def _with_history(self, notice: Notice) -> Notice:
        """The notice with what happened so far, and the names of those who are waited for."""
        case = notice.case
        if case is None:
            return notice
        waits_for = tuple(person.name for person in owners(case, self.office.organisation) if person.name)
        trail = notice.trail or self.trail(case.number)
        return replace(notice, trail=trail, waits_for=waits_for)

    def _is_over_budget(self, notice: Notice) -> bool:
        is_answer = self.mail_id is not None and not self.is_ordered
        if not is_answer or is_staff(notice.to, self.office.organisation):
            return False
        sent = budget.sent_since(self.conn, notice.to.address, self.now - timedelta(days=1))
        return sent >= self.office.limits.replies_per_day
