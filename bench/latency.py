"""`python -m bench.latency`: from delivery to the acknowledgement that the SMTP server took, on an idle service.

`ombud run` as a process of its own, Dovecot with IDLE. Complaints come one by one at random gaps, by rename into the
maildir; time is counted from just before the rename to the server's 250 behind DATA.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bench import mailbox, stage
from tests.servers import Dovecot, Sink, dovecot, smtp_sink

GAP_S = (0.2, 1.0)
PATIENCE_S = 30.0
LOOK_S = 0.002
ACKNOWLEDGEMENT = b"\nX-Ombud-Notice: acknowledgement\r\n"
USER = "desk"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=200)
    wanted = parser.parse_args()
    with dovecot() as server, smtp_sink() as sink, tempfile.TemporaryDirectory() as name:
        stage.fill(server, USER, ())
        path = stage.configured(Path(name), (server.plain, sink.port), USER)
        with stage.service(path):
            show(measured(server, sink, wanted.mails))


def measured(server: Dovecot, sink: Sink, count: int, seed: int = 2026) -> list[float]:
    """Seconds from delivery to acknowledgement, mail by mail; the first, while the service starts, left out."""
    chance = random.Random(seed)
    found = []
    for number, message in enumerate(mailbox.complaints(count + 1, seed)):
        before = len(sink.mails)
        delivered_at = delivered(server, message, number)
        found.append(acknowledged_at(sink, before) - delivered_at)
        time.sleep(chance.uniform(*GAP_S))
    return found[1:]


def delivered(server: Dovecot, message: bytes, number: int) -> float:
    """When (of the monotonic clock) a mail came into the mailbox."""
    mails = server.folder / "mail"
    owner, drop = mails.stat(), mails / USER / "tmp" / f"{number}"
    drop.write_bytes(message)
    os.chown(drop, owner.st_uid, owner.st_gid)
    at = time.monotonic()
    drop.rename(mails / USER / "new" / f"{1_700_000_000 + number}.{number}.bench")
    return at


def acknowledged_at(sink: Sink, before: int) -> float:
    """When the SMTP server took the acknowledgement that came first behind the first `before` mails."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for mail in sink.mails[before:]:
            if ACKNOWLEDGEMENT in mail.content:
                return mail.at_s
        time.sleep(LOOK_S)
    raise SystemExit(f"no acknowledgement within {PATIENCE_S} s")


def show(seconds: list[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    Console().print(
        f"{len(seconds)} mails: median {cuts[49]:.3f} s, p90 {cuts[89]:.3f} s, p99 {cuts[98]:.3f} s, "
        f"most {max(seconds):.3f} s"
    )


if __name__ == "__main__":
    main()
