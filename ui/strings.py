"""Codes into words, by the language that is on. Templates stand here in English; resources/translations holds the other languages.

Words for customers say what happened, what it means and what to do next. `for_staff` adds what an operator needs to mend it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from kiosk.domain import sentence_texts, sentences
from kiosk.domain.check import Check, CheckGroup, CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.document import DATE_FIELDS, FieldName, PageWarning, Source
from kiosk.domain.errors import ErrorCode
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.sentence_texts import QT_TRANSLATE_NOOP


def translate(context: str, text: str) -> str:
    """The text in the language that is on. Written as a literal at the call, so that `lupdate` finds it.

    No plural forms (%n): `lupdate` of Qt 6.11 finds them in Python only where the number is a literal.
    """
    return QCoreApplication.translate(context, text)


def left_to_right(text: str) -> str:
    """For a telephone number or an address in a sentence of any writing direction (Unicode isolates)."""
    return f"\u2066{text}\u2069"


# --- advice --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do now, with the icon that says the same."""

    text: str
    icon: str


_ADVICE: Mapping[AdviceCode, tuple[str, str]] = {
    AdviceCode.SHOW_DOCUMENT: (QT_TRANSLATE_NOOP("advice", "Hold your document in the frame"), "document"),
    AdviceCode.SHOW_WHOLE_DOCUMENT: (QT_TRANSLATE_NOOP("advice", "Show the whole document, all four corners"), "centre"),
    AdviceCode.TURN_OVER: (QT_TRANSLATE_NOOP("advice", "Now turn it over"), "turn-over"),
    AdviceCode.COME_CLOSER: (QT_TRANSLATE_NOOP("advice", "Come a little closer"), "closer"),
    AdviceCode.MOVE_BACK: (QT_TRANSLATE_NOOP("advice", "Move back a little"), "farther"),
    AdviceCode.TOO_DARK: (QT_TRANSLATE_NOOP("advice", "It's too dark, turn towards the light"), "dark"),
    AdviceCode.TOO_BRIGHT: (QT_TRANSLATE_NOOP("advice", "Too much light, turn away from it a little"), "sun"),
    AdviceCode.GLARE: (QT_TRANSLATE_NOOP("advice", "Tilt it a little, so that the shine goes away"), "glare"),
    AdviceCode.BLURRED: (QT_TRANSLATE_NOOP("advice", "Hold still for a sharp picture"), "blur"),
    AdviceCode.HOLD_STILL: (QT_TRANSLATE_NOOP("advice", "That's it, hold still"), "still"),
    AdviceCode.SHOW_FACE: (QT_TRANSLATE_NOOP("advice", "Look into the camera"), "selfie"),
    AdviceCode.ONE_PERSON: (QT_TRANSLATE_NOOP("advice", "Only one person in the picture"), "people"),
    AdviceCode.CENTRE_FACE: (QT_TRANSLATE_NOOP("advice", "Move your face into the oval"), "centre"),
    AdviceCode.LOOK_STRAIGHT: (QT_TRANSLATE_NOOP("advice", "Look straight ahead"), "face"),
    AdviceCode.KEEP_HEAD_UPRIGHT: (QT_TRANSLATE_NOOP("advice", "Keep your head upright"), "upright"),
    AdviceCode.OPEN_EYES: (QT_TRANSLATE_NOOP("advice", "Keep your eyes open"), "eye"),
    AdviceCode.CLOSE_MOUTH: (QT_TRANSLATE_NOOP("advice", "Close your mouth"), "mouth"),
    AdviceCode.UNCOVER_FACE: (QT_TRANSLATE_NOOP("advice", "Show your whole face, no mask or dark glasses"), "uncover"),
    AdviceCode.LIGHT_BEHIND: (QT_TRANSLATE_NOOP("advice", "Too much light behind you, turn a little"), "light-behind"),
    AdviceCode.NEUTRAL_FACE: (QT_TRANSLATE_NOOP("advice", "Look into the camera, with a relaxed face"), "neutral"),
    AdviceCode.SMILE: (QT_TRANSLATE_NOOP("advice", "Now smile"), "selfie"),
    AdviceCode.FIT_THE_OVAL: (QT_TRANSLATE_NOOP("advice", "Move until your face fills the oval"), "fit-oval"),
    AdviceCode.EYES_TO_CAMERA: (QT_TRANSLATE_NOOP("advice", "Bring your eyes close to the camera, in one go"), "eyes-closer"),
    AdviceCode.FOLLOW_THE_DOT: (QT_TRANSLATE_NOOP("advice", "Follow the dot, with your eyes only"), "eye"),
    AdviceCode.ONCE_MORE: (QT_TRANSLATE_NOOP("advice", "Let's begin that again"), "retake"),
    AdviceCode.TURN_LEFT: (QT_TRANSLATE_NOOP("advice", "Turn your head slowly to the left"), "turn-left"),
    AdviceCode.TURN_RIGHT: (QT_TRANSLATE_NOOP("advice", "Turn your head slowly to the right"), "turn-right"),
    AdviceCode.LOOK_BACK: (QT_TRANSLATE_NOOP("advice", "Good, now look straight ahead again"), "face"),
    AdviceCode.CAMERA_STARTING: (QT_TRANSLATE_NOOP("advice", "The camera is starting"), "camera"),
    AdviceCode.TAKEN: (QT_TRANSLATE_NOOP("advice", "Got it"), "check"),
}


def advice(code: AdviceCode) -> Advice:
    text, icon = _ADVICE[code]
    return Advice(translate("advice", text), icon)


def advice_of(code: str) -> Advice:
    """For an advice that travels as text; what is not known becomes a general "once more"."""
    if code in AdviceCode.__members__:
        return advice(AdviceCode(code))
    return Advice(translate("advice", "Let's try once more"), "retake")


# --- warnings of a page ----------------------------------------------------------------------------------------------

_PAGE_WARNINGS: Mapping[PageWarning, str] = {
    PageWarning.BRIGHTNESS_HIGH: QT_TRANSLATE_NOOP("warnings", "The picture is very bright."),
    PageWarning.BRIGHTNESS_LOW: QT_TRANSLATE_NOOP("warnings", "The picture is rather dark."),
    PageWarning.HOTSPOTS_SCORE_HIGH: QT_TRANSLATE_NOOP("warnings", "There is a shine on the document."),
    PageWarning.SHARPNESS_LOW: QT_TRANSLATE_NOOP("warnings", "The picture is not quite sharp."),
    PageWarning.DOCUMENT_SMALL: QT_TRANSLATE_NOOP("warnings", "The document is small in the picture."),
    PageWarning.DOCUMENT_OUT_OF_IMAGE: QT_TRANSLATE_NOOP("warnings", "A part of the document is outside the picture."),
    PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER: QT_TRANSLATE_NOOP("warnings", "The document is very close to the edge of the picture."),
}


def page_warning(warning: PageWarning) -> str:
    return translate("warnings", _PAGE_WARNINGS[warning])


# --- errors --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """`title` what happened, `text` what it means and what to do next, `for_staff` what mends it."""

    title: str
    text: str
    for_staff: str


_RETRY = QT_TRANSLATE_NOOP("errors", "Nothing is lost. Take the picture once more.")
_STAFF = QT_TRANSLATE_NOOP("errors", "Nothing that you confirmed is lost. A colleague will help you.")

_ERRORS: Mapping[ErrorCode, tuple[str, str, str]] = {
    ErrorCode.BAD_ARGUMENT: (
        QT_TRANSLATE_NOOP("errors", "Something here doesn't fit"),
        QT_TRANSLATE_NOOP("errors", "Look at what you entered and try again."),
        QT_TRANSLATE_NOOP("errors", "A value was refused. The log names it."),
    ),
    ErrorCode.FILE_NOT_FOUND: (
        QT_TRANSLATE_NOOP("errors", "The picture isn't there any more"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "A file vanished before it was read."),
    ),
    ErrorCode.IMAGE_EMPTY: (
        QT_TRANSLATE_NOOP("errors", "The picture is empty"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "The camera or scanner gave a file of 0 bytes."),
    ),
    ErrorCode.IMAGE_UNREADABLE: (
        QT_TRANSLATE_NOOP("errors", "The picture can't be opened"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "The file is not an image of a known kind."),
    ),
    ErrorCode.IMAGE_TRUNCATED: (
        QT_TRANSLATE_NOOP("errors", "A part of the picture is missing"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "The image file ends too early. Check the cable or the network folder."),
    ),
    ErrorCode.IMAGE_FORMAT_UNSUPPORTED: (
        QT_TRANSLATE_NOOP("errors", "The picture is of a kind that can't be opened"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "The file is an image, but neither JPEG nor PNG. Set the camera or scanner to one of these."),
    ),
    ErrorCode.IMAGE_ANIMATED: (
        QT_TRANSLATE_NOOP("errors", "The picture moves"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "The file is an animated image. One still picture is needed, as JPEG or PNG."),
    ),
    ErrorCode.PDF_UNSUPPORTED: (
        QT_TRANSLATE_NOOP("errors", "A PDF is not a picture"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "The file is a PDF. Set the scanner to JPEG or PNG."),
    ),
    ErrorCode.IMAGE_BLANK: (
        QT_TRANSLATE_NOOP("errors", "There is nothing to be seen in the picture"),
        QT_TRANSLATE_NOOP("errors", "Turn the page round, and take the picture once more."),
        QT_TRANSLATE_NOOP("errors", "The picture is of one colour. Look for an empty page or a covered lens."),
    ),
    ErrorCode.IMAGE_BYTES_EXCEEDED: (
        QT_TRANSLATE_NOOP("errors", "The picture is too large"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "The image file is larger than 10 MB. Lower the camera's or scanner's quality."),
    ),
    ErrorCode.IMAGE_PIXELS_EXCEEDED: (
        QT_TRANSLATE_NOOP("errors", "The picture is too large"),
        _RETRY,
        QT_TRANSLATE_NOOP("errors", "A side of the image is longer than 8000 pixels. Lower the camera's or scanner's resolution."),
    ),
    ErrorCode.NO_DOCUMENT_DETECTED: (
        QT_TRANSLATE_NOOP("errors", "There is no document to be seen"),
        QT_TRANSLATE_NOOP("errors", "Hold it flat in the frame with all four corners visible, and take the picture once more."),
        QT_TRANSLATE_NOOP("errors", "No page was found in the picture. A plain, dark background helps."),
    ),
    ErrorCode.SEVERAL_DOCUMENTS: (
        QT_TRANSLATE_NOOP("errors", "There is more than one document in the picture"),
        QT_TRANSLATE_NOOP("errors", "Show one document at a time, and take the picture once more."),
        QT_TRANSLATE_NOOP("errors", "Pages of different documents were found. Clear the table or the scanner's glass."),
    ),
    ErrorCode.NO_FACE_DETECTED: (
        QT_TRANSLATE_NOOP("errors", "There is no face to be seen"),
        QT_TRANSLATE_NOOP("errors", "Look into the camera with your face in the oval, and take the picture once more."),
        QT_TRANSLATE_NOOP("errors", "No face was found in the picture. Check the light and the height of the camera."),
    ),
    ErrorCode.MULTIPLE_FACES_DETECTED: (
        QT_TRANSLATE_NOOP("errors", "There is more than one face in the picture"),
        QT_TRANSLATE_NOOP("errors", "Make sure that you are alone in the picture, and take it once more."),
        QT_TRANSLATE_NOOP("errors", "Several faces were found. Look for posters or people behind the customer."),
    ),
    ErrorCode.CONSENT_MISSING: (
        QT_TRANSLATE_NOOP("errors", "Nothing was recorded without your consent"),
        QT_TRANSLATE_NOOP("errors", "You can start again at any time, or talk to a colleague about other ways."),
        QT_TRANSLATE_NOOP("errors", "The customer did not consent. Only that answer was recorded."),
    ),
    ErrorCode.CUSTOMER_NOT_FOUND: (
        QT_TRANSLATE_NOOP("errors", "We can't find that customer"),
        QT_TRANSLATE_NOOP("errors", "Look at the number and try again."),
        QT_TRANSLATE_NOOP("errors", "There is no customer with this id, or it has been erased."),
    ),
    ErrorCode.TEMPLATE_INVALID: (
        QT_TRANSLATE_NOOP("errors", "This kiosk isn't set up yet"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "A document template is wrong. Run: kiosk documents check FILE"),
    ),
    ErrorCode.WORKFLOW_INVALID: (
        QT_TRANSLATE_NOOP("errors", "This kiosk isn't set up yet"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "A workflow or policy file is wrong. Run: kiosk doctor"),
    ),
    ErrorCode.WRONG_STEP: (
        QT_TRANSLATE_NOOP("errors", "That isn't possible right now"),
        QT_TRANSLATE_NOOP("errors", "Go on with what is on the screen."),
        QT_TRANSLATE_NOOP("errors", "An answer came for another step. If it happens again, send us the log."),
    ),
    ErrorCode.INVALID_DATA: (
        QT_TRANSLATE_NOOP("errors", "We couldn't use this recording"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. Let's do the quick check once more."),
        QT_TRANSLATE_NOOP("errors", "The capture record was changed, is too old, or was made elsewhere. It was not used."),
    ),
    ErrorCode.NOT_ENOUGH_DATA: (
        QT_TRANSLATE_NOOP("errors", "There was too little to see"),
        QT_TRANSLATE_NOOP("errors", "Stay in front of the camera a little longer, and try once more."),
        QT_TRANSLATE_NOOP("errors", "Too few usable frames were recorded. Check the light and the camera's frame rate."),
    ),
    ErrorCode.FACE_QUALITY_LOW: (
        QT_TRANSLATE_NOOP("errors", "Your face can't be seen well enough"),
        QT_TRANSLATE_NOOP("errors", "Face the light, look straight into the camera, and take the picture once more."),
        QT_TRANSLATE_NOOP("errors", "The face is too small, covered, turned or not sharp enough to be compared."),
    ),
    ErrorCode.VIRTUAL_CAMERA: (
        QT_TRANSLATE_NOOP("errors", "This camera can't be used here"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "The camera is made of software. Choose a real one, or allow it in the workflow's policy."),
    ),
    ErrorCode.TIMED_OUT: (
        QT_TRANSLATE_NOOP("errors", "We stopped, because nobody was there"),
        QT_TRANSLATE_NOOP("errors", "You can start again at any time."),
        QT_TRANSLATE_NOOP("errors", "Nobody answered before the time-out of the step."),
    ),
    ErrorCode.CAMERA_NOT_FOUND: (
        QT_TRANSLATE_NOOP("errors", "There is no camera"),
        QT_TRANSLATE_NOOP("errors", "We go on by ourselves as soon as it is there. A colleague can help."),
        QT_TRANSLATE_NOOP("errors", "Connect the camera, or choose another one in the settings. Run: kiosk doctor"),
    ),
    ErrorCode.CAMERA_LOST: (
        QT_TRANSLATE_NOOP("errors", "The camera stopped"),
        QT_TRANSLATE_NOOP("errors", "We go on by ourselves as soon as it is back. Nothing is lost."),
        QT_TRANSLATE_NOOP("errors", "The camera gives no pictures. Check its cable and whether another program uses it."),
    ),
    ErrorCode.STORE_FULL: (
        QT_TRANSLATE_NOOP("errors", "We can't save this right now"),
        _STAFF,
        QT_TRANSLATE_NOOP("errors", "The disk is full. Free some space, then try again. Run: kiosk doctor"),
    ),
    ErrorCode.STORE_KEY_WRONG: (
        QT_TRANSLATE_NOOP("errors", "We can't open our records"),
        QT_TRANSLATE_NOOP("errors", "We can't continue on this kiosk. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "The database key does not fit. Restore the key that belongs to this database."),
    ),
    ErrorCode.STORE_KEY_MISSING: (
        QT_TRANSLATE_NOOP("errors", "We can't open our records"),
        QT_TRANSLATE_NOOP("errors", "We can't continue on this kiosk. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "The database key is missing from the keyring and from the key file. Restore it."),
    ),
    ErrorCode.STORE_DAMAGED: (
        QT_TRANSLATE_NOOP("errors", "Our records are damaged"),
        QT_TRANSLATE_NOOP("errors", "We can't continue on this kiosk. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "The database or a picture file is damaged. Keep the files and restore a backup."),
    ),
    ErrorCode.STORE_TOO_NEW: (
        QT_TRANSLATE_NOOP("errors", "This kiosk needs an update"),
        QT_TRANSLATE_NOOP("errors", "We can't continue on this kiosk. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "The database was made by a newer version. Install that version."),
    ),
    ErrorCode.STORE_UNAVAILABLE: (
        QT_TRANSLATE_NOOP("errors", "We can't save this right now"),
        QT_TRANSLATE_NOOP("errors", "We can't continue on this kiosk. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "The store cannot be reached: check the folder, its rights, and whether another kiosk runs."),
    ),
    ErrorCode.MODEL_MISSING: (
        QT_TRANSLATE_NOOP("errors", "This kiosk isn't set up yet"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "A model is not installed. Run: kiosk models install"),
    ),
    ErrorCode.MODEL_CORRUPT: (
        QT_TRANSLATE_NOOP("errors", "This kiosk isn't set up yet"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "A model file was changed and is not used. Run: kiosk models install"),
    ),
    ErrorCode.MODEL_SOURCE_UNREACHABLE: (
        QT_TRANSLATE_NOOP("errors", "This kiosk isn't set up yet"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "A model could not be fetched. Check the network, or run: kiosk models install --from FOLDER"),
    ),
    ErrorCode.MANIFEST_INVALID: (
        QT_TRANSLATE_NOOP("errors", "This kiosk isn't set up yet"),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost. A colleague will help you."),
        QT_TRANSLATE_NOOP("errors", "The list of models (models/manifest.toml) is wrong. Restore it."),
    ),
    ErrorCode.INTERNAL: (
        QT_TRANSLATE_NOOP("errors", "Something went wrong on our side"),
        QT_TRANSLATE_NOOP("errors", "It's not your fault. Start again, or ask a colleague."),
        QT_TRANSLATE_NOOP("errors", "An unexpected fault. The log holds its code and time."),
    ),
}


def error(code: ErrorCode) -> ErrorWords:
    title, text, for_staff = _ERRORS[code]
    return ErrorWords(translate("errors", title), translate("errors", text), translate("errors", for_staff))


# --- short words -----------------------------------------------------------------------------------------------------

_BUSY = {
    "READING": QT_TRANSLATE_NOOP("busy", "Reading your document"),
    "COMPARING": QT_TRANSLATE_NOOP("busy", "Comparing the pictures"),
    "SAVING": QT_TRANSLATE_NOOP("busy", "Saving"),
    "DECIDING": QT_TRANSLATE_NOOP("busy", "Putting everything together"),
    "SENDING": QT_TRANSLATE_NOOP("busy", "Sending"),
    "LOADING": QT_TRANSLATE_NOOP("busy", "One moment"),
}
_STEPS = {
    "document": QT_TRANSLATE_NOOP("steps", "Document"),
    "selfie": QT_TRANSLATE_NOOP("steps", "Selfie"),
    "liveness": QT_TRANSLATE_NOOP("steps", "Quick check"),
    "contact": QT_TRANSLATE_NOOP("steps", "Contact"),
    "proof": QT_TRANSLATE_NOOP("steps", "Proof"),
    "proofs": QT_TRANSLATE_NOOP("steps", "Proof"),
    "chip": QT_TRANSLATE_NOOP("steps", "Chip"),
    "review": QT_TRANSLATE_NOOP("steps", "Review"),
    "decision": QT_TRANSLATE_NOOP("steps", "Result"),
}
_SOURCES: Mapping[Source, tuple[str, str]] = {
    Source.VISUAL_ZONE: (QT_TRANSLATE_NOOP("sources", "Page"), "page"),
    Source.MRZ: (QT_TRANSLATE_NOOP("sources", "Code lines"), "mrz"),
    Source.BARCODE: (QT_TRANSLATE_NOOP("sources", "Barcode"), "barcode"),
    Source.CHIP: (QT_TRANSLATE_NOOP("sources", "Chip"), "chip"),
    Source.OPERATOR: (QT_TRANSLATE_NOOP("sources", "Typed"), "pencil"),
}
_GENDERS = {
    "M": QT_TRANSLATE_NOOP("fields", "Male"),
    "F": QT_TRANSLATE_NOOP("fields", "Female"),
    "X": QT_TRANSLATE_NOOP("fields", "Unspecified"),
}


def busy(label: str) -> str:
    return translate("busy", _BUSY.get(label, _BUSY["LOADING"]))


def step(group: str) -> str:
    return translate("steps", _STEPS[group]) if group in _STEPS else group


def source(which: Source) -> tuple[str, str]:
    """(words, icon) for where a value was read."""
    text, icon = _SOURCES[which]
    return translate("sources", text), icon


def minutes_left(minutes: int) -> str:
    if minutes <= 1:
        return translate("header", "About 1 minute")
    return translate("header", "About {minutes} minutes").format(minutes=minutes)


# --- fields --------------------------------------------------------------------------------------------------------


def field(name: FieldName) -> str:
    return translate("fields", sentence_texts.FIELD_NAMES[name])


def long_date(day: date) -> str:
    """24 November 2020; 24. novembra 2020."""
    return QLocale().toString(QDate(day.year, day.month, day.day), "d. MMMM yyyy" if _is_slovak() else "d MMMM yyyy")


def value(name: FieldName, stored: str) -> str:
    """A stored value as people read it: dates long, sex as a word. What does not fit its form is shown as it is."""
    if name in DATE_FIELDS:
        try:
            return long_date(date.fromisoformat(stored))
        except ValueError:
            return stored
    if name is FieldName.GENDER and stored in _GENDERS:
        return translate("fields", _GENDERS[stored])
    return stored


def genders() -> dict[str, str]:
    return {code: translate("fields", text) for code, text in _GENDERS.items()}


def date_separator() -> str:
    return "." if _is_slovak() else "/"


def _is_slovak() -> bool:
    return QLocale().language() is QLocale.Language.Slovak


# --- checks and the decision -----------------------------------------------------------------------------------------


def check_name(name: CheckName) -> str:
    return translate("sentences", sentence_texts.NAMES[name])


def check_group(group: CheckGroup) -> str:
    return translate("sentences", sentence_texts.GROUP_NAMES[group])


def check_status(status: CheckStatus) -> str:
    return translate("sentences", sentence_texts.STATUS_NAMES[status])


def check_sentence(check: Check) -> str:
    return _filled(translate("sentences", sentences.template_of(check)), check.params)


def to_customer() -> str:
    """Where the reason is for staff alone."""
    return translate("sentences", sentence_texts.TO_CUSTOMER)


def headline(outcome: Outcome, first_name: str, main_reason: Check | None) -> str:
    template, params = sentences.headline_template(outcome, first_name, main_reason)
    return _filled(translate("headlines", template), params)


def _filled(template: str, params: Mapping[str, str]) -> str:
    return sentences.fill(template, params, write_date=long_date, write_field=lambda name: field(name).lower())
