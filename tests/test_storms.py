"""Loops and storms: two desks that face each other, budgets, and the circuit breaker."""

from pathlib import Path

import pytest

from tests.servers import Dovecot, Sink
from tests.site import ENGINEER, SECOND_ENGINEER, USER, Site

COMPLAINT = "你们的服务太差，无法接受，我要投诉。"
ROUNDS_MAX = 6
"""More rounds than two desks may go on answering each other."""


def other_site(site: Site, folder: Path) -> Site:
    """A second Ombud at another address, on the same servers."""
    folder.mkdir()
    other = Site(folder=folder, dovecot=site.dovecot, sink=site.sink, user=f"{site.user}_two")
    other.configure(
        mailbox={"address": "help@other.example"},
        sender={"address": "help@other.example", "domain": "other.example"},
    )
    return other


@pytest.mark.parametrize("stripped", [(), ("x-ombud-loop",), ("x-ombud-loop", "auto-submitted")])
def test_two_desks_that_write_to_each_other_end(
    site: Site, dovecot: Dovecot, sink: Sink, tmp_path: Path, stripped: tuple[str, ...]
) -> None:
    """Each gets what the other sends it, also when a gateway strips what marks it as automatic."""
    one, two = site, other_site(site, tmp_path / "two")
    for desk in (one, two):
        desk.configure(
            limits={"replies_per_day": 3},
            **({} if desk is one else {"mailbox": {"address": "help@other.example"},
               "sender": {"address": "help@other.example", "domain": "other.example"}}),
        )  # fmt: skip
    one.write("help@other.example", "投诉", COMPLAINT)
    carried = 0
    for _ in range(ROUNDS_MAX):
        for desk in (one, two):
            desk.once()
        carried = _carry(sink, (one, two), carried, stripped)
        if carried < 0:
            break
    assert carried < 0, "the two desks still write to each other"


def _carry(sink: Sink, desks: tuple[Site, Site], done: int, stripped: tuple[str, ...]) -> int:
    """Puts new mail for a desk into its mailbox; -1 when there was none."""
    mails, found = sink.mails[done:], False
    for mail in mails:
        for desk, address in zip(desks, ("it-desk@corp.example", "help@other.example"), strict=True):
            if address in mail.recipients:
                head, _, body = mail.content.partition(b"\r\n\r\n")
                lines = [
                    x
                    for x in head.split(b"\r\n")
                    if not x.lower().startswith(tuple(s.encode() for s in stripped) or (b"\0",))
                ]
                desk.dovecot.append(desk.user, b"\r\n".join(lines) + b"\r\n\r\n" + body)
                found = True
    return done + len(mails) if found else -1


def test_own_mail_coming_back_is_not_answered(site: Site) -> None:
    site.write(USER, "投诉", COMPLAINT)
    site.once()
    count = len(site.sink.mails)
    for mail in list(site.sink.mails):
        site.dovecot.append(site.user, mail.content)
    site.once()
    assert len(site.sink.mails) == count
    assert {mail["kind"] for mail in site.json("mails")} == {"complaint", "loop"}


def test_one_address_gets_no_more_than_its_budget(site: Site) -> None:
    site.configure(limits={"replies_per_day": 3})
    for number in range(8):
        site.write("stranger@other.example", f"投诉 {number}", f"{COMPLAINT} 第{number}件：{number * 7919}")
    site.once()
    assert len(site.sink.to("stranger@other.example")) == 3
    assert len(site.json("complaints")) == 8, "the complaints themselves are all recorded"


def test_the_circuit_breaker_holds_mail_back_and_tells_the_desk_once(site: Site) -> None:
    site.configure(limits={"outgoing_per_hour": 4})
    for number in range(4):
        site.write(USER, f"投诉 {number}", f"{COMPLAINT} 第{number}件：{number * 7919}")
    site.once()
    site.once()
    alerts = [mail for mail in site.got(ENGINEER, "alert") if "暂停" in mail.subject]
    assert len(alerts) == len(site.got(SECOND_ENGINEER, "alert")) == 1
    assert len(site.sink.mails) == 4 + 2
    assert [row["state"] for row in site.json("outbox")].count("waiting") > 0, "what is held back waits"
