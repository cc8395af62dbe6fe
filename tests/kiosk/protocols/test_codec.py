"""What is stored of a page comes back as it was."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kiosk.compose.engines import Engines
from kiosk.domain.check import Check
from kiosk.domain.document import DocumentPage
from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.imaging.decode import decode_image
from kiosk.services.protocols.codec import from_json, to_json


@pytest.mark.parametrize("name", ["front", "back", "passport"])
def test_a_read_page_comes_back_equal(name: str, engines: Engines, pictures: Mapping[str, bytes]) -> None:
    page = engines.document_reader().read_page(decode_image(pictures[name])).page
    assert from_json(DocumentPage, to_json(page)) == page


@pytest.mark.parametrize(
    "data", [None, 7, {}, {"name": "consent"}, {"name": "no check", "status": "PASSED"}, {"name": "consent", "status": 1}]
)
def test_what_is_no_such_value_is_damage(data: object) -> None:
    with pytest.raises(StoreFault) as caught:
        from_json(Check, data)  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.STORE_DAMAGED
