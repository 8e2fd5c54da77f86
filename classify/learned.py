"""What was learnt from the desk's answers: a linear model over hashed character n-grams.

`ombud learn` makes it (`ombud/learn.py`); loading and asking it need nothing but the standard library. It
moves only the band in which the desk is asked: a certain yes of the rules stays yes, an ordinary mail that
looks much like those that the desk called complaints is asked about, and a doubtful one that looks like
nothing the desk ever called one is not. It is kept as JSON, never as a pickle: reading it runs nothing.
Linear in the text, bounded by `CHARS_MAX`.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from classify.grievance import Grievance
from classify.words import normal

FORMAT = "ombud-learned-1"
CHARS_MAX = 2_000
GRAM_CHARS_MAX = 4
BUCKETS = 1 << 18
"""N-grams are counted by hash (crc32), so that no word of a mail stands in the file."""
FILE_BYTES_MAX = 20_000_000


class NoModel(Exception):
    """The file holds no model that can be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights by bucket, and the probabilities from which a mail is moved."""

    weights: dict[int, float]
    intercept: float
    raise_at: float
    """At least this likely a complaint: an ordinary mail is asked about."""
    lower_at: float
    """At most this likely: a doubtful mail is not asked about."""
    labels: int = 0
    """How many answers it was made from."""

    def probability(self, subject: str, text: str) -> float:
        """How likely it is that the desk would call this a complaint, 0 to 1."""
        total = self.intercept + sum(self.weights.get(n, 0.0) * x for n, x in features(subject, text).items())
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def features(subject: str, text: str) -> dict[int, float]:
    """Buckets of the n-grams (1 to 4 characters inside of words) and their share; of length one."""
    buckets = {crc32(gram.encode("utf-8", "replace")) % BUCKETS for gram in _grams(subject, text)}
    share = 1 / math.sqrt(len(buckets)) if buckets else 0.0
    return dict.fromkeys(buckets, share)


def _grams(subject: str, text: str) -> Iterable[str]:
    """N-grams within words, whose edges are marked by a space (as scikit-learn's char_wb)."""
    words = set(normal(f"{subject}\n{text}"[:CHARS_MAX]).split())
    for word in words:
        padded = f" {word} "
        for length in range(1, GRAM_CHARS_MAX + 1):
            for at in range(max(1, len(padded) - length + 1)):
                yield padded[at : at + length]


def moved(judged: Grievance, model: Model, subject: str, text: str) -> Grievance:
    """The rules' verdict, moved into or out of the band of doubt where the model is sure enough."""
    if judged.verdict == "yes":
        return judged
    likely = model.probability(subject, text)
    if judged.verdict == "no" and likely >= model.raise_at:
        return replace(
            judged, verdict="ask", reasons=(_said(likely, "raised to ask", model), *judged.reasons)
        )
    if judged.verdict == "ask" and likely <= model.lower_at:
        return replace(judged, verdict="no", reasons=(_said(likely, "not asked", model), *judged.reasons))
    return judged


def _said(likely: float, what: str, model: Model) -> str:
    return f"learned from {model.labels} answers: {likely:.2f}, {what}"


def save(model: Model, path: Path) -> None:
    """The model as a file, whole or not at all."""
    content = {
        "format": FORMAT,
        "labels": model.labels,
        "intercept": model.intercept,
        "raise_at": model.raise_at,
        "lower_at": model.lower_at,
        "weights": {str(bucket): round(weight, 4) for bucket, weight in model.weights.items()},
    }
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_text(json.dumps(content), encoding="ascii")
    unfinished.replace(path)


def load(path: Path) -> Model:
    """The model of a file. Raises OSError, NoModel."""
    with path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise NoModel(f"is larger than {FILE_BYTES_MAX} bytes")
    try:
        data = json.loads(content)
        if data["format"] != FORMAT:
            raise NoModel("was made by another version of `ombud learn`")
        weights = {int(bucket): float(weight) for bucket, weight in data["weights"].items()}
        numbers = [float(data[name]) for name in ("intercept", "raise_at", "lower_at")]
        labels = int(data["labels"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as trouble:
        raise NoModel("is no model of `ombud learn`") from trouble
    if not all(map(math.isfinite, (*weights.values(), *numbers))):
        raise NoModel("holds numbers that are none")
    intercept, raise_at, lower_at = numbers
    return Model(weights=weights, intercept=intercept, raise_at=raise_at, lower_at=lower_at, labels=labels)
