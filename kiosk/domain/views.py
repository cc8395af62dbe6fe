"""What screens are given to show: plain strings, numbers and encoded pictures. No screen sees the session itself.

Pictures are JPEG bytes. Codes are turned into words by `ui/strings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.challenge import Assertion, ChallengeKind
from kiosk.domain.check import Check
from kiosk.domain.consent import ConsentText
from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName, PageSide, PageWarning, Source


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Dots with names. `names` are step group ids ("document", "selfie", "liveness", "review", "decision"); `current` indexes them,
    -1 = before the first (welcome)."""

    names: tuple[str, ...]
    current: int
    minutes_left: int


@dataclass(frozen=True, slots=True)
class WelcomeView:
    brand: str


@dataclass(frozen=True, slots=True)
class LanguageView:
    languages: tuple[str, ...]  # BCP 47
    current: str


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What is asked, word by word: the texts whose hashes are stored with the answer.

    Attributes:
        texts: of every purpose, in every language that there is.
        without_biometrics: a way without comparing faces is offered ("advance(accepted=True, biometrics=False)").
    """

    purposes: tuple[str, ...]
    version: str
    without_biometrics: bool = False
    texts: tuple[ConsentText, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentCaptureView:
    """`expects_back` tells the back's screen that the front has been taken ("Now turn it over")."""

    side: PageSide
    camera: str
    manual_after_s: float
    help_after_s: float


@dataclass(frozen=True, slots=True)
class SelfieCaptureView:
    camera: str
    manual_after_s: float
    help_after_s: float


@dataclass(frozen=True, slots=True)
class LivenessView:
    """One active check.

    Attributes:
        steps: what will be asked, in order; "left" and "right" are the person's own, as they would say it; the preview is mirrored.
        attempt, attempts: this is try `attempt` of `attempts`, counted from 1.
        flashes: the screen will shine in colours, and says so beforehand.
    """

    kind: ChallengeKind
    steps: tuple[Assertion, ...]
    camera: str
    help_after_s: float
    attempt: int = 1
    attempts: int = 3
    flashes: bool = False


@dataclass(frozen=True, slots=True)
class AssistView:
    """The check before the camera did not work several times: a colleague, or on without it where the workflow allows.

    Attributes:
        reason: CheckLabel value of the last try, for staff.
        can_go_on: advance() leads on without the check, and a colleague decides later; False = only a colleague can help.
        can_retry: retake() leads back to the check once more (staff is there).
    """

    reason: str
    can_go_on: bool
    can_retry: bool


@dataclass(frozen=True, slots=True)
class ContactView:
    """A telephone number or an e-mail address, then the code that proves it. The step is entered anew with each answer.

    Answers: advance(contact=str) sends a code; advance(code=str); advance(again=True) sends another one; advance(change=True) back to
    the contact; skip() where `optional`.

    Attributes:
        kind: "phone" or "email".
        contact: what is known or was typed, "" = nothing yet.
        sent_to: where a code is on its way, partly hidden; "" = the contact is asked for.
        again_in_s: another code may be asked for after so long; valid_s: the code is good for so long.
        tries_left: None before the first code.
        problem: CheckLabel or ErrorCode value of what went wrong last, or "".
        trial: nothing is sent: the code stands on this machine's console, and the screen says so.
        noted: no code can be sent from here at all: the contact is kept, and confirmed later by a person.
    """

    kind: str
    contact: str = ""
    sent_to: str = ""
    again_in_s: int = 0
    valid_s: int = 0
    tries_left: int | None = None
    optional: bool = False
    problem: str = ""
    trial: bool = False
    noted: bool = False


@dataclass(frozen=True, slots=True)
class ProofView:
    """A bill or an account statement: pages from the camera, or files. The step is entered anew with each page.

    Answers: capture_by_hand() takes a picture, CaptureResultReady shows it, advance() keeps it as a page, retake() drops it;
    advance(files=((name, bytes), ...)); advance(scan=True) takes what lies in the scanner; advance(remove=index) drops a page;
    advance(finished=True) has the pages read; skip() where `optional`.

    Attributes:
        kind: "address" or "funds".
        pages: small pictures of what was taken so far, JPEG; of a file with several pages its first.
        can_choose_files: a colleague may pick a file on this machine. scanner: one is set up.
        problem: CheckLabel or ErrorCode value of why what was given does not do, or "".
    """

    kind: str
    camera: str
    pages: tuple[bytes, ...] = ()
    most_pages: int = 10
    most_days: int = 90
    can_choose_files: bool = False
    scanner: bool = False
    optional: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ChipView:
    """The document's chip; without a reader nobody is asked for it. Answers: advance() reads it, skip() where `optional`.

    Attributes:
        problem: ErrorCode value of the last try, or "".
    """

    optional: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another source's reading of a field."""

    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field to look at.

    Attributes:
        value: as people write it in storage form (dates YYYY-MM-DD); the screen formats dates for the language.
        uncertain: must be looked at; shown first, in caution.
        alternatives: readings of other sources that differ.
        cutout: the place in the picture, JPEG, or None.
        edited: typed by a person.
    """

    name: FieldName
    value: str
    source: Source
    confidence: float
    uncertain: bool
    alternatives: tuple[Alternative, ...] = ()
    cutout: bytes | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """What was taken and what was read of it.

    Attributes:
        picture: straightened page, or the selfie's face crop.
        usable: False = "take again" is the only way on (nothing was found in it).
        warnings: what is not ideal about a page, the worst first.
        advice: why it is not usable, an AdviceCode value, or "".
    """

    picture: bytes | None
    usable: bool
    fields: tuple[FieldRow, ...] = ()
    warnings: tuple[PageWarning, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Portrait of the document and selfie, side by side; fields with the uncertain first."""

    portrait: bytes | None
    selfie: bytes | None
    rows: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class EarlierRecord:
    """A stored customer whose face is like this one's. `onboarded_on` and `date_of_birth` YYYY-MM-DD or ""; `selfie` JPEG."""

    reference: str
    name: str
    date_of_birth: str
    onboarded_on: str
    score: float
    selfie: bytes | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """`checks` in the order of their groups; `first_name` for the sentence, may be empty; `main_reason` names the gravest check or None.

    `earlier`: stored customers with this face, the likest first; filled only where staff looks on (the workflow says so).
    `name`, `date_of_birth` (YYYY-MM-DD or ""): of this customer, to stand beside the earlier ones; `selfie` JPEG.
    """

    outcome: Outcome
    first_name: str
    checks: tuple[Check, ...]
    main_reason: Check | None
    earlier: tuple[EarlierRecord, ...] = ()
    selfie: bytes | None = None
    name: str = ""
    date_of_birth: str = ""


@dataclass(frozen=True, slots=True)
class DoneView:
    outcome: Outcome
    reference: str  # short, speakable form of the customer id


@dataclass(frozen=True, slots=True)
class SorryView:
    """Failsafe and time-out end here. `code` is for staff; `kept` tells whether what was confirmed is stored;
    None when there was no customer: the kiosk itself cannot start."""

    code: str
    kept: bool | None


View = (
    WelcomeView
    | LanguageView
    | ConsentView
    | DocumentCaptureView
    | SelfieCaptureView
    | LivenessView
    | AssistView
    | ContactView
    | ProofView
    | ChipView
    | ReviewView
    | DecisionView
    | DoneView
    | SorryView
)
