"""How long what is kept, as `resources/retention.toml` says."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.erasure import DataKind
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.source_lines import Place, line_of

KEEP = "keep"
MOST_DAYS = 36_500

_KEYS = {
    "unfinished_days": "unfinished",
    "pictures_days": "pictures",
    "records_days": "records",
    "templates_days": "templates",
    "facts_days": "facts",
}


@dataclass(frozen=True, slots=True)
class Durations:
    """Days after the last step that the customer confirmed; None = kept until somebody asks. `facts`: the whole customer."""

    unfinished: int | None
    pictures: int | None
    records: int | None
    templates: int | None
    facts: int | None

    def of(self, kind: DataKind) -> int | None:
        days: int | None = getattr(self, kind.value)
        return days


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """`remote`: results are sent somewhere, and nothing that is not there yet is erased. `audit`: days of the audit chain."""

    default: Durations
    workflows: Mapping[str, Durations]
    audit: int | None
    remote: bool = False

    def of(self, workflow: str) -> Durations:
        return self.workflows.get(workflow, self.default)


def load_retention(path: Path, *, workflows: Collection[str] = ()) -> RetentionRules:
    """From a file.

    Args: `workflows` there are; a table for another one is refused, because a misspelt one would erase late. Empty = any.

    Raises BadInput: FILE_NOT_FOUND; WORKFLOW_INVALID with file, line and what is wrong there.
    """
    try:
        source = path.read_text("utf-8")
        data = tomllib.loads(source)
    except FileNotFoundError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path} is not there") from error
    except OSError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} is not TOML: {error}") from error
    return _Reader(path.name, source, frozenset(workflows)).read(data)


class _Reader:
    """Reads one file; the first mistake ends it."""

    def __init__(self, name: str, source: str, workflows: frozenset[str]) -> None:
        self._name = name
        self._source = source
        self._workflows = workflows

    def read(self, data: Mapping[str, object]) -> RetentionRules:
        self._refuse_unknown(data, {"sending", "default", "workflow", "audit"}, "", tables=True)
        sending, audit = self._table(data, "sending"), self._table(data, "audit")
        self._refuse_unknown(sending, {"remote"}, "sending")
        remote = sending.get("remote", False)
        if not isinstance(remote, bool):
            raise self._wrong(Place("sending", key="remote"), "remote must be true or false")
        self._refuse_unknown(audit, {"days"}, "audit")
        raw = self._table(data, "default")
        self._refuse_unknown(raw, set(_KEYS), "default")
        missing = [key for key in _KEYS if key not in raw]
        if missing:
            raise self._wrong(Place("default"), f"[default] lacks {', '.join(missing)}")
        default = self._durations(raw, "default", {})
        workflows: dict[str, Durations] = {}
        own = self._table(data, "workflow")
        for key, table in own.items():
            place = f"workflow.{key}"
            if not isinstance(table, dict):
                raise self._wrong(Place("workflow", key=key), f"a workflow's durations are a table, written [{place}]")
            if self._workflows and key not in self._workflows:
                raise self._wrong(Place(place), f"there is no workflow {key!r}; there are {', '.join(sorted(self._workflows))}")
            workflows[key] = self._durations(table, place, raw)
        return RetentionRules(default, workflows, self._days(audit, "days", "audit") if audit else None, remote)

    def _durations(self, table: Mapping[str, object], place: str, default: Mapping[str, object]) -> Durations:
        self._refuse_unknown(table, set(_KEYS), place)
        days = {name: self._days(table if key in table else default, key, place) for key, name in _KEYS.items()}
        durations = Durations(**days)
        if durations.facts is not None:
            for key, name in _KEYS.items():
                kept = days[name]
                if kept is None or kept > durations.facts:
                    at = key if key in table else "facts_days"
                    what = f"{key} is longer than facts_days ({durations.facts}), with which everything of the customer is erased"
                    raise self._wrong(Place(place, key=at), what)
        return durations

    def _days(self, table: Mapping[str, object], key: str, place: str) -> int | None:
        value = table.get(key)
        if value == KEEP:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_DAYS:
            raise self._wrong(Place(place, key=key), f'{key} must be a whole number of days, 1 to {MOST_DAYS}, or "{KEEP}"')
        return value

    def _table(self, data: Mapping[str, object], name: str) -> Mapping[str, object]:
        table = data.get(name, {})
        if not isinstance(table, dict):
            raise self._wrong(Place(key=name), f"{name} must be a table, written [{name}]")
        return table

    def _refuse_unknown(self, table: Mapping[str, object], known: set[str], place: str, *, tables: bool = False) -> None:
        unknown = sorted(set(table) - known)
        if unknown:
            at = Place(unknown[0]) if tables and isinstance(table[unknown[0]], dict) else Place(place, key=unknown[0])
            raise self._wrong(at, f"unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")

    def _wrong(self, place: Place, what: str) -> BadInput:
        return BadInput(ErrorCode.WORKFLOW_INVALID, f"{self._name}:{line_of(self._source, place)}: {what}")
