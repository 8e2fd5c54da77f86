"""SMTP's one window: what a process had handed over when it died, and had not yet recorded, is sent once more."""

import time

from sqlalchemy import Engine

from ingest.parse import parse
from store import outbox
from store.database import reading
from tests.servers import Sink

LOOK_S = 0.02


def was_hit(engine: Engine, sink: Sink, taken_before: int) -> bool:
    """Whether a process that is dead took the server's 250, if it came at all, along; `taken_before` is how many mails
    the sink had when the process was started."""
    while sink.conversations:
        # What was written to it, it may still be reading.
        time.sleep(LOOK_S)
    with sink.lock:
        taken = [one.content for one in sink.mails[taken_before:]]
    if not taken:
        return False
    with reading(engine) as conn:
        row = outbox.find(conn, [parse(taken[-1]).message_id])
    return row is not None and row.state == "waiting"
