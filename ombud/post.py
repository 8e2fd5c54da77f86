"""From a notice to the outbox, in the transaction of what caused it.

Here, in one place, it is decided whether a notice may go out at all. Nobody is shown a complaint whom it
does not concern (HANDBOOK 2: need-to-know); and an automatic answer to somebody
outside of the staff counts against that address's budget of the day (RFC 3834 2: no storms).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from notify.compose import compose
from ombud.office import Office
from process.case import Event
from process.outgoing import Notice
from process.roles import is_staff, may_read
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

    def send(self, notice: Notice) -> None:
        """The notice in the outbox as final bytes; left out when its recipient's budget is used up."""
        if not notice.to.address:
            return
        notice = self._for_those_concerned(notice)
        if self._is_over_budget(notice):
            log.warning("budget used up, not answered", template=notice.template, matter=notice.matter)
            return
        letter = compose(replace(notice, trail=self._trail(notice)), self.office.letterhead, self.now)
        outbox.add(self.conn, letter, self.now, self.mail_id)

    def _for_those_concerned(self, notice: Notice) -> Notice:
        """Need-to-know: without the case for whom it does not concern, and without such copies."""
        case, organisation = notice.case, self.office.organisation
        if case is None:
            return notice
        parties = {party.key for party in (case.complainant, case.on_behalf_of) if party.is_known}
        entitled = [p for p in (notice.to, *notice.cc) if p.key in parties or may_read(p, case, organisation)]
        if notice.to not in entitled:
            raise NotConcerned(f"{notice.template} on {case.number} is not for {notice.to.key}")
        return replace(notice, cc=tuple(person for person in notice.cc if person in entitled))

    def _trail(self, notice: Notice) -> tuple[Event, ...]:
        return events.trail(self.conn, notice.case.number) if notice.case else ()

    def _is_over_budget(self, notice: Notice) -> bool:
        if is_staff(notice.to, self.office.organisation):
            return False
        sent = budget.sent_since(self.conn, notice.to.address, self.now - timedelta(days=1))
        return sent >= self.office.limits.replies_per_day
