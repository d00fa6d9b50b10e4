"""The documents are held to the code: every command, setting, channel, kind, code and term is named in them."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest
import typer.main

from engine.assignment import RUSSIAN as RUSSIAN_STATES
from engine.assignment import Outcome, State
from engine.calendar import Kind
from engine.people_file import read_people
from engine.plan_file import read_plan
from engine.report import Standing
from engine.settings import Settings
from engine.transition import DEED_RUSSIAN, TRANSITIONS
from notifiers.channels import NOTIFIERS
from notifiers.wording import KINDS
from srok.cli import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
RUSSIAN = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "ru").glob("*.md")}
SOURCES = [path.read_text(encoding="utf-8") for folder in ("engine", "srok") for path in (ROOT / folder).rglob("*.py")]


def commands() -> list[str]:
    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        names += [f"{name} {one}" for one in inner] if inner else [name]
    return names


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_table_of_commands(command) -> None:
    assert f"`srok {command}" in DOCS["commands.md"]


@pytest.mark.parametrize("command", commands())
def test_every_command_has_an_example(command) -> None:
    found = typer.main.get_command(app)
    for part in command.split():
        found = found.commands[part]  # type: ignore[attr-defined]
    assert f"srok {command}" in (found.epilog or "")
    assert found.help


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented(name) -> None:
    assert f"`{name}`" in DOCS["settings.md"]
    assert f"`SROK_{name.upper()}`" in DOCS["settings.md"]


@pytest.mark.parametrize("name", list(NOTIFIERS))
def test_every_channel_is_documented(name) -> None:
    assert f"`{name}`" in DOCS["settings.md"]


@pytest.mark.parametrize("name", [*State, *Outcome])
def test_every_state_and_outcome_is_documented(name) -> None:
    assert re.search(rf"\b{name.value}\b", DOCS["json.md"])
    assert re.search(rf"\b{name.value}\b", DOCS["glossary.md"])


@pytest.mark.parametrize("state", list(State))
def test_the_glossary_has_the_russian_of_every_state_that_people_read(state) -> None:
    rows = [line.split("|") for line in DOCS["glossary.md"].splitlines() if line.startswith("|")]
    assert any(state.value in row[1].replace(" ", "_") and RUSSIAN_STATES[state] in row[2] for row in rows)


@pytest.mark.parametrize("name", sorted({*Kind, *KINDS, *Standing}))
def test_every_kind_of_term_and_message_is_in_the_glossary(name) -> None:
    assert re.search(rf"\b{name}\b", DOCS["glossary.md"])


CODE_ARGUMENT = {"blame": 1, "finding": 1, "at": 1, "Problem": 3, "Finding": 0}


def problem_codes() -> set[str]:
    """Codes given to the functions that make problems, and those yielded with their message."""
    found = set()
    for tree in (ast.parse(text) for text in SOURCES):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = node.args[CODE_ARGUMENT[name] :][:1] if name in CODE_ARGUMENT else []
                found |= {one.value for part in given for one in ast.walk(part) if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                first, second = node.value.elts[0], node.value.elts[-1]
                sentence = isinstance(second, ast.JoinedStr)
                parts = [one.value for one in ast.walk(first) if isinstance(one, ast.Constant)]
                found |= {one for one in parts if sentence or "-" in str(one)}
    return {code for code in found if isinstance(code, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", code)}


def test_problem_codes_are_found_in_the_code() -> None:
    assert {"duplicate-id", "unknown-zone", "ambiguous", "unknown-responsible", "yaml"} <= problem_codes()


@pytest.mark.parametrize("code", sorted(problem_codes()))
def test_every_problem_code_is_documented(code) -> None:
    assert f"`{code}`" in DOCS["json.md"]


def test_every_problem_code_is_explained_to_the_coordinator_and_no_other() -> None:
    """Those of the code, and those that docs/json.md lists for `check`, `import` and `people check`."""
    sections = re.split(r"^## ", DOCS["json.md"], flags=re.MULTILINE)
    listed = [one for one in sections if re.match(r"`srok (check|import|people check) ", one)]
    rows = [row.split("|")[1] for one in listed for row in one.splitlines() if row.startswith("| `")]
    codes = problem_codes() | set(re.findall(r"`([a-z-]+)`", " ".join(rows)))
    cells = [row.split("|")[1] for row in RUSSIAN["zamechaniya.md"].splitlines() if row.startswith("| `")]
    assert set(re.findall(r"`([a-z-]+)`", " ".join(cells))) == codes


def test_versions_agree_and_the_changelog_has_an_entry() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"[{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_links_between_documents_lead_somewhere() -> None:
    pages = {"README.md": README} | {f"docs/{name}": text for name, text in DOCS.items()}
    for name, text in (pages | {f"docs/ru/{name}": text for name, text in RUSSIAN.items()}).items():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (ROOT / name).parent.joinpath(target).exists(), f"{name}: {target}"


def test_every_page_for_readers_is_in_their_list() -> None:
    assert {name for name in RUSSIAN if f"]({name})" not in RUSSIAN["index.md"]} == {"index.md"}


def test_the_readme_is_one_screen() -> None:
    assert README.count("\n") <= 100


def test_pictures_are_small_and_shown() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert max(sizes.values()) < 150_000
    assert sum(sizes.values()) < 600_000
    assert [name for name in sizes if f"pictures/{name}" not in README] == []


def test_every_convention_that_answers_name_is_listed() -> None:
    listed = RUSSIAN["soglasheniya.md"]
    named = {n for found in re.findall(r"соглашени[ея] ([\d, ]+)", "".join(SOURCES)) for n in re.findall(r"\d+", found)}
    assert named
    assert {n for n in named if f"| {n} |" not in listed} == set()


def test_the_example_of_the_plan_file_is_read_without_an_error() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS["plan-file.md"], re.DOTALL)
    people, _ = read_people((ROOT / "plans" / "people.example.yaml").read_text(encoding="utf-8"), "people.yaml")
    for decision in ("", *blocks[1:]):
        cell = next(line for line in blocks[0].splitlines() if "deadline:" in line)
        text = blocks[0].replace(cell + "\n", decision or cell + "\n")
        roadmap, problems = read_plan(text, "plan.yaml", people)
        assert roadmap is not None, problems
        assert [one.code for one in problems] == []


def test_the_table_of_states_is_that_of_the_code(golden) -> None:
    head, _, _ = DOCS["states.md"].partition("| deed |")
    rows = [
        f"| {deed.value} | {DEED_RUSSIAN[deed]} | {_names(rule.sources)} "
        f"| {(rule.target and rule.target.value) or '—'} | {_names(rule.by)} | {_names(rule.needs) or '—'} |"
        for deed, rule in TRANSITIONS.items()
    ]
    table = ["| deed | по-русски | from | to | by | must say |", "|---|---|---|---|---|---|", *rows]
    golden(ROOT / "docs" / "states.md", head + "\n".join(table) + "\n")


def _names(values: Iterable[StrEnum]) -> str:
    return ", ".join(one.value for one in type(next(iter(values), State.SENT)) if one in values)
