"""Printing: JSON or lines to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from kiosk.ports import Json


def emit_json(body: Mapping[str, Json]) -> None:
    sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=2) + "\n")


def emit(line: str = "") -> None:
    sys.stdout.write(line + "\n")


def note(line: str) -> None:
    """Progress and remarks: stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
