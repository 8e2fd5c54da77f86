"""The weights of `classify/tone.toml`, made from the tuning half of the labelled mails.

A logistic regression over the pieces of `classify.tone`; scikit-learn does the sums, the file is read without it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from classify.simplified import simplified
from classify.tone import STEADY, Tone, pieces
from classify.words import normal
from tests.labelled.sets import LabelledMail

FILE = Path(__file__).parents[2] / "classify" / "tone.toml"
MAILS_MIN = 2
"""A piece that fewer mails hold is left out."""
STRENGTH = 0.2
"""Inverse of the regularisation."""
WEIGHT_MIN = 0.1
HEAD = """\
# How complaints sound: weights of small pieces of text, see classify/tone.py. Above 0 for a complaint.
# Made by `python -m tests.labelled fit` from the tuning half of tests/labelled/grievance.jsonl; not edited by hand.
# A file of one's own, named in config.toml under [grievance] words_file, may replace any of them: [tone.weights].
"""


def fit(mails: Sequence[LabelledMail]) -> Tone:
    """The weights that tell these mails apart best."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    found = [set(pieces(simplified(normal(f"{mail.subject}\n{mail.text}")))) for mail in mails]
    held = Counter(piece for text in found for piece in text)
    # A rare piece tells more than one that stands everywhere.
    rarity = {
        piece: math.log((1 + len(mails)) / (1 + count)) + 1
        for piece, count in sorted(held.items())
        if count >= MAILS_MIN
    }
    places = {piece: at for at, piece in enumerate(rarity)}
    columns = [[piece for piece in sorted(text) if piece in rarity] for text in found]
    values = [rarity[piece] / math.sqrt(len(known) + STEADY) for known in columns for piece in known]
    starts = [0]
    for known in columns:
        starts.append(starts[-1] + len(known))
    matrix = csr_matrix(
        (values, [places[p] for known in columns for p in known], starts), (len(mails), len(places))
    )
    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3_000)
    regression.fit(matrix, [mail.is_complaint for mail in mails])
    weights = zip(rarity.items(), regression.coef_[0].tolist(), strict=True)
    return Tone(
        weights={p: round(w * r, 2) for (p, r), w in weights if abs(w * r) >= WEIGHT_MIN},
        intercept=round(float(regression.intercept_[0]), 3),
    )


def write(tone: Tone) -> None:
    """The weights as a file, the heaviest first on either side."""
    ordered = sorted(tone.weights.items(), key=lambda one: (-one[1], one[0]))
    lines = [f'"{piece}" = {weight}' for piece, weight in ordered]
    FILE.write_text(f"{HEAD}\nintercept = {tone.intercept}\n\n[weights]\n" + "\n".join(lines) + "\n", "utf-8")
