"""A few scenarios of the fault bench and a round of kills; `make test-faults` plays all of them, and a thousand kills."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.faults import kills
from bench.faults.__main__ import ALL
from bench.faults.scenario import played
from tests.servers import Dovecot

DOCUMENT = Path(__file__).parents[1] / "docs" / "faults.md"
SHORT = (
    "imap quota at MOVE",
    "imap UIDs reused",
    "imap cut inside a literal",
    "smtp cut after the 250",
    "smtp hang at greeting",
    "process SIGTERM while servers hang",
    "clock set back a day while the service was down",
)
KILLS = 6


def test_a_few_scenarios(dovecot: Dovecot, tmp_path: Path) -> None:
    chosen = [one for one in ALL if one.name in SHORT]
    assert len(chosen) == len(SHORT)
    with ThreadPoolExecutor(len(chosen)) as threads:
        folders = (tmp_path / str(number) for number in range(len(chosen)))
        results = list(threads.map(lambda one, folder: played(one, folder, dovecot), chosen, folders))
    assert {one.name: one.problems for one in results if one.problems} == {}


def test_a_round_of_kills(dovecot: Dovecot) -> None:
    (one,) = kills.rounds(KILLS, 1, dovecot, seed=1)
    assert one.problems == ()
    assert sum(one.died.values()) == KILLS


def test_every_row_of_the_document_is_a_scenario_that_runs() -> None:
    named = re.findall(r"`((?:imap|smtp|database|process|clock) [^`]+)`", DOCUMENT.read_text("utf-8"))
    assert sorted(named) == sorted(one.name for one in ALL)
