"""The five documents give the plans that were made of them by hand; every difference has its reason here."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.errors import Level
from engine.importer.draft import Draft, draft_plan
from engine.importer.text import read_text
from engine.people import Directory
from engine.people_file import read_people
from engine.plan_file import read_plan

ROOT = Path(__file__).parents[3]
COUNTS = [
    ("artem-2020", 18),
    ("vesyegonsk-2020", 24),
    ("kislovodsk-2021", 13),
    ("lysva-2021", 14),
    ("yeniseysk-2023", 17),
]
NAMES = [name for name, _ in COUNTS]
CELLS = (
    "id",
    "number",
    "section",
    "clause",
    "title",
    "deadline",
    "responsible",
    "controller",
    "result",
    "schools",
    "sub",
)

# plan, measure (None: all), field: why the import says something else than the plan made by hand
DIFFERENCES = {
    ("artem-2020", None, "clause"): "«Приложение 1, п. N» is composed by a person: the table does not say it",
    ("yeniseysk-2023", None, "clause"): "the same",
    ("vesyegonsk-2020", "1.2", "controller"): "of two controllers the first is taken; a person chose the second",
}

OF_EXAMPLE = "the document does not name it: the plan made by hand takes it from the example"
OF_WORDS = "the document has no letterhead: a person composed it of words of the title"
AS_PRINTED = "as printed in the letterhead; a person wrote it as a sentence would have it"
# plan, field of its head: why the import says something else than the plan made by hand
DIFFERENCES_OF_HEAD = {
    ("artem-2020", "organization"): AS_PRINTED,
    ("artem-2020", "coordinator"): OF_EXAMPLE,
    ("vesyegonsk-2020", "organization"): OF_WORDS,
    ("vesyegonsk-2020", "coordinator"): OF_EXAMPLE,
    ("vesyegonsk-2020", "issuer"): OF_EXAMPLE,
    ("vesyegonsk-2020", "controller"): OF_EXAMPLE,
    ("kislovodsk-2021", "organization"): AS_PRINTED,
    ("kislovodsk-2021", "coordinator"): "clause 3 names the role as an executor; a person gave it the right",
    ("lysva-2021", "organization"): OF_WORDS,
    ("lysva-2021", "issuer"): OF_EXAMPLE,
    ("lysva-2021", "controller"): OF_EXAMPLE,
    ("yeniseysk-2023", "organization"): AS_PRINTED,
    ("yeniseysk-2023", "coordinator"): "clause 3 names a post the example does not have",
}


@cache
def directory() -> Directory:
    path = ROOT / "plans" / "people.example.yaml"
    return read_people(path.read_text(encoding="utf-8"), path.name)[0]


@cache
def content(name: str) -> bytes:
    return (ROOT / "tests" / "documents" / f"{name}.txt").read_bytes()


@cache
def by_hand(name: str) -> Any:
    return YAML(typ="safe").load(ROOT / "plans" / f"{name}.yaml")


@cache
def drafted(name: str) -> Draft:
    return draft_plan(read_text(content(name), f"{name}.txt"), directory(), name, by_hand(name)["plan"]["timezone"])


def differences(name: str) -> Iterator[tuple[str, str, str]]:
    for ours, theirs in zip(drafted(name).measures, by_hand(name)["measures"], strict=True):
        for cell in CELLS:
            if ours.get(cell) != (theirs.get(cell) or None):
                yield name, theirs["id"], cell


@pytest.mark.parametrize(("name", "measures"), COUNTS)
def test_a_document_gives_as_many_measures_as_it_has(name: str, measures: int) -> None:
    assert len(drafted(name).measures) == measures


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_that_of_the_plan_made_by_hand_or_the_difference_is_explained(name: str) -> None:
    unexplained = [
        one for one in differences(name) if one not in DIFFERENCES and (one[0], None, one[2]) not in DIFFERENCES
    ]
    assert unexplained == []


def test_no_difference_is_explained_that_is_not_there() -> None:
    found = {one for name in NAMES for one in differences(name)}
    seen = found | {(name, None, cell) for name, _, cell in found}
    assert set(DIFFERENCES) <= seen


@pytest.mark.parametrize("name", NAMES)
def test_the_head_is_that_of_the_plan_made_by_hand(name: str) -> None:
    read, _ = read_plan(drafted(name).text, name, directory())
    expected, _ = read_plan((ROOT / "plans" / f"{name}.yaml").read_text(encoding="utf-8"), name, directory())
    assert read is not None
    assert expected is not None
    assert read.plan.order == expected.plan.order
    assert (read.horizon, read.plan.timezone) == (expected.horizon, expected.plan.timezone)
    assert read.plan.title.casefold() == expected.plan.title.casefold()
    differing = [
        (name, field)
        for field in ("organization", "coordinator", "issuer", "controller")
        if getattr(read.plan, field) != getattr(expected.plan, field)
    ]
    assert differing == [one for one in DIFFERENCES_OF_HEAD if one[0] == name]


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_is_a_plan_file_without_an_error(name: str) -> None:
    roadmap, problems = read_plan(drafted(name).text, name, directory())
    assert [one.message for one in problems if one.level is Level.ERROR] == []
    assert roadmap is not None
    assert [one.title for one in roadmap.measures] == [one["title"] for one in drafted(name).measures]


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_the_document_is_used(name: str) -> None:
    lines = content(name).decode().splitlines()
    assert sorted(drafted(name).placed) == [number for number, line in enumerate(lines, 1) if line.strip()]


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_the_document_is_in_a_cell_a_header_or_a_finding(name: str) -> None:
    draft = drafted(name)
    kept = words(" ".join([draft.text, *draft.headers, *(one.message for one in draft.findings)]))
    assert words(re.sub("</?b>", "", content(name).decode())) - kept == set()


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize("name", NAMES)
def test_a_measure_names_its_lines_of_the_document(name: str) -> None:
    places = re.findall(r"# строка документа: ([\d, ]+)\n", drafted(name).text)
    lines = content(name).decode().splitlines()
    for measure, place in zip(drafted(name).measures, places, strict=True):
        text = " ".join(lines[int(one) - 1] for one in place.split(", "))
        assert words(measure["title"]) <= words(text)


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_russian_sentences_with_a_place(name: str) -> None:
    for finding in drafted(name).findings:
        assert re.fullmatch(r"[«А-ЯЁ].+\.", finding.message), finding
        assert finding.line or finding.code in {"horizon-taken", "no-signatory", "control-not-laid"}
