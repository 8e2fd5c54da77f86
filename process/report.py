"""A service report: made from the rows, commented, published, and from then on frozen.

A `Report` is a value; each function gives the next one. What arrives after the publication never changes it
silently: `corrected` gives a dated correction that lists every change, and only its publication
puts the new figures in the place of the old ones. Source: HANDBOOK 5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from process.breakdowns import Breakdown, Part, breakdowns
from process.case import Party
from process.figures import FIGURES, NAMES, Basis, Definition, Measured, parted
from process.period import Period, Span

COMMENT_CHARS_MAX = 2_000
OVERALL = ""
"""Stands for the whole report where a figure's name is asked for."""


class ReportState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as it stands in the report."""

    name: str
    value: float | None
    target: float | None
    status: str
    """'met', 'missed', 'no_target' or 'no_data'."""
    counted: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    trend: tuple[float | None, ...] = ()
    """Of the last twelve months, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What the IT service manager says of a figure (or of the whole report: figure '')."""

    figure: str
    cause: str = ""
    improvement: str = ""
    by: Party = field(default_factory=Party)


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """A measure that was found effective, or an action of the service review that is open."""

    number: str
    text: str
    owner: str = ""
    due: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a correction changes: a figure, or a part of a breakdown."""

    name: str
    label: str = ""
    """Of the part."""
    before: float | None
    after: float | None
    added: tuple[str, ...] = ()
    """Records behind it that are new, and…"""
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is counted: all that a publication freezes."""

    figures: tuple[Figure, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    improvements: tuple[Improvement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What became known after the publication."""

    at: datetime
    changes: tuple[Change, ...]
    contents: Contents
    """As they are with the changes."""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A monthly or annual service report."""

    number: str
    state: ReportState
    made_at: datetime
    """When its figures were counted."""
    contents: Contents
    comments: tuple[Comment, ...] = ()
    published_at: datetime | None = None
    published_by: Party = field(default_factory=Party)
    corrections: tuple[Correction, ...] = ()
    version: int = 0
    """Of the record that it was read from; 0 before it was ever stored."""

    @property
    def is_published(self) -> bool:
        return self.state is ReportState.PUBLISHED

    @property
    def pending(self) -> Correction | None:
        """The correction that waits to be published."""
        last = self.corrections[-1] if self.corrections else None
        return last if last and last.published_at is None else None

    def comment(self, figure: str) -> Comment | None:
        return next((comment for comment in self.comments if comment.figure == figure), None)


def contents(period: Period, basis: Basis, targets: Mapping[str, float]) -> Contents:
    """Everything counted for a period, as far as it is known now."""
    return _counted(basis, targets, (period, *period.trend()))


def _counted(basis: Basis, targets: Mapping[str, float], periods: tuple[Period, ...]) -> Contents:
    """The first of the periods counted, with the others as trend."""
    spans = tuple(period.span(basis.calendar.timezone) for period in periods)
    parts = tuple(zip(parted(basis, spans), spans, strict=True))
    part, span = parts[0]
    return Contents(
        figures=tuple(_figure(one, parts, targets.get(one.name)) for one in FIGURES),
        breakdowns=breakdowns(part.rows, span),
        improvements=(*_measures(part, span), *_actions(part, span)),
    )


def _figure(definition: Definition, parts: Sequence[tuple[Basis, Span]], target: float | None) -> Figure:
    measured, *trend = (definition.count(basis, span) for basis, span in parts)
    return Figure(
        name=definition.name,
        value=measured.value,
        target=target,
        status=_status(definition, measured, target),
        counted=measured.counted,
        among=measured.among,
        trend=tuple(month.value for month in trend),
    )


def _status(definition: Definition, measured: Measured, target: float | None) -> str:
    if measured.value is None:
        return "no_data"
    if target is None:
        return "no_target"
    is_met = measured.value <= target if definition.is_at_most else measured.value >= target
    return "met" if is_met else "missed"


def _measures(basis: Basis, span: Span) -> Iterable[Improvement]:
    """Measures found effective in the period; none of complaints about a person, which concern nobody else."""
    for row in basis.rows.complaints:
        measures = row.measures
        if measures and row.last(("verified",), span):
            yield Improvement(number=row.number, text=measures.text, owner=measures.owner, due=measures.due)


def _actions(basis: Basis, span: Span) -> Iterable[Improvement]:
    for row in basis.rows.actions:
        if row.decided_at < span.end and (row.done_at is None or row.done_at >= span.end):
            due = row.due_at.astimezone(basis.calendar.timezone).date().isoformat() if row.due_at else ""
            yield Improvement(number=row.number, text=row.what, owner=row.owner, due=due, is_open=True)


def drafted(number: str, counted: Contents, now: datetime, earlier: Report | None = None) -> Report:
    """A new draft; comments on an earlier one stay."""
    return Report(
        number=number,
        state=ReportState.DRAFT,
        made_at=now,
        contents=counted,
        comments=earlier.comments if earlier else (),
        version=earlier.version if earlier else 0,
    )


def commented(report: Report, comments: Iterable[Comment]) -> Report:
    """The report with these comments, each laid upon what was said before of its figure."""
    found = {comment.figure: comment for comment in report.comments}
    for new in comments:
        old = found.get(new.figure, Comment(figure=new.figure))
        found[new.figure] = Comment(
            figure=new.figure,
            cause=(new.cause or old.cause)[:COMMENT_CHARS_MAX],
            improvement=(new.improvement or old.improvement)[:COMMENT_CHARS_MAX],
            by=new.by,
        )
    ordered = sorted(found.values(), key=lambda comment: (OVERALL, *NAMES).index(comment.figure))
    return replace(report, comments=tuple(ordered))


def published(report: Report, by: Party, now: datetime) -> Report:
    """The draft published as it was shown, or the correction that waits."""
    pending = report.pending
    if pending is None:
        return replace(report, state=ReportState.PUBLISHED, published_at=now, published_by=by)
    done = replace(pending, published_at=now)
    return replace(report, contents=pending.contents, corrections=(*report.corrections[:-1], done))


def corrected(report: Report, period: Period, basis: Basis, targets: Mapping[str, float]) -> Report | None:
    """The published report with what has changed since as a correction that waits; None without news.

    A waiting correction gives way to a newer one; one that has come to nothing is taken back.
    """
    # Trends are told by no change and cost twelve times the period itself: they are counted when there is one.
    changes = difference(report.contents, _counted(basis, targets, (period,)))
    pending = report.pending
    if changes == (pending.changes if pending else ()):
        return None
    settled = report.corrections[:-1] if pending else report.corrections
    counted = contents(period, basis, targets)
    new = (Correction(at=basis.now, changes=changes, contents=counted),) if changes else ()
    return replace(report, corrections=(*settled, *new))


def difference(before: Contents, after: Contents) -> tuple[Change, ...]:
    """Every figure and part that changed, with the records that came and went. Trends follow, and are not told."""
    figures = _paired(_by_name(before), _by_name(after))
    parts = _paired(_by_part(before), _by_part(after))
    return tuple(change for change in (*figures, *parts) if change is not None)


Counted = tuple[float | None, tuple[str, ...]]
"""A value, and the records behind it."""


def _by_name(counted: Contents) -> dict[tuple[str, str], Counted]:
    return {(f.name, ""): (f.value, (*(f"+{n}" for n in f.counted), *f.among)) for f in counted.figures}


def _by_part(counted: Contents) -> dict[tuple[str, str], Counted]:
    parts: list[tuple[str, Part]] = [(b.name, part) for b in counted.breakdowns for part in b.parts]
    return {(name, part.label): (part.count, part.numbers) for name, part in parts}


def _paired(
    before: dict[tuple[str, str], Counted], after: dict[tuple[str, str], Counted]
) -> Iterable[Change | None]:
    for key in dict.fromkeys((*before, *after)):
        (old, old_numbers), (new, new_numbers) = (found.get(key, (None, ())) for found in (before, after))
        if (old, old_numbers) != (new, new_numbers):
            name, label = key
            yield Change(
                name=name,
                label=label,
                before=old,
                after=new,
                added=_bare(set(new_numbers) - set(old_numbers)),
                removed=_bare(set(old_numbers) - set(new_numbers)),
            )


def _bare(numbers: Iterable[str]) -> tuple[str, ...]:
    """Record numbers without the mark that tells 'counts' from 'is looked at'."""
    return tuple(sorted({number.removeprefix("+") for number in numbers}))
