"""What must hold of any message: checked on every mutation, and on the findings that were kept."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime

from classify import questionnaire
from ingest import automatic, bounce
from ingest.mail import Mail
from ingest.parse import parse
from ombud import config, wiring
from ombud.explain import Setting, json_line, record

LIMIT_S = 2.0
_SETTINGS = config.sample()
SETTING = Setting(
    settings=_SETTINGS,
    organisation=config.organisation(_SETTINGS),
    words=wiring.word_lists(_SETTINGS),
    form=questionnaire.load(_SETTINGS.survey.form),
    now=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
)


def check(raw: bytes) -> None:
    """Reads a message in every way there is. Raises whatever is wrong."""
    begun = time.process_time()
    mail = parse(raw)
    bounce.read(mail)
    automatic.reason(mail)
    automatic.bulk(mail)
    made = record("fuzz", raw, SETTING)
    took_s = time.process_time() - begun
    json_line(made)
    assert made["kind"], "no kind"
    assert made["rule"], "no rule"
    _check_clean(mail)
    _check_own_text(mail)
    _check_line_ends(raw)
    assert took_s < LIMIT_S, f"{took_s:.1f} s"


def _check_clean(mail: Mail) -> None:
    for text in (mail.text, mail.html, mail.own_text):
        assert not set("\0\r") & set(text), "NUL or CR in a text"
        text.encode()
    for line in (mail.subject, mail.sender.name, mail.sender.address, *(value for _, value in mail.headers)):
        assert not re.search(r"[\x00-\x1f\x7f]", line), f"control character in {line!r}"
        line.encode()
    for attachment in mail.attachments:
        assert attachment.filename, "attachment without a name"
        assert not set("/\\\0") & set(attachment.filename), f"unsafe name {attachment.filename!r}"


def _check_own_text(mail: Mail) -> None:
    """Every word that the sender is said to have written stands in the text."""
    lines = {"".join(line.split()) for line in mail.text.split("\n")}
    whole = "".join(mail.text.split())
    for line in mail.own_text.split("\n"):
        bare = "".join(line.split())
        assert bare in lines or bare in whole, f"own text {line!r} is not in the text"


def _check_line_ends(raw: bytes) -> None:
    """LF and CRLF read the same; what is declared binary keeps its bytes, so it is left out."""
    lf = raw.replace(b"\r", b"")
    if b"binary" in lf.lower():
        return
    one, other = (replace(parse(text), raw=b"") for text in (lf, lf.replace(b"\n", b"\r\n")))
    differing = [name for name in Mail.__slots__ if getattr(one, name) != getattr(other, name)]
    assert not differing, f"LF and CRLF differ in {differing}"
