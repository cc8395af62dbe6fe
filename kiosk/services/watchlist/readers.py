"""Which function reads which format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kiosk.services.watchlist import council_lists, ofac, opensanctions
from kiosk.services.watchlist.formats import ListFormat, SourceDate
from kiosk.services.watchlist.model import Listed

Reader = Callable[[Path, SourceDate], Iterator[Listed]]


def reader_of(form: ListFormat) -> Reader:
    readers: Mapping[ListFormat, Reader] = {
        ListFormat.OPENSANCTIONS_CSV: opensanctions.read_csv,
        ListFormat.OPENSANCTIONS_JSON: opensanctions.read_json,
        ListFormat.OFAC_CSV: ofac.read_csv,
        ListFormat.OFAC_XML: ofac.read_xml,
        ListFormat.EU_XML: council_lists.read_eu,
        ListFormat.UN_XML: council_lists.read_un,
    }
    return readers[form]
