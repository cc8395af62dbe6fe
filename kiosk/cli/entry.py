"""The parser and the one place where a command's errors become exit codes."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from kiosk import __version__
from kiosk.cli import (
    bench,
    codes,
    consent,
    customers,
    decision,
    diagnose,
    documents,
    face,
    facemap,
    models,
    onboard,
    proof,
    read,
    record,
    retention,
    run,
    search,
    session,
    specimens,
    trust,
    watchlist,
    workflows,
)
from kiosk.cli.output import BUG, DONE, emit_json, error_json, note, told
from kiosk.domain.errors import BadInput, ErrorCode, KioskError

logger = logging.getLogger(__name__)

_PARTS = (
    # a customer
    *(onboard, run, session, read, documents, face, facemap, record, proof, codes, consent),
    # who is stored, and what is decided
    *(customers, search, watchlist, trust, decision, retention),
    # the installation
    *(workflows, models, specimens, diagnose, bench),
)


class _Parser(argparse.ArgumentParser):
    """Argument errors take the same way as all bad input: one line, exit 2. `-v` is understood before and after the command."""

    def __init__(self, **options: Any) -> None:
        # no abbreviations: whether --json was given is known even when the rest cannot be parsed
        super().__init__(**{"allow_abbrev": False, **options})
        self.add_argument("-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="log to stderr in detail")

    def error(self, message: str) -> NoReturn:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{message} (see {self.prog} --help)")


def parser() -> argparse.ArgumentParser:
    top = _Parser(prog="kiosk", description="Onboarding Kiosk on the command line.")
    top.add_argument("--version", action="version", version=f"kiosk {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for part in _PARTS:
        part.add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code; never raises what a caller of a command should see as text."""
    given = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in given
    try:
        arguments = parser().parse_args(given)
        from kiosk.log import set_up_logging

        set_up_logging(None, level="DEBUG" if "verbose" in arguments else "WARNING")
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
        note(f"kiosk: INTERNAL: {type(error).__name__} (run again with --verbose for the trace)")
        return BUG
