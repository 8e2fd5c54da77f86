"""`python -m bench.start [URL]`: from the start of `ombud run` to its first IDLE, as a relay before Dovecot sees it.

On a store of its own, the very first start (which makes the tables) told by itself, or on one that is there. Processor
time besides, which a busy machine does not stretch as far.
"""

import argparse
import os
import socket
import statistics
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bench import stage
from tests.servers import HOST, dovecot, smtp_sink

IDLE = b" IDLE\r\n"
PATIENCE_S = 60
BLOCK_BYTES = 65_536


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", help="Default: a store made anew.")
    parser.add_argument("--people", type=Path, help="Directory file; default: the sample's.")
    parser.add_argument("--runs", type=int, default=5)
    wanted = parser.parse_args()
    with dovecot() as server, smtp_sink() as sink, tempfile.TemporaryDirectory() as name:
        stage.fill(server, "desk", ())
        changes: stage.Changes = {"store": {"url": wanted.url}} if wanted.url else {}
        if wanted.people:
            changes["directory"] = {"people": str(wanted.people)}
        place = Place(folder=Path(name), imap=server.plain, smtp=sink.port, changes=changes)
        if not wanted.url:
            _tell("first start", [started(place)])
        _tell("start", [started(place) for _ in range(wanted.runs)])


def _tell(what: str, runs: list[tuple[float, float]]) -> None:
    wall, cpu = (statistics.median(found) for found in zip(*runs, strict=True))
    Console().print(f"{what} to first IDLE: {wall:.2f} s, processor {cpu:.2f} s (medians of {len(runs)})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the service starts: its folder, the ports of its servers, what its configuration has of its own."""

    folder: Path
    imap: int
    smtp: int
    changes: stage.Changes


def started(place: Place) -> tuple[float, float]:
    """Wall and processor seconds of one start."""
    tap = Tap(place.imap)
    path = stage.configured(place.folder, (tap.port, place.smtp), "desk", place.changes)
    began = time.monotonic()
    with stage.service(path) as process:
        if not tap.is_idle.wait(PATIENCE_S):
            raise SystemExit(f"no IDLE within {PATIENCE_S} s")
        wall_s = time.monotonic() - began
        return wall_s, processor_s(process.pid)


def processor_s(pid: int) -> float:
    """Processor seconds of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Tap:
    """Relays one connection to a server and hears when the client begins to IDLE."""

    def __init__(self, port: int) -> None:
        self.is_idle = threading.Event()
        self._server = port
        self._door = socket.create_server((HOST, 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._relay, daemon=True).start()

    def _relay(self) -> None:
        client, _ = self._door.accept()
        server = socket.create_connection((HOST, self._server))
        threading.Thread(target=self._pass, args=(server, client), daemon=True).start()
        self._pass(client, server)

    def _pass(self, origin: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # the other direction has ended
            while block := origin.recv(BLOCK_BYTES):
                if IDLE in block:
                    self.is_idle.set()
                target.sendall(block)
        target.close()


if __name__ == "__main__":
    main()
