"""Faults of the configuration: where, what stands there, what is wrong, what to do. Never a secret.

`from_pydantic` turns what pydantic found into these; `missing` and `Fault` serve the checks of our own.
"""

import difflib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

VALUE_CHARS_MAX = 80
HIDDEN = "(not shown)"
_SECRET_WORDS = ("password", "passwd", "secret", "token", "key")
_HARMLESS_ENDS = ("_env", "_file", "_days")
_PLACES = {"password": "password_env or password_file", "token_keys": "token_keys_env or token_keys_file"}
_HINTS = {
    "tuple_type": "write a list: [ … ], or with doubled brackets, [[…]], for tables that repeat",
    "model_type": "this is a table: write its keys under its name in brackets",
    "zoneinfo_str": 'give an IANA time zone, such as "Asia/Shanghai" or "Europe/London"',
}

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; `str` gives it in two lines."""

    path: str
    """Dotted, such as 'mailbox[1].port' (the first [[mailbox]]), or a file with its line."""
    value: str = ""
    """As written, shortened; '' when nothing stands there."""
    problem: str
    hint: str
    """What to do."""

    def __str__(self) -> str:
        found = f" = {self.value}" if self.value else ""
        return f"{self.path}{found}: {self.problem}\n    {self.hint}"


class ConfigFaults(Exception):
    """The configuration cannot be used; every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def dotted(location: Location) -> str:
    """The place as it is printed; the items of a list are counted from 1."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")


def missing(path: str, hint: str) -> Fault:
    """A key that must be filled in and is not."""
    return Fault(path=path, problem="is missing", hint=hint)


def shown(value: object, key: str = "") -> str:
    """The value as a fault may show it: short, of tables only the keys, nothing that may be a secret."""
    if any(word in key for word in _SECRET_WORDS) and not key.endswith(_HARMLESS_ENDS):
        return HIDDEN
    if isinstance(value, Mapping):
        return f"a table with {', '.join(map(str, value)) or 'no keys'}"[:VALUE_CHARS_MAX]
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= VALUE_CHARS_MAX else text[:VALUE_CHARS_MAX] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'did you mean "…"?', or the known words when none is near."""
    known = tuple(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(known)}"


def from_pydantic(trouble: ValidationError, root: type[BaseModel]) -> Iterator[Fault]:
    """One fault for each error; texts of pydantic's own only where they are plain enough."""
    for error in trouble.errors(include_url=False, include_context=True):
        location = error["loc"]
        key = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
        problem, hint = _told(error, root)
        value = HIDDEN if _may_be_secret(error, key) else shown(error["input"], key)
        yield Fault(path=dotted(location), value=value, problem=problem, hint=hint + _origin(location))


def _may_be_secret(error: ErrorDetails, key: str) -> bool:
    """A password written where the name of a variable belongs."""
    return error["type"] == "value_error" and key.endswith("_env")


def _told(error: ErrorDetails, root: type[BaseModel]) -> tuple[str, str]:
    context = error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        return "unknown key", _near_key(error["loc"], root)
    if error["type"] == "literal_error":
        allowed = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
        return "is none of the allowed words", did_you_mean(str(error["input"]), allowed)
    if error["type"] == "value_error":
        return str(context["error"]), "correct it; config.toml explains every key"
    return "has the wrong type or range", _HINTS.get(error["type"], error["msg"])


def _near_key(location: Location, root: type[BaseModel]) -> str:
    """What was meant by an unknown key: one of the same table, else one of another."""
    key, section = str(location[-1]), model_at(location[:-1], root)
    if key in _PLACES and section is not None and f"{key}_env" in section.model_fields:
        return f"secrets do not stand in this file; use {_PLACES[key]}"
    known = tuple(section.model_fields) if section else ()
    elsewhere = [name for name in root.model_fields if key in _fields(name, root)]
    if elsewhere and not difflib.get_close_matches(key, known, n=1):
        return f"it belongs under [{elsewhere[0]}]"
    return did_you_mean(key, known)


def _fields(name: str, root: type[BaseModel]) -> Mapping[str, Any]:
    section = model_at((name,), root)
    return section.model_fields if section else {}


def model_at(location: Location, root: type[BaseModel]) -> type[BaseModel] | None:
    """The type of the table at a place; None when there is none."""
    model: type[BaseModel] = root
    for part in location:
        if isinstance(part, int):
            continue
        info = model.model_fields.get(part)
        kinds = (info.annotation, *get_args(info.annotation)) if info else ()
        found = next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)
        if found is None:
            return None
        model = found
    return model


def _origin(location: Location) -> str:
    """Where the value comes from when it is not the file."""
    names = [part for part in location if isinstance(part, str)]
    for depth in range(len(names), 0, -1):
        variable = "OMBUD_" + "__".join(names[:depth]).upper()
        if variable in os.environ:
            return f" (set by the environment variable {variable})"
    return ""


def unreadable(path: str, file: Path, trouble: OSError) -> Fault:
    """A file that is named in the configuration and cannot be read."""
    return Fault(
        path=path,
        value=shown(str(file)),
        problem=f"cannot be read: {trouble.strerror}",
        hint="correct the path (relative to config.toml) or the permissions of the file",
    )
