"""A period written into the people file: what it overlaps is replaced, all else and every comment stays."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

import pytest

from engine.people_edit import with_period
from engine.people_file import read_people

EXAMPLE = (Path(__file__).parents[2] / "plans" / "people.example.yaml").read_text(encoding="utf-8")
FILE = """\
# Справочник: хранить вне git.
people:
  # начальник
  - id: a   # не менять
    name: Аверина А. А.
    email: a@example.org
    substitute:
      - {person: b, from: 2021-06-01, to: 2021-06-10, basis: отпуск}  # приказ № 1
      - {person: b, from: 2021-08-01, to: 2021-08-10}
  - {id: b, name: "Белов Б. Б.", email: b@example.org}   # заместитель
# школы
schools:
  - {id: s, name: СОШ, head: b}
"""


def period(start: str, end: str, **more: str) -> dict[str, object]:
    return {**more, "from": date.fromisoformat(start), "to": date.fromisoformat(end)}


def added(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and the lines that came."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[3:]
    return [one[1:] for one in lines if one[0] == "-"], [one[1:] for one in lines if one[0] == "+"]


def test_a_first_period_adds_its_lines_and_touches_nothing_else() -> None:
    after = with_period(FILE, "a", "silence", period("2021-06-16", "2021-06-20", why="курсы"))
    assert added(FILE, after) == (
        [], ["    silence:", '      - {why: "курсы", from: 2021-06-16, to: 2021-06-20}']
    )  # fmt: skip


def test_the_example_file_gains_a_period_and_loses_nothing() -> None:
    after = with_period(EXAMPLE, "p-maketov", "silence", period("2021-06-16", "2021-06-20", why="курсы"))
    gone, come = added(EXAMPLE, after)
    assert (gone, len(come)) == ([], 2)


OVERLAPS = [
    # the new period, which of the two old ones stay
    ("2021-06-11", "2021-07-31", ["2021-06-01", "2021-08-01"]),  # between them
    ("2021-06-10", "2021-06-20", ["2021-08-01"]),  # one day in common
    ("2021-05-20", "2021-06-01", ["2021-08-01"]),
    ("2021-05-20", "2021-05-31", ["2021-06-01", "2021-08-01"]),
    ("2021-06-03", "2021-06-04", ["2021-08-01"]),  # inside
    ("2021-06-01", "2021-06-10", ["2021-08-01"]),  # the same
    ("2021-06-05", "2021-08-05", []),
    ("2021-08-11", "2021-08-20", ["2021-06-01", "2021-08-01"]),
]


@pytest.mark.parametrize(("start", "end", "left"), OVERLAPS)
def test_what_a_period_overlaps_is_replaced(start, end, left) -> None:
    after = with_period(FILE, "a", "substitute", period(start, end, person="b"))
    directory, problems = read_people(after, "people.yaml")
    assert problems == []
    assert [f"{one.start}" for one in directory.people["a"].substitute] == [*left, start]
    assert (directory.people["a"].silence, directory.people["b"].substitute) == ((), ())


def test_comments_and_quotes_stay() -> None:
    after = with_period(FILE, "b", "silence", period("2021-09-01", "2021-09-02"))
    assert after.count("#") == FILE.count("#")
    assert 'name: "Белов Б. Б."' in after


@pytest.mark.parametrize("words", ["# приказ № 1", "# заместители"])
def test_comments_beside_the_periods_that_stay_are_kept(words) -> None:
    text = FILE.replace("  - {id: b", "  # заместители\n  - {id: b")
    assert words in with_period(text, "a", "substitute", period("2021-09-01", "2021-09-02", person="b"))


def test_done_twice_it_says_the_same() -> None:
    once = with_period(FILE, "a", "silence", period("2021-06-16", "2021-06-20", why="курсы"))
    assert with_period(once, "a", "silence", period("2021-06-16", "2021-06-20", why="курсы")) == once


NEW = '{from: 2021-09-01, to: 2021-09-02, why: "курсы: «два дня»"}'
OLD = "{from: 2021-01-01, to: 2021-01-02}"
SEEN = "silence:  # кому не писать\n    - from: 2021-01-01   # больничный\n      to: 2021-01-02\n"
FOLDED = "name: >-\n      Белов\n      Б. Б.\n"
WRITTEN = [
    # a person's entry before, what stands there after
    ("- {id: b, name: Б}", f"- {{id: b, name: Б, silence: [{NEW}]}}"),
    ("- {id: b, name: Б, silence: []}", f"- {{id: b, name: Б, silence: [{NEW}]}}"),
    (
        "- {id: b, name: Б, silence: [OLD, {from: 2021-09-02, to: 2021-09-09}]}",
        f"- {{id: b, name: Б, silence: [OLD, {NEW}]}}",
    ),
    (f"- id: b\n    name: Б\n    {SEEN}", f"- id: b\n    name: Б\n    {SEEN}    - {NEW}\n"),
    (f"- id: b\n    {FOLDED}", f"- id: b\n    {FOLDED}    silence:\n      - {NEW}\n"),
    ("- id: b\n    name: Б\n    telegram:\n", f"- id: b\n    name: Б\n    telegram:\n    silence:\n      - {NEW}\n"),
    (
        "- {id: a, name: А, unit: &u х}\n  - id: b\n    name: Б\n    unit: *u\n",
        f"- {{id: a, name: А, unit: &u х}}\n  - id: b\n    name: Б\n    unit: *u\n    silence:\n      - {NEW}\n",
    ),
    ("- id: b\n    name: Б", f"- id: b\n    name: Б\n    silence:\n      - {NEW}\n"),  # no break at the file's end
]


@pytest.mark.parametrize(("before", "after"), WRITTEN)
def test_each_way_of_writing_a_person_is_kept(before, after) -> None:
    new = {"from": date(2021, 9, 1), "to": date(2021, 9, 2), "why": "курсы: «два дня»"}
    before, after = before.replace("OLD", OLD), after.replace("OLD", OLD)
    text = with_period(f"people:\n  {before}", "b", "silence", new)
    assert text == f"people:\n  {after}"
    directory, problems = read_people(text, "people.yaml")
    assert (problems, directory.people["b"].silence[-1].why) == ([], "курсы: «два дня»")
