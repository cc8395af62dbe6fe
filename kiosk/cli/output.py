"""Printing: JSON or lines to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from kiosk.domain.errors import BadInput, ErrorCode, KioskError
from kiosk.paths import make_private, write_private
from kiosk.ports import Json

DONE, BUG, REFUSED = 0, 1, 2
"""Exit codes."""


def emit_json(body: Mapping[str, Json]) -> None:
    sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")


def emit(line: str = "") -> None:
    sys.stdout.write(line + "\n")


def note(line: str) -> None:
    """Progress and remarks: stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def error_json(error: KioskError) -> dict[str, Json]:
    return {"code": error.code.value, "message": str(error)}


def told(error: KioskError | None) -> int:
    """Says an error in its one line; returns the exit code."""
    if error is None:
        return DONE
    note(f"kiosk: {error.code.value}: {error}")
    return BUG if error.code is ErrorCode.INTERNAL else REFUSED


def save_pictures(folder: Path, pictures: Mapping[str, bytes]) -> None:
    """Writes `folder/name` for each, readable by the owner only: they are of a person. Raises BadInput(BAD_ARGUMENT)."""
    try:
        make_private(folder)
        for name, data in pictures.items():
            write_private(folder / name, data)
    except OSError as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"--save {folder}: cannot be written ({error.strerror})") from error
