"""Template files (docs/guides/templates.md) of the specimens' designs, measured on the drawings.

`python -m kiosk.specimens.template_text resources/documents [DESIGN ...]` writes them.

What a drawing cannot tell (titles that no other document prints, what is no part of a value) stands in the tables here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kiosk.domain.document import DATE_FIELDS, FieldName, PageSide, Region
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.canvas import around
from kiosk.specimens.person import Case
from kiosk.specimens.specimen import DESIGNS, drawn, specimen
from kiosk.specimens.truth import Specimen

SEEDS = (1, 2, 3, 5)
TOLERANCE = 0.015
"""Of the page on every side of an area: lines stand closer on cards than the default."""

_NAME, _NUMBER, _PERSONAL = FieldName.SURNAME, FieldName.DOCUMENT_NUMBER, FieldName.PERSONAL_NUMBER
Hints = Mapping[FieldName, Mapping[str, object]]

_TITLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "td1": (("UTOPIA", "IDENTITY CARD · OBČIANSKY PREUKAZ · CARTE D'IDENTITÉ"), ("This card remains the", "property of its holder")),
    "td2": (("REPUBLIC OF UTOPIA", "RESIDENCE CARD · AUFENTHALTSKARTE · CARTE DE SÉJOUR"), ()),
    "td3": (("UTOPIA", "PASSPORT · PASSEPORT · CESTOVNÝ PAS"), ()),
    "mrv-a": (("UTOPIA", "VISA · VÍZUM"), ()),
    "mrv-b": (("UTOPIA", "VISA · VÍZUM"), ()),
    "id-de": (("UTOPISCHE REPUBLIK", "AUSWEIS / IDENTITY CARD / CARTE D'IDENTITÉ"), ("Specimen document of a state that does not exist",)),
    "id-cz": (("UTOPICKÁ REPUBLIKA", "OBČANSKÝ PRŮKAZ / IDENTITY CARD"), ()),
    "id-pl": (("RZECZPOSPOLITA UTOPIJSKA", "DOWÓD OSOBISTY / IDENTITY CARD"), ()),
    "id-fr-old": (("RÉPUBLIQUE D'UTOPIE", "CARTE NATIONALE D'IDENTITÉ"), ("Carte valable jusqu'au", "Signature de l'autorité")),
    "id-fr": (("RÉPUBLIQUE D'UTOPIE", "CARTE D'IDENTITÉ / IDENTITY CARD"), ()),
    "id-es": (("REINO DE UTOPÍA", "DOCUMENTO DE IDENTIDAD / IDENTITY CARD"), ()),
    "id-nl": (("KONINKRIJK UTOPIË", "IDENTITEITSKAART · IDENTITY CARD"), ("voorbeeld van een niet bestaande staat",)),
    "id-ro": (("REPUBLICA UTOPIA", "CARTE DE IDENTITATE / CARTE D'IDENTITÉ / IDENTITY CARD"), ()),
    "passport-el": (("ISLAND REPUBLIC OF UTOPIA",), ()),
    "passport-bg": (("KINGDOM OF UTOPIA",), ()),
    "licence-eu": (
        ("DRIVING LICENCE", "UTOPIA", "Permis de conduire · Führerschein · Vodičský preukaz"),
        ("Other names", "Date, place of birth", "Licence number"),
    ),
    "licence-na": (("HALCYON", "DRIVER LICENSE"), ("Specimen licence of a state that does not exist", "It permits nobody to drive")),
    "permit": (("RESIDENCE PERMIT", "TITRE DE SÉJOUR · POVOLENIE NA POBYT"), ("RIGHT INDEX FINGER", "BUREAU OF RESIDENCE")),
}
"""Of front and back."""

_EUROPEAN_NUMBERS = {
    FieldName.SURNAME: "1", FieldName.GIVEN_NAMES: "2", FieldName.DATE_OF_BIRTH: "3", FieldName.DATE_OF_ISSUE: "4a",
    FieldName.DATE_OF_EXPIRY: "4b", FieldName.ISSUING_AUTHORITY: "4c", FieldName.DOCUMENT_NUMBER: "5", FieldName.ADDRESS: "8",
}  # fmt: skip
_HINTS: Mapping[str, Hints] = {
    "id-cz": {_PERSONAL: {"regex": r"\d{9,10}", "check": "cz-sk-birth-number"}},
    "id-pl": {_PERSONAL: {"regex": r"\d{11}", "check": "pl-pesel"}, FieldName.GENDER: {"values": {"F": ["K"], "M": ["M"], "X": ["X"]}}},
    "id-es": {_PERSONAL: {"regex": r"\d{8}[A-Z]", "check": "es-dni", "drop": ["DNI"]}},
    "id-nl": {
        _PERSONAL: {"regex": r"\d{9}", "check": "nl-bsn"},
        FieldName.GENDER: {"values": {"F": ["V/F", "VF"], "M": ["M/M", "MM"], "X": ["X/X", "XX"]}},
    },
    "id-ro": {
        _PERSONAL: {"regex": r"\d{13}", "check": "ro-cnp", "drop": ["CNP"]},
        _NUMBER: {"drop": ["SERIA", "NR"], "anywhere": True},
        FieldName.DATE_OF_ISSUE: {"part": "first"},
        FieldName.DATE_OF_EXPIRY: {"part": "last"},
    },
    "id-fr-old": {
        _NUMBER: {"regex": r"\d{12}", "check": "fr-card-1988", "anywhere": True, "drop": ["CARTE NATIONALE D'IDENTITÉ N°"]},
        FieldName.GIVEN_NAMES: {"labels": ["Prénom(s)", "Prénoms", "Prénom"]},
    },
    # the text engine's alphabet need not know the country's own letters
    "passport-el": {FieldName.GENDER: {"values": {"F": ["Θ/F", "O/F", "0/F", "8/F", "Q/F", "F"], "M": ["Α/M", "A/M", "M"], "X": ["X"]}}},  # noqa: RUF001
    "passport-bg": {FieldName.GENDER: {"values": {"F": ["Ж/F", "X/F", "K/F", "H/F", "F"], "M": ["М/M", "M/M", "M"], "X": ["X"]}}},  # noqa: RUF001
    "licence-eu": {name: {"drop": [number]} for name, number in _EUROPEAN_NUMBERS.items()},
    "licence-na": {
        _NUMBER: {"drop": ["4d", "DLN"]},
        FieldName.SURNAME: {"drop": ["1"]},
        FieldName.GIVEN_NAMES: {"drop": ["2"]},
        FieldName.ADDRESS: {"drop": ["8"]},
        FieldName.GENDER: {"values": {"F": ["F", "15 SEX F", "SEX F"], "M": ["M", "15 SEX M", "SEX M"], "X": ["X", "15 SEX X", "SEX X"]}},
    },
}
_TWO_SCRIPTS = frozenset({"passport-el", "passport-bg"})
"""Names stand there in the country's own letters first: what stands right under the label is not the value."""
_FORMATS = {"id-fr-old": "FRA-ID"}
"""MRZ formats that are not named like the document's size."""


def template_text(design: str) -> str:
    """The file's text. Draws the design several times, so that areas hold long values, too."""
    plan = DESIGNS[design]
    made = [specimen(design, seed=seed) for seed in SEEDS] + [specimen(design, seed=SEEDS[0], case=Case.LONG_NAMES)]
    truth = made[0].truth
    out = [
        f"# Drawn by the product itself (kiosk/specimens) for the demo and the tests: design {design}. No state issues it.",
        "# Written by kiosk/specimens/template_text.py from the drawing.",
        "",
        f"id = {_quoted(truth.template)}",
        f"country = {_quoted(truth.country)}",
        f"type = {_quoted(truth.type)}",
        f"edition = {_quoted(truth.edition)}",
    ]
    if truth.mrtd:
        out.append(f"mrtd = {_quoted(_FORMATS.get(design, truth.mrtd))}")
    out += [f"size_mm = [{plan.size_mm[0]}, {plan.size_mm[1]}]", 'basis = "measured on the drawings"', 'tried = ""']
    if plan.language:
        out.append(f"languages = {_list([plan.language])}")
    if truth.mrz_lines:
        out += ["", "[mrz]", f"page = {_quoted(truth.mrz_side.value)}", f"codes = {_list([truth.mrz_lines[0][:2].strip('<')])}"]
    for side in made[0].pages:
        out += _page(design, side, made)
    return "\n".join(out) + "\n"


def _page(design: str, side: PageSide, made: Sequence[Specimen]) -> list[str]:
    canvas = drawn(design, seed=SEEDS[0])[side]
    height, width = made[0].pages[side].shape[:2]
    titles = _TITLES[design][0 if side is PageSide.FRONT else 1]
    out = ["", f"[pages.{side.value}]", f"titles = {_list(titles)}"]
    ignored = [label for label in canvas.other_labels if len(label) > 3]
    if ignored:
        out.append(f"ignored = {_list(ignored)}")
    areas: dict[FieldName, Box] = {}
    for name, said in canvas.fields.items():
        boxes = [one.truth.field_boxes[name] for one in made if name in one.truth.field_boxes]
        x, y, w, h = around(boxes)
        areas[name] = (x, y, max(w, said.room), h)
    for name in (FieldName.DATE_OF_ISSUE, FieldName.DATE_OF_EXPIRY):
        if "part" in _HINTS.get(design, {}).get(name, {}):
            areas[name] = around([areas[FieldName.DATE_OF_ISSUE], areas[FieldName.DATE_OF_EXPIRY]])
    for name, area in areas.items():
        out += _field(design, name, area, (width, height), made)
    regions = {region: box for region, (where, box) in made[0].truth.regions.items() if where is side}
    if regions:
        out += ["", f"[pages.{side.value}.regions]"]
        for region in Region:
            if region in regions:
                boxes = [one.truth.regions[region][1] for one in made]
                out.append(f"{region.value} = {_shares(around(boxes), (width, height))}")
    for name_of_place, box, colour in _coloured_places([one.pages[side] for one in made], _pictures(made[0], side)):
        out += ["", f"[pages.{side.value}.colours.{name_of_place}]", f"area = {_shares(box, (width, height))}", f"bgr = {list(colour)}"]
    return out


def _field(design: str, name: FieldName, area: Box, size: tuple[int, int], made: Sequence[Specimen]) -> list[str]:
    truth = made[0].truth
    side = truth.field_sides[name]
    out = ["", f"[pages.{side.value}.fields.{name.value}]"]
    label = truth.labels[name].rstrip(" :")
    # "1." beside a value is nothing to look for among all the numbers of a page
    twice = design in _TWO_SCRIPTS and name in (FieldName.SURNAME, FieldName.GIVEN_NAMES)
    hints: dict[str, object] = dict(_HINTS.get(design, {}).get(name, {}))
    if len(re.sub(r"[\W\d_]", "", label)) > 1 and not twice:
        out.append(f"labels = {_value(hints.pop('labels', [label]))}")
    out += [f"area = {_shares(area, size)}", f"tolerance = {TOLERANCE}"]
    if name in DATE_FIELDS and "part" not in hints:
        hints.setdefault("patterns", [_date_pattern(made, name)])
    if name is _NUMBER:
        hints.setdefault("regex", _number_regex(design))
    lines = max(one.truth.printed[name].count("\n") + 1 for one in made if name in one.truth.printed)
    if lines > 1:
        hints["lines"] = lines
    return out + [f"{key} = {_value(value)}" for key, value in hints.items()]


def _date_pattern(made: Sequence[Specimen], name: FieldName) -> str:
    """From printed dates whose day, month and year cannot be taken for each other."""
    for one in made:
        iso, printed = one.truth.fields[name], one.truth.printed[name]
        year, month, day = iso.split("-")
        if len({year[2:], month, day}) == 3:
            pattern = re.sub(r"[^\W\d_]{3}(/[^\W\d_]{3})?", "MMM", printed)
            for token, digits in (("YYYY", year), ("YY", year[2:]), ("MM", month), ("DD", day)):
                pattern = pattern.replace(digits, token)
            return pattern
    raise ValueError(f"no drawing of {made[0].truth.design} tells how {name.value} is printed")


def _number_regex(design: str) -> str:
    form = DESIGNS[design].number
    kinds = {"#": r"\d", "@": "[A-Z]", "%": "[A-Z0-9]"}
    if not form:
        return "[A-Z0-9]{8,13}"
    runs = "".join(f"{kinds.get(run[0][0], run[0][0])}{{{len(run[0])}}}" for run in re.finditer(r"(.)\1*", form))
    return runs if DESIGNS[design].type == "passport" else runs + r"\d{0,4}"


_GRID = (4, 5)
"""Rows and columns of the places whose colours a template knows."""


def _pictures(made: Specimen, side: PageSide) -> list[Box]:
    """Where no ground is seen however bright it may be."""
    truth = made.truth
    boxes = [box for where, box in truth.regions.values() if where is side]
    boxes += [barcode.box for barcode in truth.barcodes if barcode.side is side]
    return boxes + ([truth.mrz_box] if truth.mrz_side is side else [])


def _coloured_places(pages: Sequence[Image], pictures: Sequence[Box]) -> list[tuple[str, Box, tuple[int, int, int]]]:
    """A grid of places with their mean colours over all drawings; those that are a picture's for the greater part are left out."""
    height, width = pages[0].shape[:2]
    rows, columns = _GRID
    w, h = 0.92 * width / columns, 0.92 * height / rows
    found: list[tuple[str, Box, tuple[int, int, int]]] = []
    for row in range(rows):
        for column in range(columns):
            x, y = 0.04 * width + column * w, 0.04 * height + row * h
            covered = sum(_common((x, y, w, h), box) for box in pictures)
            if covered > 0.3 * w * h:
                continue
            cells = [page[round(y) : round(y + h), round(x) : round(x + w)].reshape(-1, 3).mean(axis=0) for page in pages]
            b, g, r = np.mean(cells, axis=0).tolist()
            found.append((f"row{row}column{column}", (x, y, w, h), (round(b), round(g), round(r))))
    return found


def _common(one: Box, other: Box) -> float:
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    tall = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, tall)


# --- TOML ----------------------------------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return str(value)


def _shares(box: Box, size: tuple[int, int]) -> str:
    x, y, w, h = box
    edges = (x / size[0], y / size[1], (x + w) / size[0], (y + h) / size[1])
    return "[" + ", ".join(f"{min(1.0, max(0.0, edge)):.3f}" for edge in edges) + "]"


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0])
    for design in arguments[1:] or DESIGNS:
        (folder / f"specimen-{design}.toml").write_text(template_text(design), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
