"""The mailbox's server fails: at every stage of a conversation, and in what lies in the mailbox."""

import time

from sqlalchemy import func, select

from bench.faults import stores
from bench.faults.proxy import CONNECT, GREETING, Does, Fault, Proxy
from bench.faults.scenario import Act, Scenario, in_spite, while_it_fails
from bench.faults.scene import NotSeen, Scene
from store.database import reading
from store.tables import mail_sighting

MAILBOX = "mailbox desk"
FILING = "filing desk"


def _imap(made: Scene) -> Proxy:
    return made.imap


def _fails(name: str, fault: Fault, *, told: str = MAILBOX, place: stores.Place = stores.file) -> Scenario:
    return Scenario(name=f"imap {name}", act=while_it_fails(_imap, fault, told), told=told, place=place)


def _says(stage: str, says: bytes, does: Does = Does.SAY) -> Fault:
    return Fault(stage=stage, does=does, says=says)


HANGS = tuple(
    _fails(f"hang at {stage}", Fault(stage=stage, does=Does.HANG))
    for stage in (GREETING, "CAPABILITY", "LOGIN", "LIST", "SELECT", "SEARCH", "FETCH", "FETCH BODY", "MOVE")
)
HANGS_IN_SPITE = tuple(
    Scenario(name=f"imap hang at {stage}", act=in_spite(_imap, Fault(stage=stage, does=Does.HANG)))
    for stage in ("IDLE", "DONE")
)
WORDS = (
    _fails("refused", Fault(stage=CONNECT, does=Does.CUT)),
    # There, a mailbox that cannot be read is passed on, and comes back when nobody else takes it.
    _fails("refused, on PostgreSQL", Fault(stage=CONNECT, does=Does.CUT), place=stores.postgres),
    _fails("wrong greeting", _says(GREETING, b"220 smtp.corp.example ESMTP\r\n")),
    _fails("BYE as greeting", _says(GREETING, b"* BYE too many connections\r\n", Does.SAY_AND_CUT)),
    _fails("BYE at SELECT", _says("SELECT", b"* BYE going down\r\n", Does.SAY_AND_CUT)),
    _fails("BYE at FETCH", _says("FETCH BODY", b"* BYE going down\r\n", Does.SAY_AND_CUT)),
    Scenario(
        name="imap BYE in IDLE",
        act=in_spite(_imap, _says("IDLE", b"* BYE going down\r\n", Does.SAY_AND_CUT)),
    ),
    _fails("login refused", _says("LOGIN", b"{tag} NO [AUTHENTICATIONFAILED] no\r\n")),
    _fails("login UNAVAILABLE", _says("LOGIN", b"{tag} NO [UNAVAILABLE] directory is down\r\n")),
    _fails("mailbox gone", _says("SELECT", b"{tag} NO [NONEXISTENT] no such mailbox\r\n")),
    _fails("SEARCH refused", _says("SEARCH", b"{tag} NO [SERVERBUG] internal error\r\n")),
    _fails("nonsense at SEARCH", _says("SEARCH", b"* SEARCH a b c\r\n{tag} OK\r\n")),
    _fails("BAD at FETCH", _says("FETCH BODY", b"{tag} BAD command unknown\r\n")),
)
CUTS = (
    _fails("cut inside a literal", Fault(stage="FETCH BODY", does=Does.CUT_AFTER, answer_bytes=300)),
    _fails("cut before MOVE", Fault(stage="MOVE", does=Does.CUT)),
    _fails("cut after MOVE", Fault(stage="MOVE", does=Does.CUT_AFTER, times=1), told=""),
)


def _unfiled(says: bytes) -> Act:
    """Mails are read, handled and answered though they cannot be filed away; later they are filed."""

    def act(made: Scene) -> None:
        made.start()
        made.wait_idle()
        made.imap.arm(_says("MOVE", says))
        made.post()
        made.wait(lambda: len(made.sink.mails) >= 10, "everybody is answered while nothing is filed")
        made.wait(lambda: made.told(FILING), "it is told")
        made.imap.lift()
        made.wait_settled()

    return act


def _folder_missing(made: Scene) -> None:
    made.start()
    made.wait_idle()
    with made.site.dovecot.client(made.site.user) as client:
        client.delete_folder("Ombud")
    made.post()
    made.wait_settled()


def _uidvalidity_changed(made: Scene) -> None:
    """The mails are filed nowhere, so that all are there to be taken for new ones."""
    made.start()
    made.wait_idle()
    made.imap.arm(_says("MOVE", b"{tag} NO not now\r\n"))
    made.post()
    made.wait(lambda: len(made.sink.mails) >= 10, "everybody is answered")
    made.wait(lambda: made.told(FILING), "it is told")
    # UIDVALIDITY is a time in seconds.
    time.sleep(1.1)
    made.site.dovecot.forget_uids(made.site.user)
    made.imap.lift()
    made.imap.cut()
    made.wait_settled()


def _uids_reused(made: Scene) -> None:
    """The mailbox is put back as it was when it was empty: the next mails get the UIDs of those that were filed."""
    made.start()
    made.wait_idle()
    box = made.site.dovecot.folder / "mail" / made.site.user
    made.post()
    made.wait_settled()
    made.kill()
    made.gone()
    uids = box / "dovecot-uidlist"
    head = uids.read_text().split("\n", 1)[0].split()
    # Version, UIDVALIDITY kept, next UID 1 again (Dovecot's maildir format).
    anew = [word if not word.startswith("N") else "N1" for word in head]
    for index in box.glob("dovecot.index*"):
        index.unlink()
    uids.write_text(" ".join(anew) + "\n")
    made.post()
    made.start()
    made.wait_settled()
    with reading(made.engine) as conn:
        places = conn.execute(select(func.count()).select_from(mail_sighting)).scalar_one()
    if places * 2 != len(made.posted):
        raise NotSeen(f"{len(made.posted)} mails had {places} UIDs: none was given anew")


def _hang_at_the_end(made: Scene) -> None:
    """The server has nothing to say to LOGOUT: the service ends all the same."""
    made.start()
    made.wait_idle()
    made.imap.arm(Fault(stage="LOGOUT", does=Does.HANG))
    made.post()
    made.wait_settled()


LYING = (
    Scenario(name="imap hang at LOGOUT", act=_hang_at_the_end),
    Scenario(
        name="imap quota at MOVE", act=_unfiled(b"{tag} NO [OVERQUOTA] Quota exceeded\r\n"), told=FILING
    ),
    Scenario(
        name="imap no right to file", act=_unfiled(b"{tag} NO [NOPERM] Permission denied\r\n"), told=FILING
    ),
    Scenario(name="imap folder for filing gone", act=_folder_missing),
    Scenario(name="imap UIDVALIDITY changed", act=_uidvalidity_changed, told=FILING),
    Scenario(name="imap UIDs reused", act=_uids_reused),
)


SCENARIOS = (*HANGS, *HANGS_IN_SPITE, *WORDS, *CUTS, *LYING)
