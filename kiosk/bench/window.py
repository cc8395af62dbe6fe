"""Measurements of the running window, taken in a child process: `python -m ui bench-…` writes its figures to a file.

A child, because the start of a process can only be timed from outside it, and because `kiosk` itself knows no Qt.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from kiosk.bench.machine import summary
from kiosk.domain.errors import ErrorCode, KioskError
from kiosk.ports import Json

LIMIT_S = 180.0


def startup(runs: int) -> dict[str, Json]:
    """From process start to the welcome screen painted, `runs` times after one that only warms the disk cache."""
    shown: list[float] = []
    resident: list[float] = []
    for number in range(runs + 1):
        began = time.time()
        report = _child("bench-startup")
        if number:
            shown.append((report["shown_at"] - began) * 1000)
            resident.append(report["rss_mb"])
    return {"process_start_to_welcome_ms": summary(shown), "rss_at_welcome_mb": summary(resident), "target_ms": 1500}


def preview(seconds: float, screen: str, fps: float = 30.0) -> dict[str, Json]:
    """A capture screen at 1280x720, `fps` frames a second from the virtual camera, with the analysis running.

    For a soak, `fps` above 30 makes the hours pass faster: what counts is frames.
    """
    report = _child("bench-preview", "--seconds", str(seconds), "--screen", screen, "--fps", str(fps), limit_s=LIMIT_S + seconds)
    return {
        "screen": screen,
        "seconds": round(report["seconds"], 1),
        "camera_frames_shown_per_s": round(report["shown"] / report["seconds"], 1),
        "paints_per_s": round(report["painted"] / report["seconds"], 1),  # the outline and the ring repaint, too
        "analysed_per_s": round(report["analysed"] / report["seconds"], 1),
        "advice_age_ms": summary(_each(report["advice_age_ms"])),
        "event_loop_blocked_ms": summary(_each(report["blocked_ms"])),
        "camera_frames_shown": report["shown"],
        "frames_analysed": report["analysed"],
        "pictures_taken_again": report["retaken"],
        "rss_mb": round(report["rss_mb"], 0),
        "memory": _growth(report["rss_samples_mb"]),
        "platform": report["platform"],
        "targets": {
            "camera_frames_shown_per_s": 30,
            "analysed_per_s": 15,
            "advice_age_ms_p95": 100,
            "blocked_ms_max": 50,
            "blocked_ms_p99": 16,
        },
    }


def _each(counted: list[tuple[float, int]]) -> list[float]:
    return [value for value, count in counted for _ in range(count)]


def _growth(samples_mb: list[float]) -> dict[str, Json]:
    """Over the last three quarters of the samples: what is loaded on the way to the first verdicts is no leak.

    `tenths_mb`: the medians of ten equal parts of all, which tell a leak from a heap that settles.
    """
    late = samples_mb[len(samples_mb) // 4 :]
    if len(late) < 8:
        return {"note": "too short to tell"}
    fifth = max(1, len(late) // 5)
    first, last = statistics.median(late[:fifth]), statistics.median(late[-fifth:])
    bounds = [part * len(samples_mb) // 10 for part in range(11)]
    return {
        "samples": len(samples_mb),
        "early_mb": round(first, 1),
        "late_mb": round(last, 1),
        "growth_mb": round(last - first, 1),
        "tenths_mb": [round(statistics.median(samples_mb[begin:end]), 1) for begin, end in pairwise(bounds)],
    }


def _child(command: str, *arguments: str, limit_s: float = LIMIT_S) -> dict[str, Any]:
    environment = dict(os.environ)
    if sys.platform.startswith("linux") and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [sys.executable, "-m", "ui", command, "--report", str(report), *arguments],
            env=environment,
            timeout=limit_s,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not report.exists():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise KioskError(ErrorCode.INTERNAL, f"the measured window ended with {done.returncode}: {last}")
        return dict(json.loads(report.read_text()))
