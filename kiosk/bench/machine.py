"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from kiosk import __version__
from kiosk.domain.errors import ModelFault
from kiosk.imaging.frame import Image
from kiosk.ports import Json

_PACKAGES = ("PySide6-Essentials", "opencv-python-headless", "onnxruntime", "mediapipe", "rapidocr", "dlib-bin", "numpy", "sqlcipher3")


FACE_ANCHOR_MS, PAGE_ANCHOR_MS = 62.0, 250.0
"""What the yardsticks took on the two-core machine that the targets were set on; the page with the detector's input limited as below."""
_YARDSTICK_RUNS = 5
_RAPIDOCR_FILES = {"Det": "ppocrv6_det_small", "Rec": "ppocrv6_rec_small", "Cls": "ppocr_cls_v2"}
"""What the package takes for its three tasks when nothing is said, by our names of the same files."""
_RAPIDOCR_AS_ANCHORED = {"Global.use_cls": False, "Det.limit_type": "max", "Det.limit_side_len": 480}
"""The anchor is 250 to 320 ms without the orientation classifier and with the detector limited to 480 to 736 px: its cheap end is taken. As
the package comes it enlarges the card and takes about twice as long, which would make every figure look twice as good."""


def describe(yardstick: dict[str, Json] | None = None) -> dict[str, Json]:
    """CPU, cores this process may use, system, Python and package versions.

    Args: `yardstick` of the functions below: how fast this machine is today, as it is loaded, so that figures can be read as ratios.
    """
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
        **({} if yardstick is None else {"yardstick": yardstick}),
    }


def face_yardstick(path: Callable[[str], Path]) -> dict[str, Json]:
    """dlib's own code, which the product does not use for it, computing dlib's face network on one face.

    Args: `path` of a model by its id, as `ModelLibrary.path`: verified, or ModelFault.
    """
    what = "dlib's own code, one face embedding"
    try:
        import dlib
    except ImportError:
        return {"what": what, "missing": "dlib is not installed"}
    try:
        network: Any = dlib.face_recognition_model_v1(str(path("dlib_resnet_v1")))
    except ModelFault as error:
        return {"what": what, "missing": error.code.value}
    chip = np.random.default_rng(1).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    return _yardstick(what, FACE_ANCHOR_MS, lambda: network.compute_face_descriptor(chip))


def page_yardstick(page: Image, path: Callable[[str], Path]) -> dict[str, Json]:
    """The RapidOCR package reading a page, set as it was for the anchor. It is given its files by name: what it lacks it would fetch.

    Args:
        page: BGR, a straightened card 1000 px wide as the anchor was measured on.
        path: of a model by its id, as `ModelLibrary.path`: verified, or ModelFault.
    """
    what = "the RapidOCR package, one straightened card of 1000 px"
    try:
        from rapidocr import RapidOCR

        files = {f"{task}.model_path": str(path(model_id)) for task, model_id in _RAPIDOCR_FILES.items()}
        reader: Any = RapidOCR(params={"Global.log_level": "error", **_RAPIDOCR_AS_ANCHORED, **files})
    except ModelFault as error:
        return {"what": what, "missing": error.code.value}
    except (ImportError, OSError) as error:
        return {"what": what, "missing": type(error).__name__}
    return _yardstick(what, PAGE_ANCHOR_MS, lambda: reader(page))


def _yardstick(what: str, anchor_ms: float, work: Callable[[], object]) -> dict[str, Json]:
    """`times_the_anchor`: how many times as long this machine takes as that of the targets; `cpu_ms`: processor time, of all threads."""
    work()
    costs: list[float] = []
    computed: list[float] = []
    for _ in range(_YARDSTICK_RUNS):
        began, cpu = time.perf_counter(), time.process_time()
        work()
        costs.append((time.perf_counter() - began) * 1000)
        computed.append((time.process_time() - cpu) * 1000)
    median = statistics.median(costs)
    return {
        "what": what,
        "ms": round(median, 1),
        "cpu_ms": round(statistics.median(computed), 1),
        "anchor_ms": anchor_ms,
        "times_the_anchor": round(median / anchor_ms, 2),
    }


def before_and_after(before: dict[str, Json], after: dict[str, Json]) -> dict[str, Json]:
    """One yardstick of two, taken on either side of the figures: a machine that others use is not as fast all the time."""
    first, last, anchor = before.get("ms"), after.get("ms"), before.get("anchor_ms")
    if not (isinstance(first, float) and isinstance(last, float) and isinstance(anchor, float)):
        return after
    mean, computed = (first + last) / 2, [one.get("cpu_ms") for one in (before, after)]
    cpu: dict[str, Json] = {"cpu_ms": min(one for one in computed if isinstance(one, float))} if all(computed) else {}
    return {**before, **cpu, "ms": round(mean, 1), "ms_before": first, "ms_after": last, "times_the_anchor": round(mean / anchor, 2)}


def yardstick_line(machine: Json) -> str:
    """For people; empty when nothing was measured."""
    yardstick = machine.get("yardstick") if isinstance(machine, dict) else None
    if not isinstance(yardstick, dict):
        return ""
    if "missing" in yardstick:
        return f"yardstick: {yardstick['what']}: {yardstick['missing']}"
    ratio = f"{yardstick['times_the_anchor']} times the {yardstick['anchor_ms']} ms of the machine that the targets were set on"
    return f"yardstick: {yardstick['what']}: {yardstick['ms']} ms, {ratio}"


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
