"""The parser and the one place where a command's errors become exit codes."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from typing import NoReturn

from kiosk import __version__
from kiosk.cli import bench, customers, diagnose, face, models, onboard, read
from kiosk.cli.output import BUG, DONE, emit_json, error_json, note, told
from kiosk.domain.errors import BadInput, ErrorCode, KioskError

logger = logging.getLogger(__name__)


class _Parser(argparse.ArgumentParser):
    """Argument errors take the same way as all bad input: one line, exit 2."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{message} (see {self.prog} --help)")


def parser() -> argparse.ArgumentParser:
    top = _Parser(prog="kiosk", description="Onboarding Kiosk on the command line.")
    top.add_argument("--version", action="version", version=f"kiosk {__version__}")
    top.add_argument("-v", "--verbose", action="store_true", help="log to stderr in detail")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for part in (onboard, read, face, customers, models, diagnose, bench):
        part.add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code; never raises what a caller of a command should see as text."""
    as_json = False
    try:
        arguments = parser().parse_args(argv)
        as_json = getattr(arguments, "json", False)
        from kiosk.log import set_up_logging

        set_up_logging(None, level="DEBUG" if arguments.verbose else "WARNING")
        run = arguments.run
        code = run(arguments)
        return DONE if code is None else int(code)
    except KioskError as error:
        if as_json:
            emit_json({"error": error_json(error)})
        return told(error)
    except KeyboardInterrupt:
        note("kiosk: stopped")
        return 130
    except BrokenPipeError:
        return BUG
    except Exception as error:  # the last net: a fault of ours must look like one, not like a traceback of personal data
        logger.debug("command failed", exc_info=error)
        if as_json:
            emit_json({"error": {"code": ErrorCode.INTERNAL.value, "message": type(error).__name__}})
        note(f"kiosk: INTERNAL: {type(error).__name__} (run again with --verbose before the command for the trace)")
        return BUG
