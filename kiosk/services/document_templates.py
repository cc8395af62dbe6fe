"""Templates of documents, loaded from resources/documents. The format of the files: docs/guides/templates.md.

One file per type and edition of a document. An integrator adds a document by adding a file; no code knows any document.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.template_file import read_file
from kiosk.services.template_model import (
    ANY_COUNTRY,
    Area,
    Format,
    Template,
    TemplateColour,
    TemplateField,
    TemplateMrz,
    TemplatePage,
)

__all__ = [
    "ANY_COUNTRY",
    "Area",
    "Format",
    "Template",
    "TemplateColour",
    "TemplateField",
    "TemplateMrz",
    "TemplatePage",
    "check_template",
    "load_template",
    "load_templates",
    "template_by_id",
]

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "documents"


@cache
def load_templates(folder: Path = FOLDER) -> tuple[Template, ...]:
    """Every template of a folder, by id; read once per process.

    Raises:
        BadInput: TEMPLATE_INVALID, for the first file that is wrong or an id that stands twice.
    """
    templates: dict[str, Template] = {}
    for path in sorted(folder.glob("*.toml")):
        template = load_template(path)
        if template.id in templates:
            raise BadInput(ErrorCode.TEMPLATE_INVALID, f"{path.name}: id {template.id!r} stands in another file, too")
        templates[template.id] = template
    return tuple(templates.values())


def load_template(path: Path) -> Template:
    """One template. Raises BadInput: TEMPLATE_INVALID with the file's name and the first thing that is wrong."""
    template, wrong = read_file(path)
    if template is None or wrong:
        raise BadInput(ErrorCode.TEMPLATE_INVALID, f"{path.name}: {wrong[0]}")
    return template


def check_template(path: Path) -> tuple[str, ...]:
    """Everything that is wrong with a file, one English line each with the place in the file; empty = it can be used."""
    return read_file(path)[1]


def template_by_id(template_id: str, templates: Sequence[Template] | None = None) -> Template | None:
    """The template of `DocumentType.template`, None when there is none."""
    return next((one for one in (load_templates() if templates is None else templates) if one.id == template_id), None)
