"""Letters that the recogniser was taught: what they change, and what they leave as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageDraw

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.models import ModelLibrary
from kiosk.engines.onnx_edit import float_shapes
from kiosk.engines.text_letters import Letters, load_letters, with_letters
from kiosk.engines.text_reader import RapidTextReader
from tests.fakes.mrz_strips import font

TAUGHT = ("VÝCHODNÍ DŮL", "SØLVI", "KĽÚČOVEC", "ŁĄCZYŃSKA", "TIMIȘOARA ȚEPEȘ")
PLAIN = ("ANNA ASTRID", "KX4417026", "SPECIMEN 14.03.1987", "HANOVER ROAD 21", "Surname / Nom")


def line(text: str) -> np.ndarray:
    face = font(30)
    picture = PillowImage.new("RGB", (round(face.getlength(text)) + 24, 48), (225, 230, 235))
    ImageDraw.Draw(picture).text((12, 8), text, (40, 30, 30), font=face)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def reader(library: ModelLibrary, *, taught: bool) -> RapidTextReader:
    letters = library.path("latin_letters") if taught else None
    return RapidTextReader(library.path("ppocrv6_det_small"), library.path("ppocrv6_rec_small"), threads=1, letters=letters)


def exact(reader: RapidTextReader, texts: tuple[str, ...]) -> int:
    return sum(read.strip() == text for (read, _), text in zip(reader.read_lines([line(text) for text in texts]), texts, strict=True))


def test_taught_letters_are_read_and_others_stay(model_library: ModelLibrary) -> None:
    published, taught = reader(model_library, taught=False), reader(model_library, taught=True)
    assert exact(taught, TAUGHT) > exact(published, TAUGHT)
    assert exact(taught, PLAIN) == exact(published, PLAIN) == len(PLAIN)


def test_only_the_columns_of_the_letters_change(model_library: ModelLibrary) -> None:
    model = model_library.path("ppocrv6_rec_small").read_bytes()
    letters = load_letters(model_library.path("latin_letters"))
    nothing = with_letters(model, Letters((), letters.weight[:, :0], letters.bias[:0]))
    changed = with_letters(model, letters)
    assert float_shapes(changed) == float_shapes(model)
    differing = sum(one != other for one, other in zip(changed, nothing, strict=True))
    assert 0 < differing <= 4 * len(letters.characters) * (letters.weight.shape[0] + 1)


def test_columns_that_do_not_fit_change_nothing(model_library: ModelLibrary) -> None:
    model = model_library.path("ppocrv6_rec_small").read_bytes()
    assert with_letters(model, Letters(("Ů",), np.zeros((7, 1), np.float32), np.zeros(1, np.float32))) == model


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def test_a_file_that_is_missing_or_broken_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFault) as missing:
        load_letters(tmp_path / "none.npz")
    assert missing.value.code is ErrorCode.MODEL_MISSING
    (tmp_path / "text.npz").write_bytes(b"not a file of arrays")
    broken = [
        tmp_path / "text.npz",
        saved(tmp_path / "lacks.npz", letters=np.array(["Ů"])),
        saved(tmp_path / "uneven.npz", letters=np.array(["Ů", "Ț"]), weight=np.zeros((4, 1)), bias=np.zeros(1)),
        saved(tmp_path / "nan.npz", letters=np.array(["Ů"]), weight=np.full((4, 1), np.nan), bias=np.zeros(1)),
    ]
    for path in broken:
        with pytest.raises(ModelFault) as fault:
            load_letters(path)
        assert fault.value.code is ErrorCode.MODEL_CORRUPT
