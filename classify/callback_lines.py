"""Results of several call-backs in one mail: which order got which answer, however the lines are laid out.

`工单号 结果 备注` in any order and with any separator, rows of a table (cells in a line, or a line each), filled-in
`工单 … 结果：… 备注：…` forms, several orders with one result. What stands in a quotation counts only where a
`结果：` on the order's own line was filled in. Only numbers that were asked about count; lines that seem to report on
another one are given back. Linear. Source: HANDBOOK 3, 8.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from classify import callback_answer
from classify.callback_answer import REMARKS_CHARS_MAX, Result, Said

LINES_MAX = 2_000
LINE_CHARS_MAX = 500
CELLS_MAX = 20
"""Of a line, or of a block of lines, that are looked at one by one."""
BLOCK_LINES_MAX = 8
"""Lines below an order's number that still belong to it."""
STRANGE_MAX = 20
STRANGE_CHARS_MAX = 120

NOT_SAID = (Result.NO_ANSWER, Result.DECLINED)
_SEPARATORS = " ,，.。、:：-—"
_QUOTE_MARKS = " \t>＞|｜*\u3000\u00a0"
# A blank ends a cell where no word goes on: behind Chinese and behind a number that counts nothing.
_CELL = re.compile(
    r"[^\S\t]*[\t|｜;；,，]\s*|\s{2,}|(?<=[^\x00-\x7f])\s|(?<=[1-5])\s(?!\s*(?:[天个次人点周月日分小]|days?|hours?|min))"
)
_LABEL = re.compile(
    r"(?:(结果|回访结果|满意度|评价|result|rating)|(备注|说明|意见|remarks?|comments?|notes?)|工单号?|work order|日期|date|用户|person)"
    r"\s{0,3}[:：=]\s{0,3}",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z_-]{0,20}\d)[A-Za-z0-9][A-Za-z0-9_./-]{3,39}(?![A-Za-z0-9])")
_DATE = re.compile(r"20\d\d[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}:\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a mail says of one order."""

    number: str
    said: Said
    is_quoted: bool = False
    """Filled in within the quotation: it may be older than what is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that a mail reports."""

    reported: tuple[Reported, ...]
    """Each order once: the last word on it counts, and what was typed more than what was quoted."""
    strange: tuple[str, ...]
    """Lines with a result on something that nobody asked about."""


def read(own_words: str, whole_text: str, numbers: Collection[str], sole: str = "") -> Results:
    """The results of orders with these numbers; `whole_text` with its quotation.

    `sole` is the only order of the list that is answered: it needs no number.
    """
    pattern = _Numbers(numbers)
    typed = {
        one.number: one for one in _typed(own_words, pattern, sole) if one.said.result or one.said.remarks
    }
    quoted = {one.number: one for one in _filled_in(whole_text, pattern) if one.said.result}
    return Results(
        reported=tuple({**quoted, **typed}.values()),
        strange=tuple(dict.fromkeys(_strange(own_words, pattern)))[:STRANGE_MAX],
    )


class _Numbers:
    """Finds the numbers that were asked about, as they were written."""

    def __init__(self, numbers: Collection[str]) -> None:
        self._as_asked = {_folded(number): number for number in numbers}
        longest_first = sorted(map(re.escape, self._as_asked), key=len, reverse=True)
        self._pattern = (
            re.compile(rf"(?<![a-z0-9])(?<![a-z0-9]-)(?:{'|'.join(longest_first)})(?!-?[a-z0-9])")
            if numbers
            else None
        )

    def split(self, line: str) -> list[tuple[tuple[str, ...], str]]:
        """(numbers, text behind them) in order; numbers that only separators stand between go together."""
        if self._pattern is None:
            return []
        found: list[tuple[tuple[str, ...], str]] = []
        matches = list(self._pattern.finditer(_folded(line)))
        together: tuple[str, ...] = ()
        for match, following in zip(matches, [*matches[1:], None], strict=False):
            together = (*together, self._as_asked[match[0]])
            text = line[match.end() : following.start() if following else None]
            if following is None or any(c.isalnum() for c in text):
                found.append((together, text))
                together = ()
        return found

    def before(self, line: str) -> str:
        """What stands before the first number."""
        match = self._pattern.search(_folded(line)) if self._pattern else None
        return line[: match.start()] if match else line


def _folded(text: str) -> str:
    """For comparison, as long as before: full-width letters plain, capitals small, any dash a hyphen."""
    return "".join(_FOLDS.get(char) or _fold(char) for char in text)


_FOLDS = dict.fromkeys("‐‑–—－", "-")


def _fold(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).casefold()
    return plain if len(plain) == 1 else char


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n")[:LINES_MAX]:
        yield line[:LINE_CHARS_MAX]


def _typed(text: str, pattern: _Numbers, sole: str) -> Iterator[Reported]:
    """What the sender wrote: blocks that begin with the line that names an order."""
    together: tuple[str, ...] = ()
    block: list[str] = []
    for line in _lines(text):
        pieces = pattern.split(line)
        if pieces:
            yield from _of_block(together, block)
            before = pattern.before(line)
            *whole, (together, rest) = pieces
            for named, piece in whole:
                yield from _of_block(named, [piece])
            # '满意 WO-1' and '2026-11-24 | WO-1 | 满意' have something before the number.
            is_behind = not whole and _has_words(before) and not _has_words(rest)
            block = [rest, before] if is_behind else [rest]
        elif _is_strange(line):
            yield from _of_block(together, block)
            together, block = (), []
        elif together and len(block) < BLOCK_LINES_MAX:
            block.append(line)
    yield from _of_block(together, block)
    if sole and not any(map(pattern.split, _lines(text))):
        yield Reported(number=sole, said=callback_answer.read(text))


def _has_words(text: str) -> bool:
    return any(c.isalpha() for c in text)


def _of_block(numbers: tuple[str, ...], block: list[str]) -> Iterator[Reported]:
    said = _said(block)
    for number in numbers:
        yield Reported(number=number, said=said)


def _said(block: list[str]) -> Said:
    """The result of a block: what is labelled as one, else the first cell that is one, else the whole as words."""
    labelled = _labelled(block)
    if labelled is not None:
        return labelled
    lines = [line.strip(_QUOTE_MARKS) for line in block]
    cells = [cell for line in lines for cell in _CELL.split(line) if cell.strip(_SEPARATORS)][:CELLS_MAX]
    alone = [
        (at, found.result) for at, cell in enumerate(cells) if (found := _alone(cell)).result is not None
    ]
    # '满意，明天出差' is an answer; that nobody answered counts only where nobody did.
    steps = [one for one in alone if one[1] not in NOT_SAID] or alone
    if len({result for _, result in steps}) > 1:
        return Said(result=None, remarks=_joined(cells))
    if steps:
        at, result = steps[0]
        return Said(result=result, remarks=_joined(cells[at + (result not in NOT_SAID) :]))
    for line in lines:
        found = callback_answer.read(line.strip(_SEPARATORS))
        if found.result is not None:
            return replace(found, remarks=_behind(found.result, found.remarks))
    return callback_answer.read(_joined(cells))


def _behind(result: Result, remarks: str) -> str:
    """The remarks without the result that they begin with: 'very dissatisfied waited three days'."""
    name, rest = result.value.replace("_", " "), remarks.lstrip(_SEPARATORS)
    is_named = rest[: len(name)].casefold() == name and not rest[len(name) : len(name) + 1].isalnum()
    return rest[len(name) :].strip(_SEPARATORS) if is_named else remarks


def _alone(cell: str) -> Said:
    """A cell that is a result and nothing else."""
    found = callback_answer.read(cell.strip(_SEPARATORS))
    return found if not found.remarks or found.result in NOT_SAID else Said(result=None)


def _labelled(block: list[str]) -> Said | None:
    """What stands behind '结果：' and '备注：'; None where there is no such label."""
    values: dict[str, list[str]] = {}
    for line in block:
        labels = list(_LABEL.finditer(line))
        for label, following in zip(labels, [*labels[1:], None], strict=False):
            name = "result" if label[1] else "remarks" if label[2] else ""
            value = line[label.end() : following.start() if following else None].strip(" \t,，;；|｜<>")
            values.setdefault(name, []).append(value)
    if "result" not in values:
        return None
    found = callback_answer.read(_joined(values["result"]))
    remarks = _joined([found.remarks if found.result else "", *values.get("remarks", [])])
    return Said(result=found.result, remarks=remarks or found.remarks)


def _joined(parts: list[str]) -> str:
    return "; ".join(part.strip() for part in parts if part.strip())[:REMARKS_CHARS_MAX]


def _filled_in(text: str, pattern: _Numbers) -> Iterator[Reported]:
    """What was filled in where we had left it open, quoted or not."""
    for line in _lines(text):
        bare = line.lstrip(_QUOTE_MARKS)
        pieces = pattern.split(bare)
        if len(pieces) != 1 or pattern.before(bare).strip():
            continue
        (numbers, rest) = pieces[0]
        label = _LABEL.match(rest.lstrip())
        said = _labelled([rest]) if label and label[1] else None
        if said is not None and said.result is not None:
            yield from (Reported(number=number, said=said, is_quoted=True) for number in numbers)


def _strange(text: str, pattern: _Numbers) -> Iterator[str]:
    for line in _lines(text):
        if not pattern.split(line) and _is_strange(line):
            yield " ".join(line.split())[:STRANGE_CHARS_MAX]


def _is_strange(line: str) -> bool:
    """Whether a line without a number that was asked about reports on something that looks like one."""
    token = _TOKEN.search(_DATE.sub(" ", line))
    return token is not None and _alone_in(line.replace(token[0], " "))


def _alone_in(line: str) -> bool:
    return any(_alone(cell).result is not None for cell in _CELL.split(line.strip(_QUOTE_MARKS))[:CELLS_MAX])
