"""Passive liveness with its model installed; on the samples beside the project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.cli import main


@pytest.mark.usefixtures("full_kiosk_models")
@pytest.mark.parametrize(("image", "status"), [("T1", "PASSED"), ("F1", "REJECTED"), ("F2", "REJECTED")])
def test_passive_liveness_tells_a_person_from_a_picture(
    capsys: pytest.CaptureFixture[str], sample: Callable[[str], Path], image: str, status: str
) -> None:
    assert main(["face", "liveness", str(sample(f"liveness/image_{image}.jpg")), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == status
