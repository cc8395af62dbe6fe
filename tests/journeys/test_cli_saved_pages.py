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


@pytest.mark.parametrize("alone", [True, False], ids=["scan that stands", "photograph"])
def test_a_page_is_saved_as_large_as_it_was_seen(tmp_path: Path, alone: bool) -> None:
    """Pages are read at 1200 pixels, scans at 1800 at most: what is kept must not be limited by that."""
    page = specimen("id-es", seed=41).pages[PageSide.FRONT]
    page = cv2.resize(page, (WIDTH, round(WIDTH * page.shape[0] / page.shape[1])), interpolation=cv2.INTER_CUBIC)
    ground = np.random.default_rng(3).normal(70, 4, (1900, 2900, 3)).astype(np.uint8)
    ground[220 : 220 + page.shape[0], 300 : 300 + WIDTH] = page
    shot = cv2.rotate(page, cv2.ROTATE_90_CLOCKWISE) if alone else ground
    (tmp_path / "in.jpg").write_bytes(encode_jpeg(np.asarray(shot, np.uint8)))
    assert main(["read", str(tmp_path / "in.jpg"), "--save", str(tmp_path / "out")]) == 0
    with PilImage.open(tmp_path / "out" / "1-front.jpg") as saved:
        assert saved.width == pytest.approx(WIDTH, rel=0.02)
        small = np.asarray(saved.convert("L").resize((300, 189))).astype(int)
    assert (
        np.abs(small - cv2.resize(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), (300, 189), interpolation=cv2.INTER_AREA).astype(int)).mean() < 8
    )
    with PilImage.open(tmp_path / "out" / "portrait.jpg") as portrait:
        assert portrait.width > 0.2 * WIDTH
