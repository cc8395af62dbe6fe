"""Logging set-up: stderr and a rotating file, with a filter that lets only fields on a list through. Logs hold no personal data.

A message is a constant text with `%s` for ids, codes, counts, durations and model ids; what else is to be told goes into `extra` under a
name of ALLOWED_FIELDS. A field that is not on the list is dropped and named, so that the mistake is seen without its value being written.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
import time
import traceback
from pathlib import Path
from types import TracebackType

from kiosk.domain.errors import ErrorCode, KioskError
from kiosk.paths import make_private

ALLOWED_FIELDS = frozenset(
    {
        "advice", "attempt", "blobs", "bytes", "camera", "check", "code", "count", "customer", "engine", "fps", "frames", "generation",
        "height", "label", "lane", "migration", "model", "ms", "number", "outcome", "page", "pause_s", "policy", "provider", "reason",
        "schema", "screen", "side", "size", "state", "status", "step", "task", "threads", "version", "width", "worker", "workflow",
    }
)  # fmt: skip
"""Names of `extra` fields that hold no personal data by their nature: ids, codes, counts, durations, sizes, model ids."""

_VALUE = re.compile(r"[\w.+:@/#<>-]{0,80}", re.ASCII)
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_OURS = frozenset({"kiosk", "ui", "__main__", "root"})
"""Beginnings of our loggers' names. Other people's messages hold what they like: httpx tells each address, with a gateway's query."""


class AllowListFilter(logging.Filter):
    """Drops what is not allowed from a record: extra fields off the list, values that are not a number or one short word.

    Of libraries only what goes wrong is kept (WARNING and above), whatever the level of the set-up.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING and record.name.partition(".")[0] not in _OURS:
            return False
        dropped: list[str] = []
        for name in [name for name in vars(record) if name not in _OWN and not name.startswith("kiosk_")]:
            value = getattr(record, name)
            # a camera's own name or a path can hold anything; an id, a code or a count is one word
            if name not in ALLOWED_FIELDS or not (value is None or isinstance(value, int | float) or _VALUE.fullmatch(str(value))):
                delattr(record, name)
                dropped.append(name)
        record.kiosk_dropped = tuple(dropped)
        return True


class FieldFormatter(logging.Formatter):
    """`2026-01-31T09:15:02.123Z INFO kiosk.store.database committed step=consent ms=4`; exceptions without their message when not ours."""

    converter = staticmethod(time.gmtime)

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        # the first formatter leaves its text of the exception in the record for all others: ours must not use another's, nor leave its own
        kept, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = kept

    def formatMessage(self, record: logging.LogRecord) -> str:
        text = super().formatMessage(record)
        fields = [f"{name}={value}" for name, value in sorted(vars(record).items()) if name in ALLOWED_FIELDS]
        dropped: tuple[str, ...] = getattr(record, "kiosk_dropped", ())
        if dropped:
            fields.append(f"(not allowed: {','.join(dropped)})")
        return " ".join([text, *fields])

    def formatException(self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]) -> str:
        """Where it happened and what kind it was. A foreign exception's text may quote its input (a name, a field): left out."""
        kind, error, trace = ei
        if kind is None or error is None:
            return ""
        frames = traceback.extract_tb(trace)
        lines = [f"  at {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames[-12:]]
        what = f"{error.code}: {error}" if isinstance(error, KioskError) else kind.__name__
        return "\n".join([*lines, f"  {what}"])


def set_up_logging(folder: Path | None, *, level: str = "INFO", max_bytes: int = 5 * 2**20, files: int = 5, stderr: bool = True) -> None:
    """Send everything to stderr (stdout is for results) and to `folder`/kiosk.log, which is rotated. Call once per process.

    A folder that cannot be written to is told on stderr and does not stop the product.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if getattr(handler, "kiosk_own", False)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    handlers: list[logging.Handler] = []
    if stderr and sys.stderr is not None:  # None in a windowed Windows bundle
        handlers.append(logging.StreamHandler(sys.stderr))
    fault: OSError | None = None
    if folder is not None:
        try:
            make_private(folder)
            file = folder / "kiosk.log"
            handlers.append(logging.handlers.RotatingFileHandler(file, maxBytes=max_bytes, backupCount=files, encoding="utf-8"))
        except OSError as error:
            fault = error
    for handler in handlers:
        handler.addFilter(AllowListFilter())
        handler.setFormatter(FieldFormatter())
        handler.kiosk_own = True  # type: ignore[attr-defined]  # marks what a second call takes away again
        root.addHandler(handler)
    logging.captureWarnings(True)
    # the filter would drop these anyway; here their texts are not even made
    for name in ("PIL", "rapidocr", "RapidOCR", "matplotlib", "asyncio", "urllib3", "httpx", "httpcore", "py.warnings", "keyring", "numba"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if fault is not None:
        logging.getLogger(__name__).warning("log file cannot be written: %s", fault.strerror, extra={"code": ErrorCode.INTERNAL})
