"""The configuration read and checked.

`load` gives `Settings` or raises `ConfigFaults` with all faults at once. Order of precedence:
environment (OMBUD_<SECTION>__<KEY>), file, defaults.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from classify.people import Organisation
from ombud import coherence
from ombud.faults import ConfigFaults, Fault, Location, did_you_mean, from_pydantic, unreadable
from ombud.roster import Roster
from ombud.settings import Settings

__all__ = ["ConfigFaults", "Fault", "Settings", "load", "sample"]

FILE_BYTES_MAX = 1_000_000
VALIDATIONS_MAX = 3
"""A wrong value is left out and the rest checked again; what is left then is told without the rest."""

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path, *, needs_secrets: bool = True) -> Settings:
    """The settings of a file and the environment. Raises ConfigFaults.

    Without `needs_secrets` the passwords and keys themselves are not asked for: commands that talk to
    no server run without them.
    """
    environment, faults = _environment()
    settings, wrong = _validated(_merged(_parsed(path), environment))
    settings = _anchored(settings, path.absolute().parent)
    faults += wrong
    told = {fault.path for fault in faults}
    faults += [fault for fault in coherence.faults(settings, needs_secrets) if not _is_told(fault.path, told)]
    if faults:
        raise ConfigFaults(faults)
    return settings


def sample() -> Settings:
    """Defaults, with the people and roles of the sample company: for commands that need no file."""
    folder = Path(str(files("ombud"))) / "sample"
    settings, _ = _validated(_parsed(folder / "sample.toml"))
    return _anchored(settings, folder)


def _is_told(path: str, told: set[str]) -> bool:
    """Whether a wrong value was left out here: that it is now missing is no news."""
    return any(path == known or path.startswith((f"{known}.", f"{known}[")) for known in told)


def _parsed(path: Path) -> dict[str, Any]:
    """The file as TOML. Raises ConfigFaults with the one fault that keeps it from being read."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise _unusable(path.name, f"is larger than {FILE_BYTES_MAX} bytes", "is it the right file?")
        # QUIRK: Windows editors put a byte order mark in front, which TOML does not know.
        return tomllib.loads(content.decode("utf-8-sig"))
    except OSError as trouble:
        raise ConfigFaults([unreadable(str(path), path, trouble)]) from trouble
    except UnicodeDecodeError as trouble:
        line = trouble.object[: trouble.start].count(b"\n") + 1
        raise _unusable(f"{path.name}, line {line}", "is not UTF-8", "save the file as UTF-8") from trouble
    except tomllib.TOMLDecodeError as trouble:
        hint = "correct the line; texts stand in quotes, a backslash in them is doubled"
        raise _unusable(path.name, f"is no TOML: {trouble}", hint) from trouble


def _unusable(path: str, problem: str, hint: str) -> ConfigFaults:
    return ConfigFaults([Fault(path=path, problem=problem, hint=hint)])


def _environment() -> tuple[dict[str, Any], list[Fault]]:
    """What OMBUD_<SECTION>__<KEY> sets, and the faults in it."""
    faults = list(_strange_variables())
    try:
        return EnvSettingsSource(Settings)(), faults
    except SettingsError as trouble:
        hint = "lists and tables are written as JSON in the environment"
        return {}, [*faults, Fault(path="environment", problem=str(trouble), hint=hint)]


def _strange_variables() -> Iterator[Fault]:
    """Variables that look like overrides and override nothing."""
    sections = tuple(name.upper() for name in Settings.model_fields)
    for name in sorted(os.environ):
        section, is_override, _ = name.removeprefix("OMBUD_").partition("__")
        if name.startswith("OMBUD_") and is_override and section.upper() not in sections:
            hint = did_you_mean(section.upper(), sections)
            yield Fault(path=name, problem="sets a section that does not exist", hint=hint)


def _merged(under: Any, over: Any) -> Any:
    """`over` laid upon `under`: tables key by key, everything else whole."""
    if not (isinstance(under, dict) and isinstance(over, Mapping)):
        return over
    return under | {key: _merged(under.get(key), value) for key, value in over.items()}


def _validated(data: dict[str, Any]) -> tuple[Settings, list[Fault]]:
    """The settings of what is right, and the faults of what is not."""
    faults: list[Fault] = []
    for _ in range(VALIDATIONS_MAX):
        try:
            return Settings(**data), faults
        except ValidationError as trouble:
            faults += from_pydantic(trouble, Settings)
            # From the back, so that the items of a list keep their numbers.
            for location in sorted((error["loc"] for error in trouble.errors()), key=_order, reverse=True):
                _leave_out(data, location)
    raise ConfigFaults(faults)


def _order(location: Location) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (0, part) for part in location]


def _leave_out(data: Any, location: Location) -> None:
    """Removes the value at a place, or the nearest one around it that is there."""
    *around, last = location
    for part in around:
        inner = data[part] if _has(data, part) else None
        if not isinstance(inner, dict | list):
            last = part
            break
        data = inner
    if _has(data, last):
        del data[last]


def _has(data: Any, part: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return part in data


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative paths made absolute, from the folder of the file."""
    settings = _with_paths(settings, folder)
    try:
        url = make_url(settings.store.url)
    except ArgumentError:  # told by `coherence`
        return settings
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str(folder / url.database))
    store = settings.store.model_copy(update={"url": url.render_as_string(hide_password=False)})
    return settings.model_copy(update={"store": store})


def _with_paths(model: Model, folder: Path) -> Model:
    return model.model_copy(update={name: _with_folder(value, folder) for name, value in model})


def _with_folder(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value.expanduser()
    if isinstance(value, BaseModel):
        return _with_paths(value, folder)
    return tuple(_with_folder(item, folder) for item in value) if isinstance(value, tuple) else value


def organisation(settings: Settings) -> Organisation:
    """The directory with its roles, as the files stand now."""
    return Roster(settings)()
