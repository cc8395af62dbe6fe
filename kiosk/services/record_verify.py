"""Whether a capture record may be used: this device's, this session's, the challenge's own, fresh, and never before."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kiosk.domain.challenge import CaptureRecord, Challenge
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import BadInput, ErrorCode, KioskError
from kiosk.ports import CameraInfo, CodeLedger, CodeRecord, DeviceKey, Json
from kiosk.services.capture_coding import RecordFault, refusal
from kiosk.services.capture_record import open_record

MAX_AGE_S = 600.0
"""A record is judged right after it was made; ten minutes leave room for a slow upload."""
_SKEW_S = 5.0
"""By how much the clock may be set back between making and judging (time synchronisation), and how long closing a record may take."""


class RecordVerifier:
    """One per device, for as long as the program runs: it remembers which nonces were used. Thread-safe.

    With a ledger, which the store keeps, what it remembers outlives the process and is shared with others on the same store. Without one
    it ends with the process; a record of before is then refused because its challenge is not known any more (whoever asks names the
    challenge or the nonce), or when it is older than `max_age_s`.
    """

    def __init__(self, key: DeviceKey, *, max_age_s: float = MAX_AGE_S, ledger: CodeLedger | None = None) -> None:
        self._key = key
        self._max_age = timedelta(seconds=max_age_s)
        self._ledger = ledger
        self._lock = threading.Lock()
        self._used: dict[str, tuple[datetime, str]] = {}  # nonce -> when its record is too old anyway, and what used it

    def verify(
        self, data: bytes, *, session: str, now: str, challenge: Challenge | None = None, nonce: str = "", use: str = ""
    ) -> CaptureRecord:
        """The record, good for this one use.

        Args:
            now: UTC, ISO 8601.
            challenge: the one that was issued; None for a passive record, which must repeat `nonce`.
            use: id of what it is used for. The same use may ask again (judging that was cut off begins anew); "" never again.

        Raises:
            BadInput: INVALID_DATA, `params["reason"]` a RecordFault.
            StoreFault: of the ledger.
        """
        record = open_record(data, self._key)
        if record.session != session:
            raise refusal(RecordFault.FOREIGN_SESSION)
        wanted = challenge.nonce if challenge is not None else nonce
        if record.challenge != challenge or not wanted or record.nonce != wanted:
            raise refusal(RecordFault.OTHER_CHALLENGE)
        if challenge is not None and challenge.session != session:
            raise refusal(RecordFault.FOREIGN_SESSION)
        at, made_at = _utc(now), _utc(record.made_at)
        self._check_age(challenge, made_at, at)
        _check_times(record, made_at)
        # last: what is refused for another reason must not use up the nonce of the one that comes after it
        until = max(at, made_at) + self._max_age + timedelta(seconds=2 * _SKEW_S)
        if self._ledger is None:
            self._redeem_here(record.nonce, use, at, until)
        else:
            self._redeem_in(self._ledger, record.nonce, use, at, until)
        return record

    def _redeem_here(self, nonce: str, use: str, at: datetime, until: datetime) -> None:
        with self._lock:
            self._used = {known: entry for known, entry in self._used.items() if entry[0] >= at}
            if nonce in self._used and (not use or self._used[nonce][1] != use):
                raise refusal(RecordFault.REPLAYED)
            self._used[nonce] = until, use

    def _redeem_in(self, ledger: CodeLedger, nonce: str, use: str, at: datetime, until: datetime) -> None:
        def once(known: Mapping[str, Json] | None) -> CodeRecord:
            if known is not None and (not use or known.get("use") != use):
                raise refusal(RecordFault.REPLAYED)
            return CodeRecord({"use": use}, _text(until))

        ledger.change(f"capture-record {nonce}", once, now=_text(at))

    def _check_age(self, challenge: Challenge | None, made_at: datetime, now: datetime) -> None:
        if made_at > now + timedelta(seconds=_SKEW_S):
            raise refusal(RecordFault.FROM_THE_FUTURE)
        # a run that ends in time is judged and closed a moment later
        late = challenge is not None and is_late(made_at.isoformat(), challenge)
        if late or now - made_at > self._max_age:
            raise refusal(RecordFault.EXPIRED)
        if challenge is not None and made_at < _utc(challenge.issued_at) - timedelta(seconds=_SKEW_S):
            raise refusal(RecordFault.TIMES_IMPOSSIBLE)


def is_late(made_at: str, challenge: Challenge) -> bool:
    """Whether a record was closed after its challenge had expired. Raises BadInput(INVALID_DATA), reason MALFORMED."""
    return _utc(made_at) - _utc(challenge.expires_at) > timedelta(seconds=_SKEW_S)


def _check_times(record: CaptureRecord, made_at: datetime) -> None:
    times = [frame.at_s for frame in record.frames]
    if not times:
        raise refusal(RecordFault.NO_FRAMES)
    if not all(math.isfinite(at_s) and at_s >= 0 for at_s in times):
        raise refusal(RecordFault.TIMES_IMPOSSIBLE)
    # equal times are allowed: the monotonic clock of Windows ticks 64 times a second
    if any(later < earlier for earlier, later in itertools.pairwise(times)):
        raise refusal(RecordFault.FRAMES_BACKWARDS)
    if record.challenge is not None:
        passed_s = (made_at - _utc(record.challenge.issued_at)).total_seconds()
        if times[-1] - times[0] > passed_s + _SKEW_S:
            raise refusal(RecordFault.TIMES_IMPOSSIBLE)


def _utc(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise refusal(RecordFault.MALFORMED) from None
    if at.tzinfo is None:
        raise refusal(RecordFault.MALFORMED)
    return at


def _text(moment: datetime) -> str:
    """As the clock writes it, so that such times compare as texts."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- the check -----------------------------------------------------------------------------------------------------


RULE = "capture-record-1"
"""`Check.model` of CAPTURE_INTEGRITY: the version of these rules."""


def integrity_check(
    outcome: CaptureRecord | KioskError | None, camera: CameraInfo | None, *, allow_virtual: bool = False, staffed: bool = False
) -> Check:
    """CAPTURE_INTEGRITY.

    Args:
        outcome: what `RecordVerifier.verify` gave or raised; None when nothing was recorded.
        camera: that the pictures came from, as the finder names it; None when it is not known.
        allow_virtual: the settings say that cameras made of software are as good as others (demo, tests).
        staffed: a colleague looks on: then such a camera is for them to judge.

    Raises:
        KioskError: `outcome` when it does not speak of the record (a bug, a store that failed).
    """
    name, inputs = CheckName.CAPTURE_INTEGRITY, ("liveness.record",)
    if outcome is None:
        return not_executed(name, CheckLabel.INPUT_MISSING, inputs=inputs)
    if isinstance(outcome, KioskError):
        if outcome.code is not ErrorCode.INVALID_DATA:
            raise outcome
        reason = str(outcome.params.get("reason", ""))
        return Check(name, CheckStatus.REJECTED, CheckLabel.RECORD_INVALID, inputs=inputs, model=RULE, params={"reason": reason})
    if (camera is not None and camera.virtual) or outcome.origin.virtual:
        if not allow_virtual:
            status = CheckStatus.WARNING if staffed else CheckStatus.REJECTED
            return Check(name, status, CheckLabel.VIRTUAL_CAMERA, inputs=inputs, model=RULE)
    return Check(name, CheckStatus.PASSED, inputs=inputs, model=RULE)


def verified(
    verifier: RecordVerifier,
    data: bytes | None,
    *,
    session: str,
    now: str,
    challenge: Challenge | None = None,
    nonce: str = "",
    use: str = "",
) -> CaptureRecord | BadInput | None:
    """`RecordVerifier.verify` as a value for `integrity_check`: the record, why it was refused, or None when there is none."""
    if data is None:
        return None
    try:
        return verifier.verify(data, session=session, now=now, challenge=challenge, nonce=nonce, use=use)
    except BadInput as error:
        return error
