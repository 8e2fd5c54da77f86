"""What fuzzing has found once: every kept message holds all the rules, and the mutations are repeatable."""

import random
from pathlib import Path

import pytest

from tests.fuzz.check import check
from tests.fuzz.mutation import MAX_BYTES, mutated, samples

KEPT = sorted((Path(__file__).parent / "fuzz" / "kept").glob("*.eml"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_fuzz_finding_is_mended(path):
    check(path.read_bytes())


@pytest.mark.parametrize("seed", range(20))
def test_fuzz_mutation_holds_the_rules(seed):
    raw = mutated(random.Random(seed), samples())
    assert len(raw) <= MAX_BYTES
    check(raw)


def test_fuzz_mutations_are_repeatable():
    one, other = (mutated(random.Random(7), samples()) for _ in range(2))
    assert one == other
