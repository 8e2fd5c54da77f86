"""config.toml: what it gives, and what is said of each mistake (one folder each under tests/config)."""

import json
import os
import tomllib
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from pydantic import BaseModel

from ombud import config, mailboxes, mailroom, outlets, terms
from ombud.config import ConfigFaults, Settings
from ombud.faults import model_at

EXAMPLE = Path(__file__).parent.parent / "config.toml"
MISTAKES = Path(__file__).parent / "config"
SECRET = "geheim-4711"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OMBUD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OMBUD_IMAP_PASSWORD", "imap-pass")
    monkeypatch.setenv("OMBUD_SMTP_PASSWORD", "smtp-pass")


def faults_of(path: Path) -> str:
    with pytest.raises(ConfigFaults) as caught:
        config.load(path)
    return str(caught.value).replace(str(path.parent), "<folder>") + "\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("folder", sorted(MISTAKES.iterdir()), ids=lambda folder: folder.name)
def test_mistake_is_told_with_path_value_and_what_to_do(folder: Path) -> None:
    assert faults_of(folder / "config.toml") == (folder / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", sorted(MISTAKES.iterdir()), ids=lambda folder: folder.name)
def test_mistake_never_shows_a_secret(folder: Path) -> None:
    assert SECRET not in faults_of(folder / "config.toml")


def test_example_is_right_and_warns_of_nothing() -> None:
    assert config.load(EXAMPLE).warnings == ()


def uncommented(text: str) -> str:
    """The example with its commented keys made active."""
    lines = text.splitlines()
    keys = (
        "ca_file",
        "password_env",
        "password_file",
        "token_keys",
        "webhook",
        "readers",
        "words_file",
        "model",
        "form =",
        "[[vip.named]]",
        "address",
        "since",
        "until",
    )
    return "\n".join(
        line.removeprefix("# ") if line.startswith(tuple(f"# {key}" for key in keys)) else line
        for line in lines
    )


def test_export_that_anybody_could_forge_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUD_WORK_ORDERS__SENDERS", '["itsm@corp.example"]')
    assert [warning.partition(":")[0] for warning in config.load(EXAMPLE).warnings] == ["work_orders.senders"]
    monkeypatch.setenv("OMBUD_TRUST__AUTHSERV_ID", "mx.corp.example")
    assert config.load(EXAMPLE).warnings == ()


def keys_of(model: type[BaseModel], place: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for name in model.model_fields:
        inner = model_at((name,), model)
        found |= keys_of(inner, (*place, name)) if inner else {(*place, name)}
    return found


def keys_in(data: object, place: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    if isinstance(data, dict):
        return set().union(*(keys_in(value, (*place, key)) for key, value in data.items()))
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return keys_in(data[0], place)
    return {place}


def test_example_explains_every_key() -> None:
    data = tomllib.loads(uncommented(EXAMPLE.read_text(encoding="utf-8")))
    assert keys_in(data) == keys_of(Settings)


def test_example_shows_the_defaults_where_it_says_so() -> None:
    example, defaults = config.load(EXAMPLE), Settings()
    for section in (
        "vip",
        "trust",
        "process",
        "worktime",
        "limits",
        "grievance",
        "work_orders",
        "callbacks",
        "log",
        "report",
    ):
        assert getattr(example, section) == getattr(defaults, section), section


def test_sample_company_is_that_of_the_example() -> None:
    sample, example = config.sample(), config.load(EXAMPLE)
    assert sample.roles == example.roles
    assert sample.directory == example.directory


def test_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUD_SMTP__HOST", "127.0.0.1")
    monkeypatch.setenv("OMBUD_SMTP__PORT", "2525")
    monkeypatch.setenv("OMBUD_WORK_ORDERS__SENDERS", '["itsm@corp.example"]')
    settings = config.load(EXAMPLE)
    assert (settings.smtp.host, settings.smtp.port) == ("127.0.0.1", 2525)
    assert settings.smtp.user == "it-desk@corp.example"
    assert settings.work_orders.senders == ("itsm@corp.example",)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OMBUD_LOG__LEVEL", "loud", "set by the environment variable OMBUD_LOG__LEVEL"),
        ("OMBUD_SMPT__HOST", "x", 'did you mean "SMTP"?'),
        ("OMBUD_SMTP__HOTS", "x", 'did you mean "host"?'),
        ("OMBUD_MAILBOX", "[{", "written as JSON"),
    ],
)
def test_environment_with_a_mistake_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said in faults_of(EXAMPLE)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = (MISTAKES / "role_not_in_directory" / "config.toml").read_text(encoding="utf-8")
    sample = Path(config.__file__).parent / "sample"
    text = text.replace("../../../ombud/sample", str(sample)).replace("[smtp]", "[smtp]\nport = 0")
    said = faults_of(written(tmp_path, text + '\n[vip]\nfrom_zh = "总监级"\n'))
    for path in ("smtp.port", "roles.service_desk[2]", "roles.it_service_manager", "vip.from_zh"):
        assert f"{path} = " in said, said


def test_each_wrong_item_of_a_list_is_told_once(tmp_path: Path) -> None:
    senders = ", ".join(f'"{name}"' for name in ["a@corp.example", *(f"wrong{n}" for n in range(12))])
    said = faults_of(written(tmp_path, f"[work_orders]\nsenders = [{senders}]\n"))
    assert said.count("is not an e-mail address") == 12
    assert 'work_orders.senders[13] = "wrong11"' in said


def test_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    assert "is larger than" in faults_of(written(tmp_path, "#" * 1_000_001))


def test_missing_file_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in faults_of(tmp_path / "config.toml")


def test_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace('"ombud/sample/', f'"{EXAMPLE.parent}/ombud/sample/')
    written(tmp_path, "\ufeff" + text)
    assert config.load(tmp_path / "config.toml").store.url == f"sqlite:///{tmp_path}/data/ombud.db"


def test_secrets_are_not_asked_for_where_no_server_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMBUD_IMAP_PASSWORD")
    assert config.load(EXAMPLE, needs_secrets=False).mailbox[0].password_env == "OMBUD_IMAP_PASSWORD"


@pytest.mark.parametrize(
    ("host", "count"),
    [("127.0.0.1", 0), ("::1", 0), ("[::1]", 0), ("localhost", 0), ("imap.corp.example", 1), ("10.0.0.1", 1)],
)
def test_plain_connection_is_warned_of_unless_it_stays_on_the_machine(
    monkeypatch: pytest.MonkeyPatch, host: str, count: int
) -> None:
    monkeypatch.setenv("OMBUD_SMTP__HOST", host)
    monkeypatch.setenv("OMBUD_SMTP__SECURITY", "plain")
    assert len(config.load(EXAMPLE).warnings) == count


def test_accounts_carry_password_and_default_port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "smtp.secret"
    secret.write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("OMBUD_SMTP__PASSWORD_FILE", str(secret))
    monkeypatch.setenv("OMBUD_SMTP__PASSWORD_ENV", "")
    monkeypatch.setenv("OMBUD_SMTP__SECURITY", "starttls")
    monkeypatch.setenv("OMBUD_SMTP__PORT", "587")
    settings = config.load(EXAMPLE)
    imap, smtp = mailboxes.accounts(settings)[0], outlets.smtp(settings)
    assert (imap.name, imap.host, imap.port, imap.password) == ("desk", "imap.corp.example", 993, "imap-pass")
    assert (smtp.port, smtp.password, smtp.envelope_sender) == (587, "from the file", "it-desk@corp.example")


def test_ports_follow_the_security(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [
        {"name": name, "address": "a@corp.example", "host": "localhost", "security": name,
         "password_env": "OMBUD_IMAP_PASSWORD"}
        for name in ("tls", "starttls", "plain")
    ]  # fmt: skip
    monkeypatch.setenv("OMBUD_MAILBOX", json.dumps(boxes))
    accounts = mailboxes.accounts(config.load(EXAMPLE))
    assert [account.port for account in accounts] == [993, 143, 143]
    assert {account.user for account in accounts} == {"a@corp.example"}


def test_calendar_has_office_hours_holidays_and_makeup_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUD_WORKTIME__EXTRA_WORKDAYS", '["2026-10-02"]')
    monkeypatch.setenv("OMBUD_WORKTIME__EXTRA_HOLIDAYS", '["2026-12-31"]')
    calendar = terms.calendar(config.load(EXAMPLE), 2026)
    days = {
        "2026-10-01": False,  # National Day
        "2026-10-02": True,  # a holiday that this company works
        "2026-10-10": True,  # a Saturday worked for it (调休)
        "2026-10-11": False,  # a Sunday
        "2026-12-31": False,  # the company's own day off
    }
    for day, is_workday in days.items():
        assert calendar.is_workday(datetime.fromisoformat(day).date()) is is_workday, day
    assert calendar.hours[0] == ((time(9), time(12)), (time(13, 30), time(18)))


def test_rules_and_limits_are_those_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUD_PROCESS__ACCEPT_HOURS", "2.5")
    monkeypatch.setenv("OMBUD_PROCESS__FEEDBACK", "automatic")
    monkeypatch.setenv("OMBUD_LIMITS__TRIES", "5")
    settings = config.load(EXAMPLE)
    rules = terms.rules(settings, datetime(2026, 11, 24, tzinfo=UTC))
    assert (rules.accept_hours, rules.is_feedback_automatic) == (2.5, True)
    assert mailroom.limits(settings).tries == 5
