"""Invented bills, statements and confirmations: six layouts, five languages, drawn by us, with their truth.

A bill is a list of texts in millimetres, so that the same one becomes a picture (for `degrade.photograph`) or a PDF with a text layer
(`bill_pdf`). Companies, people and streets are invented; postcodes have their country's shape.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from kiosk.imaging.frame import Image
from kiosk.specimens.bill_words import ISSUERS, LANGUAGES, PEOPLE, PLACES, WORDS, BillWords, money, printed_day

A4_MM = (210.0, 297.0)
PX_PER_MM = 150 / 25.4
LAYOUTS = ("window", "window-right", "boxes", "labelled", "letter", "statement")
"""Address left as for a window envelope; right; supplier and customer in boxes; label: value; a sentence; a bank's statement."""
FUNDS_LAYOUTS = frozenset({"letter", "statement"})


@dataclass(frozen=True, slots=True)
class Printed:
    """One piece of text. `x`, `y`: left end (right end when `right`) and baseline, millimetres from the top left; `size` of the em."""

    x: float
    y: float
    text: str
    size: float = 3.4
    bold: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class BillTruth:
    """What is printed on a bill. Dates YYYY-MM-DD. `balance`: cents of what is owed or held, in `currency`."""

    layout: str
    language: str
    name: str
    street: str
    town: str
    issuer: str
    issued: str
    due: str
    balance: int
    currency: str

    @property
    def address(self) -> tuple[str, str]:
        return self.street, self.town


@dataclass(frozen=True, slots=True)
class Bill:
    """`rules`: lines between two points, millimetres."""

    truth: BillTruth
    texts: tuple[Printed, ...]
    rules: tuple[tuple[float, float, float, float], ...] = ()


def bill(layout: str, language: str, *, seed: int, issued: str, due: str, to: tuple[str, str, str] | None = None) -> Bill:
    """Pure: the same arguments give the same bill.

    Args:
        layout: of `LAYOUTS`; language: of `LANGUAGES`.
        issued, due: YYYY-MM-DD; the due date is printed, too, and is not the date of issue.
        to: whom it is sent to: name, street with number, postcode with town; None = somebody invented.
    """
    random = Random(f"bill {layout} {language} {seed}")
    words = WORDS[language]
    street, town = random.choice(PLACES[language])
    house = random.randint(2, 98)
    truth = BillTruth(
        layout=layout,
        language=language,
        name=random.choice(PEOPLE[language]),
        street=words.street_line.format(street=street, number=house),
        town=town,
        issuer=random.choice(ISSUERS[language]),
        issued=issued,
        due=due,
        balance=random.randint(1_200, 98_000) if layout not in FUNDS_LAYOUTS else random.randint(120_000, 9_800_000),
        currency=words.currency,
    )
    if to is not None:
        truth = replace(truth, name=to[0], street=to[1], town=to[2])
    own_street, own_town = next(place for place in PLACES[language] if place[1] != town)
    own = (words.street_line.format(street=own_street, number=house + 1), own_town)
    draw = {
        "window": _window,
        "window-right": _window_right,
        "boxes": _boxes,
        "labelled": _labelled,
        "letter": _letter,
        "statement": _statement,
    }[layout]
    return draw(truth, words, own, random)


def picture(made: Bill) -> Image:
    """A4 at 150 dpi, BGR."""
    size = (round(A4_MM[0] * PX_PER_MM), round(A4_MM[1] * PX_PER_MM))
    page = PilImage.new("RGB", size, (255, 255, 255))
    draw = ImageDraw.Draw(page)
    for x0, y0, x1, y1 in made.rules:
        draw.line([x0 * PX_PER_MM, y0 * PX_PER_MM, x1 * PX_PER_MM, y1 * PX_PER_MM], fill=(90, 90, 90), width=2)
    for text in made.texts:
        at = (text.x * PX_PER_MM, text.y * PX_PER_MM)
        draw.text(
            at, text.text, font=_font(text.bold, round(text.size * PX_PER_MM)), fill=(25, 25, 30), anchor="rs" if text.right else "ls"
        )
    return np.ascontiguousarray(np.asarray(page, dtype=np.uint8)[:, :, ::-1])


def text_width_mm(text: str, size: float, *, bold: bool = False) -> float:
    """As `picture` draws it."""
    return float(_font(bold, 100).getlength(text)) / 100 * size


@lru_cache(maxsize=2)
def font_file(bold: bool = False) -> Path | None:
    """DejaVu Sans from matplotlib's data (comes with mediapipe); None where it is missing."""
    found = importlib.util.find_spec("matplotlib")
    for root in (found.submodule_search_locations or ()) if found else ():
        path = Path(root) / "mpl-data/fonts/ttf" / f"DejaVuSans{'-Bold' if bold else ''}.ttf"
        if path.is_file():
            return path
    return None


@lru_cache(maxsize=32)
def _font(bold: bool, size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    file = font_file(bold)
    return ImageFont.truetype(str(file), size_px) if file else ImageFont.load_default(size_px)


# --- layouts -------------------------------------------------------------------------------------------------------


def _block(x: float, y: float, lines: tuple[str, ...], *, size: float = 3.4, step: float = 4.8) -> list[Printed]:
    return [Printed(x, y + step * index, line, size) for index, line in enumerate(lines)]


def _pairs(x: float, y: float, value_x: float, pairs: tuple[tuple[str, str], ...], *, step: float = 5.4) -> list[Printed]:
    found: list[Printed] = []
    for index, (label, value) in enumerate(pairs):
        found += [Printed(x, y + step * index, label, 3.0), Printed(value_x, y + step * index, value, 3.2)]
    return found


def _days(truth: BillTruth, words: BillWords) -> tuple[tuple[str, str], ...]:
    issued, due = printed_day(truth.issued, words), printed_day(truth.due, words)
    return (words.number, f"{truth.issued[:4]}{truth.balance:06}"), (words.issued, issued), (words.due, due)


def _charges(truth: BillTruth, words: BillWords, y: float) -> tuple[list[Printed], list[tuple[float, float, float, float]]]:
    first, second = truth.balance * 2 // 3, truth.balance - truth.balance * 2 // 3
    texts = [Printed(20, y, words.what, 3.2, bold=True), Printed(190, y, words.amount, 3.2, bold=True, right=True)]
    for row, (what, cents) in enumerate(zip(words.items, (first, second), strict=True)):
        texts += [Printed(20, y + 8 + 6 * row, what, 3.2), Printed(190, y + 8 + 6 * row, money(cents, words), 3.2, right=True)]
    texts += [
        Printed(20, y + 26, words.total, 4.0, bold=True),
        Printed(190, y + 26, money(truth.balance, words), 4.0, bold=True, right=True),
    ]
    return texts, [(20, y + 2, 190, y + 2), (20, y + 20, 190, y + 20)]


def _window(truth: BillTruth, words: BillWords, own: tuple[str, str], _: Random) -> Bill:
    texts = [Printed(120, 22, truth.issuer, 6.0, bold=True), *_block(120, 30, own, size=2.8, step=4.0)]
    texts += [Printed(20, 48, f"{truth.issuer} · {own[0]} · {own[1]}", 2.0), *_block(20, 56, (truth.name, *truth.address))]
    texts += [*_pairs(120, 56, 158, _days(truth, words)), Printed(20, 95, words.bill, 5.4, bold=True)]
    charges, rules = _charges(truth, words, 110)
    return Bill(truth, (*texts, *charges, Printed(20, 275, f"{truth.issuer}, {words.contact}", 2.4)), tuple(rules))


def _window_right(truth: BillTruth, words: BillWords, own: tuple[str, str], _: Random) -> Bill:
    texts = [Printed(20, 20, truth.issuer, 5.2, bold=True), *_block(20, 27, (*own, words.contact), size=2.8, step=4.0)]
    texts += [*_block(115, 52, (truth.name, *truth.address, words.country), size=3.6), Printed(20, 84, words.bill.upper(), 5.0, bold=True)]
    texts += _pairs(20, 93, 70, _days(truth, words))
    charges, rules = _charges(truth, words, 125)
    return Bill(truth, (*texts, *charges), tuple(rules))


def _boxes(truth: BillTruth, words: BillWords, own: tuple[str, str], _: Random) -> Bill:
    texts = [Printed(20, 22, words.bill, 5.4, bold=True), Printed(22, 38, words.supplier, 2.8), Printed(112, 38, words.customer, 2.8)]
    texts += [*_block(22, 45, (truth.issuer, *own)), *_block(112, 45, (truth.name, *truth.address))]
    rules = [(20, 32, 190, 32), (20, 64, 190, 64), (20, 32, 20, 64), (106, 32, 106, 64), (190, 32, 190, 64)]
    for index, (label, value) in enumerate(_days(truth, words)):
        texts += [Printed(22 + 57 * index, 72, label, 2.6), Printed(22 + 57 * index, 78, value, 3.6, bold=True)]
    charges, more = _charges(truth, words, 95)
    return Bill(truth, (*texts, *charges), (*rules, *more))


def _labelled(truth: BillTruth, words: BillWords, own: tuple[str, str], _: Random) -> Bill:
    number, issued, due = _days(truth, words)
    pairs = ((words.holder, truth.name), (words.address, ", ".join(truth.address)), number, issued, due)
    texts = [Printed(105 - text_width_mm(truth.issuer, 5.4, bold=True) / 2, 22, truth.issuer, 5.4, bold=True)]
    texts += [Printed(20, 40, words.bill, 4.8, bold=True)]
    for index, (label, value) in enumerate(pairs):
        texts.append(Printed(20, 52 + 6.5 * index, f"{label}: {value}", 3.4))
    charges, rules = _charges(truth, words, 100)
    return Bill(truth, (*texts, *charges, Printed(20, 280, f"{truth.issuer}, {', '.join(own)}", 2.4)), tuple(rules))


def _letter(truth: BillTruth, words: BillWords, own: tuple[str, str], _: Random) -> Bill:
    texts = [Printed(20, 22, truth.issuer, 5.4, bold=True), *_block(20, 29, own, size=2.8, step=4.0)]
    town = own[1].split(maxsplit=2)[-1] if words.town_last else own[1].rsplit(maxsplit=2)[0]
    texts += [
        Printed(20, 60, f"{town}, {printed_day(truth.issued, words, letter=True)}", 3.4),
        Printed(20, 75, words.confirmation, 5.0, bold=True),
    ]
    sentence = words.sentence.format(name=truth.name, street=truth.street, town=truth.town)
    texts += _block(20, 90, _wrapped(sentence, 170, 3.6), size=3.6, step=6.0)
    texts += _pairs(20, 125, 80, ((words.balance, money(truth.balance, words)),))
    return Bill(truth, tuple(texts))


def _statement(truth: BillTruth, words: BillWords, own: tuple[str, str], random: Random) -> Bill:
    texts = [
        Printed(20, 20, truth.issuer, 5.4, bold=True),
        Printed(20, 27, ", ".join(own), 2.6),
        Printed(120, 20, words.statement, 4.6, bold=True),
    ]
    texts += [
        *_block(20, 50, (truth.name, *truth.address)),
        *_pairs(120, 50, 160, ((words.statement_date, printed_day(truth.issued, words)),)),
    ]
    spent = [random.randint(500, 30_000) for _ in range(5)]
    rows = [
        (words.opening, truth.balance + sum(spent)),
        *((item, -cents) for item, cents in zip((words.items * 3)[:5], spent, strict=True)),
    ]
    y = 90.0
    rules = [(20, y - 6, 190, y - 6)]
    year, month = truth.issued[:4], int(truth.issued[5:7])
    for index, (what, cents) in enumerate(rows):
        day = printed_day(f"{year}-{month:02}-{index + 1:02}", words) if index else ""
        texts += [Printed(20, y, day, 3.0), Printed(50, y, what, 3.0), Printed(190, y, money(cents, words), 3.0, right=True)]
        y += 7
    texts += [
        Printed(50, y + 4, words.balance, 3.6, bold=True),
        Printed(190, y + 4, money(truth.balance, words), 3.6, bold=True, right=True),
    ]
    return Bill(truth, tuple(text for text in texts if text.text), tuple(rules))


def _wrapped(text: str, width_mm: float, size: float) -> tuple[str, ...]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width_mm(longer, size) > width_mm:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(lines)


__all__ = ["FUNDS_LAYOUTS", "LANGUAGES", "LAYOUTS", "Bill", "BillTruth", "Printed", "bill", "font_file", "picture", "text_width_mm"]
