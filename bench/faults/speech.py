"""What a client says to a server, cut into pieces with the stage of the conversation that each belongs to.

A stage is the verb as the protocol names it: LOGIN, FETCH BODY (not the sizes asked before), IDLE, RCPT, END (the dot
that ends a mail), COMMIT. '' is what belongs to none, such as the lines of a mail. Sources: RFC 3501, RFC 5321, and
PostgreSQL's protocol (a simple query holds its words as they are).
"""

from dataclasses import dataclass
from typing import Protocol

Piece = tuple[str, bytes]


class Speech(Protocol):
    """One conversation."""

    def said(self, chunk: bytes) -> list[Piece]:
        """What the client said now, in pieces; the end of an unfinished line is kept for the next time."""

    def heard(self, chunk: bytes) -> None:
        """What the server said."""


@dataclass(slots=True)
class Imap:
    """IMAP without literals of the client's."""

    _rest: bytes = b""

    def said(self, chunk: bytes) -> list[Piece]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [(_imap_stage(line), line + b"\n") for line in lines]

    def heard(self, chunk: bytes) -> None:
        """Nothing that the server says changes what a line means."""


def _imap_stage(line: bytes) -> str:
    words = line.upper().split()
    if len(words) < 2:
        return (words[0] if words else b"").decode("ascii", "replace")
    verb = words[2] if words[1] == b"UID" and len(words) > 2 else words[1]
    stage = verb.decode("ascii", "replace")
    return "FETCH BODY" if stage == "FETCH" and b"BODY.PEEK" in line else stage


@dataclass(slots=True)
class Smtp:
    """SMTP; the lines of a mail are told from commands by the server's 354."""

    _rest: bytes = b""
    _is_asked: bool = False
    _is_in_mail: bool = False

    def said(self, chunk: bytes) -> list[Piece]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [(self._stage(line), line + b"\n") for line in lines]

    def _stage(self, line: bytes) -> str:
        if self._is_in_mail:
            self._is_in_mail = line != b".\r"
            return "" if self._is_in_mail else "END"
        verb = line.split()[0].upper().decode("ascii", "replace") if line.split() else ""
        self._is_asked = verb == "DATA"
        return verb

    def heard(self, chunk: bytes) -> None:
        if self._is_asked and chunk.startswith(b"354"):
            self._is_in_mail, self._is_asked = True, False


@dataclass(slots=True)
class Postgres:
    """PostgreSQL without TLS."""

    def said(self, chunk: bytes) -> list[Piece]:
        return [("COMMIT" if b"COMMIT\0" in chunk else "", chunk)]

    def heard(self, chunk: bytes) -> None:
        """Nothing that the server says changes what a message means."""
