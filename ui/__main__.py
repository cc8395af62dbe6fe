"""`python -m ui [run | demo | bench-startup | bench-preview]`: the window, on real cameras, by itself, or measured."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

_NO_SCREEN = "there is no display: start it on the desktop (DISPLAY or WAYLAND_DISPLAY), or set QT_QPA_PLATFORM; `demo` needs none"


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code: 2 with one line on stderr for what this machine lacks, 130 after Ctrl-C."""
    arguments = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    if not _has_screen():
        if arguments.run is _run:  # a kiosk that nobody can see would hold the camera and the store
            sys.stderr.write(f"kiosk: {_NO_SCREEN}\n")
            return 2
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        result: int = arguments.run(arguments)
    except KeyboardInterrupt:  # before the event loop runs, or while things are put away
        sys.stderr.write("kiosk: stopped\n")
        return 130
    return result


def _has_screen() -> bool:
    """False on Linux without a display, unless a Qt platform was chosen on purpose."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m ui", description="The kiosk's window.")
    top.set_defaults(run=_run, window=False)
    commands = top.add_subparsers(metavar="COMMAND")
    run = commands.add_parser("run", help="the kiosk on this machine's cameras (default)")
    run.add_argument("--window", action="store_true", help="in a window instead of the full screen")
    run.set_defaults(run=_run)
    demo = commands.add_parser("demo", help="onboards a specimen customer by itself")
    demo.add_argument("--out", type=Path, default=Path("out/demo"))
    demo.add_argument("--language", default="en", choices=("en", "sk"))
    demo.add_argument("--look", default="light", choices=("light", "dark", "contrast"))
    demo.add_argument("--design", default="td1", help="specimen document: td1, td2, td3, mrv-a, mrv-b")
    demo.set_defaults(run=_demo)
    startup = commands.add_parser("bench-startup", help="writes when the welcome screen was painted")
    startup.add_argument("--report", type=Path, required=True)
    startup.set_defaults(run=_bench_startup)
    preview = commands.add_parser("bench-preview", help="writes frames, advice and event loop figures of a capture screen")
    preview.add_argument("--report", type=Path, required=True)
    preview.add_argument("--seconds", type=float, default=20)
    preview.add_argument("--screen", choices=("document", "selfie"), default="document")
    preview.add_argument("--fps", type=float, default=30)
    preview.set_defaults(run=_bench_preview)
    return top


def _application() -> QApplication:
    from ui.app import make_application

    return make_application(sys.argv[:1])


def _run(arguments: argparse.Namespace) -> int:
    app = _application()
    from ui.app import StopSignals
    from ui.door import Door

    with StopSignals(app) as signals:
        door = Door(full_screen=not arguments.window)
        try:
            door.open()
            return signals.run_loop()
        finally:
            door.close()


def _demo(arguments: argparse.Namespace) -> int:
    app = _application()
    from ui.demo import run_demo

    return run_demo(app, arguments.out, language=arguments.language, look=arguments.look, design=arguments.design)


def _bench_startup(arguments: argparse.Namespace) -> int:
    app = _application()
    from ui.bench import bench_startup

    return bench_startup(app, arguments.report)


def _bench_preview(arguments: argparse.Namespace) -> int:
    app = _application()
    from ui.bench import bench_preview

    return bench_preview(app, arguments.report, seconds=arguments.seconds, screen=arguments.screen, fps=arguments.fps)


if __name__ == "__main__":
    sys.exit(main())
