"""The figures of a period parted by what readers ask next: which category, which department, which answer.

Source: HANDBOOK 5.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from process.period import Span
from process.report_rows import Rows

PARTS_MAX = 30
"""Parts that a breakdown shows; the smaller ones are put together as `OTHERS`."""
OTHERS = "others"
UNKNOWN = ""
RESULTS = (5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of a breakdown."""

    label: str
    """A category's or rating's word of the templates, a department's name, '' for unknown."""
    count: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """One figure parted, the largest part first (ratings: the best)."""

    name: str
    parts: tuple[Part, ...]


def breakdowns(rows: Rows, span: Span) -> tuple[Breakdown, ...]:
    """All breakdowns of a period that have anything in them."""
    complaints = [row for row in rows.complaints if span.holds(row.received_at)]
    # By when it was dispatched: what is received late in a month is dispatched after its report is out.
    dispatched = [row for row in rows.complaints if span.holds(row.dispatched_at)]
    orders = [row for row in rows.work_orders if span.holds(row.closed_at)]
    answered = [row for row in rows.callbacks if span.holds(row.drawn_at) and row.result is not None]
    results = _parted((str(row.result), row.work_order) for row in answered)
    found = (
        ("by_category", _parted((row.category, row.number) for row in complaints)),
        ("by_department", _parted((row.origin, row.number) for row in complaints)),
        ("by_handling", _parted((row.department, row.number) for row in dispatched)),
        ("orders_by_department", _parted((row.department, row.number) for row in orders)),
        ("orders_by_category", _parted((row.category, row.number) for row in orders)),
        ("callback_results", tuple(sorted(results, key=lambda part: part.label, reverse=True))),
    )
    return tuple(Breakdown(name=name, parts=parts) for name, parts in found if parts)


def _parted(pairs: Iterable[tuple[str, str]]) -> tuple[Part, ...]:
    groups: dict[str, set[str]] = defaultdict(set)
    for label, number in pairs:
        groups[label].add(number)
    parts = sorted(
        (
            Part(label=label, count=len(found), numbers=tuple(sorted(found)))
            for label, found in groups.items()
        ),
        key=lambda part: (-part.count, part.label == UNKNOWN, part.label),
    )
    rest = sorted({number for part in parts[PARTS_MAX:] for number in part.numbers})
    others = Part(label=OTHERS, count=len(rest), numbers=tuple(rest))
    return (*parts[:PARTS_MAX], *((others,) if rest else ()))
