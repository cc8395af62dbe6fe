"""The demo as a newcomer runs it, without a display: real window, real engines, real store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import load_image

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("welcome", "language", "consent", "document_front", "document_back", "selfie", "liveness", "review", "decision", "done")


def run(*arguments: str, models: ModelLibrary, limit_s: float = 280) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KIOSK_MODELS": str(models.models_dir), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=limit_s, check=False
    )


def test_the_demo_leaves_a_picture_of_every_screen_and_a_report(tmp_path: Path, model_library: ModelLibrary) -> None:
    out = tmp_path / "demo"
    done = run("ui", "demo", "--out", str(out), models=model_library)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert "REVIEW: A colleague will take a look." in done.stdout  # passive liveness is not in the default set: never an ACCEPT
    assert "Not checked" in done.stdout
    pictures = sorted(out.glob("*.png"))
    for step in STEPS:
        shown = [picture for picture in pictures if picture.stem.split("-")[1] == step]
        assert shown, f"no picture of {step}"
        image = load_image(shown[-1])
        assert image.shape[:2] == (1080, 1920)
        assert image.std() > 5  # not blank
    report = (out / "report.html").read_text("utf-8")
    for picture in pictures:
        assert picture.name in report
    assert "The selfie shows the person on the document." in report


@pytest.mark.parametrize("what", ["startup", "preview"])
def test_the_bench_measures(what: str, model_library: ModelLibrary) -> None:
    """That figures come out, with the machine they were taken on; not how good they are: timings are not asserted in tests."""
    options = ("--runs", "1") if what == "startup" else ("--seconds", "4")
    done = run("kiosk", "bench", what, *options, "--json", models=model_library)
    assert done.returncode == 0, done.stderr[-2000:]
    body = json.loads(done.stdout)
    assert body["machine"]["cpu"]
    if what == "startup":
        assert body["startup"]["process_start_to_welcome_ms"]["n"] == 1
        assert body["cli_read_card"]["wall_ms"]["n"] == 1
    else:
        assert body["preview"]["camera_frames_shown_per_s"] > 0
        assert body["preview"]["analysed_per_s"] > 0
