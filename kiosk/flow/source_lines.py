"""Where in a TOML text something stands. tomllib gives values without lines, and whoever mends a file needs the line."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A key in a file: `table` "" for the top, else the name between brackets; `number` which of several [[table]], from 0."""

    table: str = ""
    number: int = 0
    key: str = ""


_TABLE = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(?:#.*)?$")


def line_of(text: str, place: Place) -> int:
    """The line, from 1, where the key stands; where its table begins when the key is not there; 1 when neither is."""
    table, number, begun = "", 0, 1 if not place.table else 0
    seen: dict[str, int] = {}
    for line, words in enumerate(text.splitlines(), 1):
        found = _TABLE.match(words)
        if found is not None:
            table = found.group(1)
            number = seen.get(table, 0)
            seen[table] = number + 1
            if (table, number) == (place.table, place.number):
                begun = line
        elif (table, number) == (place.table, place.number if table else 0) and place.key and _is_key(words, place.key):
            return line
    return begun or 1


def _is_key(words: str, key: str) -> bool:
    return re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", words) is not None
