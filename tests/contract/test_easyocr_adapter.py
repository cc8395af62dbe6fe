"""The adapter to EasyOCR where its weights are not: random ones in its own file format prove loading, places, shapes and refusals.

What text it reads is checked by tests/contract/test_text_reader.py, with the published weights, where they are installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.mrz_layout import ALPHABET
from kiosk.engines.easyocr_reader import EasyOcrTextReader

INSTALLED = importlib.util.find_spec("easyocr") is not None
needs_easyocr = pytest.mark.skipif(not INSTALLED, reason="easyocr is an extra and not installed here")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    import torch
    from easyocr.config import recognition_models
    from easyocr.craft import CRAFT
    from easyocr.model.vgg_model import Model

    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("easyocr")
    craft, latin = folder / "craft_mlt_25k.pth", folder / "latin_g2.pth"
    torch.save({f"module.{name}": value for name, value in CRAFT().state_dict().items()}, craft)
    classes = len(recognition_models["gen2"]["latin_g2"]["characters"]) + 1
    model = Model(input_channel=1, output_channel=256, hidden_size=256, num_class=classes)
    torch.save({f"module.{name}": value for name, value in model.state_dict().items()}, latin)
    return craft, latin


@pytest.fixture
def known_weights(weights: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """EasyOCR told the MD5 of these files; a try to download fails the test."""
    import easyocr.config
    import easyocr.easyocr

    for table, key, path in (
        (easyocr.config.detection_models, "craft", weights[0]),
        (easyocr.config.recognition_models["gen2"], "latin_g2", weights[1]),
    ):
        monkeypatch.setitem(table[key], "md5sum", hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest())

    def download(*_arguments: object) -> None:
        pytest.fail("EasyOCR wanted to download")

    monkeypatch.setattr(easyocr.easyocr, "download_and_unzip", download)
    return weights


@needs_easyocr
def test_weights_in_its_file_format_load_and_give_lines_inside_the_picture(known_weights: tuple[Path, Path]) -> None:
    reader = EasyOcrTextReader(*known_weights)
    picture = np.random.default_rng(1).integers(0, 255, (240, 400, 3), dtype=np.uint8)
    for quad in reader.find_lines(picture, max_side_px=320):
        assert all(-1 <= x <= 401 and -1 <= y <= 241 for x, y in quad)
    assert reader.find_lines(np.zeros((0, 0, 3), np.uint8)) == ()
    assert reader.read_at(picture, ()) == ()


@needs_easyocr
def test_lines_give_a_text_and_a_probability_and_steps_within_the_alphabet(known_weights: tuple[Path, Path]) -> None:
    reader = EasyOcrTextReader(*known_weights)
    crops = [np.random.default_rng(width).integers(0, 255, (48, width, 3), dtype=np.uint8) for width in (30, 300, 900)]
    read = reader.read_lines([*crops, np.zeros((0, 0, 3), np.uint8)])
    assert len(read) == 4
    assert read[3] == ("", 0.0)
    assert all(isinstance(text, str) and 0.0 <= confidence <= 1.0 for text, confidence in read)
    for crop, line in zip(crops, reader.read_steps(crops, ALPHABET), strict=True):
        assert line.probabilities.shape[1] == 1 + len(ALPHABET)
        assert 0.0 <= line.probabilities.min()
        assert line.probabilities.sum(axis=1).max() <= 1.001
        assert line.probabilities.shape[0] * line.step_px == pytest.approx(crop.shape[1])


@needs_easyocr
def test_nothing_is_downloaded_and_nothing_is_left_in_the_home_or_on_the_path(
    known_weights: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    before = list(sys.path)
    EasyOcrTextReader(*known_weights)
    assert sys.path == before
    assert not any(tmp_path.glob(".EasyOCR*"))
    assert sorted(path.name for path in known_weights[0].parent.iterdir()) == ["craft_mlt_25k.pth", "latin_g2.pth"]


@needs_easyocr
def test_weights_with_another_hash_are_refused(weights: tuple[Path, Path]) -> None:
    with pytest.raises(ModelFault, match="MD5") as caught:
        EasyOcrTextReader(*weights)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match=r"craft_mlt_25k\.pth is not there") as caught:
        EasyOcrTextReader(tmp_path / "craft_mlt_25k.pth", tmp_path / "latin_g2.pth")
    assert caught.value.code is ErrorCode.MODEL_MISSING


@pytest.mark.skipif(INSTALLED, reason="easyocr is installed here")
def test_a_missing_package_is_said_with_the_command_that_helps(tmp_path: Path) -> None:
    files = [tmp_path / "craft_mlt_25k.pth", tmp_path / "latin_g2.pth"]
    for file in files:
        file.write_bytes(b"weights")
    with pytest.raises(ModelFault, match="pip install easyocr") as caught:
        EasyOcrTextReader(*files)
    assert caught.value.code is ErrorCode.MODEL_MISSING
