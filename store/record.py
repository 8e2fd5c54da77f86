"""Dataclasses of ours as JSON and back, exact: what was written is what is read.

Unknown keys are left out on reading, so that a record written by a newer program still opens; missing
ones take the dataclass's default.
"""

import dataclasses
import types
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A dataclass (or part of one) as what JSON knows; times in ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return [to_json(item) for item in value] if isinstance(value, tuple) else value


def from_json(kind: type[T], data: dict[str, Any]) -> T:
    """The dataclass that `to_json` wrote."""
    hints = _hints(cast(Any, kind))
    return kind(**{name: _value(hints[name], value) for name, value in data.items() if name in hints})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(cast(Any, kind))


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], item) for item in value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_json(hint, value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
