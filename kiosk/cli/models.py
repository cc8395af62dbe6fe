"""`kiosk models list|install|verify|bundle`: the model files of this machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.cli.output import emit, emit_json, error_json, note, told
from kiosk.cli.parsing import Subparsers
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.models import ModelLibrary, ModelState
from kiosk.ports import Json


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("models", help="list, install, verify or bundle model files")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    listing = actions.add_parser("list", help="every model of the manifest: installed, chosen, licence")
    install = actions.add_parser("install", help="fetch models; without names the default set, or all that lie in --from")
    install.add_argument(
        "--from", dest="source", type=Path, metavar="DIR_OR_BUNDLE", help="take them from a folder or a bundle, no network"
    )
    verify = actions.add_parser("verify", help="hash the installed files again")
    bundle = actions.add_parser("bundle", help="pack installed models into one file for machines without a network")
    bundle.add_argument("target", type=Path, metavar="FILE")
    for action, run in ((listing, run_list), (install, run_install), (verify, run_verify), (bundle, run_bundle)):
        if action is not listing:
            action.add_argument("ids", nargs="*", metavar="MODEL")
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run_list(arguments: argparse.Namespace) -> None:
    _show_states(arguments, ids=())


def run_verify(arguments: argparse.Namespace) -> int:
    """Exit 2 when a file is changed or a named one is missing, or one of the default set is."""
    return _show_states(arguments, ids=tuple(arguments.ids), afresh=True)


def run_install(arguments: argparse.Namespace) -> int:
    from kiosk.engines.model_install import ProgressText, install

    library = _library()
    results = install(library, arguments.ids, source=arguments.source, progress=ProgressText(sys.stderr))
    _say_licences(library, [result.model for result in results if result.error is None])
    failed = [result.error for result in results if result.error is not None]
    fault = failed[0] if failed else None
    if fault is not None and len(failed) > 1:
        fault = ModelFault(fault.code, f"{len(failed)} models failed; the first: {fault}")
    if arguments.json:
        _emit_models(
            [
                {
                    "id": result.model,
                    "outcome": result.outcome.value,
                    "source": result.source,
                    "bytes": result.bytes,
                    "ms": round(result.ms),
                    "error": None if result.error is None else error_json(result.error),
                }
                for result in results
            ],
            fault,
        )
    else:
        for result in results:
            emit(f"{result.model:<20} {result.outcome.value:<14} {result.source}")
    return told(fault)


def run_bundle(arguments: argparse.Namespace) -> None:
    from kiosk.engines.model_install import ProgressText, bundle

    packed = bundle(_library(), arguments.target, arguments.ids, progress=ProgressText(sys.stderr))
    if arguments.json:
        emit_json({"bundle": str(arguments.target), "models": list(packed)})
    else:
        emit(f"{arguments.target}: {', '.join(packed)}")


def _say_licences(library: ModelLibrary, ids: Sequence[str]) -> None:
    """A licence that forbids the usual use is said at the door, not only in a list."""
    for info in (library.info(model_id) for model_id in ids):
        if info.is_non_commercial:
            note(f"{info.id} is under {info.licence}: not for commercial use. It serves only where [models.order] puts it first.")


def _show_states(arguments: argparse.Namespace, *, ids: tuple[str, ...], afresh: bool = False) -> int:
    from kiosk.engines.model_install import statuses

    states = statuses(_library(), ids, afresh=afresh)
    bad = [s for s in states if s.state is ModelState.CORRUPT or (s.state is ModelState.MISSING and (s.default or s.model in ids))]
    fault = None
    if afresh and bad:
        code = ErrorCode.MODEL_CORRUPT if any(s.state is ModelState.CORRUPT for s in bad) else ErrorCode.MODEL_MISSING
        names = ", ".join(f"{status.model} {status.state.value.lower()}" for status in bad)
        fault = ModelFault(code, f"{names}: kiosk models install {' '.join(status.model for status in bad)}")
    if arguments.json:
        _emit_models(
            [
                {
                    "id": status.model,
                    "task": status.task,
                    "state": status.state.value,
                    "chosen": status.chosen,
                    "default": status.default,
                    "licence": status.licence,
                    "size": status.size,
                    "file": status.file,
                }
                for status in states
            ],
            fault,
        )
    else:
        for status in states:
            mark = "*" if status.chosen else " "
            emit(f"{mark} {status.model:<20} {status.task:<18} {status.state.value:<10} {status.size / 1e6:7.1f} MB  {status.licence}")
        emit("* = used for its task now")
    return told(fault)


def _emit_models(models: list[Json], fault: ModelFault | None) -> None:
    """The list in full even when something is wrong with a part of it."""
    emit_json({"models": models} if fault is None else {"models": models, "error": error_json(fault)})


def _library() -> ModelLibrary:
    from kiosk.compose.setup import load_setup, model_library

    return model_library(load_setup())
