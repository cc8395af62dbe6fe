"""The words for checks and decisions: names, the sentence templates of every check, and the large sentences.

`QT_TRANSLATE_NOOP` only marks the texts for `lupdate`; `domain/sentences.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.check import CheckGroup, CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import FieldName


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """The text itself; marks it for translation under `context`."""
    return text


CONTEXT = "sentences"

NAMES: Mapping[CheckName, str] = {
    CheckName.CONSENT: QT_TRANSLATE_NOOP("sentences", "Consent"),
    CheckName.DOCUMENT_USABILITY: QT_TRANSLATE_NOOP("sentences", "Document pictures"),
    CheckName.MRZ_CHECK_DIGITS: QT_TRANSLATE_NOOP("sentences", "Machine-readable lines"),
    CheckName.DOCUMENT_EXPIRY: QT_TRANSLATE_NOOP("sentences", "Expiry date"),
    CheckName.DATA_PLAUSIBILITY: QT_TRANSLATE_NOOP("sentences", "Plausible data"),
    CheckName.DATA_CONSISTENCY: QT_TRANSLATE_NOOP("sentences", "Data agrees"),
    CheckName.OCR_CONFIDENCE: QT_TRANSLATE_NOOP("sentences", "Reading"),
    CheckName.SELFIE_QUALITY: QT_TRANSLATE_NOOP("sentences", "Selfie"),
    CheckName.FACE_MATCH: QT_TRANSLATE_NOOP("sentences", "Same person"),
    CheckName.PASSIVE_LIVENESS: QT_TRANSLATE_NOOP("sentences", "Real person"),
    CheckName.ACTIVE_LIVENESS: QT_TRANSLATE_NOOP("sentences", "Quick live check"),
    CheckName.LIVENESS_MATCH: QT_TRANSLATE_NOOP("sentences", "Same person throughout"),
    CheckName.CAPTURE_INTEGRITY: QT_TRANSLATE_NOOP("sentences", "Pictures from this camera"),
    CheckName.FLASH_RESPONSE: QT_TRANSLATE_NOOP("sentences", "Light of the screen"),
    CheckName.KNOWN_PERSON: QT_TRANSLATE_NOOP("sentences", "Onboarded before"),
    CheckName.AGE_CONSISTENCY: QT_TRANSLATE_NOOP("sentences", "Age"),
    CheckName.GENDER_CONSISTENCY: QT_TRANSLATE_NOOP("sentences", "Sex and appearance"),
    CheckName.WATCHLIST_SCREENING: QT_TRANSLATE_NOOP("sentences", "Lists"),
    CheckName.PROOF_OF_ADDRESS: QT_TRANSLATE_NOOP("sentences", "Proof of address"),
    CheckName.PROOF_OF_FUNDS: QT_TRANSLATE_NOOP("sentences", "Proof of funds"),
    CheckName.PHONE_VERIFICATION: QT_TRANSLATE_NOOP("sentences", "Telephone number"),
    CheckName.EMAIL_VERIFICATION: QT_TRANSLATE_NOOP("sentences", "E-mail address"),
    CheckName.CHIP_READ: QT_TRANSLATE_NOOP("sentences", "Chip"),
    CheckName.OPERATOR_EDITS: QT_TRANSLATE_NOOP("sentences", "Changed by hand"),
    CheckName.SCREEN_RECAPTURE: QT_TRANSLATE_NOOP("sentences", "Not from a screen"),
    CheckName.PRINT_COPY: QT_TRANSLATE_NOOP("sentences", "Not a printed copy"),
    CheckName.GREY_COPY: QT_TRANSLATE_NOOP("sentences", "In colour"),
    CheckName.COLOUR_PROFILE: QT_TRANSLATE_NOOP("sentences", "Usual colours"),
    CheckName.PORTRAIT_SUBSTITUTION: QT_TRANSLATE_NOOP("sentences", "Portrait as issued"),
    CheckName.TEXT_RETOUCHED: QT_TRANSLATE_NOOP("sentences", "Text as issued"),
}

GROUP_NAMES: Mapping[CheckGroup, str] = {
    CheckGroup.DOCUMENT: QT_TRANSLATE_NOOP("sentences", "Document"),
    CheckGroup.PERSON: QT_TRANSLATE_NOOP("sentences", "Person"),
    CheckGroup.LIVENESS: QT_TRANSLATE_NOOP("sentences", "Live presence"),
    CheckGroup.LISTS: QT_TRANSLATE_NOOP("sentences", "Lists"),
    CheckGroup.CONTACT: QT_TRANSLATE_NOOP("sentences", "Address and contact"),
}

STATUS_NAMES: Mapping[CheckStatus, str] = {
    CheckStatus.PASSED: QT_TRANSLATE_NOOP("sentences", "Passed"),
    CheckStatus.WARNING: QT_TRANSLATE_NOOP("sentences", "Take a look"),
    CheckStatus.REJECTED: QT_TRANSLATE_NOOP("sentences", "Not passed"),
    CheckStatus.NOT_EXECUTED: QT_TRANSLATE_NOOP("sentences", "Not checked"),
}

FIELD_NAMES: Mapping[FieldName, str] = {
    FieldName.SURNAME: QT_TRANSLATE_NOOP("fields", "Surname"),
    FieldName.GIVEN_NAMES: QT_TRANSLATE_NOOP("fields", "Given names"),
    FieldName.FULL_NAME: QT_TRANSLATE_NOOP("fields", "Full name"),
    FieldName.DATE_OF_BIRTH: QT_TRANSLATE_NOOP("fields", "Date of birth"),
    FieldName.GENDER: QT_TRANSLATE_NOOP("fields", "Sex"),
    FieldName.NATIONALITY: QT_TRANSLATE_NOOP("fields", "Nationality"),
    FieldName.PERSONAL_NUMBER: QT_TRANSLATE_NOOP("fields", "Personal number"),
    FieldName.PLACE_OF_BIRTH: QT_TRANSLATE_NOOP("fields", "Place of birth"),
    FieldName.ADDRESS: QT_TRANSLATE_NOOP("fields", "Address"),
    FieldName.DOCUMENT_NUMBER: QT_TRANSLATE_NOOP("fields", "Document number"),
    FieldName.DATE_OF_ISSUE: QT_TRANSLATE_NOOP("fields", "Date of issue"),
    FieldName.DATE_OF_EXPIRY: QT_TRANSLATE_NOOP("fields", "Date of expiry"),
    FieldName.ISSUING_AUTHORITY: QT_TRANSLATE_NOOP("fields", "Issuing authority"),
    FieldName.ISSUING_STATE: QT_TRANSLATE_NOOP("fields", "Issuing state"),
}

_Key = tuple[CheckName, CheckLabel]
_N, _L = CheckName, CheckLabel

# The first template whose params are all given is taken. Params: `date` and `dates` ISO, `field` and `fields` names of fields.
TEMPLATES: Mapping[_Key, tuple[str, ...]] = {
    # consent
    (_N.CONSENT, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Consent was given."),),
    (_N.CONSENT, _L.REFUSED): (QT_TRANSLATE_NOOP("sentences", "Consent was not given, so nothing was checked."),),
    (_N.CONSENT, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Consent has not been asked for."),),
    # document pictures
    (_N.DOCUMENT_USABILITY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The pictures of the document are whole and clear."),),
    (_N.DOCUMENT_USABILITY, _L.BACK_MISSING): (QT_TRANSLATE_NOOP("sentences", "The back of the document is missing."),),
    (_N.DOCUMENT_USABILITY, _L.FRONT_MISSING): (QT_TRANSLATE_NOOP("sentences", "The front of the document is missing."),),
    (_N.DOCUMENT_USABILITY, _L.PAGES_DIFFER): (QT_TRANSLATE_NOOP("sentences", "The pictures show pages of different documents."),),
    (_N.DOCUMENT_USABILITY, _L.LOW_QUALITY): (QT_TRANSLATE_NOOP("sentences", "A picture of the document is not clear enough to be sure."),),
    (_N.DOCUMENT_USABILITY, _L.NOT_A_KNOWN_DOCUMENT): (
        QT_TRANSLATE_NOOP("sentences", "This does not look like a document that can be used here."),
    ),
    (_N.DOCUMENT_USABILITY, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "There is no picture of a document."),),
    # machine-readable zone
    (_N.MRZ_CHECK_DIGITS, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Every check digit is right."),),
    (_N.MRZ_CHECK_DIGITS, _L.CHECK_DIGIT_WRONG): (
        QT_TRANSLATE_NOOP("sentences", "A check digit does not match: {fields}."),
        QT_TRANSLATE_NOOP("sentences", "A check digit does not match: {field}."),
        QT_TRANSLATE_NOOP("sentences", "A check digit does not match."),
    ),
    (_N.MRZ_CHECK_DIGITS, _L.REPAIRED): (
        QT_TRANSLATE_NOOP("sentences", "Every check digit is right after a misread character was put right."),
    ),
    (_N.MRZ_CHECK_DIGITS, _L.MRZ_UNREADABLE): (QT_TRANSLATE_NOOP("sentences", "The machine-readable lines could not be read."),),
    (_N.MRZ_CHECK_DIGITS, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because no machine-readable lines were seen."),),
    (_N.MRZ_CHECK_DIGITS, _L.NOT_APPLICABLE): (QT_TRANSLATE_NOOP("sentences", "This document has no machine-readable lines."),),
    (_N.MRZ_CHECK_DIGITS, _L.BACK_MISSING): (
        QT_TRANSLATE_NOOP("sentences", "The machine-readable lines are on the back, which is missing."),
    ),
    # expiry
    (_N.DOCUMENT_EXPIRY, _L.OK): (
        QT_TRANSLATE_NOOP("sentences", "The document is valid until {date}."),
        QT_TRANSLATE_NOOP("sentences", "The document has not expired."),
    ),
    (_N.DOCUMENT_EXPIRY, _L.EXPIRED): (
        QT_TRANSLATE_NOOP("sentences", "The document expired on {date}."),
        QT_TRANSLATE_NOOP("sentences", "The document has expired."),
    ),
    (_N.DOCUMENT_EXPIRY, _L.NOT_APPLICABLE): (QT_TRANSLATE_NOOP("sentences", "This document has no expiry date."),),
    (_N.DOCUMENT_EXPIRY, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "The expiry date could not be read."),),
    (_N.DOCUMENT_EXPIRY, _L.LOW_CONFIDENCE): (QT_TRANSLATE_NOOP("sentences", "The expiry date could not be read for certain."),),
    # plausibility
    (_N.DATA_PLAUSIBILITY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Dates, age and countries make sense."),),
    (_N.DATA_PLAUSIBILITY, _L.IMPLAUSIBLE): (
        QT_TRANSLATE_NOOP("sentences", "Something does not make sense: {fields}."),
        QT_TRANSLATE_NOOP("sentences", "Something does not make sense: {field}."),
        QT_TRANSLATE_NOOP("sentences", "A date, the age or a country does not make sense."),
    ),
    (_N.DATA_PLAUSIBILITY, _L.INPUT_MISSING): (
        QT_TRANSLATE_NOOP("sentences", "Not checked, because this could not be read: {fields}."),
        QT_TRANSLATE_NOOP("sentences", "There are no dates or countries to look at."),
    ),
    # consistency
    (_N.DATA_CONSISTENCY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The same data stands everywhere on the document."),),
    (_N.DATA_CONSISTENCY, _L.INCONSISTENT): (
        QT_TRANSLATE_NOOP("sentences", "The document says two different things: {fields}."),
        QT_TRANSLATE_NOOP("sentences", "The document says two different things: {field}."),
        QT_TRANSLATE_NOOP("sentences", "The document says two different things in two places."),
    ),
    (_N.DATA_CONSISTENCY, _L.INPUT_MISSING): (
        QT_TRANSLATE_NOOP("sentences", "The data was read in one place only, so there is nothing to compare."),
    ),
    (_N.DATA_CONSISTENCY, _L.NOT_APPLICABLE): (QT_TRANSLATE_NOOP("sentences", "This document holds its data in one place only."),),
    # reading
    (_N.OCR_CONFIDENCE, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Everything was read clearly."),),
    (_N.OCR_CONFIDENCE, _L.LOW_CONFIDENCE): (
        QT_TRANSLATE_NOOP("sentences", "Not read for certain: {fields}."),
        QT_TRANSLATE_NOOP("sentences", "Not read for certain: {field}."),
        QT_TRANSLATE_NOOP("sentences", "Some of the text was not read for certain."),
    ),
    (_N.OCR_CONFIDENCE, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "No text could be read."),),
    # edits
    (_N.OPERATOR_EDITS, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Nothing was changed by hand."),),
    (_N.OPERATOR_EDITS, _L.EDITED): (
        QT_TRANSLATE_NOOP("sentences", "Changed by hand: {fields}."),
        QT_TRANSLATE_NOOP("sentences", "Changed by hand: {field}."),
        QT_TRANSLATE_NOOP("sentences", "Something that was read was changed by hand."),
    ),
    # advisory: no sentence accuses, because a raised signal proves nothing
    (_N.SCREEN_RECAPTURE, _L.OK): (QT_TRANSLATE_NOOP("sentences", "No sign of a screen was seen."),),
    (_N.SCREEN_RECAPTURE, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The picture has a fine pattern as screens have. A look at the document itself settles it."),
    ),
    (_N.PRINT_COPY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "No sign of a printed copy was seen."),),
    (_N.PRINT_COPY, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The picture has fine dots as printers make them. A look at the document itself settles it."),
    ),
    (_N.GREY_COPY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The document is in colour."),),
    (_N.GREY_COPY, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The picture of the document has no colour. A look at the document itself settles it."),
    ),
    (_N.COLOUR_PROFILE, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The colours are those of this kind of document."),),
    (_N.COLOUR_PROFILE, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The colours are not those of this kind of document. The light may be the reason."),
    ),
    (_N.COLOUR_PROFILE, _L.NO_TEMPLATE): (
        QT_TRANSLATE_NOOP("sentences", "Not checked, because the colours of this kind of document are not known here."),
    ),
    (_N.PORTRAIT_SUBSTITUTION, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Nothing about the portrait stands out."),),
    (_N.PORTRAIT_SUBSTITUTION, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The portrait is smoother than the rest of the page. A look at the document itself settles it."),
    ),
    (_N.PORTRAIT_SUBSTITUTION, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because no portrait was found."),),
    (_N.TEXT_RETOUCHED, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Nothing about the text stands out."),),
    (_N.TEXT_RETOUCHED, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "Print that is crisper than the rest: {fields}. A look at the document itself settles it."),
        QT_TRANSLATE_NOOP("sentences", "Some print is crisper than the rest. A look at the document itself settles it."),
    ),
    (_N.TEXT_RETOUCHED, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because there is too little text to compare."),),
    # selfie
    (_N.SELFIE_QUALITY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The selfie is clear."),),
    (_N.SELFIE_QUALITY, _L.LOW_QUALITY): (QT_TRANSLATE_NOOP("sentences", "The selfie is not clear enough to be sure."),),
    (_N.SELFIE_QUALITY, _L.NO_FACE): (QT_TRANSLATE_NOOP("sentences", "There is no face in the selfie."),),
    (_N.SELFIE_QUALITY, _L.SEVERAL_FACES): (QT_TRANSLATE_NOOP("sentences", "There is more than one face in the selfie."),),
    (_N.SELFIE_QUALITY, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "There is no selfie."),),
    # face match
    (_N.FACE_MATCH, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The selfie shows the person on the document."),),
    (_N.FACE_MATCH, _L.BELOW_THRESHOLD): (QT_TRANSLATE_NOOP("sentences", "The selfie does not look like the person on the document."),),
    (_N.FACE_MATCH, _L.BORDERLINE): (
        QT_TRANSLATE_NOOP("sentences", "It is not certain that the selfie shows the person on the document."),
    ),
    (_N.FACE_MATCH, _L.NO_FACE): (QT_TRANSLATE_NOOP("sentences", "There was no face to compare."),),
    (_N.FACE_MATCH, _L.SEVERAL_FACES): (QT_TRANSLATE_NOOP("sentences", "There was more than one face to compare."),),
    (_N.FACE_MATCH, _L.LOW_QUALITY): (QT_TRANSLATE_NOOP("sentences", "The pictures are not clear enough to compare the faces."),),
    (_N.FACE_MATCH, _L.INPUT_MISSING): (
        QT_TRANSLATE_NOOP("sentences", "The faces were not compared, because the portrait or the selfie is missing."),
    ),
    # passive liveness
    (_N.PASSIVE_LIVENESS, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The selfie shows a real person."),),
    (_N.PASSIVE_LIVENESS, _L.BELOW_THRESHOLD): (
        QT_TRANSLATE_NOOP("sentences", "The selfie may show a picture or a screen and not a real person."),
    ),
    (_N.PASSIVE_LIVENESS, _L.BORDERLINE): (QT_TRANSLATE_NOOP("sentences", "It is not certain that the selfie shows a real person."),),
    (_N.PASSIVE_LIVENESS, _L.MODEL_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because the model for it is not installed."),),
    (_N.PASSIVE_LIVENESS, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because there is no selfie."),),
    (_N.PASSIVE_LIVENESS, _L.NO_FACE): (QT_TRANSLATE_NOOP("sentences", "There is no face in the selfie."),),
    # active check
    (_N.ACTIVE_LIVENESS, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The live check was done as asked."),),
    (_N.ACTIVE_LIVENESS, _L.CHALLENGE_FAILED): (QT_TRANSLATE_NOOP("sentences", "What was asked for before the camera was not done."),),
    (_N.ACTIVE_LIVENESS, _L.CHALLENGE_EXPIRED): (QT_TRANSLATE_NOOP("sentences", "The live check took too long."),),
    (_N.ACTIVE_LIVENESS, _L.DIFFERENT_PERSON): (QT_TRANSLATE_NOOP("sentences", "Someone else than in the selfie did the live check."),),
    (_N.ACTIVE_LIVENESS, _L.FACE_LEFT): (QT_TRANSLATE_NOOP("sentences", "The face left the picture during the live check."),),
    (_N.ACTIVE_LIVENESS, _L.SEQUENCE_CUT): (QT_TRANSLATE_NOOP("sentences", "The live check was not one unbroken movement."),),
    (_N.ACTIVE_LIVENESS, _L.IMPLAUSIBLE_TIMING): (
        QT_TRANSLATE_NOOP("sentences", "The live check was done faster or slower than people do it."),
    ),
    (_N.ACTIVE_LIVENESS, _L.FLAT_FACE): (QT_TRANSLATE_NOOP("sentences", "The face moved like a flat picture."),),
    (_N.ACTIVE_LIVENESS, _L.NO_FACE): (QT_TRANSLATE_NOOP("sentences", "No face was seen during the live check."),),
    (_N.ACTIVE_LIVENESS, _L.SEVERAL_FACES): (QT_TRANSLATE_NOOP("sentences", "More than one face was seen during the live check."),),
    (_N.ACTIVE_LIVENESS, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because it needs a live camera."),),
    # selfie against the faces of the live check
    (_N.LIVENESS_MATCH, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Selfie and live check show the same person."),),
    (_N.LIVENESS_MATCH, _L.BELOW_THRESHOLD): (QT_TRANSLATE_NOOP("sentences", "Selfie and live check do not look like the same person."),),
    (_N.LIVENESS_MATCH, _L.BORDERLINE): (
        QT_TRANSLATE_NOOP("sentences", "It is not certain that selfie and live check show the same person."),
    ),
    (_N.LIVENESS_MATCH, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not compared, because there is no selfie or no live check."),),
    # where the pictures come from
    (_N.CAPTURE_INTEGRITY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The pictures come from this device and were not changed."),),
    (_N.CAPTURE_INTEGRITY, _L.RECORD_INVALID): (
        QT_TRANSLATE_NOOP("sentences", "The recording of the live check was changed, is too old or belongs to something else."),
    ),
    (_N.CAPTURE_INTEGRITY, _L.VIRTUAL_CAMERA): (QT_TRANSLATE_NOOP("sentences", "The pictures come from a camera made of software."),),
    (_N.CAPTURE_INTEGRITY, _L.INPUT_MISSING): (
        QT_TRANSLATE_NOOP("sentences", "Not checked, because there is no recording of a live check."),
    ),
    (_N.FLASH_RESPONSE, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The face took on the light of the screen."),),
    (_N.FLASH_RESPONSE, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The face did not take on the light of the screen. Strong light in the room may be the reason."),
    ),
    (_N.FLASH_RESPONSE, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because the screen showed no colours."),),
    (_N.FLASH_RESPONSE, _L.INCONCLUSIVE): (QT_TRANSLATE_NOOP("sentences", "Not judged, because the light in the room was too strong."),),
    # one to many
    (_N.KNOWN_PERSON, _L.OK): (QT_TRANSLATE_NOOP("sentences", "Nobody with this face was onboarded here before."),),
    (_N.KNOWN_PERSON, _L.FOUND_BEFORE): (
        QT_TRANSLATE_NOOP("sentences", "Someone with a very similar face was onboarded here before, with other data."),
    ),
    (_N.KNOWN_PERSON, _L.FOUND_SAME_RECORD): (
        QT_TRANSLATE_NOOP("sentences", "This person was onboarded here before, with the same data."),
    ),
    (_N.KNOWN_PERSON, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because there is no selfie."),),
    (_N.KNOWN_PERSON, _L.LOW_QUALITY): (QT_TRANSLATE_NOOP("sentences", "Not checked, because the selfie is not clear enough."),),
    # age and sex: hints only
    (_N.AGE_CONSISTENCY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The apparent age fits the document."),),
    (_N.AGE_CONSISTENCY, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The apparent age does not fit the document. Such estimates are often wrong; a look settles it."),
    ),
    (_N.AGE_CONSISTENCY, _L.INPUT_MISSING): (
        QT_TRANSLATE_NOOP("sentences", "Not checked, because the date of birth or the picture is missing."),
    ),
    (_N.GENDER_CONSISTENCY, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The appearance fits the document."),),
    (_N.GENDER_CONSISTENCY, _L.STANDS_OUT): (
        QT_TRANSLATE_NOOP("sentences", "The appearance may not fit the document. Such estimates are often wrong; a look settles it."),
    ),
    (_N.GENDER_CONSISTENCY, _L.INPUT_MISSING): (
        QT_TRANSLATE_NOOP("sentences", "Not checked, because the document gives no sex or the picture is missing."),
    ),
    # lists, proofs and contacts
    (_N.WATCHLIST_SCREENING, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The name is on none of the lists."),),
    (_N.WATCHLIST_SCREENING, _L.ALERT): (
        QT_TRANSLATE_NOOP("sentences", "A name like this is on a list. A colleague looks whether it is the same person."),
    ),
    (_N.WATCHLIST_SCREENING, _L.DISMISSED): (
        QT_TRANSLATE_NOOP("sentences", "A name like this is on a list; a colleague found that it is somebody else."),
    ),
    (_N.WATCHLIST_SCREENING, _L.CONFIRMED): (QT_TRANSLATE_NOOP("sentences", "A colleague confirmed that this person is on a list."),),
    (_N.WATCHLIST_SCREENING, _L.LIST_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because no list is installed."),),
    (_N.WATCHLIST_SCREENING, _L.LIST_OUTDATED): (QT_TRANSLATE_NOOP("sentences", "The lists are too old to rely on."),),
    (_N.WATCHLIST_SCREENING, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "Not checked, because the name is not known."),),
    (_N.PROOF_OF_ADDRESS, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The proof of address fits the customer and is recent."),),
    (_N.PROOF_OF_ADDRESS, _L.TOO_OLD): (QT_TRANSLATE_NOOP("sentences", "The proof of address is too old."),),
    (_N.PROOF_OF_ADDRESS, _L.NAME_DIFFERS): (QT_TRANSLATE_NOOP("sentences", "The proof of address names somebody else."),),
    (_N.PROOF_OF_ADDRESS, _L.ADDRESS_DIFFERS): (
        QT_TRANSLATE_NOOP("sentences", "The proof of address gives another address than the document."),
    ),
    (_N.PROOF_OF_ADDRESS, _L.LOW_CONFIDENCE): (QT_TRANSLATE_NOOP("sentences", "The proof of address could not be read for certain."),),
    (_N.PROOF_OF_ADDRESS, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "There is no proof of address."),),
    (_N.PROOF_OF_FUNDS, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The proof of funds fits the customer and is recent."),),
    (_N.PROOF_OF_FUNDS, _L.TOO_OLD): (QT_TRANSLATE_NOOP("sentences", "The proof of funds is too old."),),
    (_N.PROOF_OF_FUNDS, _L.NAME_DIFFERS): (QT_TRANSLATE_NOOP("sentences", "The proof of funds names somebody else."),),
    (_N.PROOF_OF_FUNDS, _L.LOW_CONFIDENCE): (QT_TRANSLATE_NOOP("sentences", "The proof of funds could not be read for certain."),),
    (_N.PROOF_OF_FUNDS, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "There is no proof of funds."),),
    (_N.PHONE_VERIFICATION, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The telephone number was confirmed by a code."),),
    (_N.PHONE_VERIFICATION, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "The telephone number was not confirmed."),),
    (_N.EMAIL_VERIFICATION, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The e-mail address was confirmed by a code."),),
    (_N.EMAIL_VERIFICATION, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "The e-mail address was not confirmed."),),
    (_N.CHIP_READ, _L.OK): (QT_TRANSLATE_NOOP("sentences", "The chip of the document was read. Whether it is genuine was not checked."),),
    (_N.CHIP_READ, _L.INPUT_MISSING): (QT_TRANSLATE_NOOP("sentences", "The chip of the document was not read."),),
}

# Labels that mean the same for every check.
GENERAL: Mapping[CheckLabel, str] = {
    CheckLabel.MODEL_MISSING: QT_TRANSLATE_NOOP("sentences", "Not checked, because the model for it is not installed."),
    CheckLabel.INPUT_MISSING: QT_TRANSLATE_NOOP("sentences", "Not checked, because something that it needs is missing."),
    CheckLabel.PRECONDITION_NOT_FULFILLED: QT_TRANSLATE_NOOP("sentences", "Not checked, because an earlier check did not pass."),
    CheckLabel.NOT_APPLICABLE: QT_TRANSLATE_NOOP("sentences", "Not needed for this document."),
    CheckLabel.ENGINE_FAILED: QT_TRANSLATE_NOOP("sentences", "Not checked, because of a technical fault."),
    CheckLabel.REFUSED: QT_TRANSLATE_NOOP("sentences", "Not checked, because consent was not given."),
    CheckLabel.FRONT_MISSING: QT_TRANSLATE_NOOP("sentences", "The front of the document is missing."),
    CheckLabel.PAGES_DIFFER: QT_TRANSLATE_NOOP("sentences", "The pictures show pages of different documents."),
    CheckLabel.BACK_MISSING: QT_TRANSLATE_NOOP("sentences", "The back of the document is missing."),
    CheckLabel.LOW_QUALITY: QT_TRANSLATE_NOOP("sentences", "The picture is not clear enough to be sure."),
    CheckLabel.NOT_A_KNOWN_DOCUMENT: QT_TRANSLATE_NOOP("sentences", "This does not look like a document that can be used here."),
    CheckLabel.CHECK_DIGIT_WRONG: QT_TRANSLATE_NOOP("sentences", "A check digit does not match."),
    CheckLabel.REPAIRED: QT_TRANSLATE_NOOP("sentences", "A misread character was put right."),
    CheckLabel.MRZ_UNREADABLE: QT_TRANSLATE_NOOP("sentences", "The machine-readable lines could not be read."),
    CheckLabel.EXPIRED: QT_TRANSLATE_NOOP("sentences", "The document has expired."),
    CheckLabel.IMPLAUSIBLE: QT_TRANSLATE_NOOP("sentences", "A date, the age or a country does not make sense."),
    CheckLabel.INCONSISTENT: QT_TRANSLATE_NOOP("sentences", "The document says two different things in two places."),
    CheckLabel.LOW_CONFIDENCE: QT_TRANSLATE_NOOP("sentences", "Some of the text was not read for certain."),
    CheckLabel.EDITED: QT_TRANSLATE_NOOP("sentences", "Something that was read was changed by hand."),
    CheckLabel.STANDS_OUT: QT_TRANSLATE_NOOP("sentences", "Something stands out. A look at the document itself settles it."),
    CheckLabel.DOCUMENT_SMALL: QT_TRANSLATE_NOOP("sentences", "Not checked, because the document is too small in the picture."),
    CheckLabel.INCONCLUSIVE: QT_TRANSLATE_NOOP("sentences", "Not judged, because what could be measured does not tell."),
    CheckLabel.NO_TEMPLATE: QT_TRANSLATE_NOOP("sentences", "Not checked, because this kind of document is not known well enough here."),
    CheckLabel.NO_FACE: QT_TRANSLATE_NOOP("sentences", "No face was found."),
    CheckLabel.SEVERAL_FACES: QT_TRANSLATE_NOOP("sentences", "More than one face was found."),
    CheckLabel.BELOW_THRESHOLD: QT_TRANSLATE_NOOP("sentences", "The result is below what is needed."),
    CheckLabel.BORDERLINE: QT_TRANSLATE_NOOP("sentences", "The result is too close to the limit to be sure."),
    CheckLabel.CHALLENGE_FAILED: QT_TRANSLATE_NOOP("sentences", "What was asked for was not done."),
    CheckLabel.DIFFERENT_PERSON: QT_TRANSLATE_NOOP("sentences", "This is not the same person."),
    CheckLabel.DECLINED: QT_TRANSLATE_NOOP("sentences", "Not done: the customer chose the way without comparing faces."),
    CheckLabel.FOUND_BEFORE: QT_TRANSLATE_NOOP("sentences", "This was seen here before, with other data."),
    CheckLabel.FOUND_SAME_RECORD: QT_TRANSLATE_NOOP("sentences", "This was seen here before, with the same data."),
    CheckLabel.CHALLENGE_EXPIRED: QT_TRANSLATE_NOOP("sentences", "It took too long."),
    CheckLabel.FACE_LEFT: QT_TRANSLATE_NOOP("sentences", "The face left the picture."),
    CheckLabel.SEQUENCE_CUT: QT_TRANSLATE_NOOP("sentences", "The pictures are not one unbroken sequence."),
    CheckLabel.FRAMES_STOPPED: QT_TRANSLATE_NOOP("sentences", "The camera stopped giving pictures."),
    CheckLabel.FRAMES_REPEATED: QT_TRANSLATE_NOOP("sentences", "The camera gave the same picture again and again."),
    CheckLabel.FRAME_SIZE_CHANGED: QT_TRANSLATE_NOOP("sentences", "The pictures changed their size on the way."),
    CheckLabel.CLOCK_JUMPED: QT_TRANSLATE_NOOP("sentences", "The times of the pictures cannot be right."),
    CheckLabel.IMPLAUSIBLE_TIMING: QT_TRANSLATE_NOOP("sentences", "It was done faster or slower than people do it."),
    CheckLabel.FLAT_FACE: QT_TRANSLATE_NOOP("sentences", "The face moved like a flat picture."),
    CheckLabel.RECORD_INVALID: QT_TRANSLATE_NOOP("sentences", "The recording was changed, is too old or belongs to something else."),
    CheckLabel.VIRTUAL_CAMERA: QT_TRANSLATE_NOOP("sentences", "The pictures come from a camera made of software."),
    CheckLabel.ALERT: QT_TRANSLATE_NOOP("sentences", "Something like this is on a list."),
    CheckLabel.DISMISSED: QT_TRANSLATE_NOOP("sentences", "A colleague looked and found nothing against it."),
    CheckLabel.CONFIRMED: QT_TRANSLATE_NOOP("sentences", "A colleague confirmed it."),
    CheckLabel.LIST_MISSING: QT_TRANSLATE_NOOP("sentences", "Not checked, because no list is installed."),
    CheckLabel.LIST_OUTDATED: QT_TRANSLATE_NOOP("sentences", "The list is too old to rely on."),
    CheckLabel.TOO_OLD: QT_TRANSLATE_NOOP("sentences", "It is too old."),
    CheckLabel.NAME_DIFFERS: QT_TRANSLATE_NOOP("sentences", "It names somebody else."),
    CheckLabel.ADDRESS_DIFFERS: QT_TRANSLATE_NOOP("sentences", "It gives another address."),
    CheckLabel.CODE_WRONG: QT_TRANSLATE_NOOP("sentences", "The code was wrong."),
    CheckLabel.CODE_EXPIRED: QT_TRANSLATE_NOOP("sentences", "The code had expired."),
    CheckLabel.TOO_MANY_TRIES: QT_TRANSLATE_NOOP("sentences", "A wrong code was given too often."),
    CheckLabel.GATEWAY_FAILED: QT_TRANSLATE_NOOP("sentences", "Not checked, because the code could not be sent."),
    CheckLabel.SKIPPED: QT_TRANSLATE_NOOP("sentences", "Left out; this is allowed here."),
    CheckLabel.TRIAL: QT_TRANSLATE_NOOP("sentences", "Only tried out: the code was shown on this machine, so nothing is proven."),
    CheckLabel.DEVICE_MISSING: QT_TRANSLATE_NOOP("sentences", "Not checked, because the device for it is not connected."),
}

# OK says only that nothing more is known; the status must still be told truthfully.
BY_STATUS: Mapping[CheckStatus, str] = {
    CheckStatus.PASSED: QT_TRANSLATE_NOOP("sentences", "This is in order."),
    CheckStatus.WARNING: QT_TRANSLATE_NOOP("sentences", "Someone should take a look at this."),
    CheckStatus.REJECTED: QT_TRANSLATE_NOOP("sentences", "This check did not pass."),
    CheckStatus.NOT_EXECUTED: QT_TRANSLATE_NOOP("sentences", "This was not checked."),
}

TO_CUSTOMER = QT_TRANSLATE_NOOP("sentences", "A colleague will look at this with you.")
"""Said to the customer where the sentence of a check is for staff (`check.STAFF_ONLY`): it gives nothing away, whatever was found."""

WELCOME = QT_TRANSLATE_NOOP("headlines", "Everything fits. Welcome, {first_name}.")
WELCOME_NAMELESS = QT_TRANSLATE_NOOP("headlines", "Everything fits. Welcome.")
REVIEW = QT_TRANSLATE_NOOP("headlines", "A colleague will take a look.")
REJECT = QT_TRANSLATE_NOOP("headlines", "We can't continue today.")

REJECT_BECAUSE: Mapping[_Key, tuple[str, ...]] = {
    (_N.CONSENT, _L.REFUSED): (QT_TRANSLATE_NOOP("headlines", "We can't continue without your consent."),),
    (_N.DOCUMENT_EXPIRY, _L.EXPIRED): (
        QT_TRANSLATE_NOOP("headlines", "We can't continue with this document, because it expired on {date}."),
        QT_TRANSLATE_NOOP("headlines", "We can't continue with this document, because it has expired."),
    ),
    (_N.DOCUMENT_USABILITY, _L.NOT_A_KNOWN_DOCUMENT): (
        QT_TRANSLATE_NOOP("headlines", "We can't continue with this document, because it is of a kind that we can't use."),
    ),
    (_N.MRZ_CHECK_DIGITS, _L.CHECK_DIGIT_WRONG): (
        QT_TRANSLATE_NOOP("headlines", "We can't continue with this document, because its check digits don't match."),
    ),
    (_N.FACE_MATCH, _L.BELOW_THRESHOLD): (
        QT_TRANSLATE_NOOP("headlines", "We can't continue, because the selfie doesn't look like the person on the document."),
    ),
    (_N.PASSIVE_LIVENESS, _L.BELOW_THRESHOLD): (
        QT_TRANSLATE_NOOP("headlines", "We can't continue, because we couldn't confirm that a real person is here."),
    ),
    (_N.ACTIVE_LIVENESS, _L.CHALLENGE_FAILED): (QT_TRANSLATE_NOOP("headlines", "We can't continue, because the live check didn't work."),),
    (_N.ACTIVE_LIVENESS, _L.DIFFERENT_PERSON): (
        QT_TRANSLATE_NOOP("headlines", "We can't continue, because the live check and the selfie show different people."),
    ),
}
