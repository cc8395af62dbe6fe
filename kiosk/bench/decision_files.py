"""What a customer of workflow 32 hands in, drawn: both sides of a card, a selfie, a live check; and a watchlist of made-up names."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from kiosk.bench.live_film import LiveFilm, live_film
from kiosk.bench.screening import made_up_names
from kiosk.domain.document import PageSide
from kiosk.imaging.decode import encode_jpeg
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, astronaut, specimen

if TYPE_CHECKING:
    from kiosk.compose.engines import Engines
    from kiosk.compose.setup import Setup
    from kiosk.ports import Clock, DeviceKey
    from kiosk.services.watchlist.model import ListVersion

PHOTO = (1920, 1080)
"""Width and height of the simulated photographs of the document, pixels: a desk camera's."""


@dataclass(frozen=True, slots=True)
class CustomerParts:
    """Files as a caller would upload them. `back` None: the document has none; `live` None: no active check is installed."""

    front: bytes
    back: bytes | None
    selfie: bytes
    live: LiveFilm | None


@contextmanager
def own_data_folder(setup: Setup) -> Iterator[Setup]:
    """The same settings with a data folder of the measurement's own, gone afterwards: no real customer is touched or searched."""
    with TemporaryDirectory(prefix="kiosk-bench-") as folder:
        yield replace(setup, paths=replace(setup.paths, data=Path(folder) / "data"))


def customer_parts(engines: Engines, key: DeviceKey, *, design: str = "td1", live: bool = True) -> CustomerParts:
    """The same person on the card, in the selfie and before the live check. Raises ModelFault, BadInput as `live_film`."""
    card, desk = specimen(design), Desk(size=PHOTO)
    shots: dict[PageSide, bytes] = {}
    for side, page in card.pages.items():
        shots[side] = encode_jpeg(desk.shot(page, Placement(width=fitting_width(page, PHOTO), roll_deg=3)))
    selfie = SelfieScene(astronaut(), ASTRONAUT_FACE, story="still").at_rest
    film = live_film(engines, key, selfie) if live else None
    return CustomerParts(shots[PageSide.FRONT], shots.get(PageSide.BACK), encode_jpeg(selfie), film)


def install_list(setup: Setup, clock: Clock, names: int) -> ListVersion:
    """A list of so many made-up names, imported as a published one would be, into the setup's data folder."""
    from kiosk.services.watchlist.shelf import WatchlistShelf

    with TemporaryDirectory() as folder:
        file = Path(folder) / "made-up.csv"
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(("id", "schema", "name", "last_seen"))
            today = clock.today()
            writer.writerows((f"made-up-{number}", "Person", name, today) for number, name in enumerate(made_up_names(names, seed=1)))
        return WatchlistShelf(setup.paths.data / "watchlists", clock).import_list(file, name="made-up")
