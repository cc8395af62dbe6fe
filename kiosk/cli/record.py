"""`kiosk record show|verify|key`: capture records, and the public key that proves them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.cli.output import emit, emit_json, save_pictures
from kiosk.cli.parsing import Subparsers
from kiosk.domain.challenge import CaptureRecord
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import DeviceKey, Json


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("record", help="look into a capture record, prove it, or print this device's public key")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    show = actions.add_parser("show", help="what a record says of itself, and whether it is this device's")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--save", type=Path, metavar="DIR", help="write its pictures there, decrypted")
    verify = actions.add_parser("verify", help="whether a record is whole, unchanged and this device's; exit 2 when it is not")
    verify.add_argument("file", type=Path, metavar="FILE")
    key = actions.add_parser("key", help="this device's id and its public key (PEM)")
    for action, run in ((show, run_show), (verify, run_verify), (key, run_key)):
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run_show(arguments: argparse.Namespace) -> None:
    from kiosk.services.capture_record import open_record, read_header

    data = _read(arguments.file)
    with _about(arguments.file):
        header = read_header(data)
        key = _device_key()
        record, refused = None, None
        try:
            record = open_record(data, key)
        except BadInput as error:
            # without its contents there is nothing to save; asked for, that is an error
            if arguments.save:
                raise
            refused = error
        if arguments.save and record is not None:
            save_pictures(arguments.save, {_picture_name(number, record): frame.jpeg for number, frame in enumerate(record.frames)})
    body: dict[str, Json] = {
        "deviceId": header.device_id,
        "session": header.session,
        "nonce": header.nonce,
        "madeAt": header.made_at,
        "bytes": len(data),
        "valid": record is not None,
        "reason": None if refused is None else str(refused.params.get("reason", "")),
    }
    if record is not None:
        body |= _contents(record)
    if arguments.json:
        emit_json(body)
        return
    emit(f"{arguments.file.name}: {len(data)} bytes, made {header.made_at}")
    emit(f"  device     {header.device_id}{' (this one)' if header.device_id == key.device_id else ''}")
    emit(f"  session    {header.session}")
    emit(f"  nonce      {header.nonce}")
    emit("  signature  holds" if refused is None else f"  refused    {refused.params.get('reason')}: {refused}")
    if record is not None:
        _emit_contents(record)


def run_verify(arguments: argparse.Namespace) -> None:
    """Wholeness, signature and pictures only: session, challenge, age and reuse are the running program's to judge."""
    from kiosk.services.capture_record import open_record, picture_of

    data = _read(arguments.file)
    with _about(arguments.file):
        record = open_record(data, _device_key())
        for frame in record.frames:
            picture_of(frame)
    if arguments.json:
        emit_json({"valid": True, "deviceId": record.origin.device_id, "session": record.session, "frames": len(record.frames)})
        return
    emit(f"{arguments.file.name}: whole, unchanged and made by this device; {len(record.frames)} pictures that can be read")


def run_key(arguments: argparse.Namespace) -> None:
    key = _device_key()
    pem = key.public_pem.decode("ascii")
    if arguments.json:
        emit_json({"deviceId": key.device_id, "publicKey": pem})
        return
    emit(f"device {key.device_id}")
    emit(pem.rstrip())


def _contents(record: CaptureRecord) -> dict[str, Json]:
    challenge = record.challenge
    return {
        "camera": record.origin.camera,
        "virtualCamera": record.origin.virtual,
        "software": record.origin.software,
        "challenge": None
        if challenge is None
        else {
            "id": challenge.id,
            "kind": challenge.kind.value,
            "steps": [step.value for step in challenge.steps],
            "issuedAt": challenge.issued_at,
            "expiresAt": challenge.expires_at,
            "flashes": list(challenge.flashes),
        },
        "frames": [
            {
                "atS": frame.at_s,
                "shows": None if frame.shows is None else frame.shows.value,
                "colour": frame.colour,
                "bytes": len(frame.jpeg),
            }
            for frame in record.frames
        ],
    }


def _emit_contents(record: CaptureRecord) -> None:
    origin, challenge = record.origin, record.challenge
    emit(f"  camera     {origin.camera or 'not known'}{' (made of software)' if origin.virtual else ''}, by {origin.software}")
    if challenge is None:
        emit("  challenge  none: a passive record")
    else:
        emit(f"  challenge  {challenge.kind}: {', '.join(challenge.steps)}")
    lasted_s = record.frames[-1].at_s if record.frames else 0.0
    emit(f"  pictures   {len(record.frames)} over {lasted_s:.1f} s")
    for frame in record.frames:
        emit(f"    {frame.at_s:7.3f} s  {len(frame.jpeg):8} bytes  {frame.shows or '-':<22} {frame.colour}".rstrip())


def _picture_name(number: int, record: CaptureRecord) -> str:
    shows = record.frames[number].shows
    return f"{number:03}{'' if shows is None else '-' + shows.value.lower().replace('_', '-')}.jpg"


def _read(file: Path) -> bytes:
    from kiosk.services.capture_coding import MAX_RECORD_BYTES, RecordFault, refusal

    if not file.is_file():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{file.name}: no such file")
    try:
        with _about(file):
            if file.stat().st_size > MAX_RECORD_BYTES + 2**20:
                raise refusal(RecordFault.TOO_LARGE)
            return file.read_bytes()
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{file.name}: cannot be read ({error.strerror})") from error


@contextmanager
def _about(file: Path) -> Iterator[None]:
    """Puts the file's name and the reason before what was wrong with it."""
    try:
        yield
    except BadInput as error:
        reason = error.params.get("reason", "")
        raise BadInput(error.code, f"{file.name}: {reason}{': ' if reason else ''}{error}", **error.params) from error


def _device_key() -> DeviceKey:
    from kiosk.compose.setup import device_key, load_setup

    return device_key(load_setup())
