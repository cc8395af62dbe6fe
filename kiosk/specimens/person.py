"""The people on specimens: invented, and named so that nobody takes them for real."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.specimens.names import LANGUAGES, NameStock


@dataclass(frozen=True, slots=True)
class Person:
    """Names as printed in the visual zone. Dates YYYY-MM-DD; YYYY-MM or YYYY when day or month of birth are unknown.

    `script_names`: surname and given names in the country's own letters, where it has others than Latin ones.
    """

    surname: str
    given_names: str
    gender: str
    date_of_birth: str
    place_of_birth: str
    personal_number: str
    address: tuple[str, str]
    script_names: tuple[str, str] = ("", "")


class Case(StrEnum):
    """What is unusual about a holder, on any design."""

    LONG_NAMES = "long-names"  # longer than any MRZ has room for
    ONE_NAME = "one-name"  # no given names: the one name stands where the surname does (9303-3 4.6)
    APOSTROPHE = "apostrophe"
    UNKNOWN_DAY = "unknown-day"
    UNKNOWN_MONTH = "unknown-month"
    UNKNOWN_SEX = "unknown-sex"
    BORN_1929 = "born-1929"
    BORN_2019 = "born-2019"
    LONG_NUMBER = "long-number"  # a document number of more than nine characters


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


def person(seed: int, language: str = "") -> Person:
    """The same person for the same seed; 0 is the demo's. `language` of names (`names.LANGUAGES`) for the designs that have one.

    Raises KeyError for a language that is not there.
    """
    if language:
        return _named(seed, LANGUAGES[language], language)
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


def _named(seed: int, stock: NameStock, language: str) -> Person:
    draw = random.Random(f"{language}/{seed}")
    # mostly women, because the portrait at hand is a woman's
    gender = draw.choices(("F", "M", "X"), (72, 24, 4))[0]
    surname, script_surname = stock.surname(draw, gender)
    given, script_given = stock.given(draw, gender)
    return Person(
        surname=surname,
        given_names=given,
        gender=gender,
        date_of_birth=f"{draw.randint(1936, 2008):04d}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}",
        place_of_birth=draw.choice(stock.places),
        personal_number="",
        address=(
            stock.address.format(street=draw.choice(stock.streets), number=draw.randint(1, 180)),
            stock.town.format(code=draw.randint(10000, 99999), town=draw.choice(stock.places)),
        ),
        script_names=(script_surname, script_given),
    )


def with_case(holder: Person, case: Case | None) -> Person:
    """The same person with something unusual; `Case.LONG_NUMBER` is no matter of the person."""
    match case:
        case Case.LONG_NAMES:
            return replace(
                holder,
                surname="VAN DER ZANDVOORT-ŁĄCZYŃSKA DE LA PEÑARANDA",
                given_names="MARIA-ALEXANDRA CHARLOTTE ÉLÉONORE BERNADETTE",
                script_names=("", ""),
            )
        case Case.ONE_NAME:
            return replace(holder, surname=holder.given_names.split(" ")[0], given_names="", script_names=("", ""))
        case Case.APOSTROPHE:
            return replace(holder, surname="D'ÉCHANTILLON-O'SAMPLE", script_names=("", ""))
        case Case.UNKNOWN_DAY:
            return replace(holder, date_of_birth=holder.date_of_birth[:7])
        case Case.UNKNOWN_MONTH:
            return replace(holder, date_of_birth=holder.date_of_birth[:4])
        case Case.UNKNOWN_SEX:
            return replace(holder, gender="X")
        case Case.BORN_1929:
            return replace(holder, date_of_birth="1929" + holder.date_of_birth[4:])
        case Case.BORN_2019:
            return replace(holder, date_of_birth="2019" + holder.date_of_birth[4:])
    return holder


# --- numbers -------------------------------------------------------------------------------------------------------


def document_number(seed: int, design: str, form: str = "") -> str:
    """A document's number in `form` ("#" a digit, "@" a letter, "%" either, the rest as it is).

    Without a form: nine characters, or eight for the designs that leave a filler; the ICAO specimen's own for the demo.
    """
    draw = random.Random(f"{seed}/{design}")
    letters = "BCDFGHJKLMNPRTVWXYZ"
    if form:
        choices = {"#": "0123456789", "@": letters, "%": "0123456789" + letters}
        return "".join(draw.choice(choices[character]) if character in choices else character for character in form)
    if seed == 0:
        return {"td1": "D23145890", "td2": "D23145890", "td3": "L898902C3", "mrv-a": "L8988901C", "mrv-b": "L8988901C"}[design]
    return draw.choice(letters) + draw.choice(letters) + f"{draw.randint(0, 9999999):07d}"[: draw.choice((6, 7))]


def _day(date_of_birth: str) -> tuple[int, int, int]:
    """Year, month, day; unknown parts 0."""
    year, month, day = (*(int(part) for part in date_of_birth.split("-")), 0, 0)[:3]
    return year, month, day


def no_number(date_of_birth: str, gender: str, seed: int) -> str:
    return ""


def birth_number(date_of_birth: str, gender: str, seed: int) -> str:
    """In the Czech and Slovak manner: YYMMDD/NNNN, 50 added to a woman's month, the whole divisible by 11; before 1954 NNN."""
    year, month, day = _day(date_of_birth)
    draw = random.Random(f"birth number/{seed}")
    first = f"{year % 100:02d}{month + (50 if gender == 'F' else 0):02d}{day:02d}"
    while True:
        serial = draw.randint(0, 999)
        if year < 1954:
            return f"{first}/{serial + 1:03d}"
        rest = (int(first) * 1000 + serial) * 10 % 11
        if rest != 1:  # its check digit would be 10
            return f"{first}/{serial:03d}{(11 - rest) % 11}"


def pesel(date_of_birth: str, gender: str, seed: int) -> str:
    """In the Polish manner: YYMMDD (20 added to the month from 2000), four digits of which the last tells the sex, check digit."""
    year, month, day = _day(date_of_birth)
    draw = random.Random(f"pesel/{seed}")
    serial = draw.randint(0, 999) * 10 + draw.randrange(0 if gender == "F" else 1, 10, 2)
    digits = f"{year % 100:02d}{month + (20 if year >= 2000 else 0):02d}{day:02d}{serial:04d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=True))
    return digits + str(-total % 10)


def cnp(date_of_birth: str, gender: str, seed: int) -> str:
    """In the Romanian manner: sex and century, YYMMDD, county, serial, check digit."""
    year, month, day = _day(date_of_birth)
    draw = random.Random(f"cnp/{seed}")
    first = (5 if year >= 2000 else 1) + (gender == "F")
    digits = f"{first}{year % 100:02d}{month:02d}{day:02d}{draw.randint(1, 52):02d}{draw.randint(1, 999):03d}"
    total = sum(int(digit) * int(weight) for digit, weight in zip(digits, "279146358279", strict=True)) % 11
    return digits + str(1 if total == 10 else total)


def dni(date_of_birth: str, gender: str, seed: int) -> str:
    """In the Spanish manner: eight digits and the letter that checks them."""
    number = random.Random(f"dni/{seed}").randint(0, 99_999_999)
    return f"{number:08d}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def bsn(date_of_birth: str, gender: str, seed: int) -> str:
    """In the Dutch manner: nine digits that pass the eleven test."""
    draw = random.Random(f"bsn/{seed}")
    while True:
        digits = f"{draw.randint(0, 99_999_999):08d}"
        rest = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
        if rest < 10:
            return f"{digits}{rest}"
