"""Which mails must follow one another: read from raw bytes, whatever they are."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.lane import Lane, lane

SEAL = "C-2026-00017.fuo-AbCdEfGhIjKl.01J@corp.example"
NEWER = "C-2026-00018.fuo-AbCdEfGhIjKl.01K@corp.example"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("From: Lin <Lin@Corp.example>", Lane("lin@corp.example", "")),
        ("From: lin@corp.example", Lane("lin@corp.example", "")),
        ("From: lin@corp.example (Lin)", Lane("lin@corp.example", "")),
        ('From: "a@b.example" <lin@corp.example>', Lane("lin@corp.example", "")),
        ("From:\r\n =?gb2312?B?wdY=?=\r\n\t<lin@corp.example>", Lane("lin@corp.example", "")),
        ("from: lin@corp.example\r\nFrom: eve@b.example", Lane("lin@corp.example", "")),
        (f"From: a@b.c\r\nIn-Reply-To: <{SEAL}>", Lane("a@b.c", "C-2026-00017")),
        (f"From: a@b.c\r\nReferences: <1@b.c>\r\n <{SEAL}>\r\n <{NEWER}>", Lane("a@b.c", "C-2026-00018")),
        (f"From: a@b.c\r\nIn-Reply-To: <{SEAL}>\r\nReferences: <{NEWER}>", Lane("a@b.c", "C-2026-00017")),
        ("From: a@b.c\r\nSubject: Re: help [Q-2026-00003 fuo-AbCdEfGhIjKl]", Lane("a@b.c", "Q-2026-00003")),
        ("From: a@b.c\r\nSubject: about C-2026-00017", Lane("a@b.c", "")),
        ("Subject: nobody", Lane("", "")),
        ("From: undisclosed", Lane("", "")),
        ("", Lane("", "")),
        (f"X: y\r\n\r\nFrom: a@b.c\r\nIn-Reply-To: <{SEAL}>", Lane("", "")),
    ],
)
def test_lane_of_a_head(head: str, expected: Lane) -> None:
    for content in (head.encode(), head.replace("\r\n", "\n").encode()):
        assert lane(content + b"\r\n\r\nbody") == expected


@given(st.binary(max_size=500))
def test_any_bytes_have_a_lane(content: bytes) -> None:
    found = lane(content)
    assert len(found.author) <= 320


@pytest.mark.parametrize(
    "unit", ["From: <", "<a@b", "\n ", "From: a@", "References: <C-1.", "C-2026-00017.fuo-"]
)
def test_hostile_heads_cost_little(unit: str) -> None:
    content = ("From: " + unit * (2_000_000 // len(unit))).encode()
    began = time.thread_time()
    lane(content)
    assert time.thread_time() - began < 0.5
