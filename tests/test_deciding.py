"""docs/deciding.md says what the code does."""

from classify.facts import Kind
from classify.kind import RULES
from classify.trust import Capability
from tests.deciding import BLOCKS, DOCUMENT, MEANINGS, renewed


def test_the_page_is_current() -> None:
    page = DOCUMENT.read_text("utf-8")
    assert page == renewed(page), "make deciding"
    assert all(f"<!-- {name} -->" in page for name in BLOCKS)


def test_every_rule_says_when_it_holds_and_every_kind_has_one() -> None:
    assert [rule.name for rule in RULES if not rule.holds.__doc__] == []
    assert {rule.kind for rule in RULES} == set(Kind)


def test_every_capability_is_told() -> None:
    assert set(MEANINGS) == set(Capability)
