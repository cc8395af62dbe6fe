"""Age and sex as a model guesses them, beside what the document says: hints for a person's look, never a reason by themselves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.document import Document, Field, FieldName, Reading, Source
from kiosk.domain.errors import ModelFault
from kiosk.domain.face import AgeGender, Face
from kiosk.imaging.frame import Image
from kiosk.ports import AgeGenderEstimator, Json

_log = logging.getLogger(__name__)

MOST_YEARS = 15
"""A difference above this stands out: the models' groups are ten years wide, and others' public settings begin to review here (DIS)."""
SURE_OF_SEX = 0.8
"""Share from which a guess of the sex counts as one; between it and its opposite the face could not be told."""
_FULL_DOUBT_YEARS = 2 * MOST_YEARS
_DAYS_PER_YEAR = 365.2425
_SELFIE, _PORTRAIT, _DOCUMENT = "selfie", "document.front", "document"


@dataclass(frozen=True, slots=True)
class AgeGenderJudgement:
    """Both checks, and what they rest on.

    Attributes:
        selfie, portrait: estimates; None where there was no picture, no face in it, or no model.
        years_from_birth: estimate of the selfie less the age by the date of birth, the greatest over the document's sources.
        years_from_portrait: estimate of the selfie less that of the portrait and the years since the document was issued.
    """

    age: Check
    gender: Check
    selfie: AgeGender | None = None
    portrait: AgeGender | None = None
    years_from_birth: float | None = None
    years_from_portrait: float | None = None

    @property
    def checks(self) -> tuple[Check, Check]:
        return self.age, self.gender


class AgeGenderJudge:
    """Holds no customer. Used by one thread at a time."""

    def __init__(self, estimator: AgeGenderEstimator | None, find_face: Callable[[Image], Face | None], today: Callable[[], str]) -> None:
        """Args: `find_face` the largest face of a picture (`Verifier.portrait_face`); `today` YYYY-MM-DD."""
        self._estimator = estimator
        self._find_face = find_face
        self._today = today

    def judge(self, document: Document, selfie: Image | None, portrait: Image | None) -> AgeGenderJudgement:
        """AGE_CONSISTENCY and GENDER_CONSISTENCY: PASSED, WARNING with STANDS_OUT, or NOT_EXECUTED with the reason."""
        if self._estimator is None:
            return _neither(CheckLabel.MODEL_MISSING)
        if selfie is None:
            return _neither(CheckLabel.INPUT_MISSING)
        began = time.perf_counter()
        try:
            guess, of_portrait = self._estimate(selfie), None if portrait is None else self._estimate(portrait)
        except ModelFault as error:
            _log.error("age and sex could not be estimated: %s", error.code.value)
            return _neither(CheckLabel.ENGINE_FAILED)
        if guess is None:
            return _neither(CheckLabel.NO_FACE, of_portrait)
        ms = round((time.perf_counter() - began) * 1000, 1)
        from_birth = years_from_birth(guess, document, self._today())
        from_portrait = years_from_portrait(guess, of_portrait, document, self._today())
        age = _age_check(guess, from_birth, from_portrait, ms)
        return AgeGenderJudgement(age, _gender_check(guess, document), guess, of_portrait, from_birth, from_portrait)

    def _estimate(self, image: Image) -> AgeGender | None:
        face = self._find_face(image)
        return None if face is None or self._estimator is None else self._estimator.estimate(image, face)


def years_from_birth(guess: AgeGender, document: Document, today: str) -> float | None:
    """Signed, older than the document says is positive; the greatest over what its sources say. None without a date that can be read."""
    field = document.fields.get(FieldName.DATE_OF_BIRTH)
    ages = [] if field is None else [years_between(value, today) for value in dict.fromkeys(reading.value for reading in _counting(field))]
    differences = [guess.age - age for age in ages if age is not None]
    return max(differences, key=abs) if differences else None


def years_from_portrait(guess: AgeGender, portrait: AgeGender | None, document: Document, today: str) -> float | None:
    """As `years_from_birth`, against the portrait's estimate plus the years since the date of issue; None without either."""
    since = years_between(document.value(FieldName.DATE_OF_ISSUE), today)
    return None if portrait is None or since is None else guess.age - (portrait.age + since)


def years_between(earlier: str, later: str) -> float | None:
    """Of dates YYYY-MM-DD, YYYY-MM or YYYY (then of their middle); None when one is no date or they are in the wrong order."""
    one, other = _date(earlier), _date(later)
    return None if one is None or other is None or other < one else (other - one).days / _DAYS_PER_YEAR


def sex_of(guess: AgeGender) -> str:
    """ "M", "F", or "" when the face could not be told."""
    return "F" if guess.female >= SURE_OF_SEX else "M" if guess.female <= 1 - SURE_OF_SEX else ""


def selfie_inspection_json(judgement: AgeGenderJudgement, document: Document) -> dict[str, Json]:
    """The parts of DIS `SelfieInspection` that rest on age and sex. What could not be told is absent."""
    body = _inspected(judgement.selfie, document)
    if judgement.selfie is None:
        return body
    consistency = body.get("genderConsistency")
    if judgement.portrait is not None and sex_of(judgement.selfie) and sex_of(judgement.portrait):
        same = sex_of(judgement.selfie) == sex_of(judgement.portrait)
        body["genderConsistency"] = {"documentPortrait": same, **(consistency if isinstance(consistency, dict) else {})}
    years = {"documentPortrait": judgement.years_from_portrait, "dateOfBirth": judgement.years_from_birth}
    differences: dict[str, Json] = {name: round(abs(value)) for name, value in years.items() if value is not None}
    if differences:
        body["ageDifferenceWith"] = differences
    return body


def portrait_inspection_json(judgement: AgeGenderJudgement, document: Document) -> dict[str, Json]:
    """The parts of DIS `PortraitInspection` that rest on age and sex: the portrait's age is compared with that on the day of issue."""
    body = _inspected(judgement.portrait, document)
    issued = document.value(FieldName.DATE_OF_ISSUE)
    years = None if judgement.portrait is None else years_from_birth(judgement.portrait, document, issued)
    if years is not None:
        body["ageDifferenceWith"] = {"dateOfBirth": round(abs(years))}
    return body


def _inspected(guess: AgeGender | None, document: Document) -> dict[str, Json]:
    if guess is None:
        return {}
    body: dict[str, Json] = {"ageEstimate": round(guess.age)}
    sex = sex_of(guess)
    if not sex:
        return body
    body["genderEstimate"] = sex
    field = document.fields.get(FieldName.GENDER)
    consistency: dict[str, Json] = {}
    for name, source in (("viz", Source.VISUAL_ZONE), ("mrz", Source.MRZ)):
        reading = None if field is None else field.of(source)
        if reading is not None and reading.value in ("M", "F"):
            consistency[name] = reading.value == sex
    if consistency:
        body["genderConsistency"] = consistency
    return body


def _neither(why: CheckLabel, portrait: AgeGender | None = None) -> AgeGenderJudgement:
    inputs = (_SELFIE, _DOCUMENT)
    age, gender = (not_executed(name, why, inputs=inputs) for name in (CheckName.AGE_CONSISTENCY, CheckName.GENDER_CONSISTENCY))
    return AgeGenderJudgement(age, gender, portrait=portrait)


def _age_check(guess: AgeGender, from_birth: float | None, from_portrait: float | None, ms: float) -> Check:
    """The greater of the two differences counts. Score 1 = no difference, 0.5 = MOST_YEARS, 0 = twice as many."""
    inputs = tuple(
        name for name, used in ((_SELFIE, True), (_DOCUMENT, from_birth is not None), (_PORTRAIT, from_portrait is not None)) if used
    )
    differences = [abs(years) for years in (from_birth, from_portrait) if years is not None]
    if not differences:
        return not_executed(CheckName.AGE_CONSISTENCY, CheckLabel.INPUT_MISSING, inputs=inputs)
    years = max(differences)
    stands_out = years > MOST_YEARS
    return Check(
        CheckName.AGE_CONSISTENCY,
        CheckStatus.WARNING if stands_out else CheckStatus.PASSED,
        CheckLabel.STANDS_OUT if stands_out else CheckLabel.OK,
        score=round(max(0.0, 1 - years / _FULL_DOUBT_YEARS), 4),
        threshold=0.5,
        inputs=inputs,
        model=guess.model,
        ms=ms,
        params={"years": str(round(years))},
    )


def _gender_check(guess: AgeGender, document: Document) -> Check:
    """Against the value that counts. Score = share of the document's sex; between sure and sure of the other nothing is said."""
    name, inputs = CheckName.GENDER_CONSISTENCY, (_SELFIE, _DOCUMENT)
    said = document.value(FieldName.GENDER)
    if said not in ("M", "F"):
        return not_executed(name, CheckLabel.NOT_APPLICABLE if said == "X" else CheckLabel.INPUT_MISSING, inputs=inputs)
    sex = sex_of(guess)
    if not sex:
        return not_executed(name, CheckLabel.INCONCLUSIVE, inputs=inputs)
    return Check(
        name,
        CheckStatus.PASSED if sex == said else CheckStatus.WARNING,
        CheckLabel.OK if sex == said else CheckLabel.STANDS_OUT,
        score=round(guess.female if said == "F" else 1 - guess.female, 4),
        threshold=round(1 - SURE_OF_SEX, 4),
        inputs=inputs,
        model=guess.model,
    )


def _counting(field: Field) -> list[Reading]:
    """What an operator typed over counts alone."""
    typed = field.of(Source.OPERATOR)
    return list(field.readings) if typed is None else [typed]


def _date(text: str) -> date | None:
    parts = text.split("-")
    try:
        numbers = [int(part) for part in parts]
        if len(numbers) == 1:
            return date(numbers[0], 7, 1)
        return date(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else 15)
    except ValueError:
        return None
