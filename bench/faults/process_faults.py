"""The process dies at each named point, is stopped, is held up for a while, and finds another one at work."""

import signal
import time

from bench.faults.proxy import GREETING, Does, Fault
from bench.faults.scenario import Act, Scenario
from bench.faults.scene import PATIENCE_S, NotSeen, Scene
from ombud.crash import POINTS

HELD_UP_S = 4.0
"""In earnest minutes: longer than a lease (1.5 s here, 300 by default) and than a time-out of the servers."""
DIED, OCCUPIED = -signal.SIGKILL, 3


def _dies_at(point: str) -> Act:
    """Killed at a named point with mails waiting; started again, everything is done."""

    def act(made: Scene) -> None:
        made.post()
        made.start(crash_at=point)
        made.gone()
        if made.process is None or made.process.exitcode != DIED:
            raise NotSeen(f"the point {point} was not passed")
        made.start()
        made.wait_settled()

    return act


def _stopped_at_work(made: Scene) -> None:
    """SIGTERM with mails in hand: a clean end in time; what was left is done by the next."""
    made.post()
    made.start()
    made.wait(lambda: made.sink.mails, "the first mail goes out")
    made.end()
    made.post()
    made.start()
    made.wait_settled()


def _stopped_while_servers_hang(made: Scene) -> None:
    """SIGTERM while neither server answers. In earnest a time-out is 60 s: then STOP_S of the service ends it."""
    # However long it takes until it is stopped: no fault comes to stand.
    made.configure(observe={"standing_s": 2 * PATIENCE_S})
    made.smtp.arm(Fault(stage=GREETING, does=Does.HANG))
    made.start()
    made.wait_idle()
    made.post()
    made.wait(lambda: made.smtp.bites, "the first mail waits for the server's greeting")
    made.imap.arm(Fault(stage=GREETING, does=Does.HANG))
    made.post()
    made.wait(lambda: made.imap.bites, "the mailbox is opened anew and waits for the greeting")
    made.end()
    made.imap.lift()
    made.smtp.lift()
    made.start()
    made.wait_settled()


def _held_up(made: Scene) -> None:
    """SIGSTOP with mails in hand, longer than the lease; then it goes on by itself."""
    made.post()
    made.start()
    made.wait(lambda: made.sink.mails, "the first mail goes out")
    made.kill(signal.SIGSTOP)
    time.sleep(HELD_UP_S)
    made.kill(signal.SIGCONT)
    made.wait_settled()


def _second_service(made: Scene) -> None:
    """On one SQLite file the second service says who is there, and stops."""
    made.start()
    made.wait_idle()
    first = made.process
    made.start()
    second = made.process
    made.gone()
    made.process = first
    if second is None or second.exitcode != OCCUPIED:
        raise NotSeen(f"the second service ended with {second.exitcode if second else None}")
    if "is worked on by another Ombud" not in made.log.read_text():
        raise NotSeen("the second service did not say why it stopped")
    made.post()
    made.wait_settled()


DEATHS = tuple(
    Scenario(name=f"process kill -9 at {point}", act=_dies_at(point))
    for point in (*POINTS, "decided:3", "sent:5")
)
SCENARIOS = (
    *DEATHS,
    Scenario(name="process SIGTERM at work", act=_stopped_at_work),
    Scenario(name="process SIGTERM while servers hang", act=_stopped_while_servers_hang),
    # The mail in hand when the process was held up may have been taken by the server.
    Scenario(name="process SIGSTOP longer than a lease", act=_held_up, doubles_max=1),
    Scenario(name="process two services on one SQLite file", act=_second_service),
)
