"""Time that is moved by hand: a clock that stands still, where it is worth stopping, and the service at each stop.

With it a year of working days goes by in a minute or two, on real servers and in the real order of steps:
mail taken in, handled, what time brings about, mail sent, until nothing is left to do. One thread, no waiting.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ingest.mailbox import Mailbox
from notify.smtp import Smtp
from ombud import handle, receive, schedule, send
from ombud.office import Office
from process.worktime import Calendar


@dataclass(slots=True)
class MovedClock:
    """A clock to be given to an `Office`: it says the same until it is moved, and never goes back."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move_to(self, at: datetime) -> None:
        """The time from here on. Raises ValueError for one that has passed."""
        if at < self.at:
            raise ValueError(f"{at:%Y-%m-%d %H:%M} is before {self.at:%Y-%m-%d %H:%M}")
        self.at = at


def stops(calendar: Calendar, start: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    """Instants of working time from `start` on: each opening, and every so often until the closing.

    Nothing is due outside of office hours but the digest of the day, which the first stop of the day finds.
    """
    day = start.astimezone(calendar.timezone).date()
    while datetime.combine(day, time(), calendar.timezone) < until:
        for opening, closing in calendar.spans(day):
            at = opening
            while at < closing:
                if start <= at < until:
                    yield at
                at += every
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The service, worked by hand on kept connections."""

    office: Office
    box: Mailbox
    smtp: Smtp

    def work(self) -> int:
        """Everything that can be done at this moment; how many things were."""
        total = 0
        while done := self._once():
            total += done
        return total

    def _once(self) -> int:
        # The server is asked what came; there is nobody to wait for.
        self.box.wait(0, lambda: True)
        done = receive.take_in(self.office, self.box)
        while handled := handle.next_mails(self.office):
            done += handled
        done += schedule.tick(self.office)
        while sent := send.due_mails(self.office, self.smtp):
            done += sent
        return done
