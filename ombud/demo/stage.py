"""The stage of the demo: people who read their mailboxes and write from their own mail programs.

Everything goes by SMTP and IMAP as it would with anybody's mail program; nothing looks into the
service or its database.
"""

import smtplib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic, sleep

from imapclient import IMAPClient
from ulid import ULID

from classify.people import Person
from classify.token import numbers_in
from ingest.mail import Mail
from ingest.parse import parse
from ombud.demo.letters import Client, Letter, Original
from ombud.demo.servers import HOST, PASSWORD, Ports

WAIT_S = 30.0
"""How long a person waits for a mail before the demo is called failed."""
POLL_S = 0.05

NOTICE_HEADER = "x-ombud-notice"


class NothingCame(Exception):
    """A mail that ought to come did not."""


Told = Callable[[str, str, str], None]
"""Called with who, to whom and what, for every mail that a person writes or gets."""


@dataclass(slots=True)
class Postbox:
    """One person's INBOX, read by IMAP; keeps what came."""

    owner: Person
    ports: Ports
    told: Told
    seen: list[Mail] = field(default_factory=list)
    """All that ever came."""
    mails: list[Mail] = field(default_factory=list)
    """What was not taken out yet."""
    _next_uid: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _client: IMAPClient | None = None

    def wait_for(self, wanted: Callable[[Mail], bool], what: str) -> Mail:
        """The first mail that fits, taken out of the box. Raises `NothingCame`."""
        until = monotonic() + WAIT_S
        while monotonic() < until:
            with self._lock:
                self._fetch()
                found = next((mail for mail in self.mails if wanted(mail)), None)
                if found is not None:
                    self.mails.remove(found)
                    return found
            sleep(POLL_S)
        raise NothingCame(f"{self.owner.address} got no {what} within {WAIT_S:.0f} s")

    def look(self) -> None:
        """Fetches what is new."""
        with self._lock:
            self._fetch()

    def close(self) -> None:
        """Ends the connection."""
        if self._client is not None:
            self._client.logout()

    def _fetch(self) -> None:
        if self._client is None:
            self._client = IMAPClient(HOST, port=self.ports.imap, ssl=False)
            self._client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._client.login(self.owner.address, PASSWORD)
            self._client.select_folder("INBOX")
        self._client.noop()
        uids = [uid for uid in self._client.search() if uid >= self._next_uid]
        for uid, data in sorted(self._client.fetch(uids, ["BODY.PEEK[]"]).items()) if uids else ():
            self._next_uid = uid + 1
            mail = parse(data[b"BODY[]"])
            self.seen.append(mail)
            self.mails.append(mail)
            self.told(mail.sender.name, self.owner.name, mail.subject)


@dataclass(slots=True)
class Stage:
    """All people of the play, their postboxes, and the desk's address."""

    ports: Ports
    desk: str
    told: Told
    boxes: dict[str, Postbox]
    """Of everybody who has an account, by address."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """By which people date what they write."""

    def box(self, person: Person) -> Postbox:
        """The postbox of a person who has an account."""
        return self.boxes[person.address]

    def write(self, person: Person, client: Client, subject: str, text: str, **more: str) -> Letter:
        """A new mail to the desk; `more` are further headers, with _ for -."""
        letter = self._letter(person, subject, text)
        extra = tuple((name.replace("_", "-"), value) for name, value in more.items())
        self._send(person, client, replace(letter, extra=extra))
        return letter

    def answer(self, person: Person, client: Client, mail: Mail, text: str) -> None:
        """A plain reply, as the person's mail program makes it."""
        prefix = "Re: " if person.language == "en" else "回复: "
        original = Original(
            message_id=f"<{mail.message_id}>",
            references=" ".join(f"<{reference}>" for reference in mail.references),
            sender=f'"{mail.sender.name}" <{mail.sender.address}>',
            subject=mail.subject,
            text=mail.text,
            date=(mail.date or self.clock()).strftime("%Y-%m-%d %H:%M"),
        )
        letter = self._letter(person, prefix + mail.subject, text)
        self._send(person, client, replace(letter, answered=original))

    def complain(self, person: Person, client: Client, subject: str, text: str) -> str:
        """Writes a complaint and waits for its acknowledgement; the complaint's number."""
        letter = self.write(person, client, subject, text)
        return self.await_number(person, letter)

    def await_number(self, person: Person, letter: Letter) -> str:
        """The number in the acknowledgement of a mail."""

        def is_acknowledgement(mail: Mail) -> bool:
            return mail.header(NOTICE_HEADER) == "acknowledgement" and letter.message_id in mail.in_reply_to

        mail = self.box(person).wait_for(is_acknowledgement, "acknowledgement")
        return numbers_in(mail.subject)[0]

    def expect(self, person: Person, notice: str, number: str = "") -> Mail:
        """Waits for one mail of Ombud's on a matter."""

        def fits(mail: Mail) -> bool:
            return mail.header(NOTICE_HEADER) == notice and number in mail.subject

        return self.box(person).wait_for(fits, f"{notice} {number}")

    def does(self, person: Person, client: Client, notice: str, number: str, text: str) -> None:
        """Waits for a task and answers it."""
        self.answer(person, client, self.expect(person, notice, number), text)

    def close(self) -> None:
        """Ends all connections."""
        for box in self.boxes.values():
            box.close()

    def _letter(self, person: Person, subject: str, text: str) -> Letter:
        return Letter(
            sender_name=person.name,
            sender=person.address,
            to=self.desk,
            subject=subject,
            text=text,
            date=self.clock().astimezone(),
            message_id=f"{ULID()}@{person.address.rpartition('@')[2]}",
        )

    def _send(self, person: Person, client: Client, letter: Letter) -> None:
        # A new mail is known by its subject, an answer by what it says.
        self.told(person.name, self.desk, letter.text.split("\n")[0] if letter.answered else letter.subject)
        with smtplib.SMTP(HOST, self.ports.smtp) as smtp:
            smtp.sendmail(person.address, [self.desk], client(letter))
