"""winmail.dat: read like tnefparse reads it, where tnefparse comes back."""

import base64
from pathlib import Path

import tnefparse
from hypothesis import given
from hypothesis import strategies as st

from ingest import tnef

SAMPLE = Path(__file__).parent / "mail" / "reading" / "tnef-with-file.eml"


def sample() -> bytes:
    encoded = (
        SAMPLE.read_bytes().split(b'winmail.dat"\nContent-Transfer-Encoding: base64\n\n')[1].split(b"\n--")[0]
    )
    return base64.b64decode(encoded)


def test_read_agrees_with_tnefparse():
    ours, theirs = tnef.read(sample()), tnefparse.TNEF(sample())
    assert ours is not None
    assert ours.is_complete
    names = [file.long_filename().rstrip("\0") for file in theirs.attachments]
    assert [(file.name, file.content) for file in ours.files] == [(names[0], theirs.attachments[0].data)]
    assert ours.text.encode("gbk") == theirs.body.rstrip(b"\0")


@given(st.binary(max_size=200), st.integers(0, 300))
def test_read_takes_any_bytes(tail, cut):
    message = tnef.read(sample()[:cut] + tail)
    assert message is None or len(message.files) <= tnef.MAX_FILES
