"""The command line reading both sides of a photographed card, start-up included."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kiosk.bench.machine import summary
from kiosk.domain.document import PageSide
from kiosk.domain.errors import ErrorCode, KioskError
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Json
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.specimen import specimen

PHOTO = (2560, 1440)
"""Width and height of the simulated phone photograph, pixels."""


def cli_card(runs: int) -> dict[str, Json]:
    """`kiosk read FRONT BACK` in a new process each time, after one that warms the disk cache."""
    card = specimen("td1")
    desk = Desk(size=PHOTO)
    with tempfile.TemporaryDirectory() as folder:
        paths: list[str] = []
        for side in (PageSide.FRONT, PageSide.BACK):
            path = Path(folder) / f"{side.value}.jpg"
            page = card.pages[side]
            path.write_bytes(encode_jpeg(desk.shot(page, Placement(width=fitting_width(page, PHOTO)))))
            paths.append(str(path))
        spent: list[float] = []
        for number in range(runs + 1):
            began = time.perf_counter()
            done = subprocess.run([sys.executable, "-m", "kiosk", "read", "--json", *paths], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise KioskError(ErrorCode.INTERNAL, f"kiosk read ended with {done.returncode}: {done.stderr.strip()[-200:]}")
            if number:
                spent.append((time.perf_counter() - began) * 1000)
    return {"wall_ms": summary(spent), "target_ms": 4000}
