"""Settings of an installation: frozen dataclasses, one per concern, read from a TOML file. What is not written has its default."""

from __future__ import annotations

import dataclasses
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.domain.challenge import DEFAULT_KINDS, ChallengeKind
from kiosk.domain.errors import BadInput, ErrorCode


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """One camera of the machine.

    Attributes:
        kind: "opencv" = a camera of the system, "virtual" = plays `source` (an image, a folder or a video).
        name: part of the camera's name or its id; empty = the first that is there.
        fps, width, height: what is asked of it; it may give something else.
    """

    kind: str = "opencv"
    name: str = ""
    source: str = ""
    fps: float = 30.0
    width: int = 1280
    height: int = 720


@dataclass(frozen=True, slots=True)
class ScannerConfig:
    """`folder`: watched for new pages; empty = no scanner."""

    folder: str = ""


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """`workflow`: file name in resources/workflows without its ending."""

    workflow: str = "branch"


@dataclass(frozen=True, slots=True)
class LanguagesConfig:
    """BCP 47. `offered` in the order shown; `default` when nobody has chosen."""

    offered: tuple[str, ...] = ("en", "sk")
    default: str = "en"


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """A picture beyond these is refused (IMAGE_BYTES_EXCEEDED, IMAGE_PIXELS_EXCEEDED). `max_side_px`: width and height, each."""

    max_bytes: int = 10 * 2**20
    max_side_px: int = 8000
    min_free_disk_mb: int = 500


@dataclass(frozen=True, slots=True)
class ThemeConfig:
    """`name`: "light", "dark" or "contrast". A brand sets its name and its accent (#RRGGBB; empty = the theme's own)."""

    name: str = "light"
    brand: str = "Onboarding Kiosk"
    accent: str = ""
    reduced_motion: bool = False


@dataclass(frozen=True, slots=True)
class AccessibilityConfig:
    """`sound`: short tones; `speech`: spoken advice (both need an extra: docs/guides/screens.md); `large_text`: type a quarter larger."""

    sound: bool = False
    speech: bool = False
    large_text: bool = False


@dataclass(frozen=True, slots=True)
class TimingsConfig:
    """Seconds until the button for taking the picture by hand and the help appear."""

    manual_after_s: float = 6.0
    help_after_s: float = 15.0


@dataclass(frozen=True, slots=True)
class ModelsConfig:
    """What computes, and where.

    Attributes:
        order: per task the ids to try, replaces the manifest's order.
        threads: for inference; 0 = by the number of cores.
        provider: of ONNX Runtime: "cpu", "auto", "directml", "cuda", "openvino" or "coreml"; used only where it gives the CPU's results.
    """

    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    threads: int = 0
    provider: str = "cpu"


@dataclass(frozen=True, slots=True)
class TextConfig:
    """`engine`: what reads text, "rapidocr" (PP-OCR) or "easyocr" (an extra: docs/guides/engines.md)."""

    engine: str = "rapidocr"


@dataclass(frozen=True, slots=True)
class DocumentsConfig:
    """What is asked of documents.

    Attributes:
        strictness: with glare and blur: "strict", "normal" or "relaxed".
        ocr_threshold: 0..1; a printed value that was read less surely, and that nothing proves, must be looked at.
    """

    strictness: str = "normal"
    ocr_threshold: float = 0.92


@dataclass(frozen=True, slots=True)
class LivenessConfig:
    """The active check before the camera.

    Attributes:
        challenges: kinds to draw from, each time at random: "HEAD_TURN", "SMILE", "MULTI_RANGE", "MAGNIFEYE", "EYE_GAZE".
        flashes: the screen shows soft colours meanwhile; how the face takes them on is one more hint.
    """

    challenges: tuple[str, ...] = DEFAULT_KINDS
    flashes: bool = False


@dataclass(frozen=True, slots=True)
class CaptureConfig:
    """`allow_virtual_cameras`: those made of software count like any other: for a demo, or a camera that comes through software."""

    allow_virtual_cameras: bool = False


@dataclass(frozen=True, slots=True)
class CodesConfig:
    """One-time codes for telephone numbers and e-mail addresses.

    Attributes:
        phone, email: what delivers them, "http" or "smtp"; "console" shows them on this machine, for trials; "none" = no check.
        region: country (ISO 3166, two letters) of numbers written without their country code.
        life_s, tries, resend_s: how long a code counts, wrong entries until its process ends, seconds until another may be sent.
        per_day: processes begun per contact in 24 hours.
    """

    phone: str = "none"
    email: str = "none"
    region: str = "SK"
    life_s: int = 300
    tries: int = 5
    resend_s: int = 30
    per_day: int = 5


@dataclass(frozen=True, slots=True)
class SmtpConfig:
    """The mail server for codes. Its password is no setting: `KIOSK_SMTP_PASSWORD`, or the keyring (docs/guides/one-time-codes.md).

    Attributes:
        port: 0 = 587 for "starttls", 465 for "tls", 25 for "none".
        security: "starttls", "tls", or "none", which is refused for any but this machine.
        ca_file: certificates to trust instead of the system's; empty = the system's.
    """

    host: str = ""
    port: int = 0
    security: str = "starttls"
    sender: str = ""
    user: str = ""
    ca_file: str = ""
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class SmsConfig:
    """An SMS gateway with an HTTP interface, in templates: {number}, {text}, {sender} and {secret} stand for what is put in.

    The secret is no setting: `KIOSK_SMS_SECRET`, or the keyring.

    Attributes:
        content_type: "json" or "form": decides how what is put into `body` is written.
        headers: each "Name: value".
    """

    url: str = ""
    method: str = "POST"
    content_type: str = "json"
    body: str = '{"to": "{number}", "text": "{text}"}'
    headers: tuple[str, ...] = ()
    sender: str = ""
    ca_file: str = ""
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ProofsConfig:
    """Proofs of address and of funds.

    Attributes:
        max_age_days: older ones are refused.
        max_pages: of one proof, all files together.
    """

    max_age_days: int = 90
    max_pages: int = 10


@dataclass(frozen=True, slots=True)
class WatchlistSource:
    """Where a list is published.

    Attributes:
        url: https, or a file or folder (a path or file:///…); of a folder the newest list in it.
        format: as `kiosk watchlist import --format`; empty = found by the file's beginning.
    """

    url: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class WatchlistsConfig:
    """Lists that `kiosk watchlist update` brings up to date, `sources` by the list's name.

    Attributes:
        outdated_after_days: an older list clears nobody.
        max_mb: a larger file is refused.
        timeout_s, total_s: seconds for each answer of the server, and for one file as a whole.
        ca_file: certificates to trust instead of the system's; empty = the system's.
    """

    sources: Mapping[str, WatchlistSource] = field(default_factory=dict)
    outdated_after_days: int = 30
    max_mb: int = 1024
    timeout_s: float = 30.0
    total_s: float = 900.0
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class LogConfig:
    level: str = "INFO"
    max_bytes: int = 5 * 2**20
    files: int = 5


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `kiosk.toml` has a table per attribute, e.g. `[document_camera]`, `[theme]`."""

    document_camera: CameraConfig = CameraConfig()
    selfie_camera: CameraConfig = CameraConfig()
    scanner: ScannerConfig = ScannerConfig()
    session: SessionConfig = SessionConfig()
    languages: LanguagesConfig = LanguagesConfig()
    limits: LimitsConfig = LimitsConfig()
    theme: ThemeConfig = ThemeConfig()
    accessibility: AccessibilityConfig = AccessibilityConfig()
    timings: TimingsConfig = TimingsConfig()
    models: ModelsConfig = ModelsConfig()
    text: TextConfig = TextConfig()
    documents: DocumentsConfig = DocumentsConfig()
    liveness: LivenessConfig = LivenessConfig()
    capture: CaptureConfig = CaptureConfig()
    codes: CodesConfig = CodesConfig()
    smtp: SmtpConfig = SmtpConfig()
    sms: SmsConfig = SmsConfig()
    proofs: ProofsConfig = ProofsConfig()
    watchlists: WatchlistsConfig = WatchlistsConfig()
    log: LogConfig = LogConfig()


_CHOICES: Mapping[tuple[str, str], frozenset[str]] = {
    ("document_camera", "kind"): frozenset({"opencv", "virtual"}),
    ("selfie_camera", "kind"): frozenset({"opencv", "virtual"}),
    ("theme", "name"): frozenset({"light", "dark", "contrast"}),
    ("models", "provider"): frozenset({"auto", "cpu", "directml", "cuda", "openvino", "coreml"}),
    ("text", "engine"): frozenset({"rapidocr", "easyocr"}),
    ("documents", "strictness"): frozenset({"strict", "normal", "relaxed"}),
    ("codes", "phone"): frozenset({"none", "http", "console"}),
    ("codes", "email"): frozenset({"none", "smtp", "console"}),
    ("smtp", "security"): frozenset({"starttls", "tls", "none"}),
    ("sms", "method"): frozenset({"POST", "PUT", "GET"}),
    ("sms", "content_type"): frozenset({"json", "form"}),
    ("log", "level"): frozenset({"DEBUG", "INFO", "WARNING", "ERROR"}),
}
_CHALLENGES = frozenset(ChallengeKind)
_COLOURS = frozenset({"accent"})
_COLOUR = re.compile(r"(#[0-9A-Fa-f]{6})?")
_SHARES = frozenset({"ocr_threshold"})
_POSITIVE = frozenset(
    {"fps", "width", "height", "max_bytes", "max_side_px", "files", "life_s", "tries", "per_day", "timeout_s", "max_age_days", "max_pages"}
    | {"outdated_after_days", "max_mb", "total_s"}
)
LIST_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
"""Of a watchlist."""
LIST_FORMATS = ("opensanctions-csv", "opensanctions-json", "ofac-csv", "ofac-xml", "eu-xml", "un-xml")
"""`services.watchlist.formats.ListFormat`, for what is below the services; a test compares the two."""


def load_config(path: Path, *, must_exist: bool = False) -> Config:
    """Read a settings file; the defaults when there is none (unless `must_exist`).

    Raises:
        BadInput: BAD_ARGUMENT that names the file, the table and the key, and says what is wrong; FILE_NOT_FOUND.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' Notepad may write a byte order mark
    except FileNotFoundError as error:
        if must_exist:
            raise BadInput(ErrorCode.FILE_NOT_FOUND, f"settings file {path} is not there") from error
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"settings file {path} cannot be read: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"settings file {path} is not TOML: {error}") from error
    return parse_config(data, str(path))


def parse_config(data: Mapping[str, object], name: str = "kiosk.toml") -> Config:
    """From parsed TOML. Unknown tables and keys are refused: a misspelt setting must not be ignored."""
    tables = {entry.name: entry for entry in dataclasses.fields(Config)}
    _refuse_unknown(data, tables, f"{name}: unknown table")
    sections: dict[str, object] = {}
    for table, raw in data.items():
        if not isinstance(raw, Mapping):
            raise _wrong(f"{name}: {table} must be a table, written [{table}]")
        section_type = type(getattr(Config(), table))
        sections[table] = _parse_section(section_type, table, raw, name)
    config = Config(**sections)  # type: ignore[arg-type]  # built above from the types of Config itself
    unknown = sorted(set(config.liveness.challenges) - _CHALLENGES)
    if unknown or not config.liveness.challenges:
        what = f"does not know {', '.join(unknown)}" if unknown else "must name at least one"
        raise _wrong(f"{name}: [liveness] challenges {what}; there are {', '.join(sorted(_CHALLENGES))}")
    if config.languages.default not in config.languages.offered:
        raise _wrong(f"{name}: [languages] default {config.languages.default!r} is not among offered")
    for list_name, source in config.watchlists.sources.items():
        place = f"{name}: [watchlists.sources.{list_name}]"
        if not LIST_NAME.fullmatch(list_name):
            raise _wrong(f"{place}: a list's name is 1 to 50 of a-z, 0-9, - and _")
        if not source.url:
            raise _wrong(f"{place} url is missing")
        if source.format not in ("", *LIST_FORMATS):
            raise _wrong(f"{place} format is {source.format!r}; it can be {', '.join(LIST_FORMATS)}")
    return config


def _parse_section(section_type: type, table: str, raw: Mapping[str, object], name: str) -> object:
    hints = typing.get_type_hints(section_type)
    _refuse_unknown(raw, hints, f"{name}: [{table}] unknown key")
    values: dict[str, object] = {}
    for key, value in raw.items():
        place = f"{name}: [{table}] {key}"
        entry_type = next((part for part in typing.get_args(hints[key]) if dataclasses.is_dataclass(part)), None)
        if isinstance(entry_type, type):  # a table of tables
            if not isinstance(value, Mapping) or not all(isinstance(entry, Mapping) for entry in value.values()):
                raise _wrong(f"{place} must be tables, written [{table}.{key}.NAME]")
            tables = {str(label): _parse_section(entry_type, f"{table}.{key}.{label}", entry, name) for label, entry in value.items()}
            values[key] = types.MappingProxyType(tables)
            continue
        values[key] = _convert(value, hints[key], place)
        choices = _CHOICES.get((table, key))
        if choices is not None and value not in choices:
            raise _wrong(f"{place} is {value!r}; it can be {', '.join(sorted(choices))}")
        if key in _COLOURS and not _COLOUR.fullmatch(str(value)):
            raise _wrong(f"{place} is {value!r}; a colour is written #RRGGBB")
        if key in _SHARES and isinstance(value, int | float) and value > 1:
            raise _wrong(f"{place} is {value}; it must be between 0 and 1")
        if isinstance(value, int | float) and not isinstance(value, bool) and (value < 0 or (value == 0 and key in _POSITIVE)):
            raise _wrong(f"{place} is {value}; it must be greater than zero" if key in _POSITIVE else f"{place} must not be negative")
    return section_type(**values)


def _convert(value: object, wanted: object, place: str) -> object:
    origin = typing.get_origin(wanted)
    if origin is tuple:
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise _wrong(f"{place} must be a list of texts")
        return tuple(value)
    if origin is not None:  # the one mapping there is: texts by task
        if not isinstance(value, Mapping):
            raise _wrong(f"{place} must be a table")
        entry_type = typing.get_args(wanted)[1]
        return types.MappingProxyType({str(key): _convert(entry, entry_type, f"{place}.{key}") for key, entry in value.items()})
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not wanted:
        raise _wrong(f"{place} must be {_WORDS.get(wanted, wanted)}, not {value!r}")
    return value


_WORDS: Mapping[object, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _refuse_unknown(given: Mapping[str, object], known: Mapping[str, object], what: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise _wrong(f"{what} {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _wrong(message: str) -> BadInput:
    return BadInput(ErrorCode.BAD_ARGUMENT, message)
