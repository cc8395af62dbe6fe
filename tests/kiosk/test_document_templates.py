"""Template files: those of the product are right, and a wrong one is told where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.domain.document import FieldName, PageSide, Region
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.document_templates import (
    FOLDER,
    Format,
    check_template,
    load_template,
    load_templates,
    template_by_id,
)

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "templates.md"
GOOD = """
id = "UTO_identity-card_2020"
country = "UTO"
type = "identity-card"
mrtd = "TD1"
size_mm = [85.60, 53.98]
basis = "a test"

[pages.front.fields.surname]
labels = ["Surname"]
"""


def wrong(tmp_path: Path, text: str) -> str:
    path = tmp_path / "one.toml"
    path.write_text(text, encoding="utf-8")
    return "\n".join(check_template(path))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_template_of_the_product_can_be_used(path: Path) -> None:
    assert check_template(path) == ()
    template = load_template(path)
    assert path.stem == template.id
    assert template.basis


def test_states_have_their_documents() -> None:
    countries = {(one.country, one.type) for one in load_templates() if one.country != "UTO"}
    cards = {"DEU", "CZE", "SVK", "POL", "ROU", "FRA", "ESP", "NLD"}
    assert {country for country, kind in countries if kind == "identity-card"} >= cards
    assert {country for country, kind in countries if kind == "passport"} >= (cards - {"ESP"}) | {"*"}


def test_the_guides_example_is_right(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    path = tmp_path / "UTO_identity-card_2020.toml"
    path.write_text(block[1], encoding="utf-8")
    assert check_template(path) == ()
    template = load_template(path)
    assert template.pages[PageSide.FRONT].regions.keys() == {Region.PORTRAIT, Region.SIGNATURE}
    assert template.pages[PageSide.FRONT].colours["header"].bgr == (180, 150, 90)


def test_every_key_and_rule_is_in_the_guide() -> None:
    from kiosk.services.number_checks import NUMBER_CHECKS
    from kiosk.services.template_file import FIELD_KEYS, PAGE_KEYS, TEMPLATE_KEYS

    guide = GUIDE.read_text(encoding="utf-8")
    missing = [key for key in (*TEMPLATE_KEYS, *PAGE_KEYS, *FIELD_KEYS, *NUMBER_CHECKS, *Format) if key not in guide]
    assert missing == []


def test_a_field_has_the_format_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "UTO_identity-card_2020.toml"
    path.write_text(GOOD + '[pages.back.fields.address]\nlabels = ["Address"]\n[pages.back.fields.dateOfIssue]\nlabels = ["Issued"]\n')
    back = load_template(path).pages[PageSide.BACK]
    assert back.fields[FieldName.DATE_OF_ISSUE].format is Format.DATE
    assert back.fields[FieldName.ADDRESS].lines == 4


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("UTO", "XYZ"), "country"),
        (("identity-card", "id"), "type"),
        (("TD1", "TD9"), "mrtd"),
        (("[85.60, 53.98]", "[85.60]"), "size_mm"),
        (('basis = "a test"', ""), "basis"),
        (("labels", "labelled"), "pages.front.fields.surname.labelled"),
        (("fields.surname", "fields.lastName"), "pages.front.fields.lastName"),
        (('["Surname"]', '"Surname"'), "pages.front.fields.surname.labels"),
        (('labels = ["Surname"]', ""), "pages.front.fields.surname"),
        (('["Surname"]', '["Surname"]\narea = [0.5, 0.5, 0.2, 0.9]'), "pages.front.fields.surname.area"),
        (('["Surname"]', '["Surname"]\narea = [0.1, 0.5, 1.2, 0.9]'), "pages.front.fields.surname.area"),
        (('["Surname"]', '["Surname"]\nregex = "[A-Z"'), "pages.front.fields.surname.regex"),
        (('["Surname"]', '["Surname"]\npatterns = ["DD.MM.YYYY"]'), "pages.front.fields.surname.patterns"),
        (('["Surname"]', '["Surname"]\nformat = "date"\npatterns = ["DD.MM"]'), "pages.front.fields.surname.patterns"),
        (('["Surname"]', '["Surname"]\nformat = "number"\ncheck = "luhn"'), "pages.front.fields.surname.check"),
        (('["Surname"]', '["Surname"]\nanywhere = true'), "pages.front.fields.surname.anywhere"),
        (('["Surname"]', '["Surname"]\nlines = 0'), "pages.front.fields.surname.lines"),
        (('["Surname"]', '["Surname"]\n[pages.front.regions]\nface = [0, 0, 1, 1]'), "pages.front.regions.face"),
        (('["Surname"]', '["Surname"]\n[pages.front.colours.top]\nbgr = [1, 2, 3]'), "pages.front.colours.top"),
        (('["Surname"]', '["Surname"]\n[mrz]\nstates = ["D"]'), "mrz.states"),
        (('["Surname"]', '["Surname"]\n[issued]\nfrom = "2020"'), "issued.from"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, change: tuple[str, str], place: str) -> None:
    assert wrong(tmp_path, GOOD) == ""
    text = GOOD.replace(*change)
    assert text != GOOD
    assert any(line.startswith(f"{place}:") for line in wrong(tmp_path, text).splitlines()), wrong(tmp_path, text)


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    assert len(wrong(tmp_path, GOOD.replace("UTO", "XYZ").replace("TD1", "TD9")).splitlines()) == 2


def test_a_wrong_file_stops_loading_and_names_itself(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(BadInput, match=r"bad\.toml") as caught:
        load_templates(tmp_path)
    assert caught.value.code is ErrorCode.TEMPLATE_INVALID


def test_an_id_stands_once(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadInput, match="another file"):
        load_templates(tmp_path)


def test_a_template_is_found_by_its_id() -> None:
    found = template_by_id("CZE_passport_2006")
    assert found is not None
    assert found.country == "CZE"
    assert template_by_id("CZE_passport_1906") is None
