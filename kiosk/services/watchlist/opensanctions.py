"""OpenSanctions: `targets.simple.csv` and `entities.ftm.json`.

Columns of the CSV (header row, all quoted; several values divided by ";"): id, schema, name, aliases, birth_date, countries, addresses,
identifiers, sanctions, phones, emails, program_ids (newer files), dataset, first_seen, last_seen, last_change. Only those with a name
here are needed. JSON lines: {"id", "caption", "schema", "target", "datasets", "last_seen", "properties": {"name": [..], "alias": [..],
"weakAlias": [..], "birthDate": [..], "nationality": [..], "citizenship": [..], "country": [..], "gender": [..]}}.
Source: opensanctions.org, "Simplified CSV" and "FollowTheMoney entities" of its export formats guide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from kiosk.services.watchlist.columns import birth, rows, sex, unique
from kiosk.services.watchlist.formats import SourceDate, bad
from kiosk.services.watchlist.model import Kind, Listed, Sex
from kiosk.services.watchlist.names import country_code

_KINDS = {
    "Person": Kind.PERSON,
    "LegalEntity": Kind.PERSON,  # may be a person: the source did not say
    "Company": Kind.ORGANISATION,
    "Organization": Kind.ORGANISATION,
    "PublicBody": Kind.ORGANISATION,
}
_NEEDED = ("id", "schema", "name")
_NAMES = ("name", "alias", "weakAlias", "previousName")
_COUNTRIES = ("nationality", "citizenship", "country")
_NOT_LISTED = frozenset(
    "Address Sanction Identification Ownership Directorship Family Associate Occupancy Position Membership Employment UnknownLink "
    "Representation Passport Security CryptoWallet".split()
)


def read_csv(path: Path, date: SourceDate) -> Iterator[Listed]:
    """Raises BadInput(INVALID_DATA)."""
    place: dict[str, int] = {}
    for line, row in rows(path):
        if not place:
            place = {name: number for number, name in enumerate(row)}
            missing = [name for name in _NEEDED if name not in place]
            if missing:
                raise bad(line, f"the columns {', '.join(missing)} are missing")
            continue
        field = {name: row[number] for name, number in place.items()}
        names = unique([field["name"], *field.get("aliases", "").split(";")])
        if not field["id"] or not names:
            raise bad(line, "an entry without id or name")
        date.latest(field.get("last_seen", "")[:10])
        yield Listed(
            field["id"],
            _KINDS.get(field["schema"], Kind.OTHER),
            names,
            unique([birth(day) for day in field.get("birth_date", "").split(";")]),
            unique([country_code(code) for code in field.get("countries", "").split(";")]),
            Sex.UNKNOWN,
            field.get("dataset", "")[:200],
        )


def read_json(path: Path, date: SourceDate) -> Iterator[Listed]:
    """Entities that are addresses, sanctions and other links are passed over. Raises BadInput(INVALID_DATA)."""
    with open(path, "rb") as file:
        for line, data in enumerate(file, 1):
            if not data.strip():
                continue
            try:
                body = json.loads(data)
                properties = body["properties"]
                if body["schema"] in _NOT_LISTED or body.get("target") is False:
                    continue
                names = unique([body.get("caption") or "", *(name for key in _NAMES for name in properties.get(key, ()))])
                listed = Listed(
                    str(body["id"]),
                    _KINDS.get(body["schema"], Kind.OTHER),
                    names,
                    unique([birth(day) for day in properties.get("birthDate", ())]),
                    unique([country_code(code) for key in _COUNTRIES for code in properties.get(key, ())]),
                    next((found for word in properties.get("gender", ()) if (found := sex(word))), Sex.UNKNOWN),
                    "; ".join(body.get("datasets", ()))[:200],
                )
                date.latest(str(body.get("last_seen", ""))[:10])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise bad(line, "not a FollowTheMoney entity, or cut short") from error
            if not names:
                raise bad(line, "an entry without name")
            yield listed
