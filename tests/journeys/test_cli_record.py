"""kiosk record show|verify|key, over records that this device, another and nobody made."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from kiosk.cli import record as record_command
from kiosk.compose.setup import device_key, load_setup
from kiosk.domain.challenge import Assertion, Challenge, ChallengeKind, RecordedFrame
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import encode_jpeg, load_image
from kiosk.ports import CameraInfo, DeviceKey
from kiosk.services.capture_record import origin_of, record_of, seal_record
from tests.fakes.device_key import MemoryDeviceKey

PICTURE = np.random.default_rng(1).integers(0, 255, (48, 64, 3)).astype(np.uint8)
CHALLENGE = Challenge(
    "c-1", ChallengeKind.SMILE, "s-1", (Assertion.NEUTRAL, Assertion.SMILE), "ab" * 16, "2026-03-01T10:00:00Z", "2026-03-01T10:01:00Z"
)


def sealed(key: DeviceKey, challenge: Challenge | None = CHALLENGE, jpeg: bytes | None = None) -> bytes:
    jpeg = encode_jpeg(PICTURE) if jpeg is None else jpeg
    frames = (RecordedFrame(jpeg, 0.0, Assertion.NEUTRAL, "#FF0000"), RecordedFrame(jpeg, 1.25), RecordedFrame(jpeg, 2.5, Assertion.SMILE))
    origin = origin_of(key, CameraInfo("v", "OBS Virtual Camera", True), "kiosk 0.1")
    made = record_of(frames, origin=origin, made_at="2026-03-01T10:00:30Z", session="s-1", challenge=challenge, nonce="cd" * 16)
    return seal_record(made, key)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A record of this device."""
    path = tmp_path / "capture.rec"
    path.write_bytes(sealed(device_key(load_setup())))
    return path


def run(*words: object) -> None:
    top = argparse.ArgumentParser()
    record_command.add_to(top.add_subparsers())
    arguments = top.parse_args(["record", *map(str, words)])
    arguments.run(arguments)


def refused(*words: object) -> BadInput:
    with pytest.raises(BadInput) as caught:
        run(*words)
    return caught.value


def test_a_record_is_shown_without_its_pictures(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("show", file)
    told = capsys.readouterr().out
    for part in ("(this one)", "s-1", "OBS Virtual Camera (made of software)", "SMILE: NEUTRAL, SMILE", "signature  holds", "3 over 2.5 s"):
        assert part in told
    assert list(file.parent.glob("*.jpg")) == []


def test_what_is_shown_is_told_as_json_too(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("show", file, "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["valid"], told["reason"], told["session"], told["nonce"]) == (True, None, "s-1", "ab" * 16)
    assert [(frame["atS"], frame["shows"], frame["colour"]) for frame in told["frames"]] == [
        (0.0, "NEUTRAL", "#FF0000"),
        (1.25, None, ""),
        (2.5, "SMILE", ""),
    ]
    assert told["challenge"]["kind"] == "SMILE"


def test_a_passive_record_is_named_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.rec").write_bytes(sealed(device_key(load_setup()), None))
    run("show", tmp_path / "p.rec")
    assert "a passive record" in capsys.readouterr().out


def test_pictures_are_saved_for_their_owner_only(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run("show", file, "--save", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["000-neutral.jpg", "001.jpg", "002-smile.jpg"]
    assert load_image(folder / "001.jpg").shape == (48, 64, 3)
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_good_record_is_verified(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("verify", file)
    assert "whole, unchanged and made by this device" in capsys.readouterr().out


def test_a_record_cut_short_by_one_byte_is_refused_with_code_reason_and_advice(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])
    error = refused("verify", file)
    assert error.code is ErrorCode.INVALID_DATA
    assert error.params["reason"] == "TRUNCATED"
    assert "capture.rec: TRUNCATED" in str(error)
    assert "copy it again" in str(error)


def test_another_devices_record_shows_its_header_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.rec"
    path.write_bytes(sealed(MemoryDeviceKey("other")))
    run("show", path)
    told = capsys.readouterr().out
    assert "FOREIGN_DEVICE" in told
    assert "s-1" in told
    assert "OBS" not in told
    run("show", path, "--json")
    body = json.loads(capsys.readouterr().out)
    assert (body["valid"], body["reason"]) == (False, "FOREIGN_DEVICE")
    assert "frames" not in body
    assert refused("verify", path).params["reason"] == "FOREIGN_DEVICE"
    assert refused("show", path, "--save", tmp_path / "out").params["reason"] == "FOREIGN_DEVICE"
    assert not (tmp_path / "out").exists()


def test_a_record_whose_pictures_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.rec"
    path.write_bytes(sealed(device_key(load_setup()), jpeg=b"\xff\xd8\xff no picture"))
    assert refused("verify", path).params["reason"] == "PICTURE_INVALID"


@pytest.mark.parametrize("action", ["show", "verify"])
def test_what_is_no_record_or_not_there_is_told(tmp_path: Path, action: str) -> None:
    (tmp_path / "card.jpg").write_bytes(encode_jpeg(PICTURE))
    assert refused(action, tmp_path / "card.jpg").params["reason"] == "NOT_A_RECORD"
    assert refused(action, tmp_path / "none.rec").code is ErrorCode.FILE_NOT_FOUND
    assert refused(action, tmp_path).code is ErrorCode.FILE_NOT_FOUND


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.rec"
    with path.open("wb") as stream:
        stream.truncate(70 * 2**20)  # takes no room on the disk
    assert refused("show", path).params["reason"] == "TOO_LARGE"


def test_the_public_key_is_printed_for_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    run("key")
    told = capsys.readouterr().out
    key = device_key(load_setup())
    assert key.device_id in told
    pem = told[told.index("-----BEGIN") :]
    public = load_pem_public_key(pem.encode())
    assert isinstance(public, Ed25519PublicKey)
    public.verify(key.sign(b"x"), b"x")
    run("key", "--json")
    assert json.loads(capsys.readouterr().out) == {"deviceId": key.device_id, "publicKey": key.public_pem.decode()}


def test_a_server_proves_a_record_with_the_public_key_alone(file: Path) -> None:
    """What docs/guides/capture-records.md promises of the format."""
    data = file.read_bytes()
    public = load_pem_public_key(device_key(load_setup()).public_pem)
    assert isinstance(public, Ed25519PublicKey)
    public.verify(data[-64:], data[:-64])
    header_bytes, contents_bytes = int.from_bytes(data[10:12], "big"), int.from_bytes(data[12:16], "big")
    assert len(data) == 16 + header_bytes + contents_bytes + 64
    texts, at = [], 16
    while at < 16 + header_bytes:
        size = int.from_bytes(data[at : at + 2], "big")
        texts.append(data[at + 2 : at + 2 + size].decode())
        at += 2 + size
    assert texts == ["capture-record", device_key(load_setup()).device_id, "s-1", "ab" * 16, "2026-03-01T10:00:30Z"]
