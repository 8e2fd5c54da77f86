"""Golden results: what `ombud explain --json` says of every message under tests/mail, word for word.

`tests/golden/<folder>/<message>.json` belongs to `tests/mail/<folder>/<message>.eml`. They are renewed by
`python -m tests.golden`, which prints every difference: read them before they are committed.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classify import questionnaire
from ombud import config, wiring
from ombud.explain import Setting, record

GOLDEN = Path(__file__).parent
MAIL = GOLDEN.parent / "mail"
_SETTINGS = config.sample()
_SETTING = Setting(
    settings=_SETTINGS,
    organisation=config.organisation(_SETTINGS),
    words=wiring.word_lists(_SETTINGS),
    form=questionnaire.load(_SETTINGS.survey.form),
    now=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
)


def messages() -> list[Path]:
    """Every message that has a golden result, or should have one."""
    return sorted(MAIL.rglob("*.eml"))


def golden_of(message: Path) -> Path:
    """Where the golden result of a message stands."""
    return GOLDEN / message.relative_to(MAIL).with_suffix(".json")


def result(message: Path, content: bytes) -> dict[str, Any]:
    """What is made of the message's bytes: independent of the day and of where the tests lie."""
    return dict(record(message.relative_to(MAIL).as_posix(), content, _SETTING))


def written(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"
