"""The lines of one place where answers to a survey may stand, read from top to bottom.

What a line is, is tried in this order: a question of our form with its answer behind it; where people type freely, a
row of answers, groups, pairs, one pair, a label; the answer to the question above; words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from classify import survey_group, survey_match
from classify.questionnaire import Question, Questionnaire
from classify.survey_scale import Cell, Scale, folded

LINES_MAX = 2_000
LINE_CHARS_MAX = 4_000
GENERAL = ""
"""Instead of a question's id: words that belong to no question."""
_MARKS = " \t*·•▪●◆■-—#>＞"
_QUOTED = re.compile(r"\s{0,8}[>＞]")
_HEAD = re.compile(
    r"(?:[(\[【]\s?)?(?P<word>第|q|题目?|问题|question|no\.?)?\s?(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})(?:\s?(?P<unit>题|问|项))?"
    r"(?P<mark>\s?[.。、):,=\-–—→|\]】>]{1,3}|[\t ]{1,40})?"
)
_ANSWER_LEAD = re.compile(
    r"[\s>|]{0,8}(?:我的)?(?:回答|答案|答复|答|评分|打分|选择|answer|rating|score)\s{0,3}[:=]"
)
_TABLE_HEAD = re.compile(
    r"\s{0,8}(?:题号|序号|问题|题目|question|no\.|#)(?:[\s|:\d]|评分|回答|答案|得分|rating|answer|score){0,200}"
)
_COURTESY = re.compile(
    r"(?:(?:各位|尊敬的)?[^\s,，。:]{0,10}(?:您好|你好)|[^\s,，。:]{0,4}(?:大家|各位|们|老师|同事|领导|经理|总|工|早上|上午|中午|下午|晚上)好|谢谢[^\s]{0,6}|多谢|辛苦了?|收到|(?:问卷|表格?|调查表?)?已(?:经)?(?:填写?|完成|回复|答复)[^\s]{0,6}|请查收|请见?(?:附件|下|下文|下方)|见(?:附件|下|下文|下方|内联)|附件[^\s]{0,12}|"
    r"(?:(?:我的)?(?:回答|回复|答复|评分|打分|答案|问卷|反馈|评价|结果)(?:结果)?)?(?:如下|见下)|hi|hello|dear|thanks?(?: you)?|thx|regards|best regards|see (?:below|attached|inline)(?: please)?|please see (?:below|attached|inline)|my (?:answers|ratings?|scores?)(?: are)?(?: below| as follows)?|here (?:you go|are my (?:answers|ratings))|以上|如上|祝好|完毕)"
    r"(?:\s[^\s]{1,20})?[\s,，.。!！:;~]{0,4}"
)
_CLAUSE_END = re.compile(r"[,，.。;；:!！]")
END = frozenset({"问卷到此结束", "endoftheform"})
"""The line that ends our form, without blanks and dashes (`words.toml`: survey.end)."""
_SENTENCE_END = " \t?？。.!！"
# QUIRK: input methods offer ①: at the head of a line it is the question's number, elsewhere a digit.
_CIRCLED = {chr(0x2460 + n): f"{n + 1}) " for n in range(20)}


@dataclass(slots=True)
class Notes:
    """What the lines gave so far."""

    marks: dict[str, int] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    bare: list[int] = field(default_factory=list)
    """Answers without a question, in order, and…"""
    bare_lines: list[str] = field(default_factory=list)
    everything: int | None = None
    """For all questions that these lines give no answer of their own, and…"""
    rest: int | None = None
    """For those that have none from a mail before either."""


class Zone:
    """The lines of one place, read from top to bottom."""

    def __init__(self, form: Questionnaire, *, is_form: bool = False) -> None:
        self.form = form
        self.scale = Scale(form)
        self.is_form = is_form
        """Only lines with number and label count: this is our own form, filled in."""
        self.notes = Notes()
        self.pending: Question | None = None
        """The question whose answer may follow."""
        self.left = ""
        """Of its text, what a broken line has still to say."""
        self.saw_form = False
        self.is_over = False
        """Below the line that ends our form: what follows is ours."""
        self._ours = {survey_match.bare(word) for word in survey_match.own_words(form)}

    def read(self, text: str) -> None:
        """All lines of a text."""
        for written in text.split("\n")[:LINES_MAX]:
            # What is quoted is the form's zone; there the mark goes.
            if self.is_form or not _QUOTED.match(written):
                self._line(_tidy(written))
        self._settle()

    def row(self, cells: Sequence[str]) -> None:
        """A row of the workbook: number, label, text, answer, remark."""
        number, label, _, answer, *more = (*cells, "", "", "", "")
        question = self._numbered(number)
        if question is not None and survey_match.bare(label) in survey_match.labels(question):
            self._answer(question, answer, remark=" ".join(more).strip())

    def _line(self, shown: str) -> None:
        text = folded(shown)
        self.is_over = self.is_over or survey_match.bare(text) in END
        if self.is_over or not text or survey_match.bare(text) in self._ours or _TABLE_HEAD.fullmatch(text):
            return
        if self.left and self._continues(shown, text):
            return
        if self._asked(shown, text) or (not self.is_form and self._typed(shown, text)):
            return
        self._below(shown, text)

    def _asked(self, shown: str, text: str) -> bool:
        """A line with number and label of a question: the answer stands behind, or follows."""
        head = _HEAD.match(text)
        question = self._numbered(head["number"]) if head else None
        rest = (
            survey_match.after_any(text[head.end() :], survey_match.labels(question))
            if head and question
            else None
        )
        if rest is None or question is None:
            return False
        self._ask(question, shown, text, rest)
        return True

    def _ask(self, question: Question, shown: str, text: str, rest: int) -> None:
        """What stands behind the label: the question's text, an answer, both or none."""
        behind = text[len(text) - rest :].lstrip(" \t:|")
        self.pending, self.left = question, ""
        for said in (survey_match.bare(question.text.zh), survey_match.bare(question.text.en)):
            length = survey_match.after(behind, said)
            if length is not None:
                self.saw_form = True
                self._answer(question, (shown[len(shown) - length :] if length else "").lstrip(_SENTENCE_END))
                return
            if survey_match.bare(behind) and said.startswith(survey_match.bare(behind)):
                self.saw_form = True
                self.left = said[len(survey_match.bare(behind)) :]
                return
        self._answer(question, shown[len(shown) - len(behind) :] if behind else "")

    def _continues(self, shown: str, text: str) -> bool:
        """The rest of a question's text, on a line of its own."""
        bare, left, self.left = survey_match.bare(text), self.left, ""
        if bare and left.startswith(bare):
            self.left = left[len(bare) :]
            return True
        length = survey_match.after(text, left)
        if length is None or self.pending is None:
            return False
        self._answer(self.pending, (shown[len(shown) - length :] if length else "").lstrip(_SENTENCE_END))
        return True

    def _typed(self, shown: str, text: str) -> bool:
        """A line in one of the ways in which people answer without the form's words."""
        return (
            self._row_of_answers(text)
            or self._groups(text)
            or self._pairs(text)
            or self._one_pair(shown, text)
            or self._labelled(shown, text)
        )

    def _row_of_answers(self, text: str) -> bool:
        """Nothing but answers: '5 4 4 3 …', '544355', one below the other."""
        same = survey_group.labelled_value(text, self.scale)
        values = survey_group.row(text, self.scale, len(self.form.rated)) if same is None else [same]
        if not values or (self.pending is not None and len(values) == 1):
            return False
        self.notes.bare += values
        self.notes.bare_lines.append(text)
        return True

    def _groups(self, text: str) -> bool:
        """'1-8题满意,第9题5分,其余4'."""
        groups = survey_group.groups(text, self.scale)
        for group in groups:
            if group.numbers is None and group.is_rest:
                self.notes.rest = group.value
            elif group.numbers is None:
                self.notes.everything = group.value
            for number in group.numbers or ():
                question = self._numbered(str(number))
                if question is not None and not question.is_open:
                    self._mark(question, group.value)
        return bool(groups)

    def _pairs(self, text: str) -> bool:
        """'1:5; 2:4; 3:3' in one line."""
        pairs = survey_group.pairs(text, self.scale)
        asked = [(self._numbered(str(number)), value) for number, value in pairs]
        if len(asked) < 2 or any(question is None or question.is_open for question, _ in asked):
            return False
        for question, value in asked:
            if question is not None:
                self._mark(question, value)
        return True

    def _one_pair(self, shown: str, text: str) -> bool:
        """'1. 满意', 'Q1: 4', '第1题 4分', '1.5'."""
        head = _HEAD.match(text)
        question = self._numbered(head["number"]) if head else None
        if head is None or question is None:
            return False
        cell = self.scale.cell(shown[head.end() :])
        if not (head["mark"] or head["unit"] or head["word"]) and cell.value is None:
            return False
        is_in_remarks = self.pending is not None and self.pending.is_open
        if not question.is_open and (cell.is_unclear or question.id in self.notes.marks) and is_in_remarks:
            return False
        self.pending = question
        self._answer(question, shown[head.end() :])
        return True

    def _labelled(self, shown: str, text: str) -> bool:
        """'服务态度：满意', 'Attitude 4'."""
        for question in self.form.questions:
            rest = survey_match.after_any(text, survey_match.labels(question))
            if rest is not None and (rest == 0 or not text[len(text) - rest].isalnum()):
                self._ask(question, shown, text, rest)
                return True
        return False

    def _below(self, shown: str, text: str) -> None:
        """A line below a question: its answer, or more words on it."""
        lead = _ANSWER_LEAD.match(text)
        question = self.pending
        answer = shown[lead.end() :] if lead else shown
        if question is None:
            if not self.is_form and not _is_courtesy(text):
                self.notes.remarks.setdefault(GENERAL, []).append(shown)
        elif question.is_open:
            self._answer(question, answer)
        elif question.id not in self.notes.marks:
            # Our own words below a form are no answer: only what begins with one, or is labelled as one.
            if lead or not self.is_form or self.scale.cell(answer).value is not None:
                self._answer(question, answer)
        elif not self.is_form and not _is_courtesy(text):
            self.notes.remarks.setdefault(GENERAL, []).append(shown)

    def _answer(self, question: Question, written: str, *, remark: str = "") -> None:
        if question.is_open:
            words = written.strip(" \t:|_")
            if (
                survey_match.bare(words)
                and survey_match.bare(words) not in self._ours
                and not _is_courtesy(folded(words))
            ):
                self.notes.remarks.setdefault(question.id, []).append(words)
            return
        cell = self.scale.cell(written)
        self._take(question, cell)
        words = " ".join(part for part in (cell.remark if cell.value is not None else "", remark) if part)
        if words and survey_match.bare(words) not in self._ours:
            self.notes.remarks.setdefault(question.id, []).append(words)

    def _take(self, question: Question, cell: Cell) -> None:
        if cell.value is not None:
            self._mark(question, cell.value)
        elif cell.is_unclear:
            self.notes.unclear[question.id] = cell.remark

    def _mark(self, question: Question, value: int) -> None:
        """A later line corrects an earlier one."""
        self.notes.marks[question.id] = value

    def _settle(self) -> None:
        """Answers without questions are given to the questions, when there are as many of them."""
        rated, bare = self.form.rated, self.notes.bare
        if len(bare) == len(rated):
            for question, value in zip(rated, bare, strict=True):
                self.notes.marks.setdefault(question.id, value)
        elif bare and not self._numbered_lines():
            self.notes.unclear[GENERAL] = " ".join(self.notes.bare_lines)
        if self.saw_form:
            # Our own words around the form are no remarks of theirs.
            self.notes.remarks.pop(GENERAL, None)
        if self.notes.everything is not None:
            for question in rated:
                self.notes.marks.setdefault(question.id, self.notes.everything)

    def _numbered_lines(self) -> bool:
        """'4 满意' among numbered lines is question 4's; whether all lines without a question are such."""
        values = [survey_group.labelled_value(line, self.scale) for line in self.notes.bare_lines]
        if not self.notes.marks or None in values:
            return False
        for value in values:
            question = self._numbered(str(value))
            if question is not None and value is not None:
                self.notes.marks.setdefault(question.id, value)
        return True

    def _numbered(self, written: str) -> Question | None:
        number = survey_match.number(written.strip(" .、"))
        return self.form.questions[number - 1] if 1 <= number <= len(self.form.questions) else None


def _tidy(written: str) -> str:
    """A line without the marks before and after it."""
    line = written[:LINE_CHARS_MAX].strip(_MARKS + "|｜")
    return _CIRCLED.get(line[:1], line[:1]) + line[1:]


def _is_courtesy(text: str) -> bool:
    """Whether a folded line greets, thanks or leads in and says nothing else: '您好,答复如下:'."""
    clauses = [clause.strip() for clause in _CLAUSE_END.split(text)]
    return bool(_COURTESY.fullmatch(text)) or all(_COURTESY.fullmatch(clause) for clause in clauses if clause)
