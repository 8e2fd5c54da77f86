"""`ombud learn`: the desk's answers (and labelled files) become the model that moves the "ask" band.

Figures are cross-validated: each text is judged by a model that never saw it. With fewer than `LABELS_MIN`
texts, or than `EACH_MIN` of a kind, nothing is written: such a model would only look learned.
Trained with scikit-learn (extra `ml`); what is written is read without it (`classify/learned.py`).
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, make_url

from classify.learned import Model, features, save
from ingest.parse import parse
from ombud.settings import Settings
from store import database, labels, schema

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

LABELS_MIN = 100
EACH_MIN = 20
"""Of complaints, and of ordinary mails."""
FOLDS = 5
STRENGTH = 20.0
"""Inverse of the regularisation (C of the logistic regression); features are of length one."""
ITERATIONS_MAX = 1_000
RAISED_SHARE_MAX = 0.02
"""At most this share of the ordinary mails is raised to a question…"""
RAISED_FROM = 0.5
LOWERED_SHARE_MAX = 0.005
"""…and at most this share of the complaints would be asked about no more."""
LOWERED_TO = 0.2
WEIGHT_MIN = 5e-5
"""Smaller weights are left out of the file."""
LINE_CHARS_MAX = 200_000
LABELS = {"complaint": True, "ordinary": False}
FILE_NAME = "grievance.model.json"
EXIT_FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text and what a person said that it is."""

    subject: str
    text: str
    is_complaint: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well it does on texts that it never saw; shares, 0 to 1."""

    complaints: int
    ordinary: int
    precision: float
    recall: float
    raised: float
    """Share of the complaints that it would raise to a question, and…"""
    falsely_raised: float
    """…of the ordinary mails."""
    lowered: float
    """Share of the ordinary mails that it would keep from being asked about, and…"""
    falsely_lowered: float
    """…of the complaints."""


class CannotLearn(Exception):
    """Nothing was made; the text says why and what can be done."""


def run(settings: Settings, files: Sequence[Path], output: Path | None) -> int:
    """Learns, writes the model, prints the figures; the exit code."""
    path = output or settings.grievance.model or _data_folder(settings) / FILE_NAME
    try:
        samples = _distinct([*_answers(settings), *(s for file in files for s in labelled(file))])
        model, figures = learn(samples)
        save(model, path)
    except CannotLearn as trouble:
        print(trouble, file=sys.stderr)
        return EXIT_FAILED
    except OSError as trouble:
        print(f"{trouble.filename or path}: {trouble.strerror}", file=sys.stderr)
        return EXIT_FAILED
    print(_report(figures, model))
    print(f"已写入 / written: {path}")
    if settings.grievance.model is None:
        print(f'启用 / to use it, in config.toml: [grievance] model = "{path}"; then restart the service')
    return 0


def _data_folder(settings: Settings) -> Path:
    """Where the database lies; the current folder when it is on a server."""
    url = make_url(settings.store.url)
    is_file = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(str(url.database)).parent if is_file else Path()


def _answers(settings: Settings) -> list[Sample]:
    """What the desk said of the mails that it was asked about."""
    try:
        if "not made yet" in schema.check(settings.store.url):
            return []
        engine = database.open_database(settings.store.url)
    except database.DatabaseUnusable as trouble:
        raise CannotLearn(f"database: {trouble}") from trouble
    try:
        return list(answers_of_desk(engine))
    finally:
        engine.dispose()


def answers_of_desk(engine: Engine) -> Iterator[Sample]:
    """The mails that the desk answered about, as samples."""
    with database.reading(engine) as conn:
        for answer in labels.labelled(conn):
            mail = parse(answer.content)
            subject = mail.subject_base or mail.subject
            yield Sample(subject=subject, text=mail.own_text, is_complaint=answer.is_complaint)


def labelled(path: Path) -> Iterator[Sample]:
    """The rows of a labelled file. Raises OSError, CannotLearn."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(iter(lambda: file.readline(LINE_CHARS_MAX), ""), start=1):
            if line.strip():
                yield _sample(line, f"{path}, line {number}")


def _sample(line: str, place: str) -> Sample:
    try:
        row = json.loads(line)
        subject, text, is_complaint = str(row["subject"]), str(row["text"]), LABELS[row["label"]]
    except (ValueError, KeyError, TypeError, RecursionError) as trouble:
        hint = 'a line is {"subject": …, "text": …, "label": "complaint" or "ordinary"}'
        raise CannotLearn(f"{place}: cannot be read; {hint}") from trouble
    return Sample(subject=subject, text=text, is_complaint=is_complaint)


def _distinct(samples: Iterable[Sample]) -> list[Sample]:
    """Each text once, the first answer counts: a copy in another fold would flatter the figures."""
    found: dict[str, Sample] = {}
    for sample in samples:
        found.setdefault("".join(f"{sample.subject}\n{sample.text}".split()), sample)
    return list(found.values())


def learn(samples: Sequence[Sample]) -> tuple[Model, Figures]:
    """The model of all samples, and its cross-validated figures. Raises CannotLearn."""
    answers = [sample.is_complaint for sample in samples]
    complaints, ordinary = answers.count(True), answers.count(False)
    if len(samples) < LABELS_MIN or min(complaints, ordinary) < EACH_MIN:
        raise CannotLearn(
            f"样本不足，未生成模型 / too few answers, nothing was learned: {complaints} complaints and "
            f"{ordinary} ordinary; at least {LABELS_MIN} in all and {EACH_MIN} of each are needed"
        )
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_predict
    except ImportError as missing:
        hint = "install it with pip install 'ombud[ml]'"
        raise CannotLearn(f"`ombud learn` needs the extra ml, which is not installed: {hint}") from missing
    texts, buckets = _matrix(samples)
    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=ITERATIONS_MAX)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    likely = cross_val_predict(regression, texts, answers, cv=folds, method="predict_proba")[:, 1].tolist()
    regression.fit(texts, answers)
    bounds = _bounds(likely, answers)
    return replace(_model(regression, buckets, bounds), labels=len(samples)), _figures(
        likely, answers, bounds
    )


def _matrix(samples: Sequence[Sample]) -> "tuple[csr_matrix, list[int]]":
    """A row for each text and a column for each bucket that occurs; the buckets in that order."""
    from scipy.sparse import csr_matrix

    places: dict[int, int] = {}
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for sample in samples:
        found = features(sample.subject, sample.text)
        columns += (places.setdefault(bucket, len(places)) for bucket in found)
        values += found.values()
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(samples), len(places))), list(places)


def _bounds(likely: Sequence[float], answers: Sequence[bool]) -> tuple[float, float]:
    """(raise_at, lower_at): as near to each other as the shares of mistakes allow."""
    ordinary = sorted((p for p, is_one in zip(likely, answers, strict=True) if not is_one), reverse=True)
    complaints = sorted(p for p, is_one in zip(likely, answers, strict=True) if is_one)
    raise_at = max(RAISED_FROM, ordinary[int(len(ordinary) * RAISED_SHARE_MAX)] + 1e-6)
    lower_at = min(LOWERED_TO, complaints[int(len(complaints) * LOWERED_SHARE_MAX)] - 1e-6)
    return round(raise_at, 6), round(lower_at, 6)


def _model(regression: Any, buckets: Sequence[int], bounds: tuple[float, float]) -> Model:
    weights = zip(buckets, regression.coef_[0].tolist(), strict=True)
    return Model(
        weights={bucket: weight for bucket, weight in weights if abs(weight) >= WEIGHT_MIN},
        intercept=float(regression.intercept_[0]),
        raise_at=bounds[0],
        lower_at=bounds[1],
    )


def _figures(likely: Sequence[float], answers: Sequence[bool], bounds: tuple[float, float]) -> Figures:
    raise_at, lower_at = bounds
    of_complaints = [p for p, is_one in zip(likely, answers, strict=True) if is_one]
    of_ordinary = [p for p, is_one in zip(likely, answers, strict=True) if not is_one]
    hits, alarms = sum(p >= 0.5 for p in of_complaints), sum(p >= 0.5 for p in of_ordinary)
    return Figures(
        complaints=len(of_complaints),
        ordinary=len(of_ordinary),
        precision=hits / (hits + alarms) if hits + alarms else 0.0,
        recall=hits / len(of_complaints),
        raised=_share(of_complaints, above=raise_at),
        falsely_raised=_share(of_ordinary, above=raise_at),
        lowered=_share([-p for p in of_ordinary], above=-lower_at),
        falsely_lowered=_share([-p for p in of_complaints], above=-lower_at),
    )


def _share(values: Sequence[float], *, above: float) -> float:
    return sum(value >= above for value in values) / len(values)


def _report(f: Figures, model: Model) -> str:
    """The figures in words, each of texts that the model had not seen."""
    return "\n".join(
        (
            f"样本 / answers: {f.complaints} complaints, {f.ordinary} ordinary; {FOLDS}-fold cross-validation",
            f"精确率 / precision {f.precision:.1%}, 召回率 / recall {f.recall:.1%} (at probability 0.5)",
            f"改为询问 / raised to a question from {model.raise_at:.2f}: {f.raised:.1%} of complaints, "
            f"{f.falsely_raised:.1%} of ordinary",
            f"不再询问 / not asked below {model.lower_at:.2f}: {f.lowered:.1%} of ordinary, "
            f"{f.falsely_lowered:.1%} of complaints",
        )
    )
