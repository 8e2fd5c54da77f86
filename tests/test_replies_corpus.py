"""The 25 replies of corpora/replies-zh: what their senders wrote, to the letter."""

import json
from pathlib import Path

import pytest

from ingest import body

CORPUS = Path(__file__).parent / "corpora" / "replies-zh" / "cases.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_own_text_of_the_corpus(case: dict[str, str], line_end: str) -> None:
    text = case["text"].replace("\n", line_end)
    assert body.own_text(text) == case["reply"].strip(), case["name"]


def test_replies_corpus_pass_count() -> None:
    """25 of 25; no deviation."""
    assert sum(body.own_text(case["text"]) == case["reply"].strip() for case in CASES) == len(CASES) == 25
