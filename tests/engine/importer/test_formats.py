"""The five documents as offices write them in Word, Excel and pages give the measures and the head of their text."""

import re
from functools import cache, partial
from io import BytesIO

import docx
import pytest

from engine.importer.docx import read_docx
from engine.importer.draft import Draft, draft_plan
from engine.importer.html import read_html
from engine.importer.text import read_text
from engine.importer.xlsx import read_xlsx
from tests.engine.importer.test_documents import CELLS, NAMES, by_hand, content, directory, drafted
from tests.engine.importer.writing import Shape, docx_of, html_of, written, xlsx_of

FORMATS = {
    "docx": (docx_of, read_docx),
    "docx numbered by Word": (partial(docx_of, automatic=True), read_docx),
    "xlsx": (xlsx_of, read_xlsx),
    "html": (html_of, read_html),
}
SHAPES = {
    "as the text": Shape(joined=False),
    "as an office": Shape(merged_down=True, paragraphs=True, repeated=True, layout=True),
    "backwards": Shape(backwards=True, merged_down=True),
}
HEAD = ("kind", "number", "day", "place", "signatory", "controller", "title")


@cache
def made(name: str, form: str, shape: str) -> Draft:
    write, read = FORMATS[form]
    blocks = written(read_text(content(name), name), SHAPES[shape], directory())
    source = read(write(blocks), f"{name}.{form}")
    return draft_plan(source, directory(), name, by_hand(name)["plan"]["timezone"])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_a_document_gives_the_measures_of_its_text(name: str, form: str, shape: str) -> None:
    draft = made(name, form, shape)
    for ours, theirs in zip(draft.measures, drafted(name).measures, strict=True):
        assert {one: ours.get(one) for one in CELLS} == {one: theirs.get(one) for one in CELLS}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_a_document_gives_the_head_of_its_text(name: str, form: str, shape: str) -> None:
    ours, theirs = made(name, form, shape).head, drafted(name).head
    assert {one: getattr(ours, one) for one in HEAD} == {one: getattr(theirs, one) for one in HEAD}


def test_numbers_that_word_prints_stand_nowhere_in_its_text() -> None:
    blocks = written(read_text(content("kislovodsk-2021"), "к.txt"), Shape(), directory())
    written_out = docx.Document(BytesIO(docx_of(blocks, automatic=True)))
    assert [one.text for one in written_out.paragraphs if re.match(r"\d\.", one.text)] == []
