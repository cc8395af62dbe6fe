"""A read document in the protocol's `extraction.data` (protocols 2.5). What was not read is absent."""

from __future__ import annotations

from datetime import date

from kiosk.domain.countries import alpha3
from kiosk.domain.document import Document, FieldName
from kiosk.ports import Json

TYPE_OF = {
    "passport": "PASSPORT",
    "driving-licence": "DRIVING_LICENSE",
    "identity-card": "ID_CARD",
    "residence-permit": "ID_CARD",
    "visa": "VISA",
}
"""Our types of documents in the protocol's words."""
UNSUPPORTED = "UNSUPPORTED"
_SUB_TYPE = {"identity-card": "NATIONAL_ID", "residence-permit": "RESIDENT_PERMIT_ID", "driving-licence": "REGULAR_DRIVING_LICENSE"}
_TEXTS = {
    FieldName.GIVEN_NAMES: "firstName",
    FieldName.SURNAME: "lastName",
    FieldName.DOCUMENT_NUMBER: "documentNumber",
    FieldName.PERSONAL_NUMBER: "personalNumber",
    FieldName.GENDER: "gender",
    FieldName.PLACE_OF_BIRTH: "placeOfBirth",
    FieldName.ISSUING_AUTHORITY: "issuingAuthority",
}
_DATES = {
    FieldName.DATE_OF_BIRTH: "dateOfBirth",
    FieldName.DATE_OF_EXPIRY: "expiryDate",
    FieldName.DATE_OF_ISSUE: "issuingDate",
}
_OPTIONAL = ("optionalDataFirstLine", "optionalDataSecondLine", "personalNumberOrOptionalDataSecondLine")


def extraction_data(document: Document, today: str) -> dict[str, Json]:
    """Chosen values only; dates YYYY-MM-DD, and in parts. `today` YYYY-MM-DD: for `currentAge`."""
    data: dict[str, Json] = {"type": TYPE_OF.get(document.type.type, UNSUPPORTED)}
    if document.type.type in _SUB_TYPE:
        data["subType"] = _SUB_TYPE[document.type.type]
    country = document.type.country or document.value(FieldName.ISSUING_STATE)
    if country:
        data["issuingCountry"] = alpha3(country)
    for field, name in _TEXTS.items():
        if value := document.value(field):
            data[name] = value
    if nationality := document.value(FieldName.NATIONALITY):
        data["nationality"] = alpha3(nationality)
    for field, name in _DATES.items():
        if value := document.value(field):
            data[name] = value
            data[f"{name}Parts"] = dict(zip(("year", "month", "day"), value.split("-"), strict=False))
    if address := document.value(FieldName.ADDRESS):
        lines: dict[str, Json] = {f"line{number}": line.strip() for number, line in enumerate(address.split("\n")[:5], 1) if line.strip()}
        data["address"] = {**lines, "formattedAddress": ", ".join(str(line) for line in lines.values())}
    if document.mrz is not None:
        said = [document.mrz.values[name].strip("<") for name in _OPTIONAL if document.mrz.values.get(name)]
        for number, value in enumerate([value for value in said if value][:2], 1):
            data[f"optionalMrzField{number}"] = value
    age = _age(document.value(FieldName.DATE_OF_BIRTH), today)
    if age is not None:
        data["currentAge"] = str(age)
    return data


def _age(born: str, today: str) -> int | None:
    try:
        since, now = date.fromisoformat(born), date.fromisoformat(today)
    except ValueError:
        return None
    years = now.year - since.year - ((now.month, now.day) < (since.month, since.day))
    return years if years >= 0 else None
