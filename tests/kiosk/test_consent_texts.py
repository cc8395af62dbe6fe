"""The consent texts as files: what is shown, what is agreed to, and every mistake with its line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kiosk.domain.consent import WithdrawalEffect
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.consent_texts import ConsentTexts, load_consents, read_consent_file

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "resources" / "consents" / "2026-11.toml"


def test_the_shipped_texts_are_there_in_both_languages_and_keep_their_hashes() -> None:
    texts = load_consents(ROOT / "resources").current("2026-11-21")
    assert texts.languages == ("en", "sk")
    assert [text.purpose for text in texts.in_language("sk")] == ["identify", "biometric", "store"]
    effects = {purpose.key: (purpose.required, purpose.withdrawal) for purpose in texts.purposes}
    assert effects["biometric"] == (False, WithdrawalEffect.BIOMETRICS)
    assert effects["identify"] == effects["store"] == (True, WithdrawalEffect.EVERYTHING)


def test_the_words_name_what_the_product_does() -> None:
    """Old words stay as they were; the new ones say what a policy may do with a face, a name and a telephone number."""
    old, new = (load_consents(ROOT / "resources").current(day) for day in ("2026-11-20", "2026-11-21"))
    assert (old.version, new.version) == ("2026-11", "2026-11b")
    assert (old.covers_search, new.covers_search) == (False, True)
    for language, named in (
        ("en", ("sanctions lists", "a code", "before", "three years")),
        ("sk", ("sankčných", "kód", "predtým", "tri roky")),
    ):
        words = " ".join(text.text for text in new.in_language(language))
        assert all(one in words for one in named), language
        for text in new.in_language(language):
            for sentence in re.split(r"(?<=\.) ", text.text):
                assert len(sentence.split()) <= 26, sentence


def test_no_word_of_a_text_can_change_under_its_version() -> None:
    text = read_consent_file(SHIPPED).texts["biometric", "en"]
    for part in ("purpose", "version", "language", "heading", "text", "choice"):
        changed = type(text)(**{name: getattr(text, name) for name in type(text).__slots__} | {part: getattr(text, part) + "."})
        assert changed.sha256 != text.sha256, part


def changed(folder: Path, old: str, new: str, *, count: int = 1) -> tuple[Path, int]:
    """The shipped file with one thing changed; the line where it stands."""
    source = SHIPPED.read_text("utf-8")
    assert old in source
    (folder / "consents").mkdir(exist_ok=True)
    path = folder / "consents" / SHIPPED.name
    path.write_text(source.replace(old, new, count), "utf-8")
    return path, source[: source.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("Read your document", "Read your passport", "needs a new version"),
        ('language = "sk"', 'language = "slovak!"', "no language code"),
        ('purpose = "store"', 'purpose = "advertising"', "there is no"),
        ('withdrawal = "biometrics"', 'withdrawal = "nothing"', "at least biometrics"),
        ('withdrawal = "everything"', 'withdrawal = "some"', "one of"),
        ("required = true", 'required = "yes"', "true or false"),
        ('key = "store"', 'key = "identify"', "stands twice"),
        ('version = "2026-11"', 'valid_from = "2026-11-01"\nversion = "2026-11"', "a date"),
        ('version = "2026-11"', 'version = "2026-12"', "the file's own name"),
        ('version = "2026-11"', 'version = "2026-11"\nvalidfrom = 2026-11-01', "unknown validfrom"),
        ('heading = "Keep it safe"', 'heading = " "', "must be a text"),
        ('heading = "Keep it safe"', 'headline = "Keep it safe"', "unknown headline"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, old: str, new: str, why: str) -> None:
    path, line = changed(tmp_path, old, new)
    with pytest.raises(BadInput, match=re.escape(why)) as caught:
        read_consent_file(path)
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID
    found = re.match(r"2026-11\.toml:(\d+): ", str(caught.value))
    assert found
    # changed words show where their hash stands, a few lines below
    assert 0 <= int(found.group(1)) - line <= 2


def test_a_text_is_missing_in_one_language(tmp_path: Path) -> None:
    source = SHIPPED.read_text("utf-8")
    last = source.rindex("[[text]]")
    (tmp_path / SHIPPED.name).write_text(source[:last], "utf-8")
    with pytest.raises(BadInput, match="purpose store has no text in 'sk'"):
        read_consent_file(tmp_path / SHIPPED.name)


@pytest.mark.parametrize(("data", "why"), [(b"version = \n", "line 1"), (b"\xff\xfe", "is not TOML"), (b"", "version")])
def test_a_file_that_is_none(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "2026-11.toml").write_bytes(data)
    with pytest.raises(BadInput, match=why) as caught:
        read_consent_file(tmp_path / "2026-11.toml")
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_consent_file(tmp_path / "x.toml")
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND
    with pytest.raises(BadInput, match="no consent texts"):
        load_consents(tmp_path)


def newer(folder: Path, valid_from: str) -> None:
    """The shipped version, and another with the same words."""
    (folder / "consents").mkdir()
    shutil.copy(SHIPPED, folder / "consents")
    source = SHIPPED.read_text("utf-8").replace('version = "2026-11"', f'version = "2027-01"{valid_from}')
    path = folder / "consents" / "2027-01.toml"
    path.write_text(source, "utf-8")
    while True:  # its hashes are taken from the messages, as whoever writes a version does
        try:
            read_consent_file(path)
            return
        except BadInput as error:
            line = int(str(error).split(":")[1]) - 1
            lines = path.read_text("utf-8").split("\n")
            lines[line] = f'sha256 = "{str(error).split()[-1]}"'
            path.write_text("\n".join(lines), "utf-8")


def test_the_version_in_force_is_the_latest_whose_day_has_come(tmp_path: Path) -> None:
    newer(tmp_path, "\nvalid_from = 2027-01-01")
    texts = load_consents(tmp_path)
    assert texts.current("2026-12-31").version == "2026-11"
    assert texts.current("2027-01-01").version == "2027-01"
    assert texts.version("2026-11") is not None, "what was agreed to before can still be shown"
    assert texts.current("1999-01-01").version == "2026-11", "a clock that is wrong leaves nobody without words"
    with pytest.raises(BadInput, match="in force"):
        ConsentTexts(texts.sets[1:]).current("2026-12-31")


def test_two_versions_never_begin_on_one_day(tmp_path: Path) -> None:
    newer(tmp_path, "")
    with pytest.raises(BadInput, match="both valid from"):
        load_consents(tmp_path)


def test_a_language_without_texts_is_refused() -> None:
    with pytest.raises(BadInput, match="no texts in 'de'"):
        read_consent_file(SHIPPED).in_language("de")
