"""What to do next: said at the end of each command of the path init → import → check → rehearse → sync → up.

It is part of what a command tells a person and stands on the standard output; --json and --jsonl, which programs read,
have none of it. Each step has a line of its own, so that its command can be copied whole.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path

import typer

UP = "включите напоминания: srok up; положение дел: srok status"
"""The last step: from then on the engine tells people by itself."""
_PLAIN = re.compile(r"[\w@%+=:,./-]+")


def say_next(*steps: str) -> None:
    """Print what to do next, in order."""
    if len(steps) == 1:
        typer.echo(f"\nДальше: {steps[0]}")
        return
    typer.echo("\nДальше:")
    for number, step in enumerate(steps, 1):
        typer.echo(f"  {number}. {step}")


def quoted(paths: Iterable[Path]) -> str:
    """Return *paths* as they are typed after a command in the shell of this system."""
    return " ".join(_quoted(str(one)) for one in paths)


def _quoted(path: str) -> str:
    path = f".{os.sep}{path}" if path.startswith("-") else path
    if _PLAIN.fullmatch(path):
        return path
    return subprocess.list2cmdline([path]) if os.name == "nt" else shlex.quote(path)


def see_mail(paths: Iterable[Path]) -> str:
    """Return the step in which an office sees how much mail it will get."""
    return f"посмотрите, кто и когда получит письма: srok rehearse {quoted(paths)}"


def put_in(paths: Iterable[Path]) -> str:
    """Return the step that brings plans into the database."""
    return f"внесите план в базу: srok sync {quoted(paths)}"


def write_people(people: Path, example: Path) -> str:
    """Return the step in which the real people take the place of the invented ones."""
    names = f"«{_short(example)}» под именем «{_short(people)}»"
    return f"скопируйте {names}, впишите своих людей; проверка: srok people check"


def _short(path: Path) -> Path:
    """Return *path* as it is seen from the current folder, if it lies there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
