"""Domain values (frozen dataclasses, enums, tuples, mappings, bytes) as JSON and back, so that a customer's state outlives the process."""

from __future__ import annotations

import base64
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from kiosk.domain.errors import ErrorCode, KioskBug, KioskError, StoreFault
from kiosk.ports import Json

T = TypeVar("T")


def to_json(value: object) -> Json:
    """Raises KioskBug for a value of another kind."""
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(to_json(key)): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    raise KioskBug(f"{type(value).__name__} is no value that can be stored")


def from_json(kind: type[T], data: Json) -> T:
    """What `to_json` wrote. Members that are missing take their defaults: an older record stays readable.

    Raises StoreFault(STORE_DAMAGED) when it is not a value of this kind.
    """
    try:
        return typing.cast(T, _value(kind, data))
    except (TypeError, ValueError, KeyError) as error:
        raise _damaged(kind) from error


def _damaged(kind: object) -> KioskError:
    return StoreFault(ErrorCode.STORE_DAMAGED, f"what is stored is no {getattr(kind, '__name__', 'value')}")


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, data: Json) -> object:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        kinds = [one for one in get_args(kind) if one is not types.NoneType]
        return None if data is None else _value(kinds[0], data)
    if origin is tuple:
        return _tuple(get_args(kind), data)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(data, dict):
            raise TypeError("an object is wanted")
        key_kind, item_kind = get_args(kind)
        return {_value(key_kind, key): _value(item_kind, item) for key, item in data.items()}
    if kind is bytes:
        if not isinstance(data, str):
            raise TypeError("bytes are wanted")
        return base64.b64decode(data, validate=True)
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(data, dict):
            raise TypeError("an object is wanted")
        hints = _hints(kind)
        return kind(**{name: _value(hints[name], item) for name, item in data.items() if name in hints})
    return _plain(kind, data)


def _tuple(kinds: tuple[Any, ...], data: Json) -> tuple[object, ...]:
    if not isinstance(data, list):
        raise TypeError("a list is wanted")
    if len(kinds) == 2 and kinds[1] is ...:
        return tuple(_value(kinds[0], item) for item in data)
    return tuple(_value(kind, item) for kind, item in zip(kinds, data, strict=True))


def _plain(kind: Any, data: Json) -> object:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if kind in (str, int, bool) and type(data) is kind:
        return data
    raise TypeError(f"{type(data).__name__} is not {kind}")
