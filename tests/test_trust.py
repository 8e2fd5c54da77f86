"""Grades, and what each may do."""

import pytest

from classify.facts import Grade
from classify.people import Person
from classify.trust import TABLE, Capability, grade, may
from ingest.authentication import Authentication

COLLEAGUE = Person(key="10086", name="王芳", addresses=("wang.fang@corp.example",))
STRANGER = Person(key="x@example.net", name="", addresses=("x@example.net",), is_in_directory=False)
PASSED = Authentication(verdict="pass", reasons=("dmarc=pass",))
FAILED = Authentication(verdict="fail", reasons=("dmarc=fail",))
SILENT = Authentication(verdict="none")


@pytest.mark.parametrize(
    ("sender", "is_sealed", "authentication", "expected"),
    [
        (COLLEAGUE, True, SILENT, Grade.PROVEN),
        (COLLEAGUE, True, PASSED, Grade.PROVEN),
        (STRANGER, True, SILENT, Grade.PROVEN),
        (COLLEAGUE, False, PASSED, Grade.AUTHENTICATED),
        (STRANGER, False, PASSED, Grade.AUTHENTICATED),
        (COLLEAGUE, False, SILENT, Grade.KNOWN),
        (STRANGER, False, SILENT, Grade.UNKNOWN),
        (COLLEAGUE, False, FAILED, Grade.FAILED),
        (STRANGER, False, FAILED, Grade.FAILED),
        (COLLEAGUE, True, FAILED, Grade.FAILED),
    ],
)
def test_grade(sender: Person, is_sealed: bool, authentication: Authentication, expected: Grade) -> None:
    trust = grade(sender, is_sealed, authentication)
    assert trust.grade is expected
    assert trust.reasons
    assert set(authentication.reasons) <= set(trust.reasons)


# Capability, and the grades that have it with and without a configured authserv-id.
ALLOWED = [
    (
        Capability.COMPLAIN,
        "proven authenticated known unknown failed",
        "proven authenticated known unknown failed",
    ),
    (Capability.COMMAND, "proven", "proven"),
    (Capability.ANSWER, "proven authenticated known", "proven authenticated known"),
    (Capability.ESCALATE_AS_VIP, "proven authenticated", "proven authenticated known"),
    (
        Capability.ESCALATE_AS_REPEAT,
        "proven authenticated known unknown",
        "proven authenticated known unknown",
    ),
    (Capability.RECORD_FOR_OTHERS, "proven authenticated", "proven authenticated known"),
    (Capability.IMPORT, "proven authenticated", "proven authenticated known"),
]


@pytest.mark.parametrize(("capability", "with_verdicts", "without"), ALLOWED)
def test_what_each_grade_may_do(capability: Capability, with_verdicts: str, without: str) -> None:
    assert {g.value for g in Grade if may(g, capability, True)} == set(with_verdicts.split())
    assert {g.value for g in Grade if may(g, capability, False)} == set(without.split())


def test_every_capability_is_in_the_table() -> None:
    assert set(TABLE) == set(Capability) == {capability for capability, _, _ in ALLOWED}


@pytest.mark.parametrize("has_verdicts", [True, False])
def test_forged_senders_may_only_complain(has_verdicts: bool) -> None:
    assert [c for c in Capability if may(Grade.FAILED, c, has_verdicts)] == [Capability.COMPLAIN]


@pytest.mark.parametrize("has_verdicts", [True, False])
def test_unknown_senders_may_complain_again_and_nothing_else(has_verdicts: bool) -> None:
    allowed = {c for c in Capability if may(Grade.UNKNOWN, c, has_verdicts)}
    assert allowed == {Capability.COMPLAIN, Capability.ESCALATE_AS_REPEAT}


def test_a_disguise_takes_no_grade_away_and_is_told() -> None:
    trust = grade(STRANGER, False, PASSED, ("the display name shows another address",))
    assert trust.grade is Grade.AUTHENTICATED
    assert trust.disguise == ("the display name shows another address",)
