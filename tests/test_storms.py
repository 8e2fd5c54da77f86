"""Loops and storms: two desks that face each other, budgets, and the circuit breaker."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import Sink
from tests.site import ENGINEER, SECOND_ENGINEER, USER, Site

COMPLAINT = "你们的服务太差，无法接受，我要投诉。"
EXCHANGED_MAX = 2
"""Mails between two desks that face each other, even when a gateway strips what marks them as automatic:
the acknowledgement of the one, taken for a complaint, and that of the other, which answers ours."""
ROUNDS = EXCHANGED_MAX + 2


def other_site(site: Site, folder: Path, store_url: str) -> Site:
    """A second Ombud at another address, on the same servers."""
    folder.mkdir()
    other = Site(
        folder=folder, dovecot=site.dovecot, sink=site.sink, user=f"{site.user}_two", store_url=store_url
    )
    other.configure(
        mailbox={"address": "help@other.example"},
        sender={"address": "help@other.example", "domain": "other.example"},
    )
    return other


@pytest.mark.parametrize(
    ("stripped", "exchanged"),
    [((), 1), ((b"x-ombud-loop",), 1), ((b"x-ombud-loop", b"auto-submitted"), EXCHANGED_MAX)],
)
def test_two_desks_that_write_to_each_other_end(
    site: Site,
    new_store: Callable[[], str],
    tmp_path: Path,
    stripped: tuple[bytes, ...],
    exchanged: int,
) -> None:
    """Each gets what the other sends it."""
    one, two = site, other_site(site, tmp_path / "two", new_store())
    one.write("help@other.example", "投诉", COMPLAINT)
    carried = []
    for _ in range(ROUNDS):
        for desk in (one, two):
            desk.once()
        carried.append(_carry(site.sink, (one, two), stripped))
    assert sum(carried) == exchanged, carried
    assert carried[-1] == 0, "the two desks still write to each other"


def _carry(sink: Sink, desks: tuple[Site, Site], stripped: tuple[bytes, ...]) -> int:
    """Puts what one desk sent to the other into its mailbox; how many mails that were."""
    addresses = ("it-desk@corp.example", "help@other.example")
    found = [
        (desk, mail.content)
        for mail in sink.mails
        for desk, address in zip(desks, addresses, strict=True)
        if address in mail.recipients
    ]
    sink.mails.clear()
    for desk, content in found:
        head, _, body = content.partition(b"\r\n\r\n")
        lines = (line for line in head.split(b"\r\n") if not line.lower().startswith(stripped or b"\0"))
        desk.dovecot.append(desk.user, b"\r\n".join(lines) + b"\r\n\r\n" + body)
    return len(found)


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


def test_internal_notices_count_too(site: Site) -> None:
    """Alerts about mails are held back like any others, but for the one that tells of it."""
    site.configure(limits={"outgoing_per_hour": 4})
    for _ in range(6):
        site.write(USER, "", "")
    site.once()
    site.once()
    subjects = [mail.subject for mail in site.got(ENGINEER, "alert")]
    assert sum("暂停" in subject for subject in subjects) == 1, subjects
    assert len(site.sink.mails) == 4 + 2
