"""Whole pages read by the real engines of the default set, from pictures that the test draws."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Document, FieldName, PageSide, PageWarning, Quad, Source, Suspicion
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Face
from kiosk.domain.mrz import parse_mrz
from kiosk.engines.barcode_reader import ZxingBarcodeReader
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.models import ModelLibrary
from kiosk.engines.mrz_line_reader import MrzLineReader
from kiosk.engines.page_locator_neural import NeuralPageLocator
from kiosk.engines.text_reader import RapidTextReader
from kiosk.imaging import geometry
from kiosk.imaging.decode import load_image
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited, rotated
from kiosk.ports import FaceDetector, PageLocation, PageLocator
from kiosk.services.document_checks import document_checks, uncertain_fields
from kiosk.services.document_rules import DocumentRules
from kiosk.services.mrz_cascade import MrzCascade
from kiosk.services.mrz_reading import MrzReader
from kiosk.services.page_look import PageLook, side_of
from kiosk.services.page_portrait import portrait_faces
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.specimen import astronaut, specimen
from kiosk.specimens.truth import Specimen

SIZE = (1600, 1200)
TODAY = "2026-11-21"
RULES = DocumentRules(lambda: TODAY)
SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "dis"

# what stands for the document's own state is told by the MRZ, not by a printed field of its own
UNPRINTED = {FieldName.ISSUING_STATE}


def reader_with(model_library: ModelLibrary, faces: FaceDetector | None = None, locator: PageLocator | None = None) -> DocumentReader:
    """The default set, with another face detector or locator where a test needs one that errs."""

    def path(task: str) -> Path:
        info = model_library.best(task)
        assert info is not None
        return model_library.path(info.id)

    text = RapidTextReader(path("text_detection"), path("text_recognition"))
    mrz = MrzCascade(MrzLineReader(path("mrz_lines"), path("mrz_finding")), MrzReader(text))
    faces = faces or BlazeFaceDetector(path("face_detection"))
    locator = locator or NeuralPageLocator(path("page_location"))
    return DocumentReader(locator, text, mrz, ZxingBarcodeReader(), faces, today=lambda: TODAY)


@pytest.fixture(scope="session")
def reader(model_library: ModelLibrary) -> DocumentReader:
    return reader_with(model_library)


@functools.cache
def drawn(design: str, seed: int = 0, misprint: bool = False) -> Specimen:
    return specimen(design, seed=seed, misprint=misprint)


@functools.cache
def desk() -> Desk:
    return Desk(size=SIZE)


def photograph(page: Image, *, roll_deg: float = 4.0) -> Image:
    return desk().shot(page, Placement(width=fitting_width(page, SIZE), roll_deg=roll_deg, tilt_deg=7, swing_deg=-5), blur_px=0.8)


def wrong_values(document: Document, truth: Specimen, *, ignore: Sequence[FieldName] = ()) -> dict[str, tuple[str, str]]:
    """Field -> (printed, read) where they differ."""
    fields = truth.truth.fields.items()
    return {name.value: (value, document.value(name)) for name, value in fields if name not in ignore and document.value(name) != value}


def test_both_sides_of_a_photographed_card_give_every_printed_field(reader: DocumentReader) -> None:
    card = drawn("td1")
    front = reader.read_page(photograph(card.pages[PageSide.FRONT]), expected=PageSide.FRONT)
    back = reader.read_page(photograph(card.pages[PageSide.BACK], roll_deg=-6), expected=PageSide.BACK)
    assert (front.page.side, back.page.side) == (PageSide.FRONT, PageSide.BACK)
    document = RULES.merge([back.page, front.page])
    assert wrong_values(document, card) == {}
    assert document.mrz is not None
    assert document.mrz.lines == card.truth.mrz_lines
    assert (document.type.type, document.type.mrtd, document.type.country) == ("identity-card", "TD1", "UTO")
    assert RULES.needs_back(RULES.merge([front.page]))
    for name in (FieldName.SURNAME, FieldName.DATE_OF_BIRTH, FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_EXPIRY):
        assert {reading.source for reading in document.fields[name].readings} >= {Source.VISUAL_ZONE, Source.MRZ}
    statuses = {check.name: check.status for check in document_checks(document, today=TODAY, needs_back=True)}
    assert set(statuses.values()) == {CheckStatus.PASSED}
    assert uncertain_fields(document) == frozenset()


@pytest.mark.parametrize("design", ["td2", "td3", "mrv-a"])
def test_documents_of_one_page_are_read_whole(reader: DocumentReader, design: str) -> None:
    truth = drawn(design)
    document = RULES.merge([reader.read_page(photograph(truth.pages[PageSide.FRONT])).page])
    assert wrong_values(document, truth) == {}
    assert document.type.mrtd == truth.truth.mrtd
    assert not RULES.needs_back(document)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_is_turned_upright_however_it_lies(reader: DocumentReader, turns: int) -> None:
    truth = drawn("td3")
    picture = rotated(photograph(truth.pages[PageSide.FRONT], roll_deg=0), turns)
    result = reader.read_page(picture)
    assert wrong_values(RULES.merge([result.page]), truth) == {}
    height, width = result.straightened.shape[:2]
    assert width > height
    assert result.page.quad is not None
    # the first corner is the page's own top left, wherever the picture has it
    true = desk().quad(
        truth.pages[PageSide.FRONT], Placement(width=fitting_width(truth.pages[PageSide.FRONT], SIZE), tilt_deg=7, swing_deg=-5)
    )
    x, y = true[0]
    expected = {1: (SIZE[1] - y, x), 2: (SIZE[0] - x, SIZE[1] - y), 3: (y, SIZE[0] - x)}[turns]
    assert np.hypot(result.page.quad[0][0] - expected[0], result.page.quad[0][1] - expected[1]) < 15


def test_a_front_without_an_mrz_is_turned_by_the_way_its_text_can_be_read(reader: DocumentReader) -> None:
    """A face is found in an upside-down portrait, too: nothing but the text tells."""
    card = drawn("td1")
    result = reader.read_page(rotated(photograph(card.pages[PageSide.FRONT], roll_deg=0), 2))
    assert result.page.mrz is None
    document = RULES.merge([result.page])
    for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_BIRTH):
        assert document.value(name) == card.truth.fields[name]


def test_a_scan_that_is_the_page_alone_is_read_as_it_is(reader: DocumentReader) -> None:
    truth = drawn("td3")
    result = reader.read_page(limited(truth.pages[PageSide.FRONT], 1000))
    assert result.page.quad is None
    assert wrong_values(RULES.merge([result.page]), truth) == {}


def test_the_portrait_is_cut_out_of_the_front_and_only_there(reader: DocumentReader) -> None:
    card = drawn("td1")
    front = reader.read_page(photograph(card.pages[PageSide.FRONT]))
    back = reader.read_page(photograph(card.pages[PageSide.BACK]))
    assert back.portrait is None
    assert front.portrait is not None
    height, width = front.portrait.shape[:2]
    assert width / height == pytest.approx(35 / 45, rel=0.05)
    x, y, w, h = card.truth.portrait_box
    printed = card.pages[PageSide.FRONT]
    scale = front.page.size[0] / printed.shape[1]
    assert front.page.portrait is not None
    assert geometry.inside_fraction(front.page.portrait, geometry.box_quad(x * scale, y * scale, (x + w) * scale, (y + h) * scale)) > 0.7


def test_a_front_that_is_handed_in_as_a_back_is_told_and_gives_no_portrait(reader: DocumentReader) -> None:
    picture = photograph(drawn("td1").pages[PageSide.FRONT])
    result = reader.read_page(picture, expected=PageSide.BACK)
    assert (result.page.side, result.portrait) == (PageSide.FRONT, None)
    twice = RULES.merge([reader.read_page(picture).page, result.page])
    checks = {check.name: (check.status, check.label) for check in document_checks(twice, today=TODAY, needs_back=RULES.needs_back(twice))}
    assert checks[CheckName.DOCUMENT_USABILITY] == (CheckStatus.WARNING, CheckLabel.BACK_MISSING)
    assert checks[CheckName.DATA_CONSISTENCY] == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


class PatternDetector:
    """Sees one upright face in the middle of every picture, as detectors at times do in security print."""

    model_id = "pattern"

    def __init__(self, score: float, share: float) -> None:
        self._score, self._share = score, share

    def detect(self, image: Image) -> tuple[Face, ...]:
        height, width = image.shape[:2]
        side = self._share * height
        x, y = (width - side) / 2, (height - side) / 2
        points = tuple(
            (x + across * side, y + down * side) for across, down in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
        )
        return (Face((x, y, side, side), self._score, points, self.model_id),)


@pytest.mark.parametrize(("score", "share"), [(0.65, 0.35), (0.95, 0.05), (0.95, 0.35)])
def test_a_pattern_that_looks_like_a_face_makes_no_front_of_a_known_back(model_library: ModelLibrary, score: float, share: float) -> None:
    result = reader_with(model_library, PatternDetector(score, share)).read_page(photograph(drawn("td1").pages[PageSide.BACK]))
    assert result.page.side is PageSide.BACK
    assert result.portrait is None


@pytest.mark.parametrize(
    ("score", "share", "side"), [(0.65, 0.35, "back"), (0.95, 0.05, "back"), (0.95, 0.18, "back"), (0.95, 0.35, "front")]
)
def test_without_a_template_a_large_sure_face_beside_a_cards_mrz_makes_a_front(score: float, share: float, side: str) -> None:
    card = drawn("td1")
    picture = card.pages[PageSide.BACK]
    faces = portrait_faces(PatternDetector(score, share).detect(picture), picture.shape[0])
    assert side_of(PageLook(picture, None, mrz=parse_mrz(card.truth.mrz_lines), faces=faces), None) == side


class FrameLocator:
    """Takes a frame printed on the page for its outline, as locators at times do: the upper three quarters of the picture."""

    model_id = "frame"

    def __init__(self, confidence: float, *, touches_border: bool) -> None:
        self._confidence, self._touches_border = confidence, touches_border

    def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
        height, width = image.shape[:2]
        return (PageLocation(geometry.box_quad(2, 2, width - 2, 0.72 * height), self._confidence, self._touches_border),)


@pytest.mark.parametrize(("confidence", "touches_border"), [(0.6, False), (0.9, True)])
def test_an_mrz_outside_a_doubtful_outline_is_found(model_library: ModelLibrary, confidence: float, touches_border: bool) -> None:
    page = drawn("td3")
    doubtful = reader_with(model_library, locator=FrameLocator(confidence, touches_border=touches_border))
    result = doubtful.read_page(limited(page.pages[PageSide.FRONT], 1000))
    assert result.page.mrz is not None
    assert result.page.mrz.lines == page.truth.mrz_lines


def test_field_places_refer_to_the_straightened_page(reader: DocumentReader) -> None:
    card = drawn("td2")
    result = reader.read_page(photograph(card.pages[PageSide.FRONT]))
    scale = result.page.size[0] / card.pages[PageSide.FRONT].shape[1]
    for field in result.page.fields:
        reading = field.of(Source.VISUAL_ZONE)
        if reading is None or field.name not in card.truth.field_boxes:
            continue
        assert reading.quad is not None
        x, y, w, h = (scale * value for value in card.truth.field_boxes[field.name])
        middle_x, middle_y = geometry.centre(reading.quad)
        assert x - 8 <= middle_x <= x + w + 8
        assert y - 8 <= middle_y <= y + h + 8


def test_a_misprinted_check_digit_is_reported_not_mended(reader: DocumentReader) -> None:
    truth = drawn("td3", 0, True)
    document = RULES.merge([reader.read_page(photograph(truth.pages[PageSide.FRONT])).page])
    assert document.mrz is not None
    assert not document.mrz.valid
    digits = next(c for c in document_checks(document, today=TODAY, needs_back=False) if c.name is CheckName.MRZ_CHECK_DIGITS)
    assert digits.status is CheckStatus.REJECTED


def blank_sheet() -> Image:
    return desk().shot(np.full((638, 1012, 3), 245, np.uint8), Placement(width=0.6))


def selfie() -> Image:
    return astronaut()


def empty_desk() -> Image:
    return desk().shot(None)


def grey() -> Image:
    return np.full((600, 800, 3), 128, np.uint8)


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (blank_sheet, ErrorCode.NO_DOCUMENT_DETECTED),
        (selfie, ErrorCode.NO_DOCUMENT_DETECTED),
        (empty_desk, ErrorCode.NO_DOCUMENT_DETECTED),
        (grey, ErrorCode.IMAGE_BLANK),
    ],
)
def test_a_picture_without_a_document_is_refused(reader: DocumentReader, picture: Callable[[], Image], code: ErrorCode) -> None:
    with pytest.raises(BadInput) as caught:
        reader.read_page(picture())
    assert caught.value.code is code


def test_the_photographed_sample_card_is_read(reader: DocumentReader) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the sample photographs are not beside the project")
    results: list[PageResult] = [reader.read_page(load_image(SAMPLES / f"document-{side}.jpeg")) for side in ("front", "back")]
    document = RULES.merge([result.page for result in results])
    assert {name.value: document.value(name) for name in document.fields} == {
        "surname": "BELL",
        "givenNames": "BRIAN",
        "dateOfBirth": "1985-08-06",
        "gender": "M",
        "nationality": "SVK",
        "placeOfBirth": "LOS ANGELES",
        "address": "5 4TH STREET, NEW YORK",
        "documentNumber": "BB456987",
        "dateOfIssue": "2020-11-24",
        "dateOfExpiry": "2030-11-24",
        "issuingState": "SVK",
    }
    assert document.mrz is not None
    assert document.mrz.valid
    assert results[0].portrait is not None
    assert results[1].portrait is None


def beside(*pages: Image, axis: int = 1, margin: int = 30) -> Image:
    """Pages on one plain ground, two margins apart."""
    framed = [np.pad(page, ((margin, margin), (margin, margin), (0, 0)), constant_values=100) for page in pages]
    return np.concatenate(framed, axis=axis)


def test_two_persons_in_one_picture_are_never_mixed(reader: DocumentReader) -> None:
    one, other = (drawn("td1", seed).pages[PageSide.FRONT] for seed in (5101, 5104))
    for picture in (beside(one, other), np.concatenate([one, other], axis=1)):
        with pytest.raises(BadInput) as refused:
            reader.read_pages(picture)
        assert refused.value.code is ErrorCode.SEVERAL_DOCUMENTS


def test_both_sides_in_one_scan_are_two_pages(reader: DocumentReader) -> None:
    card = drawn("td1", 5101)
    results = reader.read_pages(beside(card.pages[PageSide.FRONT], card.pages[PageSide.BACK], axis=0))
    assert [result.page.side for result in results] == [PageSide.FRONT, PageSide.BACK]
    assert results[1].page.mrz is not None


@pytest.mark.parametrize("half", ["left", "right"])
def test_a_scan_of_half_a_card_is_out_of_the_image(reader: DocumentReader, half: str) -> None:
    """Nothing around it tells that it is half; that its print runs off does."""
    front = specimen("td1", seed=3).pages[PageSide.FRONT]
    middle = front.shape[1] // 2
    cut = np.ascontiguousarray(front[:, :middle] if half == "left" else front[:, middle:])
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE in reader.read_page(cut).page.quality.warnings
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE not in reader.read_page(front).page.quality.warnings


class _NothingFound:
    """A locator that sees no outline: print under the card hides it."""

    def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
        return ()


def test_a_whole_card_on_a_newspaper_is_not_out_of_the_image(model_library: ModelLibrary) -> None:
    card = limited(drawn("td1").pages[PageSide.FRONT], 1000)
    height, width = card.shape[:2]
    picture = np.full((int(1.5 * height), int(1.35 * width), 3), 222, np.uint8)
    for left in range(-40, picture.shape[1], 420):
        for base in range(20, picture.shape[0], 90):
            text = "prices of homes rose while trains ran late"
            cv2.putText(picture, text, (left, base), cv2.FONT_HERSHEY_COMPLEX, 0.62, (40, 40, 40), 1, cv2.LINE_AA)
    top, side = height // 4, width // 6
    picture[top : top + height, side : side + width] = card
    page = reader_with(model_library, locator=_NothingFound()).read_page(picture).page
    assert page.quad is None
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE not in page.quality.warnings


class _Unsure:
    """A locator that sees one outline and is not sure of it."""

    model_id = "unsure"

    def __init__(self, quad: Quad, confidence: float) -> None:
        self._quad, self._confidence = quad, confidence

    def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
        return (PageLocation(self._quad, self._confidence),)


def test_a_small_card_within_an_unsure_outline_is_read_where_the_picture_shows_no_document(model_library: ModelLibrary) -> None:
    card = limited(drawn("td1").pages[PageSide.BACK], 640)
    height, width = card.shape[:2]
    picture = np.full((3000, 4000, 3), 96, np.uint8)
    picture[1800 : 1800 + height, 900 : 900 + width] = card
    outline = geometry.box_quad(900, 1800, 900 + width, 1800 + height)
    page = reader_with(model_library, locator=_Unsure(outline, 0.4)).read_page(picture).page
    assert page.mrz is not None
    assert page.location_confidence == 0.4


def test_a_scanned_licence_back_without_fields_is_judged_for_copies(model_library: ModelLibrary) -> None:
    """Codes and lines that reach over the picture and end in it say that the picture is the page alone."""
    back = limited(drawn("licence-na").pages[PageSide.BACK], 1000)
    page = reader_with(model_library, locator=_NothingFound()).read_page(back, expected=PageSide.BACK).page
    assert page.quad is None
    assert not [reading for one in page.fields for reading in one.readings if reading.quad is not None]
    assert {one.why for one in page.signals if one.suspicion in (Suspicion.SCREEN, Suspicion.PRINT_COPY, Suspicion.GREY_COPY)} == {""}
    assert not any(one.raised for one in page.signals)


def test_half_a_passport_and_its_negative_are_not_usable(reader: DocumentReader) -> None:
    page = limited(drawn("td3", 5103).pages[PageSide.FRONT], 1200)
    for picture in (beside(page[:, : page.shape[1] // 2], margin=80), beside(255 - page, margin=80)):
        document = RULES.merge([reader.read_page(picture).page])
        usability = next(check for check in RULES.checks(document) if check.name is CheckName.DOCUMENT_USABILITY)
        assert usability.status is not CheckStatus.PASSED


def test_a_licence_whose_labels_are_numbers_is_a_document(reader: DocumentReader) -> None:
    licence = drawn("licence-eu", 5300)
    document = RULES.merge([reader.read_page(licence.pages[PageSide.FRONT]).page])
    assert document.value(FieldName.DOCUMENT_NUMBER) == licence.truth.fields[FieldName.DOCUMENT_NUMBER]


@pytest.mark.parametrize(("design", "side"), [("licence-na", PageSide.BACK), ("id-es", PageSide.FRONT)])
def test_a_page_without_an_mrz_is_not_searched_for_one_by_every_means(
    reader: DocumentReader, monkeypatch: pytest.MonkeyPatch, design: str, side: PageSide
) -> None:
    searched: list[tuple[int, ...]] = []
    monkeypatch.setattr(reader._mrz_reader, "read", lambda image: searched.append(image.shape))
    page = reader.read_page(photograph(drawn(design).pages[side]), expected=side).page
    assert page.side is side
    assert page.fields
    assert searched == []


def test_a_mirrored_page_is_given_up_without_the_costly_search(reader: DocumentReader, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[tuple[int, ...]] = []
    monkeypatch.setattr(reader._mrz_reader, "read", lambda image: searched.append(image.shape))
    picture = beside(np.ascontiguousarray(drawn("td3", 5103).pages[PageSide.FRONT][:, ::-1]), margin=80)
    try:
        document = RULES.merge([reader.read_page(picture).page])
    except BadInput:
        document = None
    assert searched == []
    assert document is None or not document.fields
