"""Capture records: what comes back is what went in, and whatever was changed, cut, joined, replayed or borrowed is refused."""

from __future__ import annotations

import dataclasses
import re
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.challenge import Assertion, CaptureOrigin, CaptureRecord, Challenge, ChallengeKind, RecordedFrame
from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug
from kiosk.domain.sentences import sentence
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.ports import CameraInfo
from kiosk.services.camera_trust import require_real_camera, virtual_camera_refused
from kiosk.services.capture_coding import (
    MAX_FRAME_BYTES,
    MAX_FRAMES,
    RecordFault,
    RecordHeader,
    decode_contents,
    decode_header,
    encode_contents,
    encode_header,
)
from kiosk.services.capture_record import (
    PURPOSE,
    frames_of,
    new_nonce,
    open_record,
    origin_of,
    picture_of,
    read_header,
    record_of,
    seal_record,
    selfie_from_record,
)
from kiosk.services.record_verify import RecordVerifier, integrity_check, verified
from tests.fakes.device_key import MemoryDeviceKey

KEY = MemoryDeviceKey()
OTHER_KEY = MemoryDeviceKey("other")
SESSION = "c1"
NOW = "2026-03-01T10:00:40.000Z"
CHALLENGE = Challenge(
    "challenge-1",
    ChallengeKind.HEAD_TURN,
    SESSION,
    (Assertion.FRONT, Assertion.TURN_LEFT, Assertion.FRONT),
    "ab" * 16,
    "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:01:00.000Z",
    ("#FF0000", "#0000FF"),
)
CAMERA = CameraInfo("usb-1", "HD Webcam")
JPEG = b"\xff\xd8\xff\xe0 not decoded here"


def record(**changes: object) -> CaptureRecord:
    frames = (
        RecordedFrame(JPEG, 0.0, Assertion.FRONT, "#FF0000"),
        RecordedFrame(JPEG + b"2", 1.5),
        RecordedFrame(JPEG, 3.25, colour="#0000FF"),
    )
    made = CaptureRecord(SESSION, CHALLENGE.nonce, CHALLENGE, origin_of(KEY, CAMERA, "kiosk 0.1"), "2026-03-01T10:00:30.000Z", frames)
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def timed(*times: float) -> tuple[RecordedFrame, ...]:
    return tuple(RecordedFrame(JPEG, at_s) for at_s in times)


def reason_of(error: BadInput) -> RecordFault:
    assert error.code is ErrorCode.INVALID_DATA
    assert re.search("[a-z]{4}", str(error))
    return RecordFault(error.params["reason"])


def refused(data: bytes, key: MemoryDeviceKey = KEY) -> RecordFault:
    with pytest.raises(BadInput) as caught:
        open_record(data, key)
    return reason_of(caught.value)


def unfit(
    made: CaptureRecord, *, now: str = NOW, session: str = SESSION, challenge: Challenge | None = CHALLENGE, nonce: str = ""
) -> RecordFault:
    with pytest.raises(BadInput) as caught:
        RecordVerifier(KEY).verify(seal_record(made, KEY), session=session, now=now, challenge=challenge, nonce=nonce)
    return reason_of(caught.value)


# --- there and back ------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
challenges = st.builds(
    Challenge,
    texts,
    st.sampled_from(ChallengeKind),
    texts,
    st.lists(st.sampled_from(Assertion), max_size=8).map(tuple),
    texts,
    texts,
    texts,
    st.lists(texts, max_size=4).map(tuple),
)
recorded = st.builds(
    RecordedFrame,
    st.binary(max_size=60),
    st.floats(allow_nan=False),
    st.none() | st.sampled_from(Assertion),
    texts,
    st.none() | st.sampled_from(CheckLabel),
)
origins = st.builds(CaptureOrigin, st.just(KEY.device_id), texts, st.booleans(), texts)
records = st.builds(CaptureRecord, texts, texts, st.none() | challenges, origins, texts, st.lists(recorded, max_size=5).map(tuple))
thorough = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thorough
@given(made=records)
def test_every_record_comes_back_as_it_was(made: CaptureRecord) -> None:
    assert open_record(seal_record(made, KEY), KEY) == made


@thorough
@given(made=records)
def test_there_is_one_encoding_of_a_record(made: CaptureRecord) -> None:
    header = RecordHeader(PURPOSE, KEY.device_id, made.session, made.nonce, made.made_at)
    assert decode_header(encode_header(header)) == header
    contents = encode_contents(made)
    assert encode_contents(decode_contents(contents, header)) == contents


def test_the_header_is_open_and_the_pictures_are_not() -> None:
    data = seal_record(record(), KEY)
    header = read_header(data)
    assert (header.device_id, header.session, header.nonce) == (KEY.device_id, SESSION, CHALLENGE.nonce)
    for hidden in (JPEG, b"HD Webcam", b"TURN_LEFT", b"#FF0000"):
        assert hidden not in data
    assert SESSION.encode() in data


def test_the_same_record_sealed_twice_is_two_texts() -> None:
    assert seal_record(record(), KEY) != seal_record(record(), KEY)


# --- changed, cut, joined ------------------------------------------------------------------------------------------

SEALED = seal_record(record(), KEY)
PASSIVE = seal_record(record(challenge=None, nonce="cd" * 16), KEY)
BY_OTHER = seal_record(record(origin=origin_of(OTHER_KEY, CAMERA, "kiosk 0.1")), OTHER_KEY)


def test_every_flipped_bit_is_refused() -> None:
    for bit in range(len(SEALED) * 8):
        changed = bytearray(SEALED)
        changed[bit // 8] ^= 1 << bit % 8
        refused(bytes(changed))


def test_a_record_cut_short_by_one_byte_is_refused_wherever_the_byte_was() -> None:
    assert refused(SEALED[:-1]) is RecordFault.TRUNCATED
    for at in range(len(SEALED)):
        refused(SEALED[:at] + SEALED[at + 1 :])


def test_every_beginning_of_a_record_is_refused() -> None:
    for length in range(len(SEALED)):
        assert refused(SEALED[:length]) is (RecordFault.TRUNCATED if length else RecordFault.NOT_A_RECORD)


@thorough
@given(at=st.integers(0, len(SEALED)), more=st.binary(min_size=1, max_size=80))
def test_what_is_put_in_or_behind_is_refused(at: int, more: bytes) -> None:
    refused(SEALED[:at] + more + SEALED[at:])
    assert refused(SEALED + more) is RecordFault.EXTENDED


@thorough
@given(st.integers(0, len(SEALED)), st.integers(0, len(SEALED)), st.sampled_from([PASSIVE, BY_OTHER, seal_record(record(), KEY)]))
def test_no_splice_of_two_records_is_taken(cut: int, resume: int, other: bytes) -> None:
    for spliced in (SEALED[:cut] + other[resume:], other[:resume] + SEALED[cut:], SEALED[:cut] + other[cut:]):
        if spliced not in (SEALED, other):
            refused(spliced)
        elif spliced == BY_OTHER:
            assert refused(spliced) is RecordFault.FOREIGN_DEVICE


@thorough
@given(data=st.binary(max_size=200))
def test_nothing_made_of_chance_is_a_record(data: bytes) -> None:
    refused(data)
    refused(SEALED[:8] + data)
    refused(SEALED[:16] + data)


def test_contents_of_another_header_do_not_open_even_when_signed_anew() -> None:
    """The signature alone could be made by whoever misuses the key's `sign`; the cipher binds the header too."""
    start = 16 + len(encode_header(read_header(PASSIVE)))
    body = PASSIVE[:start] + SEALED[start:-64]
    body = body[:12] + struct.pack(">I", len(body) - start) + body[16:]
    assert refused(body + KEY.sign(body)) is RecordFault.CHANGED


def test_another_devices_record_is_refused() -> None:
    assert refused(BY_OTHER) is RecordFault.FOREIGN_DEVICE
    assert refused(SEALED, OTHER_KEY) is RecordFault.FOREIGN_DEVICE
    assert open_record(BY_OTHER, OTHER_KEY).session == SESSION


def test_a_record_is_sealed_only_by_the_device_it_names() -> None:
    with pytest.raises(BadInput) as caught:
        seal_record(record(), OTHER_KEY)
    assert reason_of(caught.value) is RecordFault.FOREIGN_DEVICE


def test_a_newer_version_is_named_as_such() -> None:
    for version in (b"\0\x01", b"\0\x03"):
        assert refused(SEALED[:8] + version + SEALED[10:]) is RecordFault.VERSION_UNKNOWN


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\xe0" + bytes(200), b"%PDF-1.7" + bytes(200), SEALED[1:], SEALED.replace(b"\r\n", b"\n")]
)
def test_another_file_is_not_a_record(data: bytes) -> None:
    assert refused(data) is RecordFault.NOT_A_RECORD


# --- counts and lengths that are absurd ----------------------------------------------------------------------------


def contents_fault(data: bytes) -> RecordFault:
    with pytest.raises(BadInput) as caught:
        decode_contents(data, RecordHeader(PURPOSE, KEY.device_id, SESSION, "", ""))
    return reason_of(caught.value)


def test_lengths_beyond_the_bounds_are_refused_before_anything_is_read() -> None:
    assert refused(SEALED[:12] + b"\xff\xff\xff\xff" + SEALED[16:]) is RecordFault.TOO_LARGE
    assert refused(SEALED[:10] + b"\xff\xff" + SEALED[12:]) is RecordFault.TOO_LARGE
    empty = encode_contents(record(challenge=None, frames=()))
    assert contents_fault(empty[:-2] + struct.pack(">H", MAX_FRAMES + 1)) is RecordFault.TOO_LARGE
    one = encode_contents(record(challenge=None, frames=(RecordedFrame(b"", 0.0),)))
    assert contents_fault(one[:-4] + struct.pack(">I", MAX_FRAME_BYTES + 1)) is RecordFault.TOO_LARGE
    assert contents_fault(one[:-4] + struct.pack(">I", MAX_FRAME_BYTES)) is RecordFault.MALFORMED
    assert contents_fault(b"\xff\xff") is RecordFault.TOO_LARGE


@pytest.mark.parametrize(
    "changes",
    [
        {"frames": timed(*range(MAX_FRAMES + 1))},
        {"frames": (RecordedFrame(bytes(MAX_FRAME_BYTES + 1), 0.0),)},
        {"session": "x" * 256},
        {"challenge": dataclasses.replace(CHALLENGE, steps=(Assertion.FRONT,) * 65)},
    ],
    ids=["frames", "picture", "text", "steps"],
)
def test_what_could_not_be_opened_is_not_sealed(changes: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        seal_record(record(**changes), KEY)
    assert reason_of(caught.value) is RecordFault.TOO_LARGE


def test_a_record_as_a_whole_is_bounded() -> None:
    with pytest.raises(BadInput) as caught:
        seal_record(record(frames=(RecordedFrame(bytes(MAX_FRAME_BYTES), 0.0),) * 17), KEY)
    assert reason_of(caught.value) is RecordFault.TOO_LARGE


@thorough
@given(data=st.binary(max_size=120))
def test_contents_made_of_chance_are_refused_or_whole(data: bytes) -> None:
    header = RecordHeader(PURPOSE, KEY.device_id, SESSION, "", "")
    try:
        made = decode_contents(data, header)
    except BadInput as error:
        reason_of(error)
    else:
        assert encode_contents(made) == data


# --- whether it may be used ----------------------------------------------------------------------------------------


def test_a_fresh_record_of_this_session_and_challenge_is_good_once() -> None:
    verifier = RecordVerifier(KEY)
    assert verifier.verify(SEALED, session=SESSION, now=NOW, challenge=CHALLENGE) == record()
    for again in (SEALED, seal_record(record(), KEY)):
        with pytest.raises(BadInput) as caught:
            verifier.verify(again, session=SESSION, now=NOW, challenge=CHALLENGE)
        assert reason_of(caught.value) is RecordFault.REPLAYED


def test_a_passive_record_repeats_the_nonce_alone() -> None:
    made = RecordVerifier(KEY).verify(PASSIVE, session=SESSION, now=NOW, nonce="cd" * 16)
    assert made.challenge is None
    for nonce in ("", "ef" * 16):
        assert unfit(made, challenge=None, nonce=nonce) is RecordFault.OTHER_CHALLENGE


def test_a_record_without_a_nonce_is_never_good() -> None:
    assert unfit(record(challenge=None, nonce=""), challenge=None) is RecordFault.OTHER_CHALLENGE


def test_an_active_and_a_passive_record_do_not_stand_for_each_other() -> None:
    assert unfit(record(), challenge=None, nonce=CHALLENGE.nonce) is RecordFault.OTHER_CHALLENGE
    assert unfit(record(challenge=None)) is RecordFault.OTHER_CHALLENGE


@pytest.mark.parametrize(
    "other",
    [
        {"id": "challenge-2"},
        {"nonce": "00" * 16},
        {"steps": (Assertion.FRONT, Assertion.TURN_RIGHT, Assertion.FRONT)},
        {"kind": ChallengeKind.SMILE},
        {"flashes": ()},
        {"expires_at": "2026-03-01T11:00:00.000Z"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_record_of_another_challenge_is_refused(other: dict[str, object]) -> None:
    issued = dataclasses.replace(CHALLENGE, **other)  # type: ignore[arg-type]
    assert unfit(record(challenge=issued, nonce=issued.nonce)) is RecordFault.OTHER_CHALLENGE
    assert unfit(record(), challenge=issued) is RecordFault.OTHER_CHALLENGE


def test_a_nonce_beside_the_challenge_must_be_its_own() -> None:
    assert unfit(record(nonce="00" * 16)) is RecordFault.OTHER_CHALLENGE


def test_a_record_of_another_session_is_refused() -> None:
    assert unfit(record(), session="c2") is RecordFault.FOREIGN_SESSION
    assert unfit(record(challenge=None), session="c2", challenge=None, nonce=CHALLENGE.nonce) is RecordFault.FOREIGN_SESSION
    foreign = dataclasses.replace(CHALLENGE, session="c2")
    assert unfit(record(challenge=foreign), challenge=foreign) is RecordFault.FOREIGN_SESSION


@pytest.mark.parametrize(
    ("made_at", "now", "fault"),
    [
        ("2026-03-01T10:01:05.001Z", "2026-03-01T10:01:06.000Z", RecordFault.EXPIRED),  # closed after the challenge had expired
        ("2026-03-01T10:00:30.000Z", "2026-03-01T10:10:30.001Z", RecordFault.EXPIRED),
        ("2026-03-01T10:00:30.000Z", "2027-03-01T10:00:30.000Z", RecordFault.EXPIRED),
        ("2026-03-01T10:00:30.000Z", "2026-03-01T10:00:24.999Z", RecordFault.FROM_THE_FUTURE),
        ("2026-03-01T09:59:54.999Z", "2026-03-01T10:00:01.000Z", RecordFault.TIMES_IMPOSSIBLE),  # before there was a challenge
        ("2026-03-01T10:00:30.000", NOW, RecordFault.MALFORMED),  # of no time zone
        ("yesterday", NOW, RecordFault.MALFORMED),
    ],
)
def test_a_record_of_another_time_is_refused(made_at: str, now: str, fault: RecordFault) -> None:
    assert unfit(record(made_at=made_at), now=now) is fault


@pytest.mark.parametrize(
    ("made_at", "now"),
    [
        ("2026-03-01T10:01:02.000Z", "2026-03-01T10:05:00.000Z"),
        ("2026-03-01T11:00:30.000+01:00", NOW),
        ("2026-03-01T10:00:30.000Z", "2026-03-01T10:00:26.000Z"),
    ],
    ids=["closed at the last moment, judged after the challenge expired", "another time zone", "clock set back a little"],
)
def test_a_record_made_in_time_is_good(made_at: str, now: str) -> None:
    data = seal_record(record(made_at=made_at), KEY)
    RecordVerifier(KEY).verify(data, session=SESSION, now=now, challenge=CHALLENGE)


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        ((), RecordFault.NO_FRAMES),
        ((0.0, 2.0, 1.999), RecordFault.FRAMES_BACKWARDS),
        ((3.0, 2.0, 1.0, 0.0), RecordFault.FRAMES_BACKWARDS),
        ((-1.0, 0.0), RecordFault.TIMES_IMPOSSIBLE),
        ((0.0, float("nan"), 1.0), RecordFault.TIMES_IMPOSSIBLE),
        ((0.0, float("inf")), RecordFault.TIMES_IMPOSSIBLE),
        ((0.0, 35.1), RecordFault.TIMES_IMPOSSIBLE),  # the challenge was 30 seconds old when the record was closed
    ],
)
def test_frames_that_run_backwards_or_longer_than_time_did_are_refused(times: tuple[float, ...], fault: RecordFault) -> None:
    assert unfit(record(frames=timed(*times))) is fault


def test_two_frames_of_one_tick_of_the_clock_are_nothing() -> None:
    RecordVerifier(KEY).verify(seal_record(record(frames=timed(0, 1, 1)), KEY), session=SESSION, now=NOW, challenge=CHALLENGE)


def test_what_was_refused_has_not_used_up_its_nonce() -> None:
    verifier = RecordVerifier(KEY)
    for data, session in ((SEALED[:-1], SESSION), (SEALED, "c2"), (seal_record(record(frames=()), KEY), SESSION)):
        with pytest.raises(BadInput):
            verifier.verify(data, session=session, now=NOW, challenge=CHALLENGE)
    verifier.verify(SEALED, session=SESSION, now=NOW, challenge=CHALLENGE)


def test_of_many_at_once_one_is_taken() -> None:
    verifier = RecordVerifier(KEY)
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(verified(verifier, SEALED, session=SESSION, now=NOW, challenge=CHALLENGE)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert sum(isinstance(outcome, CaptureRecord) for outcome in outcomes) == 1


def test_used_nonces_are_forgotten_once_their_records_are_too_old() -> None:
    verifier = RecordVerifier(KEY)
    for hour in range(24):
        at = f"2026-03-01T{hour:02}:00:00.000Z"
        made = record(challenge=None, nonce=f"{hour:032x}", made_at=at)
        verifier.verify(seal_record(made, KEY), session=SESSION, now=at, nonce=made.nonce)
    assert len(verifier._used) == 1


def test_nonces_are_128_bits_and_never_the_same() -> None:
    nonces = {new_nonce() for _ in range(100)}
    assert len(nonces) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", nonce) for nonce in nonces)


# --- the check -----------------------------------------------------------------------------------------------------

VIRTUAL = CameraInfo("v", "OBS Virtual Camera", virtual=True)


def outcome_of(data: bytes | None) -> CaptureRecord | BadInput | None:
    return verified(RecordVerifier(KEY), data, session=SESSION, now=NOW, challenge=CHALLENGE)


def test_a_good_record_of_a_real_camera_passes() -> None:
    check = integrity_check(outcome_of(SEALED), CAMERA)
    assert (check.name, check.status, check.label) == (CheckName.CAPTURE_INTEGRITY, CheckStatus.PASSED, CheckLabel.OK)


def test_without_a_record_nothing_is_said() -> None:
    check = integrity_check(outcome_of(None), CAMERA, allow_virtual=True)
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


@pytest.mark.parametrize("staffed", [False, True])
def test_a_refused_record_is_rejected_with_its_reason_whoever_looks_on(staffed: bool) -> None:
    check = integrity_check(outcome_of(SEALED[:-1]), CAMERA, allow_virtual=True, staffed=staffed)
    assert (check.status, check.label) == (CheckStatus.REJECTED, CheckLabel.RECORD_INVALID)
    assert check.params["reason"] == "TRUNCATED"
    assert len(sentence(check)) > 20


@pytest.mark.parametrize(
    ("allow", "staffed", "status"),
    [
        (False, False, CheckStatus.REJECTED),
        (False, True, CheckStatus.WARNING),
        (True, False, CheckStatus.PASSED),
        (True, True, CheckStatus.PASSED),
    ],
)
def test_a_camera_of_software_is_rejected_in_self_service_and_a_warning_to_staff(allow: bool, staffed: bool, status: CheckStatus) -> None:
    by_name = integrity_check(record(), VIRTUAL, allow_virtual=allow, staffed=staffed)
    by_record = integrity_check(record(origin=origin_of(KEY, VIRTUAL, "")), CAMERA, allow_virtual=allow, staffed=staffed)
    assert by_name.status is by_record.status is status
    assert by_name.label is by_record.label is (CheckLabel.OK if allow else CheckLabel.VIRTUAL_CAMERA)


def test_an_error_that_is_not_the_records_is_not_taken_for_one() -> None:
    with pytest.raises(KioskBug):
        integrity_check(KioskBug("broken"), CAMERA)


def test_self_service_does_not_begin_with_a_camera_of_software() -> None:
    with pytest.raises(BadInput) as caught:
        require_real_camera(VIRTUAL, allow=False)
    assert caught.value.code is ErrorCode.VIRTUAL_CAMERA
    for info, allow, staffed in ((VIRTUAL, True, False), (VIRTUAL, False, True), (CAMERA, False, False)):
        assert not virtual_camera_refused(info, allow=allow, staffed=staffed)
        require_real_camera(info, allow=allow, staffed=staffed)


# --- its pictures --------------------------------------------------------------------------------------------------

GRADIENT = np.tile(np.linspace(40, 220, 160, dtype=np.uint8)[None, :, None], (120, 1, 3))
DETAIL = np.random.default_rng(3).integers(40, 220, (120, 160, 3)).astype(np.uint8)


def shown(*frames: tuple[Image, Assertion | None]) -> CaptureRecord:
    return record(frames=tuple(RecordedFrame(encode_jpeg(picture), float(number), shows) for number, (picture, shows) in enumerate(frames)))


def is_detail(picture: Image) -> bool:
    return float(np.abs(np.diff(picture[:, :, 1].astype(float), axis=1)).mean()) > 10


def test_the_selfie_is_the_neutral_frame_even_when_others_are_sharper() -> None:
    made = shown((DETAIL, None), (DETAIL, Assertion.SMILE), (GRADIENT, Assertion.NEUTRAL))
    assert not is_detail(selfie_from_record(made))


def test_of_several_frontal_frames_the_sharpest_is_the_selfie() -> None:
    made = shown((GRADIENT, Assertion.FRONT), (DETAIL, Assertion.FRONT), (GRADIENT, Assertion.FRONT))
    assert is_detail(selfie_from_record(made))


def test_without_a_frontal_frame_one_that_was_for_nothing_is_taken() -> None:
    assert not is_detail(selfie_from_record(shown((DETAIL, Assertion.TURN_LEFT), (GRADIENT, None))))
    assert is_detail(selfie_from_record(shown((DETAIL, Assertion.TURN_LEFT), (GRADIENT, Assertion.TURN_LEFT))))


def test_a_record_without_pictures_gives_no_selfie() -> None:
    with pytest.raises(BadInput) as caught:
        selfie_from_record(record(frames=()))
    assert reason_of(caught.value) is RecordFault.NO_FRAMES


def bomb() -> bytes:
    """A JPEG that says it is 60000 x 60000."""
    data = bytearray(encode_jpeg(GRADIENT))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 60000, 60000)
    return bytes(data)


@pytest.mark.parametrize(
    "jpeg",
    [b"", JPEG, encode_jpeg(GRADIENT)[:-20], b"\x89PNG\r\n\x1a\n" + bytes(40), bomb()],
    ids=["empty", "no picture", "cut", "PNG", "bomb"],
)
def test_a_picture_that_cannot_be_read_is_refused(jpeg: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        picture_of(RecordedFrame(jpeg, 0.0))
    assert reason_of(caught.value) is RecordFault.PICTURE_INVALID


def test_frames_come_back_as_a_camera_gives_them() -> None:
    frames = list(frames_of(shown((GRADIENT, None), (DETAIL, Assertion.FRONT))))
    assert [(frame.taken_at, frame.source, frame.number, frame.pixels.shape) for frame in frames] == [
        (0.0, "HD Webcam", 0, (120, 160, 3)),
        (1.0, "HD Webcam", 1, (120, 160, 3)),
    ]


def test_an_active_record_takes_its_challenges_nonce() -> None:
    origin = origin_of(KEY, None, "kiosk 0.1")
    made = record_of(timed(0, 1), origin=origin, made_at=NOW, session=SESSION, challenge=CHALLENGE, nonce="other")
    assert made.nonce == CHALLENGE.nonce
    assert record_of(timed(0), origin=origin, made_at=NOW, session=SESSION, nonce="n").nonce == "n"


def test_a_long_camera_name_is_cut_not_refused() -> None:
    origin = origin_of(KEY, CameraInfo("x", "Kamera č " * 60), "")
    assert open_record(seal_record(record(origin=origin), KEY), KEY).origin == origin


# --- documents -----------------------------------------------------------------------------------------------------


def test_every_reason_is_described_and_no_other() -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "capture-records.md"
    section = guide.read_text(encoding="utf-8").partition("## Why a record is refused")[2].partition("\n## ")[0]
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE))
    assert described == {fault.value for fault in RecordFault}
