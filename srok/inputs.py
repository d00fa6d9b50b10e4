"""Plan and people files as the commands read them: every problem collected, example people where none are there."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import Level, NotFoundError, Problem
from engine.people import Directory
from engine.people_file import read_people
from engine.plan import Roadmap
from engine.plan_doubles import repeated_plans
from engine.plan_file import read_plan
from engine.settings import Settings

PLANS = Path(__file__).resolve().parent.parent / "plans"
"""The road maps that come with srok."""
EXAMPLE_PEOPLE = PLANS / "people.example.yaml"


@dataclass(slots=True)
class Inputs:
    """Plans read, by file; `example` tells that the people are invented, `found` that there are any."""

    directory: Directory
    example: bool = False
    found: bool = True
    plans: dict[str, Roadmap] = field(default_factory=dict)
    measures: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """What blocks a sync."""
        return [one for one in self.problems if one.level is Level.ERROR]


def example_people(settings: Settings) -> Path:
    """Return the example to copy: that beside the settings, where `srok init` has put it, else that of the package."""
    beside = settings.home / EXAMPLE_PEOPLE.name
    return beside if beside.exists() else EXAMPLE_PEOPLE


def plan_files(paths: Iterable[Path]) -> list[Path]:
    """Return the plan files among *paths*; a folder gives its YAML files but those named people*.

    Raises:
        NotFoundError: A path does not exist or a folder has no plans.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.glob("*.y*ml") if not one.name.startswith("people"))
            if not inside:
                raise NotFoundError(f"в папке «{path}» нет планов (*.yaml)")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise NotFoundError(f"нет файла или папки «{path}»: проверьте путь")
    return list(dict.fromkeys(found))


def read_inputs(paths: Iterable[Path], settings: Settings, *, real_people: bool) -> Inputs:
    """Read people and plans.

    Args:
        paths: Plan files and folders.
        settings: Where the people are.
        real_people: A missing people file is an error; else the example stands in for it.
    """
    inputs = _people(settings, real_people=real_people)
    owners: dict[str, str] = {}
    for path in plan_files(paths):
        text = _text(path, inputs)
        if text is None:
            continue
        roadmap, problems = read_plan(text, str(path), inputs.directory if inputs.found else None)
        inputs.problems += problems
        if roadmap is None:
            continue
        other = owners.setdefault(roadmap.plan.id, str(path))
        if other != str(path):
            message = f"план «{roadmap.plan.id}» уже есть в файле {other}: дайте другой id"
            inputs.problems.append(Problem(str(path), None, None, "duplicate-id", Level.ERROR, message))
            continue
        inputs.plans[str(path)] = roadmap
        inputs.measures += len(roadmap.measures)
    inputs.problems += repeated_plans(inputs.plans, inputs.directory)
    return inputs


def _people(settings: Settings, *, real_people: bool) -> Inputs:
    path = settings.people_file
    example = not path.exists() and not real_people
    inputs = Inputs(Directory({}), example)
    if not path.exists() and real_people:
        message = (
            "нет файла людей: скопируйте people.example.yaml (есть после srok init) под этим именем и впишите людей"
        )
        inputs.problems.append(Problem(str(path), None, None, "no-people", Level.ERROR, message))
        inputs.found = False
        return inputs
    source = EXAMPLE_PEOPLE if example else path
    text = _text(source, inputs)
    if text is not None:
        inputs.directory, problems = read_people(text, str(source))
        inputs.problems += problems
    return inputs


def _text(path: Path, inputs: Inputs) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        message = "файл не в кодировке UTF-8: пересохраните его"
    except OSError:
        message = "файл не читается: проверьте права"
    inputs.problems.append(Problem(str(path), None, None, "unreadable", Level.ERROR, message))
    return None


def account() -> str:
    """Return the system user who runs the command: the journal keeps it beside the person named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "неизвестен"
