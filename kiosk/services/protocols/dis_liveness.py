"""Liveness of a DIS customer: photographs, sealed capture records, challenges, and the evaluation by type (dis-openapi 1.65)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.challenge import Assertion, CaptureRecord, Challenge, ChallengeKind
from kiosk.domain.check import Check, CheckLabel, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.ports import Json, StoredCustomer
from kiosk.services.capture_record import new_nonce, open_record, picture_of, selfie_from_record
from kiosk.services.face_report import FaceReport, report_json
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.services.protocols.case_files import fact
from kiosk.services.protocols.codec import from_json, to_json
from kiosk.services.protocols.dis_access import DisAccess, told
from kiosk.services.protocols.refusals import DisCode, DisRefusal
from kiosk.services.record_verify import RecordVerifier

PASSIVE = "PASSIVE_LIVENESS"
KINDS: Mapping[str, ChallengeKind] = {
    "MAGNIFEYE_LIVENESS": ChallengeKind.MAGNIFEYE,
    "MULTI_RANGE_LIVENESS": ChallengeKind.MULTI_RANGE,
    "EYE_GAZE_LIVENESS": ChallengeKind.EYE_GAZE,
    "SMILE_LIVENESS": ChallengeKind.SMILE,
}
"""Active types; each is evaluated from a sealed record of its challenge. Single photographs can be staged and are not enough here."""
_PHOTO_ASSERTIONS = frozenset(
    {
        "NONE",
        *(step.value for step in Assertion if step.value.startswith(("EYE_GAZE_", "FACE_SIZE_"))),
        Assertion.SMILE.value,
        Assertion.NEUTRAL.value,
    }
)
_FACT, _CHALLENGES, _EVALUATIONS = "liveness", "liveness.challenges", "liveness.evaluations"
_NEEDED_PASSIVE_FRAMES = 8
"""Of a passive record so many frames, spread over it, are judged."""


@dataclass(frozen=True, slots=True)
class DisLiveness:
    """The liveness container of one customer. Thread-safe."""

    access: DisAccess
    book: ChallengeBook
    verifier: RecordVerifier

    # --- the container ---------------------------------------------------------------------------------------------

    def create(self) -> dict[str, Json]:
        """A new, empty one in the place of an earlier."""
        with self.access.changing():
            fresh: Json = {"id": str(uuid.uuid4()), "selfies": [], "records": []}
            self.access.files.commit(self.access.id, "liveness", facts={_FACT: fresh}, forget=frozenset({_FACT, f"{_FACT}."}))
        return {"links": {"self": f"{self.access.base}/liveness"}}

    def delete(self) -> None:
        with self.access.changing():
            self.access.files.commit(self.access.id, "liveness_deleted", forget=frozenset({_FACT, f"{_FACT}."}))

    # --- photographs -----------------------------------------------------------------------------------------------

    def add_selfie(self, assertion: str, *, image: bytes | None = None, origin: str = "") -> dict[str, Json]:
        """A photograph, or the customer's selfie by its link. A face that is not found is told in the answer, and nothing is kept."""
        if assertion not in _PHOTO_ASSERTIONS:
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, f"{assertion!r} is no assertion")
        if (image is None) == (not origin):
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "a liveness selfie is an image or selfieOrigin, one of the two")
        case = self._container()
        generation = fact(case, _FACT)["id"]
        data = image if image is not None else self._selfie_of(case, origin)
        report = face_of(self.access, self.access.image(data))
        if report is None:
            return {"errorCode": "NO_FACE_DETECTED"}
        with self.access.changing() as case:
            state = self._same_container(case, generation)
            name = f"{_FACT}.selfies.{len(_list(state, 'selfies'))}"
            state["selfies"] = [*_list(state, "selfies"), {"assertion": assertion, "blob": name}]
            self._commit("liveness_selfie", {_FACT: state}, {name: data})
        warnings: list[Json] = list(report.warnings)
        if report.refused or report.codes:
            warnings.append("LOW_QUALITY")
        return {"warnings": warnings} if warnings else {}

    def retrieve(self, kind: str) -> dict[str, Json]:
        """The photographs and the selfies of records that an evaluation of this type rests on."""
        case, state = self._container(), fact(self._container(), _FACT)
        wanted = _kind_of(kind)
        selfies: list[Json] = []
        for one in _list(state, "selfies"):
            if kind != PASSIVE or one["assertion"] == "NONE":
                selfies.append({"assertion": one["assertion"], "data": self._data(str(one["blob"]), case)})
        records: list[Json] = []
        for one in _list(state, "records"):
            if one["kind"] == ("" if wanted is None else wanted.value):
                records.append({"assertion": one["kind"] or "NONE", "data": self._data(f"{one['blob']}.selfie", case)})
        body: dict[str, Json] = {}
        if selfies:
            body["selfies"] = selfies
        if records:
            body["recordSelfies"] = records
        return body

    # --- records ---------------------------------------------------------------------------------------------------

    def challenge(self, kind: str, *, flashes: bool = False) -> dict[str, Json]:
        """What the capture must show, once. Beside DIS `details` the whole challenge, which the capture record must repeat."""
        wanted = _kind_of(kind)
        self._container()
        if wanted is None:
            issued: dict[str, Json] = {"nonce": new_nonce()}
            details: dict[str, Json] = {}
        else:
            challenge = self.book.issue(self.access.id, (wanted,), flashes=flashes)
            data = to_json(challenge)
            assert isinstance(data, dict)
            issued, details = data, _details(challenge)
        with self.access.changing() as case:
            open_ones = fact(case, _CHALLENGES) | {kind: issued}
            self._commit("liveness_challenge", {_CHALLENGES: open_ones}, {})
        return {"details": details, "challenge": {"session": self.access.id, **issued}}

    def add_record(self, data: bytes) -> dict[str, Json]:
        """A sealed capture record, good once, for the challenge that it repeats. One that is refused changes nothing."""
        case = self._container()
        generation = fact(case, _FACT)["id"]
        try:
            kind, challenge, nonce = self._issued_for(case, open_record(data, self.access.key))
            record = self.verifier.verify(data, session=self.access.id, now=self.access.clock.now_utc(), challenge=challenge, nonce=nonce)
            picture = selfie_from_record(record)
        except BadInput as error:
            if error.code is not ErrorCode.INVALID_DATA:
                raise
            return {"errorCode": "INVALID_DATA"}
        report = face_of(self.access, picture)
        if report is None:
            return {"errorCode": "INVALID_DATA"}
        record_id = str(uuid.uuid4())
        with self.access.changing() as case:
            state = self._same_container(case, generation)
            name = f"{_FACT}.records.{record_id}"
            entry: dict[str, Json] = {
                "id": record_id,
                "kind": "" if challenge is None else challenge.kind.value,
                "blob": name,
                "deviceId": record.origin.device_id,
                "virtual": record.origin.virtual,
            }
            state["records"] = [*_list(state, "records"), entry]
            left: Json = {name: issued for name, issued in fact(case, _CHALLENGES).items() if name != kind}
            self._commit("liveness_record", {_FACT: state, _CHALLENGES: left}, {name: data, f"{name}.selfie": encode_jpeg(picture)})
        link = f"{self.access.base}/liveness/records/{record_id}/selfie"
        return {"selfie": {"detection": report_json(report)["detection"]}, "links": {"selfie": link}}

    def record_selfie(self, record_id: str, width: int | None = None, height: int | None = None) -> dict[str, Json]:
        """DIS `ImageCrop`."""
        return self.access.crop(f"{_FACT}.records.{record_id}.selfie", self.access.load(), width, height)

    # --- evaluation ------------------------------------------------------------------------------------------------

    def evaluate(self, kind: str) -> dict[str, Json]:
        """{"score": 0..1}, or errorCode NOT_ENOUGH_DATA, INVALID_DATA.

        The score of PASSIVE_LIVENESS is the model's. An active type is judged as met (1.0) or not (0.0): its bounds are many and have no
        common scale. Raises ModelFault when an engine is missing or broke.
        """
        wanted = _kind_of(kind)
        case = self._container()
        state = fact(case, _FACT)
        with told():
            check = self._passive(case, state) if wanted is None else self._active(case, state, wanted)
        if isinstance(check, str):
            return {"errorCode": check}
        if check.status is CheckStatus.NOT_EXECUTED:
            if check.label in (CheckLabel.MODEL_MISSING, CheckLabel.ENGINE_FAILED):
                raise ModelFault(ErrorCode.MODEL_MISSING, f"{check.name.value} could not be judged: {check.label.value}")
            return {"errorCode": "NOT_ENOUGH_DATA" if wanted is None and check.label is CheckLabel.INPUT_MISSING else "INVALID_DATA"}
        met = check.status is CheckStatus.PASSED
        score = (1.0 if met else 0.0) if wanted is not None or check.score is None else check.score
        with self.access.changing() as now:
            self._same_container(now, state["id"])
            kept: Json = {**fact(now, _EVALUATIONS), kind: {"score": score, "passed": met, "label": check.label.value}}
            self.access.files.commit(self.access.id, "liveness_evaluation", facts={_EVALUATIONS: kept})
        return {"score": score}

    def _passive(self, case: StoredCustomer, state: Mapping[str, Json]) -> Check | str:
        names = [str(one["blob"]) for one in _list(state, "selfies") if one["assertion"] == "NONE"]
        frames = [picture for name in names if (picture := self.access.files.image(case, name)) is not None]
        for one in _list(state, "records"):
            if one["kind"] == "":
                if one["virtual"] and not self.access.settings.allow_virtual_cameras:
                    return "INVALID_DATA"
                frames.extend(self._frames(str(one["blob"])))
        return self.access.desk.passive_liveness(frames) if frames else "NOT_ENOUGH_DATA"

    def _active(self, case: StoredCustomer, state: Mapping[str, Json], kind: ChallengeKind) -> Check | str:
        records = [one for one in _list(state, "records") if one["kind"] == kind.value]
        if not records:
            return "NOT_ENOUGH_DATA"
        last = records[-1]
        if last["virtual"] and not self.access.settings.allow_virtual_cameras:
            return "INVALID_DATA"
        try:
            record = open_record(self.access.files.blob(self.access.id, str(last["blob"])), self.access.key)
            return self.access.desk.replay(record, self.access.files.image(case, "selfie.picture")).check
        except BadInput as error:
            if error.code in (ErrorCode.INVALID_DATA, ErrorCode.NOT_ENOUGH_DATA):
                return error.code.value
            raise

    def _frames(self, name: str) -> list[Image]:
        record = open_record(self.access.files.blob(self.access.id, name), self.access.key)
        step = -(-len(record.frames) // _NEEDED_PASSIVE_FRAMES)
        return [picture_of(frame) for frame in record.frames[::step]]

    # --- inside ----------------------------------------------------------------------------------------------------

    def _container(self) -> StoredCustomer:
        case = self.access.load()
        if not fact(case, _FACT):
            raise DisRefusal(DisCode.NOT_FOUND, "the customer has no liveness: create it first")
        return case

    def _same_container(self, case: StoredCustomer, generation: Json) -> dict[str, Json]:
        state = fact(case, _FACT)
        if state.get("id") != generation:
            raise DisRefusal(DisCode.CONFLICT, "the liveness was deleted or made anew meanwhile")
        return state

    def _commit(self, step: str, facts: Mapping[str, Json], blobs: Mapping[str, bytes]) -> None:
        # what was evaluated before rests on less than there is now
        self.access.files.commit(self.access.id, step, facts=facts, blobs=blobs, forget=frozenset({_EVALUATIONS}))

    def _issued_for(self, case: StoredCustomer, record: CaptureRecord) -> tuple[str, Challenge | None, str]:
        """What was issued for a record: its type, the challenge or None, and the nonce. Raises BadInput(INVALID_DATA)."""
        for kind, issued in fact(case, _CHALLENGES).items():
            if isinstance(issued, dict) and issued.get("nonce") == record.nonce:
                challenge = None if _kind_of(kind) is None else from_json(Challenge, issued)
                return kind, challenge, record.nonce
        raise BadInput(ErrorCode.INVALID_DATA, "no challenge is open that the record repeats")

    def _selfie_of(self, case: StoredCustomer, link: str) -> bytes:
        if link != f"{self.access.base}/selfie" or "selfie.picture" not in case.blobs:
            raise DisRefusal(DisCode.NOT_FOUND, "selfieOrigin names no selfie of this customer")
        return self.access.files.blob(self.access.id, "selfie.picture")

    def _data(self, name: str, case: StoredCustomer) -> Json:
        return self.access.crop(name, case)["data"]


def face_of(access: DisAccess, image: Image) -> FaceReport | None:
    """The largest face; None when there is none. Raises ModelFault."""
    try:
        return access.desk.face(image)
    except BadInput as error:
        if error.code is not ErrorCode.NO_FACE_DETECTED:
            raise
        return None


def liveness_images(access: DisAccess, case: StoredCustomer) -> list[Image]:
    """Every photograph and every record's selfie: the customer's selfie is compared with each."""
    state = fact(case, _FACT)
    names = [str(one["blob"]) for one in _list(state, "selfies")] + [f"{one['blob']}.selfie" for one in _list(state, "records")]
    return [picture for name in names if (picture := access.files.image(case, name)) is not None]


def records_of(case: StoredCustomer) -> list[dict[str, Json]]:
    return _list(fact(case, _FACT), "records")


def evaluations_of(case: StoredCustomer) -> dict[str, Json]:
    """By type: {"score", "passed", "label"}."""
    return fact(case, _EVALUATIONS)


def _list(state: Mapping[str, Json], name: str) -> list[dict[str, Json]]:
    value = state.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _kind_of(kind: str) -> ChallengeKind | None:
    """None for the passive type. Raises DisRefusal(INVALID_REQUEST_BODY)."""
    if kind == PASSIVE:
        return None
    if kind not in KINDS:
        raise DisRefusal(DisCode.INVALID_REQUEST_BODY, f"{kind!r} is no type of liveness")
    return KINDS[kind]


def _details(challenge: Challenge) -> dict[str, Json]:
    """DIS `MultiRangeLivenessChallengeDetails`, `EyeGazeChallengeDetails`; the other types have none."""
    prefixes = {ChallengeKind.MULTI_RANGE: ("challengeSequence", "FACE_SIZE_"), ChallengeKind.EYE_GAZE: ("corners", "EYE_GAZE_")}
    if challenge.kind not in prefixes:
        return {}
    name, prefix = prefixes[challenge.kind]
    return {name: [step.value.removeprefix(prefix) for step in challenge.steps]}
