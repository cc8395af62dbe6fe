"""The people on specimens: invented, and named so that nobody takes them for real."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Dates YYYY-MM-DD; names as printed in the visual zone."""

    surname: str
    given_names: str
    gender: str
    date_of_birth: str
    place_of_birth: str
    personal_number: str
    address: tuple[str, str]


_DEFAULT = Person(
    # The name and date of birth of ICAO's own specimen (Doc 9303 part 4, appendix A), known by every reader of travel documents.
    surname="ERIKSSON",
    given_names="ANNA MARIA",
    gender="F",
    date_of_birth="1974-08-12",
    place_of_birth="ZENITH",
    personal_number="ZE184226B",
    address=("12 HARBOUR STREET", "1040 ZENITH"),
)
_SURNAMES = ("SPECIMEN", "VZOROVÁ", "MUSTERÉ", "ESEMPIO", "SPÉCIMEN-UTOPIE", "MINTA", "WZÓR", "EKSEMPEL", "ÖRNEK", "PAVYZDYS")
_GIVEN_NAMES = ("ANNA", "JANA", "ZOË", "EVA-LUISE", "MÁRIA", "INÈS", "ASTRID", "LUCIA", "KATARÍNA", "SØLVI")
_PLACES = ("ZENITH", "NEW HARBOUR", "AMAUROTE", "PORT CLARITY", "EASTVALE")
_STREETS = ("HARBOUR STREET", "STATION ROAD", "ORCHARD LANE", "MARKET SQUARE", "OBSERVATORY HILL")


def person(seed: int) -> Person:
    """The same person for the same seed; 0 is the demo's."""
    if seed == 0:
        return _DEFAULT
    draw = random.Random(seed)  # reproducible, not secret
    given = draw.sample(_GIVEN_NAMES, draw.choice((1, 2)))
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    return Person(
        surname=draw.choice(_SURNAMES),
        given_names=" ".join(given),
        gender="F",
        date_of_birth=f"{draw.randint(1950, 2004):04d}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}",
        place_of_birth=draw.choice(_PLACES),
        personal_number=draw.choice(letters) + draw.choice(letters) + f"{draw.randint(0, 999999):06d}" + draw.choice(letters),
        address=(f"{draw.randint(1, 180)} {draw.choice(_STREETS)}", f"{draw.randint(1000, 9990)} {draw.choice(_PLACES)}"),
    )


def document_number(seed: int, design: str) -> str:
    """Nine characters, or eight for the designs that leave a filler; the ICAO specimen's own for the demo."""
    if seed == 0:
        return {"td1": "D23145890", "td2": "D23145890", "td3": "L898902C3", "mrv-a": "L8988901C", "mrv-b": "L8988901C"}[design]
    draw = random.Random(f"{seed}/{design}")
    letters = "BCDFGHJKLMNPRTVWXYZ"
    return draw.choice(letters) + draw.choice(letters) + f"{draw.randint(0, 9999999):07d}"[: draw.choice((6, 7))]
