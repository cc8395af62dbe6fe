"""`kiosk face FILE`: detection, pose, quality attributes, photograph rules and enrolment codes of one picture."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.domain.face import DetectionMode, FaceAttribute, RuleResult
from kiosk.imaging.decode import load_image
from kiosk.services.face_report import FaceReport, report_json

ACTION = "quality"


def add_to(actions: Subparsers) -> None:
    """Args: the actions of `kiosk face`."""
    quality = actions.add_parser(ACTION, help="how good is the face in this picture; the word may be left out")
    quality.add_argument("image", type=Path, metavar="FILE")
    quality.add_argument(
        "--mode", choices=("strict", "free"), default="free", help="several faces: an error, or the largest with a warning (free)"
    )
    quality.add_argument("--json", action="store_true")
    quality.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    setup = load_setup()
    limits = setup.config.limits
    image = load_image(arguments.image, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px)
    with build_engines(setup) as engines:
        reporter = engines.face_reporter()
        at = time.perf_counter()
        with naming(arguments.image):
            report = reporter.report(image, DetectionMode[arguments.mode.upper()])
        ms = (time.perf_counter() - at) * 1000
    if arguments.json:
        emit_json(report_json(report) | {"timings_ms": {"report": round(ms, 1)}})
    else:
        _tell(report, ms)


def _tell(report: FaceReport, ms: float) -> None:
    x, y, width, height = report.face.box
    emit(f"face at {x:.0f},{y:.0f} size {width:.0f}x{height:.0f}, confidence {report.face.score:.2f} ({report.model}, {ms:.0f} ms)")
    for warning in report.warnings:
        emit(f"warning: {warning} ({report.faces} faces, the largest is judged)")
    if report.quality.pose is not None:
        pose = report.quality.pose
        emit(f"pose: yaw {pose.yaw:.1f}, pitch {pose.pitch:.1f}, roll {pose.roll:.1f} degrees")
    emit(f"score: {report.score:.2f}")
    emit("issues: " + (", ".join(issue.value for issue in report.quality.issues) or "none"))
    if report.refused:
        emit("refused as a selfie: " + ", ".join(issue.value for issue in report.refused))
    emit("enrolment errors: " + (", ".join(code.value for code in report.codes) or "none"))
    emit("attributes (* = precondition not met)")
    for name in FaceAttribute:
        score = report.attributes.get(name)
        if score is not None:
            emit(f"  {name.value:<24}{score.value:>9.2f}{'' if score.preconditions_met else ' *'}")
    emit("photograph rules")
    for rule in report.rules:
        value = rule.reason if rule.result is RuleResult.NOT_EXECUTED or rule.value is None else f"{rule.value:.2f} {rule.unit}".rstrip()
        low, high = ("" if bound is None else f"{bound:g}" for bound in (rule.low, rule.high))
        emit(f"  {rule.name:<24}{rule.result.value:<13} {value} [{low}..{high}]")
