"""Every command that README, docs/commands.md and docs/ru show is run as a process and prints what the page says.

A page is read from its first line to its last in one throw-away home; `make demo` is compared in
tests/packaging/test_installed.py, where the demonstration runs anyway, and `make test` is what runs this.
"""

from __future__ import annotations

import re
import shutil

import pytest
import typer.main

from srok.cli import app
from tests.console import ROOT, Shell, differs, examples

PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "docs" / "commands.md", *sorted((ROOT / "docs" / "ru").glob("*.md")))
]
ELSEWHERE = {"make demo", "make test"}


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [page for page in PAGES if list(examples(text(page)))])
def test_the_commands_of_a_page_print_what_it_says(page, tmp_path) -> None:
    shell = Shell(tmp_path / "srok")
    shutil.copytree(ROOT / "plans", shell.folder / "plans")
    shell.prepare()
    for one in examples(text(page)):
        if one.kind != "command":
            shell.write(one)
        elif one.command not in ELSEWHERE:
            code, printed = shell.run(one)
            assert differs(printed, one.text) is None, f"{page}, строка {one.line}: {one.command}\n{printed}"
            said = re.search(r"# код (\d+)", one.command)
            assert code == int(said[1]) if said else bool(code) is ("Ошибка:" in printed), f"{one.command}: {code}"


def test_what_is_left_out_is_any_line_and_any_part_of_one() -> None:
    assert differs("а\nб\nв\n", "а\n…\nв\n") is None
    assert differs("а б в\n", "а … в") is None
    assert differs("", "") is None
    assert differs("а\n", "") == "а\n"
    assert differs("а\nб\n", "а\nв\n") == "а\nб\n"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_that_a_page_names_exists(page) -> None:
    """Of commands within a line, which are not run."""
    for line in re.findall(r"(?<!`)`(?:\.venv/bin/)?srok ([^`]+)`", text(page)):
        found = typer.main.get_command(app)
        words = line.split()
        while words and hasattr(found, "commands"):
            assert words[0] in found.commands, f"{page}: srok {line}"
            found = found.commands[words.pop(0)]
        known = {option for one in found.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
        assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(words))) <= known, f"{page}: srok {line}"
