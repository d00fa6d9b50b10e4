"""`srok diff`: what differs between two plan files; moved due days come first."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from engine.errors import NotFoundError, PeopleError, SrokError
from engine.people import Directory
from engine.plan import Roadmap
from engine.plan_diff import Difference, Differs, diff_plans
from engine.settings import Settings
from srok.inputs import Inputs, read_inputs
from srok.screens import console, print_hanging, print_problems

_TITLES = {
    Differs.MOVED: "Другие сроки исполнения",
    Differs.OPENS: "Другое начало, срок прежний",
    Differs.REIDENTIFIED: "Изменён id",
    Differs.ADDED: "Добавлено",
    Differs.STRUCK: "Снято",
    Differs.RENUMBERED: "Другой №",
    Differs.CHANGED: "Изменено",
    Differs.PLAN: "План в целом",
}


class NotComparedError(SrokError):
    """A file cannot be compared; as diff(1) has it, 2 is trouble."""

    exit_code = 2


def diff_files(old: Path, new: Path, settings: Settings) -> tuple[Difference, ...]:
    """Return what differs between two plan files.

    Raises:
        NotComparedError: One is missing, or has errors, which are printed as `srok check` does.
    """
    try:
        before, directory = read_one(old, settings)
        after, _ = read_one(new, settings)
    except (NotFoundError, PeopleError, BrokenPlanError) as error:
        if isinstance(error, BrokenPlanError):
            print_problems(error.inputs)
        raise NotComparedError(str(error)) from error
    return diff_plans(before, after, directory)


class BrokenPlanError(SrokError):
    """A plan or the people file has errors; they are in ``inputs``."""

    exit_code = 3

    def __init__(self, file: Path, inputs: Inputs) -> None:
        super().__init__(f"«{file}»: исправьте ошибки ({len(inputs.errors)}) и повторите")
        self.inputs = inputs


def read_one(path: Path, settings: Settings) -> tuple[Roadmap, Directory]:
    """Return the plan of one file, and the people, of the example where there are none.

    Raises:
        NotFoundError: There is no such file.
        BrokenPlanError: It has errors.
    """
    if not path.is_file():
        raise NotFoundError(f"нет файла плана «{path}»: проверьте путь")
    inputs = read_inputs([path], settings, real_people=False)
    if inputs.errors:
        raise BrokenPlanError(path, inputs)
    return inputs.plans[str(path)], inputs.directory


def diff_json(found: Sequence[Difference]) -> dict[str, Any]:
    """Return the answer of `srok diff --json`."""
    moved = sum(one.kind is Differs.MOVED for one in found)
    return {"same": not found, "moved": moved, "changes": [one.as_json() for one in found]}


def print_differences(found: Sequence[Difference]) -> None:
    """Print what differs, each kind under its title with the count; words of a moved deadline stand with its days."""
    out = console()
    if not found:
        out.print("Планы одинаковы.")
        return
    told = {(one.measure, field) for one in found for field in one.tells}
    shown = [one for one in found if (one.measure, one.field) not in told]
    for kind, group in itertools.groupby(shown, key=lambda one: one.kind):
        rows = list(group)
        out.print(Text(f"{_TITLES[kind]}: {len(rows)}", style="bold"))
        for one in rows:
            print_hanging(out, Text(one.message), "  ", "    ")
