"""Watchlist screening: time over a large made-up list, how many variants of listed names are found, how many ordinary names alert."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.bench.machine import summary
from kiosk.ports import Json
from kiosk.services.watchlist.index import NameIndex, build_index
from kiosk.services.watchlist.matching import THRESHOLD
from kiosk.services.watchlist.model import Kind, Listed
from kiosk.services.watchlist.name_tables import VARIANTS
from kiosk.services.watchlist.names import words_of
from kiosk.specimens.names import LANGUAGES

TARGET_MS = 200.0
_STARTS = "b br d dr f g gr h j k kl kr l m n p pr r s sh st t tr v z zh ch kh y".split()
_MIDDLES = "a e i o u a e o ai ia".split()
_ENDS = "n r l s m k d t v sk nd rt nov ev ich enko ian ez son man ova in ski".split()


def made_up_names(count: int, seed: int) -> Iterator[str]:
    """Given name and surname of syllables; a third of the given names from the table of variants. Nobody's."""
    draw = random.Random(seed)
    givens = sorted(set(VARIANTS.values()))
    for _ in range(count):
        given = draw.choice(givens) if draw.random() < 0.33 else _word(draw, 2)
        middle = f"{_word(draw, 2)} " if draw.random() < 0.25 else ""
        yield f"{given} {middle}{_word(draw, draw.choice((2, 2, 3)))}".title()


def ordinary_names(count: int, seed: int) -> Iterator[str]:
    """As documents of the specimens' languages print them."""
    draw = random.Random(seed)
    stocks = list(LANGUAGES.values())
    for _ in range(count):
        stock, gender = draw.choice(stocks), draw.choice("MF")
        yield f"{stock.given(draw, gender)[0]} {stock.surname(draw, gender)[0]}"


def screening(*, names: int = 1_000_000, queries: int = 200, seed: int = 1, threshold: float = THRESHOLD) -> dict[str, Json]:
    """Args: `names` how many spellings the list has; `queries` how many per kind of variant and for the false alerts a thousand at most."""
    listed = list(made_up_names(names, seed))
    entries = (Listed(str(number), Kind.PERSON, (name,)) for number, name in enumerate(listed))
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        build_index(entries, Path(folder))
        built = time.perf_counter() - began
        began = time.perf_counter()
        index = NameIndex(Path(folder))
        opened = (time.perf_counter() - began) * 1000
        bytes_on_disk = sum(file.stat().st_size for file in Path(folder).iterdir())
        spent: list[float] = []

        def found(query: str) -> list[tuple[int, int, float]]:
            start = time.perf_counter()
            hits = index.search(words_of(query), least=threshold)
            spent.append((time.perf_counter() - start) * 1000)
            return hits

        draw = random.Random(seed + 1)
        recall: dict[str, Json] = {}
        for kind, change in VARIATIONS.items():
            wanted = [draw.randrange(names) for _ in range(queries)]
            right = 0
            for number in wanted:
                goal = words_of(listed[number])
                right += any(words_of(listed[hit[0]]) == goal for hit in found(change(listed[number], draw)))
            recall[kind] = round(right / queries, 4)
        strangers = min(1000, queries * 5)
        ordinary = sum(bool(found(name)) for name in ordinary_names(strangers, seed + 2))
        unlisted = set(map(words_of, listed))
        others = [name for name in made_up_names(strangers, seed + 3) if words_of(name) not in unlisted]
        alike = sum(bool(found(name)) for name in others)
    return {
        "names": names,
        "threshold": threshold,
        "screening_ms": summary(spent),
        "target_ms": TARGET_MS,
        "build_s": round(built, 1),
        "open_ms": round(opened, 1),
        "disk_mb": round(bytes_on_disk / 1e6, 1),
        "recall": recall,
        "alerts_per_1000_ordinary": round(1000 * ordinary / strangers, 1),
        "alerts_per_1000_made_up": round(1000 * alike / max(1, len(others)), 1),
    }


def _word(draw: random.Random, syllables: int) -> str:
    return "".join(draw.choice(_STARTS) + draw.choice(_MIDDLES) for _ in range(syllables)) + draw.choice(_ENDS)


def _typo(name: str, draw: random.Random) -> str:
    places = [place for place, letter in enumerate(name) if letter.isalpha()]
    place = draw.choice(places[1:])
    kind = draw.randrange(4)
    letter = draw.choice("abcdefghijklmnopqrstuvwxyz")
    if kind == 0:
        return name[:place] + name[place + 1 :]
    if kind == 1:
        return name[:place] + letter + name[place:]
    if kind == 2 and place + 1 < len(name) and name[place + 1].isalpha():
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    return name[:place] + letter + name[place + 1 :]


def _turned(name: str, draw: random.Random) -> str:
    del draw
    *given, last = name.split()
    return f"{last.upper()}, {' '.join(given)}"


def _initial(name: str, draw: random.Random) -> str:
    del draw
    first, *rest = name.split()
    return f"{first[0]}. {' '.join(rest)}"


def _romanised(name: str, draw: random.Random) -> str:
    text = name.lower()
    for old, new in (("zh", "j"), ("kh", "h"), ("sk", "sck"), ("v", "w"), ("ch", "tch"), ("y", "i"), ("ia", "ya")):
        if old in text and draw.random() < 0.7:
            text = text.replace(old, new)
    return text


def _other_form(name: str, draw: random.Random) -> str:
    first, *rest = name.split()
    forms = [form for form, canon in VARIANTS.items() if canon == first.lower()]
    return " ".join([draw.choice(forms) if forms else first, *rest])


def _without_middle(name: str, draw: random.Random) -> str:
    del draw
    words = name.split()
    return f"{words[0]} {words[-1]}"


def _plain(name: str, draw: random.Random) -> str:
    del draw
    return name


VARIATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "same": _plain,
    "one_typo": _typo,
    "surname_first": _turned,
    "initial": _initial,
    "other_romanisation": _romanised,
    "other_form_of_given_name": _other_form,
    "without_middle_name": _without_middle,
}
"""What is done to a listed name before it is asked for."""
