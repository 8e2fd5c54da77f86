"""What people write while hosts come and go: complaints, the same again a little later, other mail, doubled deliveries.

Each person writes a complaint, a second one on the same work order ("再次投诉"), which must be taken for a repeat of the first
and hence be decided after it, and a request that is none. Some mails are delivered to both mailboxes.
"""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from bench.proof import Posted

DESK = "it-desk@corp.example"
DOUBLED_EVERY = 7
"""Every so many-th mail comes by the other mailbox too."""
AGAIN = "-again"
LATER = 20
"""Mails between a complaint and the same again."""


def mails(people: int) -> Iterator[Posted]:
    """Their mails in the order in which they are delivered."""
    for number in range(people + LATER):
        if number < people:
            order = f"INC{number:08}"
            yield _posted(
                number,
                f"打印服务 {order}",
                f"我要投诉：工单{order}报修三天了，一直没有人处理，打电话也没人接！",
                order,
            )
            yield _posted(number, "申请权限", f"麻烦帮我开通测试环境的权限，人数{number}人，谢谢。", "")
        if number >= LATER:
            order = f"INC{number - LATER:08}"
            text = f"再次投诉：工单{order}还是没有解决，请领导重视！"
            yield _posted(number - LATER, f"再次投诉 {order}", text, order + AGAIN)


def _posted(person: int, subject: str, text: str, matter: str) -> Posted:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"user{person}@corp.example", DESK, subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{matter or 'request'}.{person}@client.corp.example>"
    message.set_content(text, cte="base64")
    return Posted(content=message.as_bytes().replace(b"\n", b"\r\n"), matter=matter)


@dataclass(slots=True)
class Load:
    """A thread that delivers mails to mailboxes in turn, as a delivery agent does (maildir)."""

    folder: Path
    mailboxes: Sequence[str]
    posts: Sequence[Posted]
    rate: float
    """Mails a second."""
    posted: list[Posted] = field(default_factory=list)
    _thread: threading.Thread | None = None
    _is_ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        owner = self.folder.stat()
        for mailbox in self.mailboxes:
            for name in ("new", "cur", "tmp"):
                (self.folder / mailbox / name).mkdir(parents=True, exist_ok=True)
            for path in (self.folder / mailbox, *(self.folder / mailbox).iterdir()):
                shutil.chown(path, owner.st_uid, owner.st_gid)
        self._thread = threading.Thread(target=self._deliver, daemon=True)
        self._thread.start()

    def _deliver(self) -> None:
        began = time.monotonic()
        for number, post in enumerate(self.posts):
            if self._is_ended.wait(max(0.0, began + number / self.rate - time.monotonic())):
                return
            # Everybody writes to one address: what two mailboxes hold has no order.
            here = sum(post.sender.encode()) % len(self.mailboxes)
            self._put(post.content, self.mailboxes[here], number)
            if number % DOUBLED_EVERY == 0 and not str(post.matter).endswith(AGAIN):
                self._put(post.content, self.mailboxes[here - 1], number)
            self.posted.append(post)

    def end(self) -> None:
        """No more deliveries."""
        self._is_ended.set()

    def _put(self, content: bytes, mailbox: str, number: int) -> None:
        owner = self.folder.stat()
        written = self.folder / mailbox / "tmp" / f"{time.time_ns()}.{number}.bench"
        written.write_bytes(content)
        shutil.chown(written, owner.st_uid, owner.st_gid)
        written.rename(self.folder / mailbox / "new" / written.name)

    def finish(self) -> None:
        """Waits for the last delivery."""
        if self._thread is not None:
            self._thread.join()
