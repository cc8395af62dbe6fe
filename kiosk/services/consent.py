"""A customer's consent: the fact that is stored of it, whether faces may be compared on it, and its withdrawal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.consent import (
    BIOMETRIC,
    VERDICT_SENTENCES,
    BiometricConsent,
    BiometricVerdict,
    ConsentPlace,
    ConsentText,
    Obtained,
    WithdrawalEffect,
    is_expired,
    judge_biometric,
    valid_until,
)
from kiosk.domain.erasure import ErasureReason, Receipt, Revision
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug
from kiosk.domain.operators import CUSTOMER, operator_id
from kiosk.ports import Clock, Json, StoredCustomer
from kiosk.services.consent_texts import ConsentSet, ConsentTexts
from kiosk.services.erasure import CONSENT_WITHDRAWN, RevisableStore, biometrics, everything


def consent_fact(
    texts: ConsentSet,
    *,
    accepted: bool,
    biometrics: bool,
    language: str,
    at: str,
    recorded_by: str = "",
    place: ConsentPlace | None = None,
) -> dict[str, Json]:
    """What is stored of an answer: which words, in which language, accepted or refused, when, where, and who recorded it.

    Args:
        texts: the version that was shown.
        biometrics: whether faces may be compared; counts only with `accepted`.
        at: UTC time of the answer.
        recorded_by: the operator's id; "customer" where nobody was beside them; "" = not known (then nobody can later be shown to be a
            second person, and an override has to name the first).

    Raises BadInput(BAD_ARGUMENT): no texts in this language, an id that is none.
    """
    agrees = accepted and biometrics
    answers: list[Json] = []
    for text in texts.in_language(language):
        given = agrees if text.purpose == BIOMETRIC else accepted
        answers.append({"purpose": text.purpose, "sha256": text.sha256, "accepted": given})
    biometric: dict[str, Json] = {"obtained": (Obtained.YES if agrees else Obtained.NO).value}
    if agrees:
        biometric |= {"obtainedAt": at, "validUntil": valid_until(at)}
    fact: dict[str, Json] = {
        "accepted": accepted,
        "biometrics": agrees,
        "version": texts.version,
        "purposes": [purpose.key for purpose in texts.purposes],
        "language": language,
        "at": at,
        "texts": answers,
        "biometric": biometric,
    }
    if recorded_by:
        fact["recordedBy"] = CUSTOMER if recorded_by == CUSTOMER else operator_id(recorded_by)
    if place is not None and (where := _place_json(place)):
        fact["place"] = where
    return fact


def biometric_consent(fact: Mapping[str, Json]) -> BiometricConsent:
    """What a stored consent fact says about comparing faces; facts of before this record had a part of its own are understood."""
    where = _table(fact.get("place"))
    place = ConsentPlace(*(_text(where.get(name)) for name in ("country", "state", "site", "ip")))
    part = _table(fact.get("biometric"))
    if not part and "biometrics" in fact:
        part = {"obtained": "yes" if fact["biometrics"] else "no", "obtainedAt": fact.get("at")}
    obtained = _text(part.get("obtained"))
    return BiometricConsent(place, Obtained(obtained) if obtained in set(Obtained) else None, _text(part.get("obtainedAt")))


def user_consent(body: Mapping[str, Json]) -> BiometricConsent:
    """From the protocol's `userConsent`: userIp, userLocation{country, state}, consent{obtained, obtainedAt}.

    Raises BadInput(BAD_ARGUMENT) for an answer that is none. What is missing is left to `judge_biometric`: it is enforced when the face is
    captured, not when the transaction is created.
    """
    where, answer = _table(body.get("userLocation")), _table(body.get("consent"))
    obtained = answer.get("obtained")
    if obtained is not None and obtained not in set(Obtained):
        raise BadInput(ErrorCode.BAD_ARGUMENT, "userConsent.consent.obtained must be yes, no or na")
    place = ConsentPlace(country=_text(where.get("country")), state=_text(where.get("state")), ip=_text(body.get("userIp")))
    return BiometricConsent(place, None if obtained is None else Obtained(str(obtained)), _text(answer.get("obtainedAt")))


def require_biometric_consent(consent: BiometricConsent, now: str, *, need_ip: bool = False) -> None:
    """Raises BadInput(CONSENT_MISSING) whose params["reason"] is the verdict."""
    verdict = judge_biometric(consent, now, need_ip=need_ip)
    if verdict is not BiometricVerdict.ALLOWED:
        raise BadInput(ErrorCode.CONSENT_MISSING, VERDICT_SENTENCES[verdict], reason=verdict.value)


def may_still_compare(customer: StoredCustomer, now: str) -> bool:
    """Whether a stored customer's face may be compared with another: agreed, not withdrawn, and not longer than three years ago."""
    fact = _table(customer.facts.get("consent"))
    return fact.get("biometrics") is True and not has_lapsed(fact, now)


def has_lapsed(fact: Mapping[str, Json], now: str) -> bool:
    """Whether a consent to biometrics was given and is older than three years. A time that cannot be read counts as lapsed."""
    consent = biometric_consent(fact)
    if consent.obtained is not Obtained.YES:
        return False
    try:
        return is_expired(consent.obtained_at, now)
    except ValueError:
        return True


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text that a customer was shown. `text` None: it is not in resources/consents any more. `same`: its words are those agreed to."""

    purpose: str
    accepted: bool
    withdrawn_at: str
    text: ConsentText | None
    same: bool


def shown_texts(customer: StoredCustomer, texts: ConsentTexts) -> tuple[ShownText, ...]:
    """What the customer agreed to or refused, word by word. Raises BadInput(CONSENT_MISSING) when they were never asked."""
    fact = _consent_of(customer)
    known = texts.version(_text(fact.get("version")))
    withdrawn = _withdrawals(fact)
    shown: list[ShownText] = []
    answers = fact.get("texts")
    if not isinstance(answers, list):  # recorded before texts had hashes
        listed = fact.get("purposes")
        names = [str(name) for name in listed] if isinstance(listed, list) else []
        answers = [
            {"purpose": name, "accepted": fact.get("biometrics") is True if name == BIOMETRIC else fact.get("accepted")} for name in names
        ]
    for answer in answers:
        row = _table(answer)
        purpose = _text(row.get("purpose"))
        text = None if known is None else known.texts.get((purpose, _text(fact.get("language"))))
        same = text is not None and row.get("sha256") == text.sha256
        shown.append(ShownText(purpose, row.get("accepted") is True, withdrawn.get(purpose, ""), text, same))
    return tuple(shown)


def withdraw(
    store: RevisableStore, clock: Clock, texts: ConsentTexts, customer_id: str, purpose: str, *, by: str, sure: bool = False
) -> Receipt:
    """Withdraw a customer's consent to one purpose: erases what rested on it, keeps that it was withdrawn, and leaves a receipt.

    It does not wait until the customer was sent anywhere; where they were, the receipt says so ("sent").

    Args:
        by: id of the operator who records it, or "customer".
        sure: needed where everything of the customer is erased.

    Raises:
        BadInput: CUSTOMER_NOT_FOUND; BAD_ARGUMENT (no such purpose, no id, not sure); CONSENT_MISSING when there is no consent to
            withdraw: refused, never asked, or withdrawn before.
        StoreFault: nothing was erased.
    """
    recorder = CUSTOMER if by == CUSTOMER else operator_id(by)
    at = clock.now_utc()

    def plan(customer: StoredCustomer) -> Revision:
        fact = _consent_of(customer)
        effect = _effect(fact, texts, clock, purpose)
        _require_standing(fact, purpose)
        detail = {"purpose": purpose, "by": recorder, "version": _text(fact.get("version"))}
        if effect is WithdrawalEffect.EVERYTHING:
            if not sure:
                what = f"without consent to {purpose!r} nothing of the customer may be kept: confirm that everything goes (--yes)"
                raise BadInput(ErrorCode.BAD_ARGUMENT, what)
            return everything(customer, ErasureReason.CONSENT_WITHDRAWN, **detail)
        after = _withdrawn(fact, purpose, recorder, at)
        if effect is WithdrawalEffect.BIOMETRICS:
            after["biometrics"] = False
            return biometrics(customer, ErasureReason.CONSENT_WITHDRAWN, after, event=CONSENT_WITHDRAWN, **detail)
        return Revision(CONSENT_WITHDRAWN, {"reason": ErasureReason.CONSENT_WITHDRAWN.value, **detail}, facts={"consent": after})

    receipt = store.revise(customer_id, at, plan)
    if receipt is None:
        raise KioskBug("a withdrawal left no receipt")
    return receipt


def lapsed_fact(fact: Mapping[str, Json], at: str) -> dict[str, Json]:
    """A consent fact after its three years: agreed to once, and not any more."""
    return {**fact, "biometrics": False, "lapsedAt": at}


# --- inside --------------------------------------------------------------------------------------------------------


def _consent_of(customer: StoredCustomer) -> dict[str, Json]:
    fact = customer.facts.get("consent")
    if not isinstance(fact, dict):
        raise BadInput(ErrorCode.CONSENT_MISSING, f"customer {customer.id} has not been asked for consent")
    return fact


def _effect(fact: Mapping[str, Json], texts: ConsentTexts, clock: Clock, purpose: str) -> WithdrawalEffect:
    known = texts.version(_text(fact.get("version"))) or texts.current(clock.today())
    found = known.purpose(purpose)
    if found is None:
        names = ", ".join(one.key for one in known.purposes)
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"there is no purpose {purpose!r} in consent {known.version}; there are {names}")
    return found.withdrawal


def _require_standing(fact: Mapping[str, Json], purpose: str) -> None:
    if at := _withdrawals(fact).get(purpose):
        raise BadInput(ErrorCode.CONSENT_MISSING, f"the consent to {purpose!r} was withdrawn already, at {at}")
    agreed = fact.get("accepted") is True and (purpose != BIOMETRIC or fact.get("biometrics") is True)
    if not agreed:
        raise BadInput(ErrorCode.CONSENT_MISSING, f"the customer did not agree to {purpose!r}: there is nothing to withdraw")


def _withdrawn(fact: Mapping[str, Json], purpose: str, by: str, at: str) -> dict[str, Json]:
    earlier = fact.get("withdrawn")
    entry: Json = {"purpose": purpose, "at": at, "by": by}
    return {**fact, "withdrawn": [*(earlier if isinstance(earlier, list) else []), entry]}


def _withdrawals(fact: Mapping[str, Json]) -> dict[str, str]:
    entries = fact.get("withdrawn")
    tables = [_table(entry) for entry in entries] if isinstance(entries, list) else []
    return {_text(entry.get("purpose")): _text(entry.get("at")) for entry in tables}


def _place_json(place: ConsentPlace) -> dict[str, Json]:
    return {name: value for name in ("country", "state", "site", "ip") if (value := getattr(place, name))}


def _table(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
