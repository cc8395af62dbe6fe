"""Judges what an execution collected: runs the stages in the order of the workflow's chains, and decides.

A stage whose predecessor does not hold is not run; one whose engine fails leaves its checks not executed. Holds no customer between calls.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from kiosk.domain.capability import CHECKS_OF, FIRST_PART, Capability, CapabilityName, Category, CredentialRef
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Decision, Outcome, decide
from kiosk.domain.errors import BadInput, ErrorCode, KioskError, StoreFault
from kiosk.flow.definition import CapabilityRule
from kiosk.imaging.crop import around_box
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Clock, CodeLedger, CustomerStore, DeviceKey
from kiosk.services.capabilities import (
    NOT_UPLOADED,
    PRECONDITION,
    decide_capability,
    is_blocked,
    not_executed_capability,
    policy_for,
    refs_for,
)
from kiosk.services.execution_limits import PartLimits
from kiosk.services.execution_order import ExecutionEngines, Handed, Judgement, JudgingOrder, RecordReplay, Screening, Seen
from kiosk.services.execution_stages import Stages, new_id, of
from kiosk.services.extraction_data import TYPE_OF, UNSUPPORTED, extraction_data
from kiosk.services.facemap import FacemapTemplate, make_facemap
from kiosk.services.risk import risk_of

_log = logging.getLogger(__name__)

_N, _L, _C = CheckName, CheckLabel, CapabilityName


class ExecutionJudge:
    """Used by one thread at a time, as its engines are; a document is read on a thread that ends with the call."""

    def __init__(
        self,
        engines: ExecutionEngines,
        store: CustomerStore,
        key: DeviceKey,
        clock: Clock,
        *,
        replay: RecordReplay | None = None,
        screening: Screening | None = None,
        allow_virtual: bool = False,
        limits: PartLimits | None = None,
        ledger: CodeLedger | None = None,
    ) -> None:
        """Args:
        replay: None = records are not judged.
        screening: None = no list is there.
        allow_virtual: as in the settings.
        ledger: where it is remembered which capture records were used; None = in this judge alone.
        """
        self._engines = engines
        self._key = key
        self._clock = clock
        self._stages = Stages(
            engines,
            store,
            key,
            clock,
            replay=replay,
            screening=screening,
            allow_virtual=allow_virtual,
            limits=limits or PartLimits(),
            ledger=ledger,
        )

    def judge(self, order: JudgingOrder) -> Judgement:
        """Raises StoreFault; whatever else goes wrong shows in the checks."""
        began = time.perf_counter()
        seen, decided, checks = Seen(order), list[Capability](), list[Check]()
        timings: dict[str, float] = {}
        pairs = [(one.ref, one.rule) for one in order.handed]
        optional = frozenset(one.ref.id for one in order.handed if not one.rule.required)
        checks.append(_consent(order.consented))
        with self._stages.ahead(seen):
            for rule in order.definition.capabilities:
                at = time.perf_counter()
                for refs in refs_for(rule, pairs):
                    if is_blocked(rule, refs, decided, optional):
                        decided.append(not_executed_capability(rule.name, refs, PRECONDITION, id=new_id()))
                        checks.extend(_blocked(rule.name, checks))
                        continue
                    made, capability = self._entry(rule, refs, seen)
                    checks.extend(made)
                    decided.append(capability)
                # what was worked out ahead, beside something else, is counted where it belongs: the parts come to more than the total
                timings[rule.name.value] = round((time.perf_counter() - at) * 1000 + seen.spent_ms.get(rule.name, 0.0), 1)
        policy = policy_for(order.policy, order.definition, {ref.category for ref, _ in pairs})
        if policy.screening and all(rule.name is not _C.WATCHLIST_SCREENING for rule in order.definition.capabilities):
            # the policy's own question: it has a part in the decision, and no capability, because the workflow names none
            at = time.perf_counter()
            checks.append(self._stages.screen_all(seen))
            timings["screening"] = round((time.perf_counter() - at) * 1000, 1)
        found = _once(checks)
        decision = decide(found, policy)
        risk = risk_of(decision, decided, order.definition.bands)
        searched = seen.is_searched and decision.outcome is not Outcome.REJECT
        enrolled = self._enrol(seen, decision)
        if enrolled is not None:
            decided = [_with_facemap(one, f"{order.url}/credentials/{enrolled[0]}/parts/FACEMAP") for one in decided]
        timings["total"] = round((time.perf_counter() - began) * 1000, 1)
        return Judgement(
            capabilities=tuple(decided),
            checks=found,
            decision=decision,
            risk=risk,
            document=next(iter(seen.documents.values()), None),
            timings_ms=timings,
            enrolled=enrolled,
            template=self._stages.template(seen) if searched else None,
            selfie_crop=_crop(seen) if searched else None,
            hits=seen.hits,
        )

    # --- one capability --------------------------------------------------------------------------------------------

    def _entry(self, rule: CapabilityRule, refs: tuple[CredentialRef, ...], seen: Seen) -> tuple[tuple[Check, ...], Capability]:
        handed = [one for one in seen.order.handed if one.ref in refs]
        if rule.name is _C.USABILITY and FIRST_PART[refs[0].category] not in handed[0].parts:
            return self._stages.missing(handed[0]), not_executed_capability(rule.name, refs, NOT_UPLOADED, id=new_id())
        data: dict[str, object] = {}
        try:
            match rule.name:
                case _C.USABILITY:
                    checks = self._stages.usability(handed[0], seen)
                case _C.IMAGE_CHECKS:
                    checks = self._stages.image_checks(refs[0], seen, data)
                case _C.EXTRACTION:
                    return self._stages.extraction(refs, seen)
                case _C.DATA_CHECKS:
                    checks = of(seen.rule_checks.get(refs[0].id, ()), CHECKS_OF[_C.DATA_CHECKS])
                case _C.LIVENESS:
                    checks = self._stages.liveness(seen, data)
                case _C.SIMILARITY:
                    checks = self._stages.similarity(handed, seen)
                case _C.AUTHENTICATION:
                    checks = self._stages.authentication(seen, data)
                case _C.WATCHLIST_SCREENING:
                    checks = self._stages.screen(refs[0], seen, data)
        except StoreFault:
            raise
        except KioskError as error:
            _log.error("%s could not run: %s", rule.name.value, error.code.value)
            label = _L.MODEL_MISSING if error.code is ErrorCode.MODEL_MISSING else _L.ENGINE_FAILED
            checks = tuple(not_executed(name, label) for name in _essential(rule.name, refs))
        judged = checks
        if rule.name is _C.LIVENESS:
            judged = (*checks, *seen.selfie_checks)
        elif rule.name is _C.IMAGE_CHECKS:
            judged = (*checks, *of(seen.rule_checks.get(refs[0].id, ()), (_N.DOCUMENT_USABILITY,)))
        capability = decide_capability(rule.name, refs, judged, id=new_id(), data=data)
        if rule.name is _C.USABILITY and capability.status is CheckStatus.PASSED and (label_ := _unsupported(handed[0], seen)):
            capability = Capability(capability.id, rule.name, refs, CheckStatus.WARNING, label_)
        if rule.name is _C.SIMILARITY:
            spelled = {"MATCH": "MATCH", "NO_MATCH": "NOT_MATCH"}.get(capability.label, "NOT_POSSIBLE")
            capability = Capability(
                capability.id, rule.name, refs, capability.status, capability.label, capability.checks, {"similarity": spelled}
            )
        return checks, capability

    # --- what is kept ----------------------------------------------------------------------------------------------

    def _enrol(self, seen: Seen, decision: Decision) -> tuple[str, bytes] | None:
        """A facemap only of somebody who was accepted as live: what authenticates later must be beyond doubt now."""
        names = {rule.name for rule in seen.order.definition.capabilities}
        if decision.outcome is not Outcome.ACCEPT or _C.LIVENESS not in names or seen.selfie is None:
            return None
        matcher = self._engines.matcher()
        credential = next((one.ref.id for one in seen.order.handed if one.ref.category is Category.FACEMAP), "")
        credential = credential or next(one.ref.id for one in seen.order.handed if one.ref.category is Category.SELFIE)
        verifier = self._engines.verifier()
        found = [verifier.embed_selfie(image) for image in (seen.selfie, *seen.frames)]
        templates = [FacemapTemplate(template) for template in found if template is not None]
        if matcher is None or not templates:
            return None
        try:
            return credential, make_facemap(templates, matcher, self._key, created=self._clock.now_utc(), customer=seen.order.account_id)
        except BadInput as error:
            _log.info("no facemap was made: %s", error.code.value)
            return None


def _crop(seen: Seen) -> bytes | None:
    for image, result in seen.selfies.values():
        if result is not None:
            return encode_jpeg(around_box(image, result.face.box, margin=0.45))
    return None


def _unsupported(handed: Handed, seen: Seen) -> str:
    """Not what the preset allows, where that is known; "" when it is, or when it cannot be told."""
    document = seen.documents.get(handed.ref.id)
    if document is None:
        return ""
    data = extraction_data(document, "")
    countries, types = handed.rule.countries, handed.rule.types
    kind, country = TYPE_OF.get(document.type.type, UNSUPPORTED), data.get("issuingCountry")
    if countries.defined and countries.values and country is not None and country not in countries.values:
        return "UNSUPPORTED_COUNTRY"
    if types.defined and types.values and document.type.type and kind not in types.values:
        return "UNSUPPORTED_DOCUMENT_TYPE"
    return ""


def _with_facemap(capability: Capability, href: str) -> Capability:
    if capability.name is not _C.LIVENESS:
        return capability
    data = {**capability.data, "validFaceMapForAuthentication": href}
    return Capability(capability.id, capability.name, capability.credentials, capability.status, capability.label, capability.checks, data)


def _consent(consented: bool) -> Check:
    if consented:
        return Check(_N.CONSENT, CheckStatus.PASSED, inputs=("consent",))
    return not_executed(_N.CONSENT, _L.INPUT_MISSING, inputs=("consent",))


def _essential(name: CapabilityName, refs: tuple[CredentialRef, ...]) -> tuple[CheckName, ...]:
    if name is not _C.USABILITY:
        return CHECKS_OF[name]
    first = {Category.SELFIE: _N.SELFIE_QUALITY, Category.FACEMAP: _N.CAPTURE_INTEGRITY}
    return (first.get(refs[0].category, _N.DOCUMENT_USABILITY),)


def _blocked(name: CapabilityName, made: Sequence[Check]) -> tuple[Check, ...]:
    """The checks of a capability that was not run, but for those that another one made."""
    known = {check.name for check in made}
    return tuple(not_executed(one, _L.PRECONDITION_NOT_FULFILLED) for one in CHECKS_OF[name] if one not in known)


def _once(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Of checks of one name all that say something; one that was not executed only where no other of its name was."""
    run = {check.name for check in checks if check.status is not CheckStatus.NOT_EXECUTED}
    kept: list[Check] = []
    for check in checks:
        idle = check.status is CheckStatus.NOT_EXECUTED
        if check in kept or (idle and (check.name in run or any(one.name is check.name for one in kept))):
            continue
        kept.append(check)
    return tuple(kept)
