"""What a caller says a document is must mean something: a misspelt word is an error, not a document that nobody finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.cli.entry import main
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.document_templates import load_templates
from kiosk.services.read_advice import DOCUMENT_TYPES, SIZES, checked_advice
from kiosk.services.template_match import Advice

GOOD = [
    Advice(),
    Advice(("svk", "CZE", "D", "uto"), ("Passport", "identity-card"), (), ("td1", "mrv_a", "MRV-B")),
    Advice(editions=("2008",)),
]
WRONG = {
    "size": Advice(mrtds=("TD1", "TD9")),
    "country": Advice(countries=("SLOVAKIA",)),
    "country of two letters": Advice(countries=("SK",)),
    "empty country": Advice(countries=("",)),
    "type": Advice(types=("pasport",)),
    "edition": Advice(editions=("1850",)),
}


@pytest.mark.parametrize("advice", GOOD)
def test_advice_that_means_something_is_taken_as_it_is(advice: Advice) -> None:
    assert checked_advice(advice) is advice


@pytest.mark.parametrize("advice", WRONG.values(), ids=WRONG)
def test_a_word_that_means_nothing_is_named_with_what_there_is(advice: Advice) -> None:
    with pytest.raises(BadInput) as raised:
        checked_advice(advice)
    assert raised.value.code is ErrorCode.BAD_ARGUMENT
    word = [*advice.countries, *advice.types, *advice.editions, *advice.mrtds][-1]
    assert repr(word) in str(raised.value)


def test_every_installed_template_can_be_asked_for() -> None:
    for one in load_templates():
        checked_advice(Advice(() if one.is_generic else (one.country,), (one.type,), (one.edition,) if one.edition else ()))
    assert {one.type for one in load_templates()} <= set(DOCUMENT_TYPES)
    assert SIZES == ("TD1", "TD2", "TD3", "MRV-A", "MRV-B")


@pytest.mark.parametrize(("option", "word"), [("--mrtd", "TD9"), ("--country", "XYZ"), ("--type", "card"), ("--edition", "1850")])
def test_the_command_line_refuses_it_before_it_reads_a_picture(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str, word: str
) -> None:
    assert main(["read", str(tmp_path / "none.jpg"), option, word]) == 2
    told = capsys.readouterr().err
    assert "BAD_ARGUMENT" in told
    assert word in told


def test_an_edition_that_no_template_has_may_be_left_out_instead() -> None:
    """DIS gives "2008-2019" as an example; a document may have an edition that is not installed."""
    advice = Advice(countries=("SVK",), editions=("2008-2019", "2008"))
    assert checked_advice(advice, any_edition=True) == Advice(countries=("SVK",), editions=("2008",))
    with pytest.raises(BadInput):
        checked_advice(Advice(mrtds=("TD9",)), any_edition=True)
