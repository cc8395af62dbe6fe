"""Other readers on the same pictures in the same run, each in a process of its own, timed inside it.

A process, because PassportEye and EasyOCR may live in another virtual environment (`--peer-python`), and because a peer must not fill
our process with its libraries. They are no dependencies of the product.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_PER_PICTURE_S = 60.0

# Run with `-c` by the peer's Python, which knows nothing of ours. Prints one JSON line per picture, or one that says what is missing.
_PASSPORTEYE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
try:
    from importlib.metadata import version
    from passporteye import read_mrz
    import pytesseract
    engine = "PassportEye " + version("PassportEye") + ", tesseract " + str(pytesseract.get_tesseract_version())
except Exception as error:
    print(json.dumps({"missing": type(error).__name__ + ": " + str(error).splitlines()[0]})); sys.exit()
print(json.dumps({"engine": engine}), flush=True)
paths = json.load(sys.stdin)
for number, path in enumerate(paths[:1] + paths):
    began = time.perf_counter()
    try:
        found = read_mrz(path)
        lines = (found.aux.get("text") or "").splitlines() if found is not None else []
        valid = bool(found is not None and found.valid)
    except Exception as error:
        lines, valid = [], False
    if number:
        print(json.dumps({"ms": 1000 * (time.perf_counter() - began), "lines": lines, "valid": valid}), flush=True)
"""
_EASYOCR = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
try:
    from importlib.metadata import version
    import easyocr
    reader = easyocr.Reader(["en"], gpu=False, download_enabled=False, verbose=False)
    engine = "EasyOCR " + version("easyocr")
except Exception as error:
    print(json.dumps({"missing": type(error).__name__ + ": " + str(error).splitlines()[0]})); sys.exit()
print(json.dumps({"engine": engine}), flush=True)
paths = json.load(sys.stdin)
for number, path in enumerate(paths[:1] + paths):
    began = time.perf_counter()
    try:
        lines = [entry[1] for entry in reader.readtext(path)]
    except Exception as error:
        lines = []
    if number:
        print(json.dumps({"ms": 1000 * (time.perf_counter() - began), "lines": lines, "valid": False}), flush=True)
"""
PEERS = {"PassportEye": _PASSPORTEYE, "EasyOCR": _EASYOCR}


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """What a peer gave for one picture; `ms` measured in its process, its start and a first warm picture left out."""

    ms: float
    lines: tuple[str, ...]
    valid: bool


@dataclass(frozen=True, slots=True)
class PeerRun:
    """`missing`: why it could not run, empty when it did. `answers`: one per picture, in order."""

    name: str
    engine: str = ""
    missing: str = ""
    answers: tuple[PeerAnswer, ...] = ()


def run_peer(name: str, pictures: Sequence[Path], python: str | None = None) -> PeerRun:
    """Never raises for what the peer does: that it is missing or fails is a result.

    Args:
        python: the interpreter of the environment that the peer is installed in; None = our own.
    """
    command = [python or sys.executable, "-c", PEERS[name]]
    limit_s = LIMIT_PER_PICTURE_S * (len(pictures) + 2)
    try:
        done = subprocess.run(
            command, input=json.dumps([str(path) for path in pictures]), capture_output=True, text=True, timeout=limit_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return PeerRun(name, missing=f"{type(error).__name__}: {command[0]}")
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not said or "missing" in said[0]:
        return PeerRun(name, missing=said[0]["missing"] if said else f"its process ended with {done.returncode}")
    answers = tuple(PeerAnswer(one["ms"], tuple(one["lines"]), one["valid"]) for one in said[1:])
    if len(answers) != len(pictures):
        return PeerRun(name, said[0]["engine"], missing=f"it ended after {len(answers)} of {len(pictures)} pictures")
    return PeerRun(name, said[0]["engine"], "", answers)
