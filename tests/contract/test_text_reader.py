"""What every TextReader and LineReader keeps: lines in order, crops read one by one, doubts within an alphabet, refusals said."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageDraw

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.mrz_layout import ALPHABET
from kiosk.engines.easyocr_reader import EasyOcrTextReader
from kiosk.engines.models import ModelLibrary
from kiosk.engines.ort import OnnxSession, available_providers, default_threads
from kiosk.engines.providers import Provider
from kiosk.engines.text_boxes import boxes_of_map, upright_order
from kiosk.engines.text_crop import crop_line
from kiosk.engines.text_reader import RapidTextReader
from kiosk.imaging.frame import Image
from tests.fakes.mrz_strips import font

WORDS = ("SPECIMEN", "Petra Maria", "KX4417026", "12.08.1974")


def drawn(lines: tuple[str, ...], *, width_px: int = 640, px: int = 30) -> Image:
    picture = PillowImage.new("RGB", (width_px, (px * 2) * (len(lines) + 1)), (240, 240, 235))
    draw = ImageDraw.Draw(picture)
    for index, line in enumerate(lines):
        draw.text((40, px + index * px * 2), line, (20, 20, 30), font=font(px))
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


Reader = RapidTextReader | EasyOcrTextReader


@pytest.fixture(scope="module", params=["rapidocr", "easyocr"])
def reader(request: pytest.FixtureRequest) -> Reader:
    """Every text engine that can be chosen; one that is not installed is skipped with the reason."""
    if request.param == "rapidocr":
        library: ModelLibrary = request.getfixturevalue("model_library")
        return RapidTextReader(library.path("ppocrv6_det_small"), library.path("ppocrv6_rec_small"), threads=2)
    if importlib.util.find_spec("easyocr") is None:
        pytest.skip("easyocr is an extra and not installed here")
    installed: ModelLibrary = request.getfixturevalue("installed_models")
    for needed in ("easyocr_craft", "easyocr_latin_g2"):
        if installed.find(needed) is None:
            pytest.skip(f"the weights {needed} are not installed: kiosk models install {needed}")
    return EasyOcrTextReader(installed.path("easyocr_craft"), installed.path("easyocr_latin_g2"), threads=2)


def test_lines_come_from_top_to_bottom_with_their_places(reader: Reader) -> None:
    lines = reader.read(drawn(WORDS))
    assert [line.text for line in lines] == list(WORDS)
    assert all(line.confidence > 0.9 for line in lines)
    for index, line in enumerate(lines):
        (left, top), (right, _), (_, bottom), _ = line.quad
        assert 20 < left < 60
        assert left < right < 640
        assert top < 30 + index * 60 + 20 < bottom


def test_words_on_one_line_come_from_left_to_right(reader: Reader) -> None:
    picture = drawn(("LEFT                 RIGHT",), px=26)
    assert [line.text for line in reader.read(picture)] == ["LEFT", "RIGHT"]


def test_a_single_letter_stays_upright(reader: Reader) -> None:
    assert [line.text for line in reader.read(drawn(("SEX", "F", "M"), width_px=400))] == ["SEX", "F", "M"]


def test_places_are_in_pixels_of_the_picture_whatever_the_detector_saw(reader: Reader) -> None:
    picture = cv2.resize(drawn(WORDS), None, fx=2.5, fy=2.5)
    small, large = reader.read(drawn(WORDS)), reader.read(np.asarray(picture, np.uint8), max_side_px=480)
    assert [line.text for line in large] == list(WORDS)
    for one, other in zip(small, large, strict=True):
        assert np.allclose(np.array(one.quad) * 2.5, np.array(other.quad), atol=30)


def test_no_text_is_an_empty_result(reader: Reader) -> None:
    assert reader.read(np.full((300, 400, 3), 200, np.uint8)) == ()
    assert reader.read(np.zeros((0, 0, 3), np.uint8)) == ()
    assert reader.read_lines([]) == ()


def test_found_lines_are_read_where_they_are_wanted(reader: Reader) -> None:
    picture = drawn(WORDS)
    quads = reader.find_lines(picture)
    assert [line.text for line in reader.read_at(picture, quads[1:3])] == list(WORDS[1:3])
    assert [line.quad for line in reader.read_at(picture, quads)] == list(quads)
    assert reader.read_at(picture, ()) == ()


def test_crops_are_read_each_for_itself_in_their_order(reader: Reader) -> None:
    picture = drawn(WORDS)
    crops = [crop_line(picture, quad) for quad in reader.find_lines(picture)]
    assert [text for text, _ in reader.read_lines(crops)] == list(WORDS)
    assert [text for text, _ in reader.read_lines(crops[::-1])] == list(WORDS[::-1])
    assert reader.read_lines([np.full((48, 200, 3), 230, np.uint8)])[0][0].strip() == ""


def test_steps_hold_one_column_for_nothing_and_one_for_each_character(reader: Reader) -> None:
    picture = drawn(("UTO7408122",))
    crop = crop_line(picture, reader.find_lines(picture)[0])
    (line,) = reader.read_steps([crop], ALPHABET)
    assert line.probabilities.shape[1] == 1 + len(ALPHABET)
    assert line.probabilities.min() >= 0.0
    assert line.probabilities.sum(axis=1).max() <= 1.001
    assert abs(line.probabilities.shape[0] * line.step_px - crop.shape[1]) <= line.step_px
    seen = line.probabilities.argmax(axis=1)
    text = "".join(ALPHABET[now - 1] for before, now in zip([0, *seen], seen, strict=False) if now and now != before)
    assert text.replace("O", "0") == "UT07408122"


def test_lower_case_counts_for_the_capital_of_the_alphabet(reader: Reader) -> None:
    picture = drawn(("specimen",))
    (line,) = reader.read_steps([crop_line(picture, reader.find_lines(picture)[0])], ALPHABET)
    best = {ALPHABET[index - 1] for index in line.probabilities.argmax(axis=1) if index}
    assert best == set("SPECIMEN")


def test_the_picture_stays_as_it_was(reader: Reader) -> None:
    picture = drawn(WORDS)
    before = picture.copy()
    reader.read(picture)
    assert np.array_equal(picture, before)


def test_a_missing_model_is_said(tmp_path: Path, model_library: ModelLibrary) -> None:
    with pytest.raises(ModelFault) as caught:
        RapidTextReader(tmp_path / "none.onnx", model_library.path("ppocrv6_rec_small"))
    assert caught.value.code is ErrorCode.MODEL_MISSING


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(ModelFault) as caught:
        OnnxSession(broken)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_a_recogniser_without_characters_is_refused(tmp_path: Path, model_library: ModelLibrary) -> None:
    detector = model_library.path("ppocrv6_det_small")
    copy = tmp_path / "copy.onnx"
    shutil.copyfile(detector, copy)
    with pytest.raises(ModelFault) as caught:
        RapidTextReader(detector, copy)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_a_wrong_input_is_a_model_fault(model_library: ModelLibrary) -> None:
    session = OnnxSession(model_library.path("ppocrv6_det_small"), threads=1)
    with pytest.raises(ModelFault):
        session.run({session.inputs[0]: np.zeros((1, 1, 8, 8), np.float32)})


def test_a_session_says_what_it_is(model_library: ModelLibrary) -> None:
    session = OnnxSession(model_library.path("ppocrv6_rec_small"), threads=1, provider=Provider.AUTO)
    assert session.providers[-1] == "CPUExecutionProvider"
    assert session.input_shape(session.inputs[0])[1:3] == (3, 48)
    assert "CPUExecutionProvider" in available_providers()
    assert 1 <= default_threads() <= 4


def test_boxes_follow_a_turned_line() -> None:
    probability = np.zeros((200, 300), np.float32)
    corners = cv2.boxPoints(((150, 100), (180, 20), 20.0)).astype(np.int32)
    cv2.fillPoly(probability, [corners], 0.9)
    ((quad, score),) = boxes_of_map(probability)
    edge = np.array(quad[1]) - np.array(quad[0])
    assert score > 0.85
    assert np.degrees(np.arctan2(edge[1], edge[0])) == pytest.approx(20.0, abs=2.0)
    assert np.hypot(*edge) > 180


@pytest.mark.parametrize(("width", "height", "level"), [(100, 20, True), (18, 26, True), (26, 18, True), (20, 100, False)])
def test_the_first_edge_runs_along_the_text(width: float, height: float, level: bool) -> None:
    quad = upright_order(cv2.boxPoints(((50, 50), (width, height), 0.0)))
    edge = np.array(quad[1]) - np.array(quad[0])
    assert bool(abs(edge[0]) > abs(edge[1])) is level
    assert edge.max() > 0
