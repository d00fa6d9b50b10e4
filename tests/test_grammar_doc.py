"""docs/grammar.md and docs/ru/soglasheniya.md are held to the code: rules, kinds, codes, and every example is run."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from engine import deadline as language
from engine.calendar import Horizon, resolve
from engine.calendar.rhythms import frequency
from engine.calendar.shapes import Part
from engine.deadline import DeadlineError, Piece, Relation, Rhythm, Term, Unit, canonical, parse_deadline
from engine.deadline.lexer import MAX_CHARACTERS, Tokens

ROOT = Path(__file__).parent.parent
DOC = (ROOT / "docs" / "grammar.md").read_text(encoding="utf-8")
CONVENTIONS = (ROOT / "docs" / "ru" / "soglasheniya.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
JSON_DOC = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")


def trees(folder: str) -> dict[str, ast.Module]:
    return {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / folder).glob("*.py"))}


DEADLINE, CALENDAR = trees("engine/deadline"), trees("engine/calendar")


def tables(text: str, heading: str) -> list[list[str]]:
    """Rows of the tables under a heading: cells without backquotes, `⏎` as the end of a line."""
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip().replace("⏎", "\n") for cell in row] for row in rows]


def rows(heading: str, width: int, text: str = DOC) -> list[list[str]]:
    """Rows of one width whose first cell is code or an example, without their backquotes."""
    found = [row for row in tables(text, heading) if len(row) == width and row[0].startswith("`")]
    assert found, f"no table of {width} columns under «{heading}»"
    return [[re.sub(r"^`(.*)`$", r"\1", cell, flags=re.DOTALL) for cell in row] for row in found]


PLANS = {
    name: Horizon(date.fromisoformat(start), date.fromisoformat(end))
    for name, start, end in re.findall(r"\*\*(\w)\*\*, (\S+) to (\d{4}-\d\d-\d\d)", DOC)
}


# --- rules


def grammar() -> dict[str, str]:
    """Rules of the EBNF, without its comments."""
    block = re.sub(r"\(\*.*?\*\)", "", re.findall(r"```ebnf\n(.*?)```", DOC, re.DOTALL)[0], flags=re.DOTALL)
    parted = [rule.partition("=") for rule in block.split(";") if rule.strip()]
    return {name.strip(): body for name, _, body in parted}


RULES = grammar()
KINDS = {row[0] for row in rows("Kinds of token", 3)}


def methods() -> dict[str, str]:
    """Methods of the classes of engine.deadline, with their docstrings."""
    classes = [node for tree in DEADLINE.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = [node for one in classes for node in one.body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_docstring(node) or "" for node in found}


def test_every_rule_of_the_grammar_is_a_method() -> None:
    assert len(RULES) > 50
    assert {name for name in RULES if name not in methods()} == set()


def test_every_method_that_reads_is_a_rule() -> None:
    reads = {name for name, said in methods().items() if said.startswith("Read ")}
    assert len(reads) > 30
    assert reads - set(RULES) == set()


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_made_of_rules_and_kinds(name) -> None:
    words = set(re.findall(r"\w+", RULES[name]))
    assert {word for word in words if word.islower()} - set(RULES) == set()
    assert {word for word in words if not word.islower()} - KINDS == set()


def test_every_rule_is_reached_from_the_first() -> None:
    reached, ahead = set(), ["deadline"]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += [word for word in re.findall(r"[a-z_]+", RULES[name]) if word in RULES]
    assert set(RULES) - reached == set()


# --- tokens


def kinds_of_the_code() -> set[str]:
    """Strings in capitals of the vocabulary and of the lexer."""
    found = [node for name in ("words.py", "lexer.py") for node in ast.walk(DEADLINE[name])]
    strings = {node.value for node in found if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {one for one in strings if re.fullmatch(r"[A-Z]{2,}(_[A-Z]+)*", one)} - {"NFC"}


def test_the_kinds_are_those_of_the_code() -> None:
    assert kinds_of_the_code() == KINDS


@pytest.mark.parametrize(
    ("kind", "cell"), [(row[0], one) for row in rows("Kinds of token", 3) for one in row[1].split("`, `") if one]
)
def test_a_kind_is_what_its_examples_are_cut_into(kind, cell) -> None:
    assert Tokens(cell).kinds == [kind, "END"]


def test_a_kind_that_is_in_no_rule_says_so() -> None:
    named = {word for body in RULES.values() for word in re.findall(r"[A-Z_]{2,}", body)}
    said = {row[0] for row in rows("Kinds of token", 3) if row[2].startswith("in no rule")}
    assert KINDS - named == said | {"END"}


# --- terms


def shown(part: Part) -> str:
    """A part in the short form of the document: kind, rhythm, first window, how many."""
    windows = [f"{window.first or ''}..{window.last}" for window in part.windows]
    said = part.event or part.ref
    words = [part.kind, part.freq, f"times {part.times}" if part.times else None, part.relation, part.offset]
    words += [f"«{said}»" if said else None, *windows[:1], f"({len(windows)})" if len(windows) > 1 else None]
    return " ".join(str(word) for word in words if word)


@pytest.mark.parametrize(("shape", "cell", "text", "meaning"), rows("Terms", 4))
def test_an_example_of_a_term_reads_as_it_says(shape, cell, text, meaning) -> None:
    deadline = parse_deadline(cell)
    assert shape in {type(term).__name__ for term in deadline.terms}
    assert canonical(deadline) == text
    assert parse_deadline(text).terms == deadline.terms
    assert [shown(part) for part in resolve(deadline, PLANS["S"]).parts] == [meaning]


def test_every_shape_and_relation_has_an_example() -> None:
    examples = rows("Terms", 4)
    assert {row[0] for row in examples} == {shape.__name__ for shape in get_args(Term)}
    assert {one for one in Relation if not any(f"event {one}" in row[3] for row in examples)} == set()


@pytest.mark.parametrize(("cell", "text", "why"), rows("What is tolerated", 3))
def test_what_is_tolerated_is_read(cell, text, why) -> None:
    assert canonical(parse_deadline(cell)) == text


# --- refusals


def refusals() -> list[tuple[str, str]]:
    special = {"(2001 characters)": "м" * (MAX_CHARACTERS + 1), "(U+0007)": "май\x07 2021"}
    return [(row[0], special.get(row[1], row[1])) for row in rows("What is refused", 3)]


def refusal(cell: str) -> str | None:
    try:
        parse_deadline(cell)
    except DeadlineError as error:
        return error.code
    return None


@pytest.mark.parametrize(("code", "cell"), refusals())
def test_what_is_refused_is_refused_with_its_code(code, cell) -> None:
    assert refusal(cell) == code


@pytest.mark.parametrize(("cell", "why"), rows("What is refused", 2))
def test_what_is_refused_on_purpose_is_refused(cell, why) -> None:
    assert refusal(cell) is not None


def codes(found: dict[str, ast.Module], *names: str) -> set[str]:
    """Codes that are given to the functions of these names, or are the default of their argument."""
    given: list[ast.expr] = []
    for node in (node for tree in found.values() for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
            given += [*node.args, *(one.value for one in node.keywords)]
        if isinstance(node, ast.FunctionDef) and node.name in names:
            given += node.args.defaults
    values = [node.value for one in given for node in ast.walk(one) if isinstance(node, ast.Constant)]
    return {value for value in values if isinstance(value, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", value)}


def test_the_codes_of_refusals_are_those_of_the_code() -> None:
    raised = codes(DEADLINE, "refuse", "refuse_place", "DeadlineError")
    assert {row[0] for row in rows("What is refused", 3)} == raised
    assert {code for code in raised if f"`{code}`" not in JSON_DOC} == set()


# --- assumptions and doubts


def test_the_codes_of_assumptions_are_those_of_the_code() -> None:
    assert {row[0] for row in rows("What is assumed", 3)} == codes({"remarks.py": CALENDAR["remarks.py"]}, "Remark")


@pytest.mark.parametrize(("code", "cell", "plan"), rows("What is assumed", 3))
def test_an_assumption_is_made(code, cell, plan) -> None:
    assert code in {one.code for one in resolve(parse_deadline(cell), PLANS[plan]).assumptions}


def test_the_codes_of_doubts_are_those_of_the_code() -> None:
    assert {row[0] for row in rows("What stays in doubt", 4)} == codes(CALENDAR, "doubt", "unknown")


@pytest.mark.parametrize(("code", "cell", "plan", "what"), rows("What stays in doubt", 4))
def test_a_doubt_is_raised(code, cell, plan, what) -> None:
    reading = resolve(parse_deadline(cell), PLANS[plan])
    assert code in {one.code for one in reading.doubts}
    assert ("`unknown`" in what) == any(part.kind == "unknown" for part in reading.parts)


# --- what else is named


def test_every_file_that_is_named_exists_and_every_module_is_named() -> None:
    named = set(re.findall(r"`((?:engine|tests)/[\w/.]+\.py)`", DOC))
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {f"engine/deadline/{name}" for name in DEADLINE if name != "__init__.py"} - named == set()


@pytest.mark.parametrize("shape", [*get_args(Term), language.Period, Unit, Piece, language.Part, language.Deadline])
def test_every_shape_is_in_the_glossary(shape) -> None:
    assert re.search(rf"^\| [^|]*`{shape.__name__}`", GLOSSARY, re.MULTILINE)


def test_the_glossary_names_no_shape_that_is_gone() -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", GLOSSARY))
    assert named
    assert {name for name in named if not hasattr(language, name)} == set()


@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize("unit", [unit for unit in Unit if unit not in {Unit.SCHOOL_HALF, Unit.SCHOOL_YEAR}])
def test_every_rhythm_is_documented(unit, every) -> None:
    name = frequency(Rhythm(unit, every)).replace("-2-", "-N-")
    assert f"`{name}`" in JSON_DOC or (every > 1 and "`every-N-…`" in JSON_DOC)


# --- the conventions for coordinators


@pytest.mark.parametrize(("refused", "read"), rows("Что не читается и как написать иначе", 2, CONVENTIONS))
def test_what_is_not_read_has_a_wording_that_is(refused, read) -> None:
    assert refusal(refused) is not None
    for wording in read.split("`, `"):
        parts = resolve(parse_deadline(wording), PLANS["C"]).parts
        assert "unknown" not in {part.kind for part in parts}
