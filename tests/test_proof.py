"""The proof of what holds after a fault finds nothing in an undisturbed run, and each of many made-up violations."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bench import proof
from bench.proof import Delivery, Kept, Posted, Run
from ombud import send
from process.outgoing import Outcome, Outgoing, Sent
from store import received
from store.database import reading
from store.outbox import OutboxRow
from tests.company import ORGANISATION, USER, VIP
from tests.desk import Desk

STAFF = frozenset(address for person in ORGANISATION.everybody for address in person.addresses) - {
    USER.address
}


@dataclass(slots=True)
class Carrier:
    """Takes everything, as an SMTP server does that keeps it."""

    delivered: list[Delivery] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Outcome:
        self.delivered.append(Delivery(recipients=outgoing.recipients, content=outgoing.content))
        return Sent(reply="250 OK")


@pytest.fixture
def ran(desk: Desk) -> tuple[str, Run]:
    """Three mails handled, two of them complaints, and all that came of it delivered."""
    matters = {
        desk.write(USER, "催收系统登录不上", "催收系统登录不上，报了两天一直没人管，我要投诉！"): "login",
        desk.write(VIP, "报表迟迟不给", "报表拖了一周，打电话没人接，非常不满！"): "reports",
        desk.write(USER, "申请权限", "请帮忙开通客户投诉系统权限，谢谢。"): "",
    }
    carrier = Carrier()
    while send.due_mails(desk.office, carrier):
        pass
    with reading(desk.office.engine) as conn:
        stored = {mail_id: received.get(conn, mail_id) for mail_id in matters}
    posted = [Posted(content=mail.content, matter=matters[key]) for key, mail in stored.items() if mail]
    url = desk.office.engine.url.render_as_string(hide_password=False)
    return url, Run(posted=posted, delivered=carrier.delivered, staff=STAFF)


def test_undisturbed_run_has_no_violation(ran: tuple[str, Run]) -> None:
    url, run = ran
    assert len(run.delivered) > 4
    assert proof.prove(url, run) == []


def _row(kept: Kept, template: str, /, **changes: object) -> Kept:
    """The first row of a template, changed."""
    at = next(n for n, (row, _) in enumerate(kept.outbox) if row.template == template)
    row, mark = kept.outbox[at]
    changed: OutboxRow = replace(row, **changes)
    return replace(kept, outbox=(*kept.outbox[:at], (changed, mark), *kept.outbox[at + 1 :]))


def _mail(kept: Kept, **changes: object) -> Kept:
    return replace(kept, mails=(replace(kept.mails[0], **changes), *kept.mails[1:]))


Change = Callable[[Kept, Run], tuple[Kept, Run]]
FORGED = Delivery(recipients=("a@b.example",), content=b"Message-ID: <forged@b.example>\r\n\r\nx")

VIOLATIONS: tuple[tuple[str, Change, str], ...] = (
    ("mail lost", lambda k, r: (replace(k, mails=k.mails[1:]), r), "was posted and is not stored"),
    ("mail invented", lambda k, r: (k, replace(r, posted=r.posted[1:])), "was never posted"),
    ("mail stored twice", lambda k, r: (replace(k, mails=(*k.mails, k.mails[0])), r), "is stored 2 times"),
    ("mail not handled", lambda k, r: (_mail(k, state="waiting"), r), "is left waiting"),
    ("no complaint", lambda k, r: (_mail(k, matter=""), r), "matter login has 0 complaints: none"),
    ("two matters in one", lambda k, r: (_mail(k, matter=k.mails[1].matter), r), "C-2026-00002 mixes 2 matters"),
    (
        "two complaints of one",
        lambda k, r: (k, replace(r, posted=[replace(one, matter="x") for one in r.posted[:2]] + r.posted[2:])),
        "matter x has 2 complaints: C-2026-00001, C-2026-00002",
    ),
    (
        "complaint of other mail",
        lambda k, r: (k, replace(r, posted=[replace(r.posted[0], matter=""), *r.posted[1:]])),
        "no complaint was meant by what became C-2026-00001",
    ),
    ("number left out", lambda k, r: (replace(k, complaints=k.complaints[1:]), r), "C-2026 has gaps: 1"),
    (
        "no acknowledgement",
        lambda k, r: (_row(k, "acknowledgement", template="task_accept"), r),
        "C-2026-00001 has 0 acknowledgements",
    ),
    (
        "two acknowledgements",
        lambda k, r: (_row(k, "acknowledgement", matter="C-2026-00002"), r),
        "C-2026-00002 has 2 acknowledgements",
    ),
    ("left in the outbox", lambda k, r: (_row(k, "acknowledgement", state="waiting"), r), "is left waiting"),
    ("never arrived", lambda k, r: (k, replace(r, delivered=r.delivered[1:])), "is said to be sent and never"),
    (
        "arrived twice",
        lambda k, r: (k, replace(r, delivered=[*r.delivered, r.delivered[0]])),
        "1 deliveries are copies, 0 are explained",
    ),
    ("forged", lambda k, r: (k, replace(r, delivered=[*r.delivered, FORGED])), "is not in the outbox"),
    (
        "other bytes",
        lambda k, r: (k, replace(r, delivered=[_changed(r.delivered[0], content=r.delivered[0].content + b"x")])),
        "went out with other bytes",
    ),
    (
        "other recipient",
        lambda k, r: (k, replace(r, delivered=[_changed(r.delivered[0], recipients=("eve@b.example",))])),
        "went to eve@b.example too",
    ),
    (
        "not entitled",
        lambda k, r: (_row(k, "acknowledgement", recipients=("eve@b.example",)), r),
        "(acknowledgement) on C-2026-00001 is for eve@b.example",
    ),
    ("log broken", lambda k, r: (replace(k, log_problem="entry 3 is missing"), r), "no valid chain: entry 3"),
)  # fmt: skip


def _changed(delivery: Delivery, **changes: object) -> Delivery:
    return replace(delivery, **changes)


def test_each_violation_is_found(ran: tuple[str, Run]) -> None:
    url, run = ran
    kept = proof.read(url)
    for name, change, words in VIOLATIONS:
        found = list(proof.violations(*change(kept, run)))
        assert any(words in one for one in found), f"{name}: {found}"


def test_a_death_after_the_250_explains_one_copy(ran: tuple[str, Run]) -> None:
    url, run = ran
    doubled = replace(run, delivered=[*run.delivered, run.delivered[0]], doubles_max=1)
    assert proof.prove(url, doubled) == []


def test_sink_folder_is_read_without_what_the_sink_adds(tmp_path: Path) -> None:
    (tmp_path / "m.1").write_bytes(
        b"X-Client-Addr: 127.0.0.1\nX-Client-Proto: ESMTP\nX-Helo-Args: h\nX-Mail-Args: <d@corp.example>\n"
        b"X-Rcpt-Args: <A@corp.example>\nX-Rcpt-Args: <b@corp.example>\nReceived: from h\n\tby smtp-sink;\n\tnow\n"
        b"Message-ID: <1@corp.example>\nReceived: another\n\n.body\n\n"
    )
    (found,) = proof.sink_folder(tmp_path)
    assert found.recipients == ("a@corp.example", "b@corp.example")
    assert found.content.startswith(b"Message-ID: <1@corp.example>\nReceived: another\n")
