"""A report as it is shown: numbered items by section, bars, and what is still asked of its reader.

Numbers become words here, the same in every language; names and units come from the templates' words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from process.breakdowns import Breakdown
from process.figures import FIGURES, NAMES, Definition
from process.period import Period, parse
from process.report import OVERALL, Change, Comment, Correction, Figure, Improvement, Report

CHARTS = (
    "received", "closed_on_time", "hours_to_close", "open_at_end", "work_orders", "callback_satisfied",
    "closure_satisfied",
)  # fmt: skip
"""Figures whose trend is drawn in the mail; the sheet has all of them."""
MONTHS_MIN = 2
"""Fewer than so many months with a value make no trend."""
IMPROVEMENTS_SHOWN = 12
"""Open actions first; the sheet has all."""
NUMBERS_SHOWN = 20
"""Record numbers of a change that a mail lists; the sheet has all of them."""
NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart."""

    label: str
    text: str
    percent: int
    """Of the longest bar, 0 to 100; 0 for no value."""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure of the report."""

    item: int
    """By which a reply names it."""
    figure: Figure
    definition: Definition
    value: str
    target: str
    """With its sign: '≥ 95%'; '' for none."""
    comment: Comment | None
    ratio: str = ""
    """Of a share: '5/6'."""

    @property
    def name(self) -> str:
        return self.figure.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars under a name of the templates' words."""

    name: str
    bars: tuple[Bar, ...]
    unit: str = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One line of a correction."""

    name: str
    label: str
    before: str
    after: str
    added: str
    removed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """Everything that a mail or a sheet shows of a report."""

    report: Report
    period: Period
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    trends: tuple[Chart, ...]
    parts: tuple[Chart, ...]
    all_improvements: tuple[Improvement, ...]
    readers: tuple[str, ...]
    overall: Comment | None
    correction: Correction | None
    changes: tuple[ChangeLine, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for _, lines in self.sections for line in lines)

    @property
    def missed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.figure.status == "missed")

    @property
    def improvements(self) -> tuple[Improvement, ...]:
        """Those that a mail has room for."""
        return self.all_improvements[:IMPROVEMENTS_SHOWN]

    @property
    def more_improvements(self) -> int:
        return len(self.all_improvements) - len(self.improvements)

    @property
    def months(self) -> tuple[str, ...]:
        return tuple(f"{month.year}-{month.month:02}" for month in self.period.trend())


def view(report: Report, readers: Iterable[str] = (), correction: Correction | None = None) -> ReportView:
    """The report to be shown. With a correction, figures are those that it makes."""
    period = parse(report.number)
    if period is None:
        raise ValueError(f"{report.number} is no report's number")
    counted = correction.contents if correction else report.contents
    lines = [_line(figure, report) for figure in counted.figures if figure.name in NAMES]
    return ReportView(
        report=report,
        period=period,
        sections=_sections(lines),
        trends=_trends(lines, period),
        parts=tuple(_parts(breakdown) for breakdown in counted.breakdowns),
        all_improvements=tuple(sorted(counted.improvements, key=lambda one: not one.is_open)),
        readers=tuple(readers),
        overall=report.comment(OVERALL),
        correction=correction,
        changes=tuple(map(change_line, correction.changes)) if correction else (),
    )


def written(value: float | None, unit: str) -> str:
    """A value as people read it, without its unit's name."""
    if value is None:
        return NOTHING
    if unit == "share":
        return f"{100 * value:.1f}".removesuffix(".0") + "%"
    return f"{value:.0f}" if unit == "count" else f"{value:.1f}"


def _line(figure: Figure, report: Report) -> Line:
    item = NAMES.index(figure.name)
    definition = FIGURES[item]
    sign = "≤" if definition.is_at_most else "≥"
    target = "" if figure.target is None else f"{sign} {written(figure.target, definition.unit)}"
    return Line(
        item=item + 1,
        figure=figure,
        definition=definition,
        value=written(figure.value, definition.unit),
        target=target,
        comment=report.comment(figure.name),
        ratio=f"{len(figure.counted)}/{len(figure.among)}" if figure.among else "",
    )


def _sections(lines: list[Line]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    names = dict.fromkeys(line.definition.section for line in lines)
    return tuple((name, tuple(line for line in lines if line.definition.section == name)) for name in names)


def _trends(lines: list[Line], period: Period) -> tuple[Chart, ...]:
    shown = (line for line in lines if line.name in CHARTS)
    return tuple(
        Chart(name=line.name, bars=_months(line, period), unit=line.definition.unit)
        for line in shown
        if sum(value is not None for value in line.figure.trend) >= MONTHS_MIN and any(line.figure.trend)
    )


def _months(line: Line, period: Period) -> tuple[Bar, ...]:
    unit, values = line.definition.unit, line.figure.trend
    # A share's bars are of the whole, so that 95 % does not look like half of 100 %.
    longest = 1.0 if unit == "share" else max((value or 0 for value in values), default=0)
    return tuple(
        Bar(label=f"{month.month}", text=_short(value, unit), percent=_percent(value, longest))
        for month, value in zip(period.trend(), values, strict=False)
    )


def _short(value: float | None, unit: str) -> str:
    """A value in the width of a month's bar."""
    if value is None:
        return ""
    return f"{100 * value:.0f}" if unit == "share" else f"{value:.0f}"


def _parts(breakdown: Breakdown) -> Chart:
    longest = max(part.count for part in breakdown.parts)
    bars = (
        Bar(
            label=part.label,
            text=str(part.count),
            percent=_percent(part.count, longest),
            numbers=part.numbers,
        )
        for part in breakdown.parts
    )
    return Chart(name=breakdown.name, bars=tuple(bars))


def _percent(value: float | None, longest: float) -> int:
    return round(100 * value / longest) if value and longest else 0


def change_line(change: Change) -> ChangeLine:
    """A change in words."""
    unit = FIGURES[NAMES.index(change.name)].unit if change.name in NAMES else "count"
    return ChangeLine(
        name=change.name,
        label=change.label,
        before=written(change.before, unit),
        after=written(change.after, unit),
        added=_numbers(change.added),
        removed=_numbers(change.removed),
    )


def _numbers(numbers: tuple[str, ...]) -> str:
    more = f" +{len(numbers) - NUMBERS_SHOWN}" if len(numbers) > NUMBERS_SHOWN else ""
    return ", ".join(numbers[:NUMBERS_SHOWN]) + more
