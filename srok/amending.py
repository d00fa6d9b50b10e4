"""`srok import FILE --onto PLAN`: an amended document onto a plan; the plan itself is not touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from engine.importer.amend import Amended, amend_plan
from engine.importer.draft import draft_plan
from engine.importer.rows import ImportRefusedError
from engine.plan_diff import Difference, Differs, diff_plans
from engine.settings import Settings
from srok.diffing import BrokenPlanError, diff_json, print_differences, read_one
from srok.files import write_whole
from srok.importing import print_findings, read_source
from srok.screens import print_problems


@dataclass(frozen=True, slots=True)
class Written:
    """An amended plan as written, and what differs from the one before."""

    file: Path
    plan: Path
    output: Path
    amended: Amended
    differences: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the answer of `srok import --onto --json`."""
        done = self.amended
        return {
            "file": str(self.file),
            "onto": str(self.plan),
            "plan": str(self.output),
            "kept": done.kept,
            "added": done.added,
            "struck": done.struck,
            "undecided": done.undecided,
            "findings": [one.as_json() for one in done.findings],
            "diff": diff_json(self.differences),
        }


def amend_file(file: Path, plan: Path, folder: Path, settings: Settings) -> Written:
    """Write the plan of *plan* as the document *file* has it into *folder*, under the name it has.

    Raises:
        NotFoundError: One of the files is missing.
        BrokenPlanError: The plan or the people file has errors, which are printed.
        ImportRefusedError: The document is refused, or a file of that name is there.
    """
    try:
        roadmap, directory = read_one(plan, settings)
    except BrokenPlanError as error:
        print_problems(error.inputs)
        raise
    output = folder / plan.name
    if output.exists():
        raise ImportRefusedError(file.name, f"файл «{output}» уже есть: укажите другую папку, он не заменяется")
    draft = draft_plan(read_source(file), directory, roadmap.plan.id, roadmap.plan.timezone)
    content = plan.read_bytes().decode("utf-8-sig")
    amended = amend_plan(content.replace("\r\n", "\n"), roadmap, draft, file.name, directory)
    ends = "\r\n" if "\r\n" in content else "\n"
    write_whole(output, amended.text.replace("\n", ends).encode())
    return Written(file, plan, output, amended, diff_plans(roadmap, amended.roadmap, directory))


def print_written(done: Written) -> None:
    """Say what was written, what a person has to decide, what differs, and what to do next."""
    made = done.amended
    typer.echo(
        f"«{done.file.name}»: прежних мер {made.kept}, новых {len(made.added)}, снято {len(made.struck)}, "
        f"решить {len(made.undecided)}, замечаний {len(made.findings)}. Новый файл: {done.output}"
    )
    print_findings(made.findings)
    print_differences(done.differences)
    if not done.differences:
        typer.echo("Документ ничего в плане не меняет: переносить нечего.")
        return
    if any(one.kind is Differs.MOVED for one in done.differences):
        typer.echo("Срок, который уже внесён в базу, сдвинется только по решению: впишите fix (to, by, why) к мере.")
    typer.echo(
        f"Дальше: проверьте «{done.output}», перенесите его на место «{done.plan}», затем srok check и srok sync."
    )
