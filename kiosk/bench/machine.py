"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from kiosk import __version__
from kiosk.ports import Json

_PACKAGES = ("PySide6-Essentials", "opencv-python-headless", "onnxruntime", "mediapipe", "rapidocr", "dlib-bin", "numpy", "sqlcipher3")


def describe() -> dict[str, Json]:
    """CPU, cores this process may use, system, Python and package versions."""
    versions: dict[str, Json] = {}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "kiosk": __version__,
        "packages": versions,
    }


def summary(values_ms: Sequence[float]) -> dict[str, Json]:
    """n, median, p90, p99, max of a list of milliseconds; empty for no values."""
    if not values_ms:
        return {"n": 0}
    ordered = sorted(values_ms)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {
        "n": len(ordered),
        "median": round(statistics.median(ordered), 1),
        "p90": at(0.90),
        "p95": at(0.95),
        "p99": at(0.99),
        "max": round(ordered[-1], 1),
    }


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
