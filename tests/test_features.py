"""The table of features names tests that exist: what is marked is proven by something that can fail."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| (?:`([^`|]+)`|-) \|$", re.MULTILINE)
HEAD = "## The features of the four protocols"


def rows() -> list[tuple[int, str, str, str]]:
    text = (ROOT / "docs" / "features.md").read_text("utf-8")
    return [(int(number), feature, state, test) for number, feature, state, test in ROW.findall(text[text.index(HEAD) :])]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_feature_of_the_protocols_stands_once() -> None:
    assert [number for number, *_ in rows()] == list(range(1, 91))


@pytest.mark.parametrize(("number", "feature", "state", "test"), rows(), ids=lambda value: str(value) if isinstance(value, int) else "")
def test_what_is_marked_is_proven_by_a_test_that_is_there(number: int, feature: str, state: str, test: str) -> None:
    word = state.split(":")[0]
    assert word in ("yes", "partly", "no"), feature
    assert (word == "yes") == (state == "yes"), "what is not whole says what is missing"
    if word == "no":
        assert not test
        return
    path, _, name = test.partition("::")
    assert name in names_in(ROOT / path), test


def test_the_features_have_the_protocols_words() -> None:
    """Each row is about the feature of that number, where the protocols' facts are beside the project."""
    facts = ROOT.parent / "shared" / "reference" / "protocols.md"
    if not facts.is_file():
        pytest.skip("the protocols' facts are not beside the project")
    text = facts.read_text("utf-8")
    named = re.findall(r"^\| (\d+) \| ([^|]+) \| [\d ]+ \|$", text[text.index("## 6.") :], re.MULTILINE)
    assert len(named) == 90
    mine = {number: set(re.findall(r"\w{2,}", feature.lower())) for number, feature, *_ in rows()}
    for number, feature in named:
        assert mine[int(number)] & set(re.findall(r"\w{2,}", feature.lower())), (number, feature)
