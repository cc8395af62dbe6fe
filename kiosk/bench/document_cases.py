"""What `kiosk bench documents` reads: the pictures of a folder with their truth where there is one, or photographs of all specimens."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kiosk.domain.document import FieldName, PageSide, Quad
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import load_image
from kiosk.imaging.frame import Image

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class PageTruth:
    """What is known of one picture; None or empty = nothing is known.

    Attributes:
        mrz_lines: as printed; () = the page has no MRZ. mrz_valid: whether the printed check digits hold.
        fields: printed in the visual zone of this page, normalised as `Reading.value`.
        corners: of the page in the picture.
    """

    mrz_lines: tuple[str, ...] | None = None
    mrz_valid: bool = True
    fields: Mapping[FieldName, str] = field(default_factory=dict)
    corners: Quad | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One picture to read. `kind`: the row of the table that it belongs to; empty outside the generated set."""

    name: str
    picture: Callable[[], Image]
    truth: PageTruth
    side: PageSide | None = None
    kind: str = ""
    path: Path | None = None


# --- a folder ------------------------------------------------------------------------------------------------------


def folder_cases(folder: Path, truth: Path | None = None) -> tuple[Case, ...]:
    """Every picture in the folder and in folders below it, by name.

    Args:
        truth: a CSV (file, line1, line2, line3, check_digits_hold) or a specimen's truth.json. None = truth.csv of the folder and the
            truth.json beside each picture, where they are.

    Raises:
        BadInput: FILE_NOT_FOUND for a folder without pictures, BAD_ARGUMENT for a truth file that is neither.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES) if folder.is_dir() else []
    if not paths:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{folder}: no such folder, or no picture in it")
    listed = truth if truth is not None else folder / "truth.csv"
    lines: dict[str, PageTruth] = {}
    specimen: Path | None = None
    if truth is not None and truth.suffix.lower() == ".json":
        specimen = truth
    elif listed.is_file():
        lines = _truth_of_csv(listed)
    elif truth is not None:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{truth}: no such file")
    return tuple(
        Case(path.relative_to(folder).as_posix(), partial(load_image, path), _truth_of(path, lines, specimen), _side_of(path), path=path)
        for path in paths
    )


def _truth_of(path: Path, lines: Mapping[str, PageTruth], specimen: Path | None) -> PageTruth:
    if path.name in lines:
        return lines[path.name]
    beside = specimen if specimen is not None else path.with_name("truth.json")
    return _truth_of_specimen(beside, path.stem) if beside.is_file() else PageTruth()


def _truth_of_csv(path: Path) -> dict[str, PageTruth]:
    found: dict[str, PageTruth] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if "file" not in row or "line1" not in row:
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"{path.name}: the columns must be file, line1, line2, line3, check_digits_hold")
            mrz = tuple(line for line in (row.get("line1"), row.get("line2"), row.get("line3")) if line)
            found[row["file"]] = PageTruth(mrz, (row.get("check_digits_hold") or "yes").strip().startswith("yes"))
    return found


def _truth_of_specimen(path: Path, stem: str) -> PageTruth:
    """For front.png, back.png … as `Specimen.save` writes them."""
    try:
        body: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        corners = body["corners"].get(stem)
        sides: Mapping[str, str] = body["fieldSides"]
        fields = {FieldName(name): value for name, value in body["fields"].items() if sides.get(name) == stem}
        mrz = tuple(body["mrzLines"]) if body["mrzSide"] == stem else ()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{path.name}: not the truth of a specimen ({error})") from error
    if corners is None:
        return PageTruth()
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return PageTruth(mrz, bool(body["mrzValid"]), fields, (a, b, c, d))


def _side_of(path: Path) -> PageSide | None:
    return PageSide(path.stem) if path.stem in (PageSide.FRONT.value, PageSide.BACK.value) else None


# --- generated -----------------------------------------------------------------------------------------------------


def generated_cases(count: int, severity: float, *, first_seed: int = 1, kinds: Sequence[str] = ()) -> Iterator[Case]:
    """`count` photographs of pages of all designs in turn; the same arguments give the same pixels.

    Every picture has one kind of degradation, the kinds in turn, a mixture among them: so that the table per kind compares like with like.

    Raises:
        BadInput: BAD_ARGUMENT for a kind that is not there.
    """
    from kiosk.specimens.degrade import Degradation
    from kiosk.specimens.specimen import DESIGNS

    known = [kind.value for kind in Degradation]
    unknown = [kind for kind in kinds if kind not in (*known, "none", "mixture")]
    if unknown:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"no degradation {', '.join(unknown)}; there are none, mixture, {', '.join(known)}")
    rows = list(kinds) or ["none", "mixture", *known]
    pages = [(design, side) for design in DESIGNS for side in (PageSide.FRONT, PageSide.BACK)]
    number = made = 0
    while made < count:
        design, side = pages[number % len(pages)]
        kind = rows[made % len(rows)]
        case = _photographed(design, side, kind, first_seed + number, severity)
        number += 1
        if case is not None:
            made += 1
            yield case


def _photographed(design: str, side: PageSide, kind: str, seed: int, severity: float) -> Case | None:
    """None for a side that the design lacks. The picture is drawn at once: it is what the truth belongs to."""
    from kiosk.specimens.degrade import Degradation, photograph
    from kiosk.specimens.specimen import specimen

    document = specimen(design, seed=seed)
    if side not in document.pages:
        return None
    wanted = None if kind == "mixture" else frozenset() if kind == "none" else frozenset({Degradation(kind)})
    shot = photograph(document.pages[side], seed=seed, severity=severity, kinds=wanted)
    known = document.truth
    truth = PageTruth(
        mrz_lines=known.mrz_lines if known.mrz_side is side else (),
        mrz_valid=known.mrz_valid,
        fields={name: value for name, value in known.fields.items() if known.field_sides.get(name) is side},
        corners=shot.quad,
    )
    image = shot.image
    return Case(f"{design}-{side.value}-{seed}-{kind}", lambda: image, truth, side, kind)
