"""Image files in and out: what a file must be to be read at all, checked before a pixel of it is decoded."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path

import cv2
import numpy as np
from PIL import ExifTags, ImageOps
from PIL import Image as PilImage

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.frame import Image

MAX_BYTES = 10 * 2**20
MAX_SIDE_PX = 8000

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_SIGNATURE = b"\xff\xd8\xff"
# start of frame markers: all of C0..CF but DHT (C4), JPG (C8) and DAC (CC); ITU-T T.81 table B.1
_JPEG_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SOS = 0xDA
_JPEG_EOI = 0xD9
_JPEG_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd9-\xfe]")
"""What ends coded samples. Their own FFs are followed by 00 or by a restart (D0 to D7). 01 to BF have no length there: libjpeg passes over
them, and a scan must not hide behind one."""
MOST_JPEG_SCANS = 64
"""Encoders write 10 to 20 for a progressive picture. Each is a pass over all of it and may be 90 bytes long: 10 MB of them take a quarter
of an hour."""
# what people hand in instead, by its first bytes
_OTHERS = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"8BPS", "Photoshop"),
)
_BOXES = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"hevc": "HEIC",
    b"heim": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
    b"avif": "AVIF",
    b"avis": "AVIF",
}
_PDF_WITHIN = 1024  # readers allow this much before the header (ISO 32000-1, annex H.3.4.1)
_JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})


def load_image(path: Path | str, *, max_bytes: int = MAX_BYTES, max_side_px: int = MAX_SIDE_PX) -> Image:
    """Read a JPEG or PNG file as BGR, upright as its EXIF says.

    Raises:
        BadInput: FILE_NOT_FOUND, and as `decode_image`.
    """
    return load_picture(path, max_bytes=max_bytes, max_side_px=max_side_px)[0]


def load_picture(path: Path | str, *, max_bytes: int = MAX_BYTES, max_side_px: int = MAX_SIDE_PX) -> tuple[Image, bytes]:
    """As `load_image`, with the very bytes that were decoded: what is kept must be what was judged, whatever becomes of the file."""
    file = Path(path)
    if not file.is_file():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{file.name}: no such file")
    try:
        size = file.stat().st_size
        _check_size(size, max_bytes, file.name)
        data = file.read_bytes()
    except OSError as error:
        raise BadInput(ErrorCode.IMAGE_UNREADABLE, f"{file.name}: cannot be read ({error.strerror})") from error
    return decode_image(data, max_bytes=max_bytes, max_side_px=max_side_px, name=file.name), data


def decode_image(data: bytes, *, max_bytes: int = MAX_BYTES, max_side_px: int = MAX_SIDE_PX, name: str = "image") -> Image:
    """Decode JPEG or PNG bytes to height x width x 3 BGR uint8.

    EXIF orientation is honoured, transparency is laid over white, 16-bit samples keep their high byte, grey and CMYK become BGR.
    A file that ends early is refused, because a half picture would be judged as if it were whole.

    Args:
        name: what messages call it.

    Raises:
        BadInput: IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_TRUNCATED, IMAGE_BYTES_EXCEEDED, IMAGE_PIXELS_EXCEEDED, IMAGE_ANIMATED,
            IMAGE_FORMAT_UNSUPPORTED, PDF_UNSUPPORTED.
    """
    _check_size(len(data), max_bytes, name)
    if data.startswith(_PNG_SIGNATURE):
        width, height = _png_size(data, name)
    elif data.startswith(_JPEG_SIGNATURE):
        width, height = _jpeg_size(data, name)
    else:
        raise _not_a_picture(data, name)
    if max(width, height) > max_side_px:
        raise BadInput(
            ErrorCode.IMAGE_PIXELS_EXCEEDED,
            f"{name}: {width} x {height} pixels, at most {max_side_px} a side are read",
            width=width,
            height=height,
            limit=max_side_px,
        )
    try:
        with PilImage.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.size != (width, height):  # a second header, behind the one that was checked
                raise BadInput(ErrorCode.IMAGE_UNREADABLE, f"{name}: damaged image data")
            picture.load()
            return _to_bgr(picture)
    except PilImage.DecompressionBombError as error:
        raise BadInput(ErrorCode.IMAGE_PIXELS_EXCEEDED, f"{name}: {width} x {height} pixels are more than can be read") from error
    except (OSError, SyntaxError, ValueError, TypeError, struct.error) as error:
        # Pillow words it three ways: "image file is truncated", "unrecognized data stream", "broken PNG file"
        if "truncated" in str(error).lower():
            raise BadInput(ErrorCode.IMAGE_TRUNCATED, f"{name}: the file ends before the picture does") from error
        raise BadInput(ErrorCode.IMAGE_UNREADABLE, f"{name}: damaged image data") from error


def encode_jpeg(image: Image, quality: int = 92) -> bytes:
    """BGR to JPEG bytes, no metadata. `quality` 1..100."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise BadInput(ErrorCode.IMAGE_UNREADABLE, "the picture cannot be written as JPEG")
    return bytes(data.tobytes())


def _not_a_picture(data: bytes, name: str) -> BadInput:
    """What is wrong with a file that is neither a JPEG nor a PNG."""
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return BadInput(ErrorCode.PDF_UNSUPPORTED, f"{name}: a PDF; hand in a photograph or a scan as JPEG or PNG")
    kind = next((kind for signature, kind in _OTHERS if data.startswith(signature)), "")
    if data[4:8] == b"ftyp":
        kind = _BOXES.get(data[8:12], "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "WebP"
    if kind == "GIF" and _is_animated(data):
        return BadInput(ErrorCode.IMAGE_ANIMATED, f"{name}: an animated GIF")
    if kind:
        return BadInput(ErrorCode.IMAGE_FORMAT_UNSUPPORTED, f"{name}: a {kind} image; JPEG and PNG are read")
    return BadInput(ErrorCode.IMAGE_UNREADABLE, f"{name}: neither a JPEG nor a PNG image")


def _is_animated(gif: bytes) -> bool:
    try:
        with PilImage.open(io.BytesIO(gif), formats=("GIF",)) as picture:
            return bool(getattr(picture, "is_animated", False))
    except (OSError, SyntaxError, ValueError, IndexError, struct.error, PilImage.DecompressionBombError):
        return False  # damaged: then it is only a GIF


def _check_size(size: int, max_bytes: int, name: str) -> None:
    if size == 0:
        raise BadInput(ErrorCode.IMAGE_EMPTY, f"{name}: the file is empty")
    if size > max_bytes:
        raise BadInput(ErrorCode.IMAGE_BYTES_EXCEEDED, f"{name}: {size} bytes, at most {max_bytes} are read", size=size, limit=max_bytes)


def _png_size(data: bytes, name: str) -> tuple[int, int]:
    """Width and height of the IHDR; walks the chunks to see that IEND is there."""
    if len(data) < 33:
        raise BadInput(ErrorCode.IMAGE_TRUNCATED, f"{name}: the file ends before the picture does")
    if data[12:16] != b"IHDR":
        raise BadInput(ErrorCode.IMAGE_UNREADABLE, f"{name}: damaged image data")
    width, height = struct.unpack(">II", data[16:24])
    position = 8
    while position + 12 <= len(data):
        length = struct.unpack(">I", data[position : position + 4])[0]
        if data[position + 4 : position + 8] == b"acTL" and data[position + 8 : position + 12] != b"\0\0\0\1":
            raise BadInput(ErrorCode.IMAGE_ANIMATED, f"{name}: an animated PNG")
        if data[position + 4 : position + 8] == b"IEND":
            return int(width), int(height)
        position += 12 + length
    raise BadInput(ErrorCode.IMAGE_TRUNCATED, f"{name}: the file ends before the picture does")


def _jpeg_size(data: bytes, name: str) -> tuple[int, int]:
    """Width and height of the frame header; walks the segments up to the end marker."""
    truncated = BadInput(ErrorCode.IMAGE_TRUNCATED, f"{name}: the file ends before the picture does")
    size: tuple[int, int] | None = None
    position = 2
    while True:
        if position + 4 > len(data):
            raise truncated
        if data[position] != 0xFF:
            raise BadInput(ErrorCode.IMAGE_UNREADABLE, f"{name}: damaged image data")
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if marker in _JPEG_STANDALONE:
            position += 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _JPEG_SOF:
            if position + 9 > len(data):
                raise truncated
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            size = (int(width), int(height))
        elif marker == _JPEG_SOS:
            _check_scans(data, position, name)
            break
        position += 2 + length
    if size is None or 0 in size:
        raise BadInput(ErrorCode.IMAGE_UNREADABLE, f"{name}: damaged image data")
    return size


def _check_scans(data: bytes, position: int, name: str) -> None:
    """Counts the scans from the first (at `position`) up to the end marker, and asks for that marker.

    Segments between scans are skipped by their length: a comment may hold an end marker or a whole thumbnail of its own.
    """
    scans = 0
    while True:
        found = _JPEG_MARKER.search(data, position)
        if found is None:
            raise BadInput(ErrorCode.IMAGE_TRUNCATED, f"{name}: the file ends before the picture does")
        marker, position = data[found.end() - 1], found.end()
        if marker == _JPEG_EOI:
            return
        scans += marker == _JPEG_SOS
        if scans > MOST_JPEG_SCANS:
            raise BadInput(ErrorCode.IMAGE_PIXELS_EXCEEDED, f"{name}: more than {MOST_JPEG_SCANS} passes over the picture")
        # a length below 2 counts as 2, which is what libjpeg makes of it
        position += max(2, int.from_bytes(data[position : position + 2], "big"))


def _to_bgr(picture: PilImage.Image) -> Image:
    # turning copies the picture even where there is nothing to turn
    upright = picture if picture.getexif().get(ExifTags.Base.Orientation, 1) == 1 else ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I") or upright.mode == "F":
        # 16-bit grey: Pillow's own conversion clips at 255 instead of scaling
        samples = np.asarray(upright)
        wide = samples.astype(np.int32) if samples.dtype.kind == "f" else samples
        grey = np.clip(wide >> 8, 0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    if upright.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in upright.info:
        layer = upright if upright.mode == "RGBA" else upright.convert("RGBA")
        upright = PilImage.new("RGB", layer.size, (255, 255, 255))
        upright.paste(layer, mask=layer)
        # of 8000 x 8000 pixels each copy takes 256 MB, and a few kilobytes of PNG may hold that many
        layer.close()
        picture.close()
    rgb = np.asarray(upright if upright.mode == "RGB" else upright.convert("RGB"), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)  # five times as fast as turning the last axis around
