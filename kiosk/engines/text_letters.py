"""Letters with diacritics that the recogniser lists but hardly ever says, taught afterwards: new columns of its last layer.

PP-OCRv6 was trained on text that seldom has Ů, Ț or Ø. Its features tell them apart, its last layer does not; so that layer's columns of
these letters are trained anew on drawn lines (models/training/latin_letters, card models/cards/latin_letters.md) and put in as the model
is loaded. The file on the disk stays as published, and every other character keeps its own numbers.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.onnx_edit import Weights, float_shapes, with_initializers
from kiosk.engines.text_alphabet import listed_characters


@dataclass(frozen=True, slots=True)
class Letters:
    """What was trained: the letters, their columns (channels x letters) and biases (letters)."""

    characters: tuple[str, ...]
    weight: Weights
    bias: Weights


def load_letters(path: Path) -> Letters:
    """Raises ModelFault when the file is missing (MODEL_MISSING) or is not what it should be (MODEL_CORRUPT)."""
    try:
        with np.load(path, allow_pickle=False) as data:
            found = Letters(
                tuple(str(one) for one in data["letters"]), np.asarray(data["weight"], np.float32), np.asarray(data["bias"], np.float32)
            )
    except FileNotFoundError as error:
        raise ModelFault(ErrorCode.MODEL_MISSING, f"{path.name} is missing", model=path.stem) from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name}: {error}", model=path.stem) from error
    count = len(found.characters)
    if found.weight.ndim != 2 or found.weight.shape[1] != count or found.bias.shape != (count,) or len(set(found.characters)) != count:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name}: letters and columns do not agree", model=path.stem)
    if not np.isfinite(found.weight).all() or not np.isfinite(found.bias).all():
        raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name}: not all numbers are finite", model=path.stem)
    return found


def with_letters(model: bytes, letters: Letters) -> bytes:
    """The recogniser with these columns in its last layer; as it is when its last layer has another shape. Raises NotOnnx."""
    characters = listed_characters(model)
    if characters is None:
        return model
    count, channels = len(characters), letters.weight.shape[0]
    last = {name: shape for name, shape in float_shapes(model).items() if shape and shape[-1] == count}
    if sorted(last.values(), key=len) != [(count,), (channels, count)]:
        return model
    place = {character: index for index, character in enumerate(characters)}
    known = [number for number, one in enumerate(letters.characters) if one in place]
    columns = np.array([place[letters.characters[number]] for number in known], np.intp)

    def put(weights: Weights) -> Weights:
        changed = weights.copy()
        changed[..., columns] = (letters.weight if weights.ndim == 2 else letters.bias)[..., known]
        return changed

    change: dict[str, Callable[[Weights], Weights]] = dict.fromkeys(last, put)
    return with_initializers(model, change)
