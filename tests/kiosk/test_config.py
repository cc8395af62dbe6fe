"""Settings: defaults, what is read, and that nothing misspelt is ignored."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kiosk.config import CameraConfig, Config, load_config, parse_config
from kiosk.domain.errors import BadInput, ErrorCode


def parse(text: str) -> Config:
    return parse_config(tomllib.loads(text))


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    config = load_config(tmp_path / "kiosk.toml")
    assert config == Config()
    assert config.session.workflow == "branch"
    assert config.limits.max_side_px == 8000
    assert config.limits.max_bytes == 10 * 2**20


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_config(tmp_path / "kiosk.toml", must_exist=True)
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND


def test_what_is_written_is_read_and_the_rest_keeps_its_default(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(
        '\ufeff[selfie_camera]\nkind = "virtual"\nsource = "faces"\nfps = 15\n[languages]\noffered = ["sk", "en"]\ndefault = "sk"\n'
        '[models.order]\nface_detection = ["blazeface_short"]\n',
        encoding="utf-8",
    )
    config = load_config(file)
    assert config.selfie_camera == CameraConfig(kind="virtual", source="faces", fps=15.0)
    assert config.document_camera == CameraConfig()
    assert config.languages.offered == ("sk", "en")
    assert config.models.order == {"face_detection": ("blazeface_short",)}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[camra]\n", "camra"),
        ("[theme]\ncolour = 'red'\n", "[theme] unknown key colour"),
        ("theme = 1\n", "theme must be a table"),
        ("[theme]\nname = 'pink'\n", "[theme] name is 'pink'"),
        ("[theme]\naccent = 'blue'\n", "[theme] accent is 'blue'; a colour is written #RRGGBB"),
        ("[theme]\nlogo = 'l.svg'\n", "[theme] unknown key logo"),
        ("[selfie_camera]\nfps = 'fast'\n", "[selfie_camera] fps must be a number"),
        ("[selfie_camera]\nfps = 0\n", "[selfie_camera] fps is 0"),
        ("[selfie_camera]\nwidth = true\n", "[selfie_camera] width must be a whole number"),
        ("[timings]\nhelp_after_s = -1\n", "[timings] help_after_s must not be negative"),
        ("[languages]\noffered = 'en'\n", "[languages] offered must be a list"),
        ("[languages]\ndefault = 'de'\n", "[languages] default 'de'"),
        ("[models]\norder = { face_detection = 'yunet_n_640' }\n", "[models] order.face_detection must be a list"),
    ],
)
def test_a_mistake_is_refused_and_named(text: str, named: str) -> None:
    with pytest.raises(BadInput, match=re.escape(named)) as caught:
        parse(text)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("content", [b"[theme", b"\xff\xfe"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"kiosk\.toml"):
        load_config(file)


def test_cameras_of_software_are_not_allowed_unless_the_settings_say_so() -> None:
    assert not Config().capture.allow_virtual_cameras
    assert parse("[capture]\nallow_virtual_cameras = true\n").capture.allow_virtual_cameras
    with pytest.raises(BadInput, match="allow_virtual_cameras must be true or false"):
        parse('[capture]\nallow_virtual_cameras = "yes"\n')
