"""`--help` of every command: Russian throughout, with an example, in the order of work, as wide as the terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import typer.main

from srok.cli import app
from srok.helping import PANELS
from tests.srok.conftest import ROOT


def paths() -> list[str]:
    group = typer.main.get_command(app)
    found = [""]
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found += [name, *(f"{name} {one}" for one in getattr(command, "commands", ()))]
    return found


ENGLISH = re.compile(r"usage|options|commands|arguments|required|default|show this|exit|<\w+>|env var", re.IGNORECASE)


@pytest.mark.parametrize("command", paths())
def test_the_help_is_russian_with_an_example(cli, command) -> None:
    done = cli(*command.split(), "--help", COLUMNS="80")
    assert done.code == 0
    assert done.out.startswith(f"Вызов: srok {command}".rstrip() + " ")
    assert not ENGLISH.search(done.out)
    assert f"srok {command}".rstrip() in done.out.splitlines()[-1] + done.out.splitlines()[-2]
    assert "показать эту справку" in done.out


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_help_fits_the_terminal_and_cuts_nothing(cli, columns) -> None:
    done = cli("--help", COLUMNS=str(columns))
    rows = done.out.splitlines()
    assert max(map(len, rows[:-3])) <= columns  # the examples at the end stand as they are to be typed
    assert "…" not in "".join(rows[1:])
    assert "\x1b" not in done.out


def test_every_command_has_its_place_in_the_order_of_work(cli) -> None:
    listed = [name for panel in PANELS.values() for name in panel]
    assert sorted(listed) == sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    heads = [row.removesuffix(":") for row in cli("--help").out.splitlines() if re.fullmatch(r"[А-Я].*:", row)]
    assert heads == ["Параметры", *PANELS]


def test_every_option_that_takes_a_value_says_which_by_a_word_in_capitals() -> None:
    group = typer.main.get_command(app)
    for path in paths():
        command = group
        for part in path.split():
            command = command.commands[part]  # type: ignore[attr-defined]
        for one in command.params:
            assert (
                one.metavar is None
                or one.metavar.strip("[]…") == one.metavar.strip("[]…").upper()
                or "|" in one.metavar
            )


def test_the_version_is_that_of_the_package(cli) -> None:
    assert re.fullmatch(r"srok \d+\.\d+\.\d+\n", cli("--version").out)


def test_the_shell_completes_commands(cli) -> None:
    done = cli(_SROK_COMPLETE="complete_bash", COMP_WORDS="srok re", COMP_CWORD="1")
    assert (done.code, done.out.split()) == (
        0,
        ["rehearse", "reconcile", "report", "return", "reopen", "resend", "restore"],
    )


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_shell_is_taught_to_complete_or_told_why_not(cli, tmp_path, shell) -> None:
    env = os.environ | {"HOME": str(tmp_path), "SROK_HOME": str(cli.home)}
    command = f"{sys.executable} -m srok --install-completion; true"  # the shell stays the parent
    done = subprocess.run([shell, "-c", command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    script = tmp_path / ".bash_completions" / "srok.sh"
    if shell == "bash":
        assert done.stdout == f"Дополнение команд по клавише Tab включено (bash): {script}. Откройте терминал заново.\n"
        assert "_SROK_COMPLETE=complete_bash" in script.read_text(encoding="utf-8")
    else:
        refused = "дополнение команд есть для bash, zsh и fish: запустите это в одной из них"
        assert done.stderr == f"Ошибка: {refused}; образец покажет --help\n"
        assert not script.exists()
