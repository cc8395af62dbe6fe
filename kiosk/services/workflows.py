"""Loads workflows and decision policies from the resources: the files an integrator edits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.domain.check import CheckName
from kiosk.domain.decision import Outcome, Policy
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.workflow import Workflow, parse


def load_workflow(folder: Path, key: str) -> Workflow:
    """From `folder/workflows/key.toml`. Raises BadInput(WORKFLOW_INVALID) that says what is wrong."""
    return parse(key, _toml(folder / "workflows" / f"{key}.toml"))


def load_policy(folder: Path, key: str) -> Policy:
    """From `folder/policies/key.toml`. Raises BadInput(WORKFLOW_INVALID) that names an unknown check or outcome."""
    path = folder / "policies" / f"{key}.toml"
    data = _toml(path)
    unknown = set(data) - {"required", "on_rejected", "on_warning"}
    if unknown:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name}: unknown {', '.join(sorted(unknown))}")
    try:
        return Policy(
            key=key,
            required=frozenset(CheckName(name) for name in data.get("required", ())),
            on_rejected=_outcomes(data.get("on_rejected", {})),
            on_warning=_outcomes(data.get("on_warning", {})),
        )
    except ValueError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name}: {error}") from error


def _outcomes(table: Mapping[str, str]) -> dict[CheckName, Outcome]:
    return {CheckName(name): Outcome(outcome) for name, outcome in table.items()}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} is not TOML: {error}") from error
