"""What `kiosk read --save` writes: pages and the pictures on them, as large as the pictures that were handed in show them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PilImage

from kiosk.cli import main
from kiosk.domain.document import PageSide
from kiosk.imaging.decode import encode_jpeg
from kiosk.specimens.specimen import specimen

pytestmark = pytest.mark.usefixtures("kiosk_models")

WIDTH = 2300


def test_a_page_is_saved_as_large_as_it_was_seen(tmp_path: Path) -> None:
    """Scans are read at 1800 pixels at most, here one that stands: what is kept must not be limited by that."""
    page = specimen("id-es", seed=41).pages[PageSide.FRONT]
    size = (WIDTH, round(WIDTH * page.shape[0] / page.shape[1]))
    page = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    (tmp_path / "in.jpg").write_bytes(encode_jpeg(np.asarray(cv2.rotate(page, cv2.ROTATE_90_CLOCKWISE), np.uint8)))
    assert main(["read", str(tmp_path / "in.jpg"), "--save", str(tmp_path / "out")]) == 0
    with PilImage.open(tmp_path / "out" / "1-front.jpg") as saved:
        assert saved.width == pytest.approx(WIDTH, rel=0.02)
        small = np.asarray(saved.convert("L").resize((300, 189))).astype(int)
    assert (
        np.abs(small - cv2.resize(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), (300, 189), interpolation=cv2.INTER_AREA).astype(int)).mean() < 8
    )
    with PilImage.open(tmp_path / "out" / "portrait.jpg") as portrait:
        assert portrait.width > 0.2 * WIDTH
