"""Every message under tests/mail against its golden result, with LF and with CRLF.

Renewed by `python -m tests.golden`; see there.
"""

import json

import pytest

from tests.golden import GOLDEN, MAIL, golden_of, messages, result

MESSAGES = messages()
# Messages about line ends themselves: they say something else with others.
ABOUT_LINE_ENDS = ("lines-", "header-bare-cr")


def name(path):
    return path.relative_to(MAIL).as_posix()


@pytest.mark.parametrize("path", MESSAGES, ids=name)
def test_golden_result_with_either_line_end(path):
    raw = path.read_bytes()
    found = result(path, raw)
    if not path.stem.startswith(ABOUT_LINE_ENDS):
        lf = raw.replace(b"\r\n", b"\n")
        assert result(path, lf.replace(b"\n", b"\r\n") if lf == raw else lf) == found, name(path)
    expected = json.loads(golden_of(path).read_text("utf-8"))
    differing = {
        field: (expected.get(field), found[field]) for field in found if expected.get(field) != found[field]
    }
    assert not differing, f"{name(path)}: was and is {differing}; `python -m tests.golden` when it should"
    assert list(expected) == list(found), name(path)


def test_golden_results_are_many_and_each_has_its_message():
    assert len(MESSAGES) >= 150
    assert {golden_of(path) for path in MESSAGES} == set(GOLDEN.rglob("*.json"))
