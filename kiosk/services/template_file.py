"""Reads one template file and says everything that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from kiosk.domain.countries import alpha3, is_known
from kiosk.domain.document import FieldName, PageSide, Region
from kiosk.domain.mrz import MrzFormat
from kiosk.domain.national_letters import is_known_language
from kiosk.services.number_checks import NUMBER_CHECKS
from kiosk.services.template_model import (
    ANY_COUNTRY,
    DEFAULT_FORMAT,
    DEFAULT_LINES,
    DEFAULT_TOLERANCE,
    Area,
    Format,
    Template,
    TemplateColour,
    TemplateField,
    TemplateMrz,
    TemplatePage,
)


def read_file(path: Path) -> tuple[Template | None, tuple[str, ...]]:
    """The template, None when anything is wrong, and what is: one English line each, with its place in the file."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except OSError as error:
        return None, (f"cannot be read: {error.strerror}",)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, (f"is not TOML: {error}",)
    parser = _Parser()
    template = parser.template(raw)
    return (None if parser.wrong else template), tuple(parser.wrong)


TEMPLATE_KEYS = {"id", "country", "type", "edition", "mrtd", "size_mm", "basis", "tried", "mrz", "issued", "languages", "pages"}
PAGE_KEYS = {"titles", "absent", "ignored", "fields", "regions", "colours"}
FIELD_KEYS = {
    "labels",
    "generic_labels",
    "area",
    "tolerance",
    "format",
    "patterns",
    "part",
    "regex",
    "check",
    "drop",
    "values",
    "lines",
    "anywhere",
}
DOCUMENT_TYPES = ("identity-card", "passport", "visa", "driving-licence", "residence-permit")
_DATE_PATTERN = re.compile(r"(DD|MMM|MM|YYYY|YY)([ ./\-]*)(DD|MMM|MM)([ ./\-]*)(DD|YYYY|YY)")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{2,63}")


class _Parser:
    """Reads a template and notes everything that is wrong on the way."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def template(self, raw: Mapping[str, object]) -> Template:
        self._known(raw, TEMPLATE_KEYS, "")
        country = self._text(raw, "country", "")
        if country != ANY_COUNTRY and not (is_known(country) and len(country) == 3):
            self._say("country", f"{country!r} is no alpha-3 code known to ICAO 9303-3 (or {ANY_COUNTRY!r})")
        kind = self._text(raw, "type", "")
        if kind not in DOCUMENT_TYPES:
            self._say("type", f"{kind!r} is none of {', '.join(DOCUMENT_TYPES)}")
        mrtd = self._text(raw, "mrtd", "", needed=False)
        if mrtd and mrtd not in set(MrzFormat):
            self._say("mrtd", f"{mrtd!r} is none of {', '.join(MrzFormat)}")
        template_id = self._text(raw, "id", "")
        if template_id and not _ID.fullmatch(template_id):
            self._say("id", "letters, digits, _ . + - only, 3 to 64 characters")
        size = self._numbers(raw, "size_mm", 2, "") or (1.0, 1.0)
        if min(size) <= 0:
            self._say("size_mm", "width and height must be above 0")
        pages = {side: self._page(table, side) for side, table in self._sides(raw.get("pages"))}
        issued = self._table(raw.get("issued", {}), "issued")
        self._known(issued, {"from", "to", "valid_years"}, "issued")
        years = issued.get("valid_years", [])
        if not isinstance(years, list) or not all(isinstance(year, int) and 0 < year <= 100 for year in years):
            self._say("issued.valid_years", "a list of years from 1 to 100")
            years = []
        languages = self._words(raw, "languages", "")
        for language in languages:
            if not is_known_language(language):
                self._say("languages", f"{language!r}: no language whose letters are known (ISO 639-1, Latin letters)")
        return Template(
            id=template_id,
            country=country,
            type=kind,
            edition=self._text(raw, "edition", "", needed=False),
            mrtd=mrtd,
            size_mm=(size[0], size[1]),
            basis=self._text(raw, "basis", ""),
            tried=self._text(raw, "tried", "", needed=False),
            pages=pages,
            mrz=self._mrz(raw["mrz"], country) if "mrz" in raw else None,
            issued_from=self._date(issued, "from"),
            issued_to=self._date(issued, "to"),
            valid_years=tuple(years),
            languages=languages,
        )

    def _mrz(self, raw: object, country: str) -> TemplateMrz:
        table = self._table(raw, "mrz")
        self._known(table, {"page", "codes", "states"}, "mrz")
        page = table.get("page", "front")
        if page not in ("front", "back"):
            self._say("mrz.page", '"front" or "back"')
            page = "front"
        codes = self._words(table, "codes", "mrz")
        states = self._words(table, "states", "mrz") or ((country,) if country != ANY_COUNTRY else ())
        for state in states:
            if not is_known(state):
                self._say("mrz.states", f"{state!r} is no code of ICAO 9303-3")
            elif country != ANY_COUNTRY and alpha3(state) != alpha3(country):
                self._say("mrz.states", f"{state!r} is not a code of {country}")
        return TemplateMrz(PageSide(page), codes, states)

    def _sides(self, raw: object) -> list[tuple[PageSide, Mapping[str, object]]]:
        table = self._table(raw, "pages")
        self._known(table, {"front", "back"}, "pages")
        if not table:
            self._say("pages", "a document has a [pages.front] or a [pages.back]")
        return [(PageSide(name), self._table(table[name], f"pages.{name}")) for name in ("front", "back") if name in table]

    def _page(self, raw: Mapping[str, object], side: PageSide) -> TemplatePage:
        place = f"pages.{side}"
        self._known(raw, PAGE_KEYS, place)
        fields: dict[FieldName, TemplateField] = {}
        for name, table in self._table(raw.get("fields", {}), f"{place}.fields").items():
            here = f"{place}.fields.{name}"
            if name not in set(FieldName):
                self._say(here, f"no such field; there are {', '.join(FieldName)}")
                continue
            fields[FieldName(name)] = self._field(FieldName(name), self._table(table, here), here)
        regions: dict[Region, Area] = {}
        table = self._table(raw.get("regions", {}), f"{place}.regions")
        for name in table:
            if name not in set(Region):
                self._say(f"{place}.regions.{name}", f"no such region; there are {', '.join(Region)}")
            elif area := self._area(table, name, f"{place}.regions"):
                regions[Region(name)] = area
        return TemplatePage(
            side,
            self._words(raw, "titles", place),
            self._words(raw, "absent", place),
            self._words(raw, "ignored", place),
            fields,
            regions,
            self._colours(raw.get("colours", {}), f"{place}.colours"),
        )

    def _colours(self, raw: object, place: str) -> dict[str, TemplateColour]:
        colours: dict[str, TemplateColour] = {}
        for name, entry in self._table(raw, place).items():
            here = f"{place}.{name}"
            table = self._table(entry, here)
            self._known(table, {"area", "bgr", "tolerance"}, here)
            area, bgr = self._area(table, "area", here), self._numbers(table, "bgr", 3, here)
            if area and bgr:
                if not all(0 <= one <= 255 for one in bgr):
                    self._say(f"{here}.bgr", "three numbers 0..255: blue, green, red")
                tolerance = table.get("tolerance", 40)
                colours[name] = TemplateColour(
                    area, (round(bgr[0]), round(bgr[1]), round(bgr[2])), int(tolerance) if isinstance(tolerance, int) else 40
                )
            elif "area" not in table:
                self._say(here, "needs area and bgr")
        return colours

    def _field(self, name: FieldName, raw: Mapping[str, object], place: str) -> TemplateField:
        self._known(raw, FIELD_KEYS, place)
        kind = raw.get("format", DEFAULT_FORMAT.get(name, Format.TEXT))
        if kind not in set(Format):
            self._say(f"{place}.format", f"{kind!r} is none of {', '.join(Format)}")
            kind = Format.TEXT
        format_ = Format(str(kind))
        patterns = self._words(raw, "patterns", place)
        for pattern in patterns:
            if not _DATE_PATTERN.fullmatch(pattern):
                self._say(f"{place}.patterns", f"{pattern!r}: day, month and year as DD, MM or MMM, YY or YYYY")
        regex, check = self._text(raw, "regex", place, needed=False), self._text(raw, "check", place, needed=False)
        try:
            re.compile(regex)
        except re.error as error:
            self._say(f"{place}.regex", f"is no regular expression: {error}")
            regex = ""
        if check and check not in NUMBER_CHECKS:
            self._say(f"{place}.check", f"{check!r} is none of {', '.join(NUMBER_CHECKS)}")
            check = ""
        part = self._text(raw, "part", place, needed=False)
        if part not in ("", "first", "last"):
            self._say(f"{place}.part", '"first" or "last"')
        self._fits(format_, place, {"patterns": patterns, "part": part}, Format.DATE)
        self._fits(format_, place, {"regex": regex, "check": check}, Format.NUMBER)
        values = {
            key: self._words(table, key, f"{place}.values")
            for table in [self._table(raw.get("values", {}), f"{place}.values")]
            for key in table
        }
        if format_ is Format.ENUM and not values and name is not FieldName.GENDER:
            self._say(f"{place}.values", "an enum needs its values")
        tolerance, lines, anywhere = (
            raw.get("tolerance", DEFAULT_TOLERANCE),
            raw.get("lines", DEFAULT_LINES.get(name, 1)),
            raw.get("anywhere", False),
        )
        if not isinstance(tolerance, int | float) or isinstance(tolerance, bool) or not 0 <= tolerance <= 0.2:
            self._say(f"{place}.tolerance", "a share of the page, 0 to 0.2")
            tolerance = DEFAULT_TOLERANCE
        if not isinstance(lines, int) or isinstance(lines, bool) or not 1 <= lines <= 6:
            self._say(f"{place}.lines", "a whole number, 1 to 6")
            lines = 1
        labels, area = self._words(raw, "labels", place), self._area(raw, "area", place)
        generic = raw.get("generic_labels", False)
        if not isinstance(generic, bool) or not isinstance(anywhere, bool):
            self._say(place, "generic_labels and anywhere are true or false")
        if anywhere and not (regex or check):
            self._say(f"{place}.anywhere", "needs a regex or a check, or anything would do")
        if not (labels or generic or area or anywhere):
            self._say(place, "nothing tells where the value is: labels, area or anywhere")
        return TemplateField(
            name,
            format_,
            labels,
            bool(generic),
            area,
            float(tolerance),
            patterns,
            part,
            regex,
            check,
            self._words(raw, "drop", place),
            values,
            lines,
            bool(anywhere),
        )

    def _fits(self, format_: Format, place: str, given: Mapping[str, object], only: Format) -> None:
        for key, value in given.items():
            if value and format_ is not only:
                self._say(f"{place}.{key}", f"is for the format {only} only")

    def _area(self, raw: Mapping[str, object], key: str, place: str) -> Area | None:
        numbers = self._numbers(raw, key, 4, place) if key in raw else None
        if numbers is None:
            return None
        left, top, right, bottom = numbers
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            self._say(f"{place}.{key}", "left, top, right, bottom as shares 0..1 of the page, left < right, top < bottom")
            return None
        return left, top, right, bottom

    def _numbers(self, raw: Mapping[str, object], key: str, count: int, place: str) -> tuple[float, ...] | None:
        value = raw.get(key)
        if (
            not isinstance(value, list)
            or len(value) != count
            or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
        ):
            self._say(_join(place, key), f"a list of {count} numbers")
            return None
        return tuple(float(one) for one in value)

    def _date(self, raw: Mapping[str, object], key: str) -> str:
        value = raw.get(key)
        if value is None:
            return ""
        if not isinstance(value, date):
            self._say(f"issued.{key}", "a date like 2021-08-02, without quotes")
            return ""
        return value.isoformat()[:10]

    def _words(self, raw: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            self._say(_join(place, key), "a list of texts")
            return ()
        return tuple(value)

    def _text(self, raw: Mapping[str, object], key: str, place: str, *, needed: bool = True) -> str:
        value = raw.get(key, "")
        if not isinstance(value, str) or (needed and not value):
            self._say(_join(place, key), "a text is needed here")
            return ""
        return value

    def _table(self, raw: object, place: str) -> Mapping[str, object]:
        if not isinstance(raw, dict):
            self._say(place, "a table is needed here")
            return {}
        return raw

    def _known(self, raw: Mapping[str, object], keys: set[str], place: str) -> None:
        for key in raw:
            if key not in keys:
                self._say(_join(place, key), f"unknown; there are {', '.join(sorted(keys))}")

    def _say(self, place: str, what: str) -> None:
        self.wrong.append(f"{place}: {what}")


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
