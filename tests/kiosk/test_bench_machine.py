"""The yardsticks: known work of others on this machine, so that a figure can be read as a ratio."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from kiosk.bench.machine import FACE_ANCHOR_MS, describe, face_yardstick, page_yardstick, yardstick_line
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.models import ModelLibrary


def test_the_ratio_is_that_of_the_anchor(model_library: ModelLibrary) -> None:
    found = face_yardstick(model_library.path)
    assert isinstance(found["ms"], float)
    assert found["ms"] > 1
    assert found["times_the_anchor"] == pytest.approx(found["ms"] / FACE_ANCHOR_MS, abs=0.01)
    line = yardstick_line(describe(found))
    assert f"{found['times_the_anchor']} times the 62.0 ms" in line
    json.dumps(describe(found))


def test_a_page_is_read_by_the_package_without_the_network(model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[object]()
    monkeypatch.setattr("rapidocr.utils.download_file.DownloadFile.run", asked.append)
    monkeypatch.setattr("kiosk.bench.machine._YARDSTICK_RUNS", 1)
    found = page_yardstick(np.full((200, 320, 3), 230, np.uint8), model_library.path)
    assert isinstance(found["ms"], float)
    assert found["ms"] > 1
    assert not asked  # not even whether its own copy is whole


def test_the_package_is_set_as_it_was_for_the_anchor(model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it comes it takes twice as long, and every scaled figure would look twice as good."""
    given = dict[str, object]()
    monkeypatch.setattr("rapidocr.RapidOCR", lambda params: given.update(params) or (lambda page: None))
    page_yardstick(PAGE, model_library.path)
    assert given["Global.use_cls"] is False
    assert (given["Det.limit_type"], given["Det.limit_side_len"]) == ("max", 480)


def nowhere(model_id: str) -> Path:
    raise ModelFault(ErrorCode.MODEL_MISSING, f"model {model_id} is not installed")


PAGE = np.zeros((9, 9, 3), np.uint8)


def test_what_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "MODEL_MISSING" in yardstick_line(describe(face_yardstick(nowhere)))
    for package, made in (("dlib", lambda: face_yardstick(nowhere)), ("rapidocr", lambda: page_yardstick(PAGE, nowhere))):
        monkeypatch.setitem(sys.modules, package, None)
        assert "missing" in made()
    assert yardstick_line(describe()) == ""
    assert "yardstick" not in describe()


def test_a_changed_file_is_no_yardstick(model_library: ModelLibrary, tmp_path: Path) -> None:
    """Cut short it would end the measurement; with one other byte it would be measured."""
    info = model_library.info("dlib_resnet_v1")
    whole = model_library.path(info.id).read_bytes()
    for changed in (whole[:1000], whole[:5_000_000] + bytes([whole[5_000_000] ^ 255]) + whole[5_000_001:]):
        (tmp_path / info.file).write_bytes(changed)
        library = ModelLibrary(model_library.manifest_path, tmp_path)
        assert face_yardstick(library.path)["missing"] == ErrorCode.MODEL_CORRUPT.value


@pytest.mark.parametrize("lacking", ["ppocrv6_det_small", "ppocrv6_rec_small", "ppocr_cls_v2"])
def test_the_package_is_never_left_to_fetch_what_it_lacks(
    model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    monkeypatch.setattr("rapidocr.RapidOCR", lambda **_: pytest.fail("it would fetch what is missing"))

    def path(model_id: str) -> Path:
        return nowhere(model_id) if model_id == lacking else model_library.path(model_id)

    assert page_yardstick(PAGE, path)["missing"] == ErrorCode.MODEL_MISSING.value
