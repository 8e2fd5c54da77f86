"""Mailboxes are read while the rest of the service is made: whatever becomes of that, the reading ends, and says why."""

import threading

import pytest

from ombud import intake
from ombud.crew import Signals
from tests.desk import Desk


def fails() -> None:
    raise ZeroDivisionError


def read_beside(desk: Desk, *, fails_in_a_step: bool) -> None:
    """A mailbox is read, and what is beside it fails."""
    signals = Signals()
    with intake.reading(desk.office, (), signals) as crew:
        crew.begin("receive", signals.stop.wait)
        if fails_in_a_step:
            crew.begin("handle", fails)
            crew.join()
        else:
            fails()


@pytest.mark.parametrize("fails_in_a_step", [False, True])
def test_what_fails_beside_the_reading_ends_it(desk: Desk, fails_in_a_step: bool) -> None:
    with pytest.raises(ZeroDivisionError):
        read_beside(desk, fails_in_a_step=fails_in_a_step)
    assert not {"receive", "leases", "handle"} & {thread.name for thread in threading.enumerate()}
