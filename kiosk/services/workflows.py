"""Loads workflows and decision policies from the resources: the files an integrator edits."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.domain.check import CheckName
from kiosk.domain.decision import Outcome, Policy
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.workflow import Workflow, parse

ALWAYS_REQUIRED = frozenset({CheckName.CONSENT, CheckName.FACE_MATCH, CheckName.PASSIVE_LIVENESS, CheckName.ACTIVE_LIVENESS})
"""Checks without which no policy may accept anybody."""

IF_INSTALLED = "if_installed"
"""Of a policy's screening: done, and required, where there is a list; where there never was one, its absence keeps nobody waiting."""

_NAME = re.compile(r"[a-z0-9_-]+")


def load_workflow(folder: Path, key: str) -> Workflow:
    """A workflow with screens, from `folder/workflows/key.toml`.

    Raises BadInput: BAD_ARGUMENT for a name that is none or has no screens, WORKFLOW_INVALID with file, line and what is wrong.
    """
    workflow = load_any_workflow(folder, key)
    if not workflow.steps:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"workflow {key} has no screens: use kiosk run --workflow {key}")
    return workflow


def load_any_workflow(folder: Path, key: str) -> Workflow:
    """As `load_workflow`, also those without screens."""
    return parse(key, *_toml(folder / "workflows", key))


def load_workflow_file(path: Path) -> Workflow:
    """An integrator's file, wherever it lies. Raises BadInput: FILE_NOT_FOUND, WORKFLOW_INVALID."""
    if not path.is_file():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path.name}: no such file")
    return parse(path.stem, *_read_toml(path))


def workflow_keys(folder: Path) -> tuple[str, ...]:
    """Of every workflow file there, numbers first and in their order."""
    found = [path.stem for path in (folder / "workflows").glob("*.toml")]
    return tuple(sorted(found, key=lambda key: (not key.isdigit(), int(key) if key.isdigit() else 0, key)))


def load_policy(folder: Path, key: str) -> Policy:
    """From `folder/policies/key.toml`.

    A policy that would accept a customer without consent, or one whose face nobody checked, is refused: what is left out of `required`
    by a slip of the hand must not open the door.

    Raises BadInput: BAD_ARGUMENT for a name that is none, WORKFLOW_INVALID that names what is unknown, missing or of the wrong kind.
    """
    data, _text = _toml(folder / "policies", key)
    try:
        unknown = set(data) - {"required", "on_rejected", "on_warning", "one_to_many", "screening"}
        if unknown:
            raise ValueError(f"unknown {', '.join(sorted(unknown))}")
        names = data.get("required", [])
        if not isinstance(names, list):
            raise ValueError("required must be a list of checks")
        if not isinstance(data.get("one_to_many", False), bool):
            raise ValueError("one_to_many must be true or false")
        screening = data.get("screening", False)
        if screening not in (True, False, IF_INSTALLED):
            raise ValueError(f'screening must be true, false or "{IF_INSTALLED}"')
        policy = Policy(
            key=key,
            required=frozenset(CheckName(name) for name in names) | _asked_for(data),
            on_rejected=_outcomes(data, "on_rejected"),
            on_warning=_outcomes(data, "on_warning"),
            one_to_many=data.get("one_to_many", False),
            screening=screening is not False,
            expected=frozenset({CheckName.WATCHLIST_SCREENING}) if screening == IF_INSTALLED else frozenset(),
        )
        missing = sorted(name.value for name in ALWAYS_REQUIRED - policy.required)
        if missing:
            raise ValueError(f"required lacks {', '.join(missing)}")
        opened = sorted(name.value for name in ALWAYS_REQUIRED if policy.on_rejected.get(name) is Outcome.ACCEPT)
        if opened:
            raise ValueError(f"on_rejected must not accept {', '.join(opened)}")
    except ValueError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{key}.toml: {error}") from error
    return policy


def _asked_for(data: Mapping[str, Any]) -> set[CheckName]:
    """What a switch asks for must have been done: a search that could not run clears nobody."""
    switches = {"one_to_many": CheckName.KNOWN_PERSON, "screening": CheckName.WATCHLIST_SCREENING}
    return {check for switch, check in switches.items() if data.get(switch, False) is True}


def _outcomes(data: Mapping[str, Any], table: str) -> dict[CheckName, Outcome]:
    entries = data.get(table, {})
    if not isinstance(entries, Mapping):
        raise ValueError(f"{table} must be a table of check = outcome")
    return {CheckName(name): Outcome(outcome) for name, outcome in entries.items()}


def _toml(folder: Path, key: str) -> tuple[dict[str, Any], str]:
    # a name comes from the command line or the settings: it must not lead out of the folder
    if not _NAME.fullmatch(key):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{key!r} is no name of a file in {folder.name}: small letters, digits, - and _")
    return _read_toml(folder / f"{key}.toml")


def _read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """Its values and its text. Raises BadInput(WORKFLOW_INVALID)."""
    try:
        text = path.read_text("utf-8")
        return tomllib.loads(text), text
    except OSError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} cannot be read: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, not TOML
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} is not TOML: {error}") from error
