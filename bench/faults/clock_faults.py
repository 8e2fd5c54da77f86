"""The machine's clock jumps, by days and by an hour, with mails waiting, claimed and put off.

A file says by how much it is off; office and scheduler go by it (bench/faults/service.py).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bench.faults.scenario import Act, Scenario
from bench.faults.scene import Scene

DAY_S, HOUR_S = 86_400, 3_600
TO_SUMMER, TO_WINTER = datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)
"""When London's clocks are changed."""
BEFORE_S = 5.0


def _jumps(by_s: int, back_s: int = 0) -> Act:
    """The clock jumps while mails are put off, and later to another time; nothing waits for a time that was."""

    def act(made: Scene) -> None:
        made.start()
        made.wait_idle()
        made.sink.reply = lambda said, argument: "451 later" if said == "MAIL" else None
        made.post()
        made.wait(lambda: len(made.lines("mail tried")) >= 3, "mails are put off")
        for off_s in _steps(by_s, back_s):
            made.clock.write_text(str(off_s))
            made.post()
            made.wait(lambda: _all_received(made), "mails are received after the jump")
        made.sink.reply = lambda said, argument: None
        made.wait_settled()

    return act


def _steps(by_s: int, back_s: int) -> Iterable[int]:
    return (by_s,) if back_s == by_s else (by_s, back_s)


def _all_received(made: Scene) -> bool:
    received: int = sum(line["new"] for line in made.lines("mail received"))
    return received >= len(made.posted)


def _crosses(change: datetime) -> Act:
    """Mails come before and after the hour that is left out or comes twice; the office is in London."""

    def act(made: Scene) -> None:
        made.configure(organisation={"timezone": "Europe/London"}, worktime={"sunday": ["00:00-23:59"]})
        ahead_s = (change - datetime.now(UTC)).total_seconds() - BEFORE_S
        made.clock.write_text(str(ahead_s))
        made.post()
        made.start()
        made.wait(lambda: _all_received(made), "mails are received before the change")
        made.wait(lambda: datetime.now(UTC) + timedelta(seconds=ahead_s) > change, "the hour changes")
        made.post()
        made.wait_settled()

    return act


def _set_back_while_down(made: Scene) -> None:
    """The clock was a day ahead, the service died with mails claimed; it is started at the right time."""
    made.clock.write_text(str(DAY_S))
    made.post()
    made.start(crash_at="sending")
    made.gone()
    made.clock.write_text("0")
    made.start()
    made.wait_settled()


SCENARIOS = (
    Scenario(name="clock a day ahead", act=_jumps(DAY_S, DAY_S)),
    Scenario(name="clock a day back", act=_jumps(-DAY_S, -DAY_S)),
    Scenario(name="clock a day ahead and back", act=_jumps(DAY_S)),
    Scenario(name="clock a day back and ahead", act=_jumps(-DAY_S)),
    Scenario(name="clock an hour ahead and back, as by a wrong summer time", act=_jumps(HOUR_S)),
    Scenario(name="clock across the change to summer time", act=_crosses(TO_SUMMER)),
    Scenario(name="clock across the change to winter time", act=_crosses(TO_WINTER)),
    Scenario(name="clock set back a day while the service was down", act=_set_back_while_down),
)
