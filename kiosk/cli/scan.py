"""`--scanner`: pages from the scanner's folder in place of files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import note
from kiosk.cli.parsing import seconds
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.clock import SystemClock
from kiosk.services.scanning import gather_pages

if TYPE_CHECKING:
    from kiosk.compose.setup import Setup


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--scanner", nargs="?", const="", metavar="DIR", help="take new pages from this folder (without DIR: the configured one)"
    )
    command.add_argument("--wait", type=seconds(0, 3600), default=30.0, metavar="SECONDS", help="how long to wait for the first page")


def scanned(arguments: argparse.Namespace, setup: Setup) -> tuple[Path, ...]:
    """New pages of one document. Pages that lay there before are another customer's and are left alone.

    Raises BadInput: BAD_ARGUMENT when no folder is configured, FILE_NOT_FOUND, TIMED_OUT.
    """
    from kiosk.compose.devices import folder_scanner

    named: str = arguments.scanner or setup.config.scanner.folder
    if not named:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "--scanner: no folder is configured; name it (--scanner DIR) or set folder in [scanner]")
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"the scanner's folder {folder} is not there")
    scanner = folder_scanner(folder)
    if not arguments.json:
        note(f"waiting up to {arguments.wait:g} s for pages in {folder}")
    return gather_pages(scanner, SystemClock(), wait_s=arguments.wait)
