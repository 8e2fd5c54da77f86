"""The IMAP edge: what lies unread in a mailbox, and filing it away once it is stored.

Promises: nothing is marked or moved before the caller says so (BODY.PEEK, MOVE on request); every
conversation has a deadline; all trouble surfaces as `MailboxUnreachable`. Which mails are new is not
asked of the server's flags, which any mail program may change, but of the caller's record of UIDs.
Sources: RFC 3501, RFC 2177 (IDLE), RFC 6851 (MOVE), RFC 4315 (UIDPLUS).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from time import monotonic, sleep
from types import TracebackType
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from ingest import filing
from ingest.imap import TROUBLE, ImapAccount, MailboxUnreachable, connected, introduced, shut, surfacing
from ingest.mail import RawMail

MESSAGE_BYTES_MAX = 50_000_000
"""Of a larger message the first bytes are read; the rest is lost to us, and parsing says so."""
BATCH_COUNT = 50
BATCH_BYTES = 20_000_000
"""A batch ends with the mail that takes it over this."""
IDLE_S_MAX = 25 * 60
"""RFC 2177: an IDLE must be renewed at least every 29 minutes."""
STOP_CHECK_S = 0.5
POLL_S = 5.0
"""Between two looks at a server without IDLE."""
DATES_AT_ONCE = 1000

Known = Callable[[int, Sequence[int]], set[int]]
"""Given UIDVALIDITY and UIDs, those that were stored before."""


class Mailbox:
    """One open conversation with one selected folder."""

    def __init__(self, account: ImapAccount, client: IMAPClient) -> None:
        self.account = account
        self._client = client
        self._next_uid = 1
        self._look_s: float = IDLE_S_MAX
        self.uidvalidity = 0
        self._same: set[int] = set()

    @classmethod
    def open(cls, account: ImapAccount) -> "Mailbox":
        """Connected, logged in, folder selected; `file_to` made where that is allowed. Raises MailboxUnreachable."""
        client = connected(account)
        mailbox = cls(account, client)
        try:
            with surfacing():
                mailbox._select()
        except MailboxUnreachable:
            mailbox.close()
            raise
        return mailbox

    def _select(self) -> None:
        account = self.account
        # QUIRK: Dovecot waits half a second before it tells of a mail (NOTIFY_DELAY_MSECS), but when asked it
        # answers at once.
        if introduced(self._client) and account.look_s:
            self._look_s = account.look_s
        if account.file_to:
            filing.make_folder(self._client, account.file_to)
        status = self._client.select_folder(account.folder)
        self.uidvalidity = int(status[b"UIDVALIDITY"])

    def __enter__(self) -> "Mailbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the conversation, whatever state it is in."""
        try:
            self._client.logout()
        except TROUBLE:
            # QUIRK: imaplib leaves the socket open when LOGOUT fails.
            try:
                self._client.shutdown()
            except TROUBLE:
                return

    def unseen(self, known: Known, since: date | None = None) -> Iterator[tuple[RawMail, ...]]:
        """The mails that `known` does not know, in the order of their UIDs, in batches; only those that the server got
        on or after a day, where one is given.

        A mail that vanishes meanwhile is left out. Raises MailboxUnreachable.
        """
        with surfacing():
            uids = sorted(self._client.search(["UNDELETED", *(("SINCE", since) if since else ())]))
        self._next_uid = uids[-1] + 1 if uids else self._next_uid
        # Trouble of the caller's record is not trouble of the mailbox, and is left as it is.
        seen = known(self.uidvalidity, uids) if uids else set()
        with surfacing():
            for batch in self._batches([uid for uid in uids if uid not in seen]):
                raw = self._fetched(batch)
                if raw:
                    yield raw

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """UIDs in batches bounded by count and size."""
        for start in range(0, len(uids), BATCH_COUNT):
            sizes = self._client.fetch(uids[start : start + BATCH_COUNT], ["RFC822.SIZE"])
            batch: list[int] = []
            total = 0
            for uid in sorted(sizes):
                batch.append(uid)
                total += min(int(sizes[uid].get(b"RFC822.SIZE", 0)), MESSAGE_BYTES_MAX)
                if total >= BATCH_BYTES:
                    yield batch
                    batch, total = [], 0
            if batch:
                yield batch

    def _fetched(self, uids: Sequence[int]) -> tuple[RawMail, ...]:
        items = [f"BODY.PEEK[]<0.{MESSAGE_BYTES_MAX}>", "INTERNALDATE"]
        answers = self._client.fetch(uids, items)
        found = ((uid, _body(answers[uid]), _date(answers[uid])) for uid in sorted(answers))
        return tuple(
            RawMail(
                mailbox=self.account.name,
                uidvalidity=self.uidvalidity,
                uid=uid,
                received_at=date or datetime.now(UTC),
                content=content,
            )
            for uid, content, date in found
            if content is not None
        )

    def still(self, lay: Mapping[int, datetime | None]) -> set[int]:
        """Of UIDs and the dates at which their messages arrived (None: not known), those under which the same
        message lies: a server that was put back from a backup gives UIDs anew. Raises MailboxUnreachable.

        Each is asked for once in a conversation, in which a UID cannot come to mean another message (RFC 3501 2.3.1.1).
        """
        asked = sorted(lay.keys() - self._same)
        with surfacing():
            for start in range(0, len(asked), DATES_AT_ONCE):
                dates = self._client.fetch(asked[start : start + DATES_AT_ONCE], ["INTERNALDATE"])
                found = ((uid, _date(answer)) for uid, answer in dates.items())
                self._same.update(uid for uid, at in found if None in (at, lay[uid]) or at == lay[uid])
        return self._same & lay.keys()

    def file_away(self, uids: Sequence[int]) -> None:
        """Moves mails into `file_to`; nothing when there is none. Raises MailboxUnreachable, NotFiled."""
        if uids and self.account.file_to:
            with surfacing():
                filing.file_away(self._client, uids, self.account.file_to)

    @property
    def has_idle(self) -> bool:
        """Whether the server tells of new mail by itself; else it is asked every POLL_S."""
        return bool(self._client.has_capability("IDLE"))

    def wait(self, timeout_s: float, stop: Callable[[], bool]) -> bool:
        """True as soon as mail comes; False after the timeout (or IDLE_S_MAX) or when `stop` says so.

        Mail that came since `unseen` looked is asked for first; what comes after that question the server
        tells when IDLE begins (RFC 3501 7), so nothing is missed in between. Raises MailboxUnreachable.
        """
        until = monotonic() + min(timeout_s, IDLE_S_MAX)
        with surfacing():
            while not self._has_new():
                left_s = until - monotonic()
                if stop() or left_s <= 0:
                    return False
                if self._told(min(left_s, self._look_s if self.has_idle else POLL_S), stop):
                    return True
            return True

    def _has_new(self) -> bool:
        """Whether mail came since `unseen` looked, up to this moment."""
        # QUIRK: Dovecot searches what it told us of before, and tells of newer mail behind the answer; the
        # untagged EXISTS of that moment is seen by imaplib only.
        self._client.noop()
        self._client._imap.response("EXISTS")
        # QUIRK: "n:*" names the last message even when its UID is below n.
        uids = self._client.search(["UID", f"{self._next_uid}:*", "UNDELETED"])
        _, told = self._client._imap.response("EXISTS")
        return any(uid >= self._next_uid for uid in uids) or told != [None]

    def _told(self, timeout_s: float, stop: Callable[[], bool]) -> bool:
        """Whether the server tells of mail; one without IDLE is only left alone for so long."""
        until = monotonic() + timeout_s
        if not self.has_idle:
            while not stop() and (left_s := until - monotonic()) > 0:
                sleep(min(STOP_CHECK_S, left_s))
            return False
        self._client.idle()
        came = False
        try:
            came = self._idle(until, stop)
        finally:
            _, late = self._client.idle_done()
        return came or _tells_of_mail(late)

    def _idle(self, until: float, stop: Callable[[], bool]) -> bool:
        while not stop() and (left_s := until - monotonic()) > 0:
            pause_s = min(STOP_CHECK_S, left_s)
            asked_at = monotonic()
            responses = self._client.idle_check(timeout=pause_s)
            if _tells_of_mail(responses):
                return True
            if not responses and monotonic() - asked_at < pause_s / 2:
                # QUIRK: imapclient says nothing, at once and for ever, when the connection is gone without a
                # BYE. DONE gets an answer or an error; a mere TLS record costs one look too many.
                return False
        return False


def _tells_of_mail(responses: Sequence[Any]) -> bool:
    for response in responses:
        # QUIRK: imapclient gives (b'BYE', text) when the server ends the conversation within IDLE.
        if response[0] == b"BYE":
            raise IMAPClientError("the server said BYE")
        if len(response) > 1 and response[1] == b"EXISTS":
            return True
    return False


def _body(answer: dict[bytes, Any]) -> bytes | None:
    for key, value in answer.items():
        if key.startswith(b"BODY[]") and isinstance(value, bytes):
            return value
    return None


def _date(answer: dict[bytes, Any]) -> datetime | None:
    """When the server got a message; None from one that does not say so."""
    date = answer.get(b"INTERNALDATE")
    return date.astimezone(UTC) if isinstance(date, datetime) else None


def check(account: ImapAccount) -> str:
    """What was found, in words, changing nothing. Raises MailboxUnreachable."""
    client = connected(account)
    try:
        with surfacing():
            introduced(client)
            status = client.select_folder(account.folder, readonly=True)
            idle = "IDLE" if client.has_capability("IDLE") else "no IDLE: polled"
    finally:
        shut(client)
    return f"{account.folder} has {status[b'EXISTS']} messages; {idle}"
