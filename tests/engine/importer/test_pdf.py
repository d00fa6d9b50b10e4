"""The five documents, printed by Debian's chromium as offices lay them out, give the measures of their text."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from engine.importer.draft import Draft, draft_plan
from engine.importer.pdf import read_pdf
from engine.importer.rows import Paragraph, Source
from engine.importer.text import read_text
from tests.browser.visiting import chromium
from tests.engine.importer.test_documents import CELLS, NAMES, by_hand, content, directory, drafted, words
from tests.engine.importer.test_formats import HEAD
from tests.engine.importer.writing import Shape, html_of, written

RULED = 'table[border="1"] { border-collapse: collapse } table[border="1"] td { border: 1px solid; padding: 2pt 4pt }'
NO_CLOSING_LINE = (
    'table[border="1"] { border: 0; border-spacing: 0 } tr > :last-child { border-right: 1px solid !important }'
    'table[border="1"] td { border: 0; border-left: 1px solid; border-top: 1px solid; padding: 2pt }'
)


@dataclass(frozen=True, slots=True)
class Print:
    """How the pages are printed: small ones cut many rows."""

    page: str
    style: str
    shape: Shape
    header_on_each: bool = True
    running_heads: bool = False


PRINTS = {
    "portrait": Print("A4; margin: 2cm", RULED, Shape(paragraphs=True, layout=True), running_heads=True),
    "landscape": Print("A4 landscape; margin: 6.5cm 1.5cm", RULED, Shape()),
    "a third of a page": Print("A5 landscape; margin: 4cm 1cm", RULED, Shape(backwards=True), header_on_each=False),
    "no line below a cut row": Print("A4 landscape; margin: 6cm 2cm", NO_CLOSING_LINE, Shape()),
}


@pytest.fixture(scope="module")
def printed() -> Iterator[dict[tuple[str, str], bytes]]:
    with chromium() as browser:
        page = browser.new_page()
        made = {}
        for name in NAMES:
            for kind, one in PRINTS.items():
                page.set_content(page_of(name, one))
                made[name, kind] = page.pdf(prefer_css_page_size=True, display_header_footer=one.running_heads)
        yield made


def page_of(name: str, one: Print) -> str:
    html = html_of(written(read_text(content(name), name), one.shape, directory())).decode("cp1251")
    if one.header_on_each:
        html = re.sub(r"(<table[^>]*border=1>)(<tr>.*?</tr>)", r"\1<thead>\2</thead>", html, count=1, flags=re.DOTALL)
    style = f"@page {{ size: {one.page} }} body {{ font: 12pt serif }} table {{ width: 100% }} {one.style}"
    return html.replace("windows-1251", "utf-8").replace("</head>", f"<style>{style}</style></head>")


@pytest.fixture(scope="module")
def read(printed: dict[tuple[str, str], bytes]) -> dict[tuple[str, str], Source]:
    return {one: read_pdf(file, f"{one[0]}.pdf") for one, file in printed.items()}


def draft(source: Source, name: str) -> Draft:
    return draft_plan(source, directory(), name, by_hand(name)["plan"]["timezone"])


def told(text: object) -> str:
    """Where a line ended at a hyphen nobody can know whether a space followed it."""
    return re.sub(r"(?<=-) ", "", str(text))


@pytest.mark.parametrize("kind", PRINTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_printed_document_gives_the_measures_of_its_text(read, name: str, kind: str) -> None:
    made = draft(read[name, kind], name)
    messages = words(" ".join(one.message for one in made.findings))
    for ours, theirs in zip(made.measures, drafted(name).measures, strict=True):
        for cell in CELLS:
            expected, found = told(theirs.get(cell)), told(ours.get(cell))
            if expected != found:  # then a finding has the words that are not there
                assert found, cell
                assert expected.startswith(found), cell
                assert words(expected.removeprefix(found)) <= messages


@pytest.mark.parametrize("kind", PRINTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_printed_document_gives_the_head_of_its_text(read, name: str, kind: str) -> None:
    ours, theirs = draft(read[name, kind], name).head, drafted(name).head
    assert {one: getattr(ours, one) for one in HEAD} == {one: getattr(theirs, one) for one in HEAD}


@pytest.mark.parametrize("kind", PRINTS)
@pytest.mark.parametrize("name", NAMES)
def test_no_sign_of_a_printed_document_is_lost_or_made_up(read, name: str, kind: str) -> None:
    ours, theirs = signs(read[name, kind]), signs(read_text(content(name), name))
    assert theirs - ours == Counter()
    made_up = ours - theirs  # the header of each page, and what chromium prints above and below
    assert PRINTS[kind].running_heads or PRINTS[kind].header_on_each or made_up == Counter()


def test_many_rows_are_cut_by_page_ends_and_each_is_named(read) -> None:
    """So that the tests above have something to read; the texts have five such rows of their own."""
    found = [one.code for (name, _), source in read.items() for one in draft(source, name).findings]
    assert found.count("joined-row") > 20


def test_page_numbers_and_running_heads_are_paragraphs_of_their_own(read) -> None:
    paragraphs = [one.text for one in read["kislovodsk-2021", "portrait"].paragraphs]
    assert [one for one in paragraphs if "about:blank" in one] == ["about:blank 1/2", "about:blank 2/2"]


def signs(source: Source) -> Counter[str]:
    parts = [one.text if isinstance(one, Paragraph) else "".join(one.own) for one in source.parts]
    return Counter(re.sub(r"\s", "", "".join(parts)))
