"""The yardsticks: known work of others on this machine, so that a figure can be read as a ratio."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from kiosk.bench.machine import FACE_ANCHOR_MS, describe, face_yardstick, page_yardstick, yardstick_line
from kiosk.engines.models import ModelLibrary


def test_the_ratio_is_that_of_the_anchor(model_library: ModelLibrary) -> None:
    found = face_yardstick(model_library.find("dlib_resnet_v1"))
    assert isinstance(found["ms"], float)
    assert found["ms"] > 1
    assert found["times_the_anchor"] == pytest.approx(found["ms"] / FACE_ANCHOR_MS, abs=0.01)
    line = yardstick_line(describe(found))
    assert f"{found['times_the_anchor']} times the 62.0 ms" in line
    json.dumps(describe(found))


def test_a_page_is_read_by_the_package_as_it_comes() -> None:
    found = page_yardstick(np.full((200, 320, 3), 230, np.uint8))
    assert isinstance(found["ms"], float)
    assert found["ms"] > 1


def test_what_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not installed" in yardstick_line(describe(face_yardstick(None)))
    for package, made in (("dlib", lambda: face_yardstick(None)), ("rapidocr", lambda: page_yardstick(np.zeros((9, 9, 3), np.uint8)))):
        monkeypatch.setitem(sys.modules, package, None)
        assert "missing" in made()
    assert yardstick_line(describe()) == ""
    assert "yardstick" not in describe()
