"""Image files: what is refused, with which code, and that what is accepted comes out right."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PilImage

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import decode_image, encode_jpeg, load_image
from kiosk.imaging.frame import Image


def picture(width: int = 64, height: int = 48) -> PilImage.Image:
    """Left half red, right half blue."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = 220
    pixels[:, width // 2 :, 2] = 220
    return PilImage.fromarray(pixels)


def noise(width: int = 200, height: int = 150) -> PilImage.Image:
    return PilImage.fromarray(np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8))


def saved(image: PilImage.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def code_of(data: bytes, **limits: int) -> ErrorCode:
    with pytest.raises(BadInput) as caught:
        decode_image(data, **limits)
    return caught.value.code


def is_red_then_blue(image: Image) -> bool:
    height, width = image.shape[:2]
    left, right = image[height // 2, width // 4], image[height // 2, 3 * width // 4]
    return bool(left[2] > 180 > left[0] and right[0] > 180 > right[2])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_comes_out_as_bgr(kind: str) -> None:
    image = decode_image(saved(picture(), kind))
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert is_red_then_blue(image)


def test_the_orientation_in_exif_is_honoured() -> None:
    exif = PilImage.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn clockwise to see it right
    sideways = picture().rotate(90, expand=True)
    assert is_red_then_blue(decode_image(saved(sideways, "JPEG", exif=exif, quality=95)))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_every_orientation_of_exif_comes_out_upright(orientation: int, kind: str) -> None:
    undo = {
        2: PilImage.Transpose.FLIP_LEFT_RIGHT,
        3: PilImage.Transpose.ROTATE_180,
        4: PilImage.Transpose.FLIP_TOP_BOTTOM,
        5: PilImage.Transpose.TRANSPOSE,
        6: PilImage.Transpose.ROTATE_90,
        7: PilImage.Transpose.TRANSVERSE,
        8: PilImage.Transpose.ROTATE_270,
    }
    held = picture() if orientation == 1 else picture().transpose(undo[orientation])
    exif = PilImage.Exif()
    exif[0x0112] = orientation
    image = decode_image(saved(held, kind, exif=exif))
    assert image.shape == (48, 64, 3)
    assert is_red_then_blue(image)


def test_sixteen_bit_colour_keeps_its_high_byte() -> None:
    """Pillow writes no such file: built by hand, four pixels of 0x8123, 0x40ff, 0x0001."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\0" + struct.pack(">HHH", 0x8123, 0x40FF, 0x0001) * 2
    header = struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * 2)) + chunk(b"IEND", b"")
    assert decode_image(data)[0, 0].tolist() == [0x00, 0x40, 0x81]


def test_transparency_lies_over_white() -> None:
    clear = PilImage.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert decode_image(saved(clear, "PNG")).min() == 255


def test_transparency_takes_no_more_memory_than_colour(tmp_path: Path) -> None:
    """A few kilobytes of PNG may hold 64 million transparent pixels: laid over white by Pillow's own way they took 1.6 GB."""
    if not Path("/proc/self/status").is_file():
        pytest.skip("a process's peak memory is told by Linux alone")
    for mode, colour in (("RGB", "white"), ("RGBA", (255, 255, 255, 0))):
        PilImage.new(mode, (3000, 3000), colour).save(tmp_path / f"{mode}.png")
    script = (
        "import re, sys\n"
        "from kiosk.imaging.decode import load_image\n"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
        "start = peak()\n"
        "load_image(sys.argv[1]); colour = peak() - start\n"
        "load_image(sys.argv[2]); print(colour, peak() - start)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "RGB.png"), str(tmp_path / "RGBA.png")]
    colour, transparent = map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert transparent < 1.5 * colour


def test_sixteen_bit_grey_keeps_its_high_byte() -> None:
    grey = PilImage.fromarray(np.full((10, 12), 0x8000, np.uint16))
    image = decode_image(saved(grey, "PNG"))
    assert image.shape == (10, 12, 3)
    assert int(image[0, 0, 0]) == 0x80


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk_jpegs_become_three_channels(mode: str) -> None:
    image = decode_image(saved(picture().convert(mode), "JPEG", quality=95))
    assert image.shape == (48, 64, 3)
    if mode == "CMYK":
        assert is_red_then_blue(image)


def test_a_palette_png_becomes_three_channels() -> None:
    assert is_red_then_blue(decode_image(saved(picture().convert("P"), "PNG")))


def test_nothing_at_the_path_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_image(tmp_path / "no.jpg")
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_image(tmp_path)
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.jpg"
    file.write_bytes(b"")
    with pytest.raises(BadInput) as caught:
        load_image(file)
    assert caught.value.code is ErrorCode.IMAGE_EMPTY


@pytest.mark.parametrize(
    "data", [b"hello, this is text", b"\xff\xd8\xff\xe0\x00\x04ab" + b"x" * 300, b"\x89PNG\r\n\x1a\n" + bytes(60), bytes(100)]
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    assert code_of(data) is ErrorCode.IMAGE_UNREADABLE


def pdf(pages: int) -> bytes:
    buffer = io.BytesIO()
    sheet = picture(20, 30)
    sheet.save(buffer, "PDF", save_all=True, append_images=[sheet] * (pages - 1))
    return buffer.getvalue()


@pytest.mark.parametrize("pages", [1, 100])
def test_a_pdf_is_no_picture_whatever_its_length(pages: int) -> None:
    data = pdf(pages)
    assert code_of(data) is ErrorCode.PDF_UNSUPPORTED
    assert code_of(b"\n\n some mail header\n" + data) is ErrorCode.PDF_UNSUPPORTED


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_a_picture_that_moves_is_refused(kind: str) -> None:
    frames = [noise(), picture(200, 150), noise()]
    assert code_of(saved(frames[0], kind, save_all=True, append_images=frames[1:])) is ErrorCode.IMAGE_ANIMATED


def test_a_png_of_one_frame_does_not_move() -> None:
    """Some programs write the animation chunk for one frame as well."""
    still = saved(picture(), "PNG")
    body = struct.pack(">II", 1, 0)
    chunk = struct.pack(">I", 8) + b"acTL" + body + struct.pack(">I", zlib.crc32(b"acTL" + body))
    assert is_red_then_blue(decode_image(still[:33] + chunk + still[33:]))


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "BMP", "JPEG2000"])
def test_pictures_of_other_kinds_are_named(kind: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode_image(saved(picture(), kind), name="photo")
    assert caught.value.code is ErrorCode.IMAGE_FORMAT_UNSUPPORTED
    assert kind[:4].casefold() in str(caught.value).casefold()


def test_a_photograph_of_an_iphone_is_named() -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100)
    with pytest.raises(BadInput) as caught:
        decode_image(heic)
    assert caught.value.code is ErrorCode.IMAGE_FORMAT_UNSUPPORTED
    assert "HEIC" in str(caught.value)


def test_a_damaged_gif_is_still_a_gif() -> None:
    assert code_of(b"GIF89a" + bytes(60)) is ErrorCode.IMAGE_FORMAT_UNSUPPORTED


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_refused_not_half_read(kind: str, kept: float) -> None:
    data = saved(noise(), kind)
    assert code_of(data[: int(len(data) * kept)]) is ErrorCode.IMAGE_TRUNCATED


def test_a_progressive_jpeg_that_ends_early_is_refused() -> None:
    data = saved(noise(), "JPEG", progressive=True)
    assert code_of(data[: len(data) // 2]) is ErrorCode.IMAGE_TRUNCATED


def test_a_thumbnails_end_marker_does_not_hide_a_truncation() -> None:
    """EXIF thumbnails are whole JPEGs of their own inside the header."""
    exif = PilImage.Exif()
    exif[0x927C] = saved(picture(), "JPEG")
    data = saved(noise(), "JPEG", exif=exif)
    assert code_of(data[: len(data) // 2]) is ErrorCode.IMAGE_TRUNCATED


def test_damage_inside_a_png_is_refused() -> None:
    data = bytearray(saved(noise(), "PNG"))
    data[len(data) // 2] ^= 0xFF
    assert code_of(bytes(data)) in (ErrorCode.IMAGE_UNREADABLE, ErrorCode.IMAGE_TRUNCATED)


def test_more_than_ten_megabytes_are_refused_before_decoding(tmp_path: Path) -> None:
    file = tmp_path / "large.jpg"
    file.write_bytes(saved(picture(), "JPEG") + bytes(10 * 2**20))
    with pytest.raises(BadInput) as caught:
        load_image(file)
    assert caught.value.code is ErrorCode.IMAGE_BYTES_EXCEEDED


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_8001_pixels_are_refused_and_8000_read(kind: str) -> None:
    assert code_of(saved(picture(8001, 4), kind)) is ErrorCode.IMAGE_PIXELS_EXCEEDED
    assert decode_image(saved(picture(8000, 4), kind)).shape == (4, 8000, 3)


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    """A kilobyte that claims 60,000 x 60,000 pixels: no pixel of it may be decoded."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    assert code_of(bomb) is ErrorCode.IMAGE_PIXELS_EXCEEDED


def _of_many_scans(scans: int, between: bytes = b"") -> bytes:
    """A progressive JPEG, grey, 64 x 64, in which one pass without anything new is repeated: 22 bytes each, whatever the picture's size.

    `between` stands after the first pass.
    """

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    tables = segment(0xDB, b"\0" + bytes([1] * 64))
    tables += segment(0xC2, struct.pack(">BHHB", 8, 64, 64, 1) + bytes([1, 0x11, 0]))
    # one code each: a DC difference of nothing; a run of 32 to 63 blocks whose AC coefficients are nothing
    tables += segment(0xC4, bytes([0x00, 1, *[0] * 15, 0x00])) + segment(0xC4, bytes([0x10, 1, *[0] * 15, 0x50]))
    first = segment(0xDA, bytes([1, 1, 0x00, 0, 0, 0x00])) + bytes(8)
    again = segment(0xDA, bytes([1, 1, 0x00, 1, 63, 0x00])) + bytes([0b01111101, 0b11110111])
    return b"\xff\xd8" + tables + first + between + again * (scans - 1) + b"\xff\xd9"


def test_a_jpeg_that_would_be_gone_over_without_end_is_refused_before_decoding() -> None:
    """A decompression bomb in time: 10 MB of empty passes over a picture of ordinary size took a quarter of an hour."""
    assert decode_image(_of_many_scans(64)).shape == (64, 64, 3)
    assert code_of(_of_many_scans(65)) is ErrorCode.IMAGE_PIXELS_EXCEEDED


HIDING = {
    "end marker in a comment": b"\xff\xfe\x00\x06\xff\xd9\xff\xd9",
    "end marker in an APP1, fill bytes before it": b"\xff\xff\xff\xe1\x00\x04\xff\xd9",
    "reserved marker whose length would cover the rest": b"\xff\x02\xff\xff",
    "comment of no length": b"\xff\xfe\x00\x00",
}


@pytest.mark.parametrize("between", [pytest.param(between, id=name) for name, between in HIDING.items()])
def test_nothing_between_two_passes_hides_those_behind_it(between: bytes) -> None:
    assert code_of(_of_many_scans(65, between)) is ErrorCode.IMAGE_PIXELS_EXCEEDED


def test_pass_markers_inside_a_comment_are_not_counted() -> None:
    inside = b"\xff\xda" * 200 + b"\xff\xd9"
    comment = b"\xff\xfe" + struct.pack(">H", len(inside) + 2) + inside
    assert decode_image(_of_many_scans(3, comment)).shape == (64, 64, 3)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photograph_with_a_thumbnail_restarts_and_a_video_behind_it_is_read(progressive: bool) -> None:
    exif = PilImage.Exif()
    exif[0x927C] = saved(picture(), "JPEG")
    photo = saved(noise(), "JPEG", exif=exif, progressive=progressive, restart_marker_rows=1)
    assert b"\xff\xd0" in photo
    video = b"\x00\x00\x00\x18ftypmp42" + b"\xff\xda\x00\x08" * 100
    assert np.array_equal(decode_image(photo + video), decode_image(photo))


def test_an_end_marker_inside_a_segment_does_not_hide_a_truncation() -> None:
    whole = _of_many_scans(3, HIDING["end marker in a comment"])
    assert decode_image(whole).shape == (64, 64, 3)
    assert code_of(whole[:-2]) is ErrorCode.IMAGE_TRUNCATED


def test_a_second_header_does_not_smuggle_in_a_larger_picture() -> None:
    data = saved(picture(20, 10), "PNG")
    larger = saved(picture(9000, 4), "PNG")
    header, rest = data[:33], data[33:]
    assert code_of(header + larger[8:]) is ErrorCode.IMAGE_UNREADABLE
    assert decode_image(header + rest).shape == (10, 20, 3)


def test_a_written_jpeg_reads_back() -> None:
    image = decode_image(saved(picture(), "PNG"))
    again = decode_image(encode_jpeg(image, 95))
    assert np.abs(again.astype(int) - image.astype(int)).mean() < 6


def test_a_bomb_within_limits_that_were_raised_is_refused_too() -> None:
    """Whoever raises the limit of sides does not lift Pillow's limit of pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    assert code_of(bomb, max_side_px=100_000) is ErrorCode.IMAGE_PIXELS_EXCEEDED


WHOLE = {kind: saved(noise(40, 30), kind) for kind in ("JPEG", "PNG", "GIF")}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6), st.integers(0, 4000))
def test_no_damage_breaks_the_decoder(kind: str, changes: list[tuple[int, int]], kept: int) -> None:
    data = bytearray(WHOLE[kind])
    for place, value in changes:
        data[place % len(data)] = value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what it then reads or refuses
        try:
            image = decode_image(bytes(data[: max(1, kept)]), max_side_px=500)
        except BadInput:
            return
    assert image.dtype == np.uint8
    assert image.shape[2] == 3


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF"]))
def test_no_bytes_break_the_decoder(data: bytes, start: bytes) -> None:
    with pytest.raises(BadInput):
        decode_image(start + data)
