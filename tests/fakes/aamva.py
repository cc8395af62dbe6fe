"""Contents of AAMVA barcodes of each version, built from the tables of annex D, with offsets and lengths that are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

VERSIONS = tuple(range(1, 11))


def aamva(
    version: int, elements: Mapping[str, str], *, kind: str = "DL", extra: Mapping[str, str] | None = None, issuer: str = "636000"
) -> bytes:
    """The barcode's content. `extra`: elements of a second, jurisdiction's subfile (ZVA …)."""
    subfiles: list[tuple[str, Mapping[str, str]]] = [(kind, elements), *([("ZV", extra)] if extra else [])]
    bodies = [(name, name + "\n".join(code + text for code, text in body.items()) + "\r") for name, body in subfiles]
    jurisdiction = "" if version == 1 else "00"
    head = f"@\n\x1e\rANSI {issuer}{version:02d}{jurisdiction}{len(bodies):02d}"
    offset = len(head) + 10 * len(bodies)
    designators = ""
    for name, body in bodies:
        designators += f"{name}{offset:04d}{len(body):04d}"
        offset += len(body)
    return (head + designators + "".join(body for _, body in bodies)).encode("latin-1")


def date_of(version: int, iso: str, *, canadian: bool = False) -> str:
    year, month, day = iso.split("-")
    return f"{year}{month}{day}" if version == 1 or canadian else f"{month}{day}{year}"


def elements_of(
    version: int,
    *,
    surname: str,
    given: Sequence[str],
    born: str,
    issued: str,
    expires: str,
    number: str,
    gender: str = "F",
    canadian: bool = False,
) -> dict[str, str]:
    """The mandatory elements of a version that name the holder and the document. Dates YYYY-MM-DD."""
    days = {code: date_of(version, iso, canadian=canadian) for code, iso in (("DBA", expires), ("DBB", born), ("DBD", issued))}
    address = {"DAG": "12 MAIN STREET", "DAI": "ANYTOWN", "DAJ": "ON" if canadian else "VA", "DAK": "K1A0B1" if canadian else "123450000  "}
    common = {"DAQ": number, **days, **address}
    if version == 1:
        return {"DAA": ",".join([surname, *given]), "DBC": gender, "DAR": "DM", "DAS": "", "DAT": "", **common}
    coded = {"DBC": {"M": "1", "F": "2", "X": "9"}[gender], "DCG": "CAN" if canadian else "USA", "DAY": "BRO", "DAU": "068 in", "DCF": "A1"}
    if version in (2, 3):
        return {"DCA": "D", "DCB": "NONE", "DCD": "NONE", "DCS": surname, "DCT": ",".join(given), **common, **coded}
    middle = " ".join(given[1:]) or "NONE"
    cut = {"DDE": "N", "DDF": "N", "DDG": "N"}
    return {"DCA": "D", "DCB": "NONE", "DCD": "NONE", "DCS": surname, "DAC": given[0], "DAD": middle, **common, **coded, **cut}
