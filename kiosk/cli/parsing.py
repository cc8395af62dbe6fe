"""What several commands share: argparse's types, and errors that name the file they are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.domain.errors import KioskError

Subparsers = Any
"""argparse's sub-parser action: its class is private to argparse."""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Puts the file's name before what was wrong with it."""
    try:
        yield
    except KioskError as error:
        raise type(error)(error.code, f"{path.name}: {error}") from error
