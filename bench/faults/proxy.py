"""A TCP proxy between the service and a server, which fails as it is told, when the conversation comes to a stage.

Threads and blocking sockets: a conversation costs two threads while it lasts. What it does not touch goes through
byte for byte.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from bench.faults.speech import Speech
from tests.servers import HOST

CHUNK_BYTES = 65_536
CONNECT, GREETING = "connect", "greeting"
"""Stages before the client says anything: nobody listens; the server's first words."""


class Does(Enum):
    """What happens at the stage."""

    HANG = "nothing is said any more"
    HANG_AFTER = "the server hears it, its answer never comes"
    CUT = "the connection is lost before the server hears it"
    CUT_AFTER = "the server hears it, the connection is lost in the answer"
    SAY = "somebody else answers instead of the server"
    SAY_AND_CUT = "the same, and the connection is lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What fails, where in a conversation."""

    stage: str
    does: Does
    says: bytes = b""
    """Of SAY: '{tag}' stands for the first word of what the client said (IMAP's tag)."""
    answer_bytes: int = 0
    """Of CUT_AFTER: so much of the answer comes through."""
    times: int = 1_000_000
    """How often it happens."""


@dataclass(slots=True)
class Link:
    """One conversation."""

    client: socket.socket
    speech: Speech
    server: socket.socket | None = None
    left_bytes: int | None = None
    """How much of the server's words still comes through; None is all."""
    is_hung: bool = False

    def close(self) -> None:
        """Both ends, whoever waits on them."""
        for end in filter(None, (self.client, self.server)):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass(slots=True)
class Proxy:
    """Listens on a port of its own for the server behind `upstream`."""

    upstream: int
    speech: Callable[[], Speech]
    port: int = 0
    bites: int = 0
    """How often the fault happened."""
    _fault: Fault | None = None
    _listener: socket.socket | None = None
    _open: dict[int, Link] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "Proxy":
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._deafen()
        self.cut()

    def arm(self, fault: Fault) -> None:
        """From now on this fails; conversations that were under way begin anew."""
        with self._lock:
            self._fault, self.bites = fault, 0
        if fault.stage == CONNECT:
            self._deafen()
        self.cut()

    def lift(self) -> None:
        """Nothing fails any more; what hung is let go."""
        with self._lock:
            self._fault = None
        if self._listener is None:
            self._listen()
        self.cut(only_hung=True)

    def cut(self, *, only_hung: bool = False) -> None:
        """Ends conversations."""
        with self._lock:
            links = [link for link in self._open.values() if link.is_hung or not only_hung]
        for link in links:
            link.close()

    def _listen(self) -> None:
        self._listener = socket.create_server((HOST, self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _deafen(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            # accept() does not hear of a close by another thread; of a shutdown it does.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        link = Link(client=client, speech=self.speech())
        with self._lock:
            self._open[id(link)] = link
        try:
            with suppress(OSError):
                if self._passes(link, GREETING, b""):
                    link.server = socket.create_connection((HOST, self.upstream))
                    link.server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._downward, args=(link,), daemon=True).start()
                self._upward(link)
        finally:
            link.close()
            with self._lock:
                del self._open[id(link)]

    def _upward(self, link: Link) -> None:
        while chunk := link.client.recv(CHUNK_BYTES):
            for stage, piece in link.speech.said(chunk):
                if not link.is_hung and self._passes(link, stage, piece) and link.server is not None:
                    link.server.sendall(piece)

    def _downward(self, link: Link) -> None:
        assert link.server is not None
        with suppress(OSError):
            while chunk := link.server.recv(CHUNK_BYTES):
                link.speech.heard(chunk)
                if link.is_hung:
                    continue
                if link.left_bytes is None:
                    link.client.sendall(chunk)
                    continue
                link.client.sendall(chunk[: link.left_bytes])
                link.left_bytes -= len(chunk)
                if link.left_bytes <= 0:
                    break
        link.close()

    def _passes(self, link: Link, stage: str, piece: bytes) -> bool:
        """Whether the server hears this; what the fault does to the conversation is done."""
        fault = self._bite(stage)
        if fault is None:
            return True
        does = fault.does
        link.is_hung = does in (Does.HANG, Does.HANG_AFTER)
        if does is Does.CUT_AFTER:
            link.left_bytes = fault.answer_bytes
        if does in (Does.SAY, Does.SAY_AND_CUT):
            tag = piece.split()[0] if piece.split() else b"*"
            link.client.sendall(fault.says.replace(b"{tag}", tag))
        if does in (Does.CUT, Does.SAY_AND_CUT):
            link.close()
        return does in (Does.HANG_AFTER, Does.CUT_AFTER)

    def _bite(self, stage: str) -> Fault | None:
        with self._lock:
            fault = self._fault
            if fault is None or not stage or fault.stage != stage or self.bites >= fault.times:
                return None
            self.bites += 1
            return fault
