"""Pictures of the survey's mails for docs/, from invented answers: `python -m bench.survey_pictures [FOLDER]`.

With --all, every template of the survey in both languages, at two widths, light and dark, to be looked at
(`bench/pictures.py`).
"""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from bench.pictures import Picture, write
from classify.facts import Verb
from classify.questionnaire import load
from classify.survey_answer import Reading
from process.outgoing import Choice
from process.survey import Kept, Outcome, State, Stratum, Survey
from process.survey_answers import Answer, Standing, stand
from process.survey_report import Asked, Sources, report
from process.survey_shown import Echo, Progress, Sheet, doubts, fill_in, read_back, remarks

FORM = load()
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
REMARKS = (
    "希望增加夜间值班，晚上发版时联系不到人。",
    "服务态度很好，谢谢。",
    "重复的问题要查根本原因。",
    "Please tell us when a ticket is closed.",
)
SURVEY = Survey(
    number="Q-2026", year=2026, state=State.DRAFTED, form=FORM, is_sampled=True, confidence=0.95, margin=0.05,
    expected_response=0.7, seed="5d41402abc4b2a76", pseudonym_seed="x", is_pseudonymous=True, min_cell=5, target=0.8,
    strata=(
        Stratum(department="催收系统开发部", size=132, invited=110),
        Stratum(department="个贷系统开发部", size=96, invited=80),
        Stratum(department="风险管理部", size=12, invited=10),
    ),
    planned_at=NOW, opens_at=NOW, closes_at=datetime(2026, 12, 8, 10, tzinfo=UTC),
    remind_at=(datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 4, 1, tzinfo=UTC)),
    remarks=("明年一季度完成夜间值班安排。",),
)  # fmt: skip
LAST = replace(
    SURVEY,
    year=2025,
    outcome=Outcome(
        index=71.2, margin=1.9, answered=131, response_rate=0.68,
        questions=tuple(Kept(id=q.id, n=131, mean=3.9, margin=0.1) for q in FORM.rated),
    ),
)  # fmt: skip
OFFSETS = {"progress": -0.9, "time": -0.5, "attitude": 0.4}


def sources() -> Sources:
    """200 people asked, 70 % of whom answered; the same every time."""
    dice, asked = Random(11), []
    for stratum in SURVEY.strata:
        for _ in range(stratum.invited):
            number = f"Q-2026-{len(asked) + 1:05}"
            asked.append(
                Asked(number=number, name="", department=stratum.department, answers=_answers(dice, number))
            )
    return Sources(survey=SURVEY, asked=tuple(asked), bounced=3, complaints=4, last=LAST)


def _answers(dice: Random, number: str) -> tuple[Answer, ...]:
    if dice.random() > 0.7:
        return ()
    marks = []
    for question in FORM.rated:
        value = round(dice.gauss(4.1 + OFFSETS.get(question.id, 0.0), 0.9))
        marks.append((question.id, 0 if dice.random() < 0.04 else min(5, max(1, value))))
    said = (("remarks", dice.choice(REMARKS)),) if dice.random() < 0.1 else ()
    standing = dice.choices((Standing.COUNTED, Standing.LATE), (50, 1))[0]
    answer = Answer(
        survey="Q-2026", invitation=number, mail_id=1, at=NOW, standing=standing,
        reading=Reading(marks=tuple(marks), remarks=said),
    )  # fmt: skip
    return (answer, replace(answer, standing=Standing.DOUBLED)) if dice.random() < 0.05 else (answer,)


def pictures(language: str) -> list[Picture]:
    """Each template of the survey, in its states."""
    made = report(sources())
    progress = Progress(
        survey=replace(SURVEY, state=State.RUNNING), sent=200, answered=96, bounced=3, complaints=2,
        standings={"counted": 101, "doubled": 4, "automatic": 6, "forged": 1},
    )  # fmt: skip
    plan = replace(progress, survey=replace(SURVEY, state=State.PLANNED), sent=0, answered=0, standings={})
    decide = (Choice(verb=Verb.APPROVE), Choice(verb=Verb.REJECT))
    sheet = Sheet(survey=SURVEY, questions=FORM.questions)
    offered = fill_in(FORM, FORM.questions, language)
    published = replace(made, survey=replace(SURVEY, state=State.PUBLISHED))
    shown: tuple[tuple[str, str, object, tuple[Choice, ...]], ...] = (
        ("plan", "survey_plan", plan, decide),
        ("form", "survey_form", sheet, offered),
        ("reminder", "survey_reminder", sheet, offered),
        ("read", "survey_read", echo(language), offered),
        ("status", "survey_status", progress, (Choice(verb=Verb.CLOSE),)),
        ("draft", "survey_report", made, (decide[0], Choice(verb=Verb.NOTE))),
        ("report", "survey_report", published, ()),
    )
    return [
        Picture(
            name=name, language=language, template=template, matter="Q-2026-00017", shown=found, choices=choices,
            docs_name=f"survey-{language}.png" if name == "report" else "", docs_size=(700, 2300),
        )
        for name, template, found, choices in shown
    ]  # fmt: skip


def echo(language: str) -> Echo:
    """A partial answer with a doubt and a complaint."""
    answer = Answer(
        survey="Q-2026", invitation="Q-2026-00017", mail_id=1, at=NOW, standing=Standing.COUNTED,
        reading=Reading(
            marks=(("channels", 5), ("attitude", 4), ("progress", 1), ("competence", 4)),
            remarks=(("progress", "每次都要自己打电话问。"),),
            unclear=(("solution", "4-5"),),
        ),
    )  # fmt: skip
    found = stand((answer,), FORM)
    return Echo(
        survey=replace(SURVEY, state=State.RUNNING),
        read=read_back(FORM, found),
        remarks=remarks(FORM, found, language),
        doubts=doubts(FORM, found, language),
        questions=found.missing(FORM),
        is_complete=False,
        is_late=False,
        complaint="C-2026-00042",
    )


if __name__ == "__main__":
    write((picture for language in ("zh", "en") for picture in pictures(language)), NOW)
