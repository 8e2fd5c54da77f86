"""The dependency audit: what is found fails, what could not be asked is said."""

import pytest

from tests import audit

SOUND = {"name": "sound", "version": "1", "vulns": []}
HURT = {"name": "hurt", "version": "2", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "code", "last"),
    [
        ([], 0, "audit: no advisories could be had, nothing was audited"),
        ([SOUND, UNKNOWN], 0, "audit: 0 known vulnerabilities in 1 dependencies, 1 without advisories"),
        ([SOUND, HURT], 1, "audit: 2 known vulnerabilities in 2 dependencies, 0 without advisories"),
    ],
)
def test_audit(
    found: list[dict[str, object]],
    code: int,
    last: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(audit, "_dependencies", lambda: found)
    assert audit.main() == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == last
    assert ("hurt 2: PYSEC-1, PYSEC-2" in lines) == bool(code)
