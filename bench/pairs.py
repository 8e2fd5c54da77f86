"""How well 'the same matter as before' is told: `python -m bench.pairs [FILE]` prints precision and recall.

Each line of the table is an earlier complaint and a new one of the same person, and whether people hold them to be
on one matter. One half was used to choose the thresholds, the other is only measured. A pair that is put to the
desk is neither merged nor missed: somebody decides.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from classify.escalation import Account, Likeness, likeness

TABLE = Path(__file__).parents[1] / "tests" / "labelled" / "pairs.jsonl"
HALVES = ("tune", "held_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A pair of the table, what people say of it and what the program says."""

    id: str
    half: str
    language: str
    is_same: bool
    verdict: Likeness
    evidence: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of a set of pairs; shares of 0 to 1."""

    pairs: int
    merged: int
    """By the program itself."""
    false_merges: int
    asked: int
    """Put to the desk."""
    missed: int
    """On one matter, and nobody is asked."""
    same: int
    """On one matter, as people say."""

    @property
    def precision(self) -> float:
        """Of those merged, how many rightly."""
        return 1 - self.false_merges / self.merged if self.merged else 1.0

    @property
    def recall(self) -> float:
        """Of those on one matter, how many were merged without asking."""
        return (self.merged - self.false_merges) / self.same if self.same else 1.0

    @property
    def found(self) -> float:
        """Of those on one matter, how many were merged or put to the desk."""
        return 1 - self.missed / self.same if self.same else 1.0


def judged(path: Path = TABLE) -> tuple[Judged, ...]:
    """Every pair of the table, judged."""
    return tuple(_judged(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line)


def _judged(pair: dict[str, object]) -> Judged:
    new, earlier = _accounts(pair)
    verdict, evidence = likeness(new, earlier)
    return Judged(
        id=str(pair["id"]),
        half=str(pair["half"]),
        language=str(pair["lang"]),
        is_same=bool(pair["same"]),
        verdict=verdict,
        evidence=evidence,
        subject=f"{earlier.subject} | {new.subject}",
    )


def _accounts(pair: dict[str, object]) -> tuple[Account, Account]:
    orders = pair.get("work_orders", ("", ""))
    assert isinstance(orders, list | tuple)
    texts = [pair[name] for name in ("new", "earlier")]
    new, earlier = (Account(**text, work_order=o) for text, o in zip(texts, orders, strict=True))  # type: ignore[arg-type]
    return new, earlier


def measured(pairs: tuple[Judged, ...]) -> Measured:
    """The figures of some pairs."""
    merged = [pair for pair in pairs if pair.verdict is Likeness.SAME]
    return Measured(
        pairs=len(pairs),
        merged=len(merged),
        false_merges=sum(not pair.is_same for pair in merged),
        asked=sum(pair.verdict is Likeness.DOUBTFUL for pair in pairs),
        missed=sum(pair.is_same and pair.verdict is Likeness.DIFFERENT for pair in pairs),
        same=sum(pair.is_same for pair in pairs),
    )


def main(path: Path) -> None:
    """Prints the figures, and every pair that was not told rightly by the program alone."""
    pairs = judged(path)
    for half in HALVES:
        found = measured(tuple(pair for pair in pairs if pair.half == half))
        print(
            f"{half:9} {found.pairs} pairs, {found.same} on one matter: merged {found.merged}, of them wrongly "
            f"{found.false_merges}; asked {found.asked}; missed {found.missed} · precision {found.precision:.2f}, "
            f"recall {found.recall:.2f}, with the desk's help {found.found:.2f}"
        )
    for pair in pairs:
        expected = Likeness.SAME if pair.is_same else Likeness.DIFFERENT
        if pair.verdict is not expected:
            print(f"  {pair.id} {pair.half:9} {pair.verdict.value:9} {pair.subject}  ({pair.evidence})")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TABLE)
