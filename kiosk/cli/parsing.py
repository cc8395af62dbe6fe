"""What several commands share: argparse's types, and errors that name the file they are about."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
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


def whole_number(least: int) -> Callable[[str], int]:
    """An argparse type."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of {least} or more")
        return value

    return parse


def seconds(least: float, most: float) -> Callable[[str], float]:
    """An argparse type."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:  # not a number is in no range
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from {least:g} to {most:g}")
        return value

    return parse
