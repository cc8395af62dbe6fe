"""What every reader of chips keeps to. No hardware is read yet: the fake is the only adapter, and the tests rest on it."""

from __future__ import annotations

import pytest

from kiosk.domain.document import Document, DocumentType, Field, FieldName, Reading, Source
from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode
from kiosk.ports import NfcReader
from tests.fakes.nfc_reader import GROUPS, FakeNfcReader

VALUES = {FieldName.DOCUMENT_NUMBER: "L898902C3", FieldName.DATE_OF_BIRTH: "1974-08-12", FieldName.DATE_OF_EXPIRY: "2034-04-15"}


def document(*without: FieldName) -> Document:
    fields = {name: Field(name, (Reading(value, Source.MRZ, 1.0),)) for name, value in VALUES.items() if name not in without}
    return Document(DocumentType("passport"), (), fields)


@pytest.fixture
def reader() -> NfcReader:
    return FakeNfcReader(GROUPS)


def test_the_files_of_the_chip_come_as_they_are_by_name(reader: NfcReader) -> None:
    files = reader.read(document())
    assert all(name == name.lower() and isinstance(data, bytes) and data for name, data in files.items())
    assert {"dg1", "sod"} <= set(files)


@pytest.mark.parametrize("missing", VALUES)
def test_without_what_its_key_is_made_of_a_chip_is_not_asked(reader: NfcReader, missing: FieldName) -> None:
    with pytest.raises(BadInput) as caught:
        reader.read(document(missing))
    assert caught.value.code is ErrorCode.NOT_ENOUGH_DATA


def test_after_a_failure_the_next_try_can_succeed() -> None:
    reader: NfcReader = FakeNfcReader(
        BadInput(ErrorCode.TIMED_OUT, "no chip came"), DeviceFault(ErrorCode.CAMERA_LOST, "the reader is gone"), GROUPS
    )
    with pytest.raises(BadInput):
        reader.read(document())
    with pytest.raises(DeviceFault):
        reader.read(document())
    assert reader.read(document()) == GROUPS
