"""`srok import`: drafts of plans from documents, each in a file of its own; none that is there is ever replaced."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from engine.errors import NotFoundError, PeopleError
from engine.importer.draft import Draft, draft_plan
from engine.importer.events import latin
from engine.importer.findings import Finding
from engine.importer.readers import read_document
from engine.importer.rows import ImportRefusedError, Source
from engine.people import Directory
from engine.plan_words import one_line
from engine.settings import Settings
from srok.files import write_whole
from srok.inputs import read_inputs
from srok.next_steps import quoted, say_next
from srok.progress import doing
from srok.screens import console, places, print_hanging

CHECKED_AGAIN = {
    "outside-schedule": "сроки из другого документа",
    "event-undated": "события без дней",
    "deadline-not-written": "срок не указан",
    "nobody-named": "никто не назван ответственным",
    "responsible-not-known": "ответственный справочнику не известен",
}
"""What `srok check` says of the draft until it is mended: only counted here; --json and the draft have all."""
MAX_BYTES = 100_000_000
"""A file that is longer is not opened."""


@dataclass
class Imported:
    """Drafts written, as document, plan file and draft, and documents refused."""

    example_people: bool = False
    drafts: list[tuple[Path, Path, Draft]] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the answer of `srok import --json`."""
        return {
            "example_people": self.example_people,
            "drafts": [
                {
                    "file": str(file),
                    "plan": str(plan),
                    "measures": len(draft.measures),
                    "findings": [one.as_json() for one in draft.findings],
                }
                for file, plan, draft in self.drafts
            ],
            "refused": [{"file": str(file), "message": message} for file, message in self.refused],
        }


def import_documents(files: Sequence[Path], folder: Path, settings: Settings) -> Imported:
    """Write a draft plan of each of *files* into *folder*; one that is refused keeps no other from being read.

    Raises:
        NotFoundError: There is no such file.
    """
    missing = next((one for one in files if not one.is_file()), None)
    if missing is not None:
        raise NotFoundError(f"нет файла «{missing}»: проверьте путь")
    inputs = read_inputs([], settings, real_people=False)
    if inputs.errors:
        raise PeopleError(
            f"файл людей «{settings.people_file}» с ошибками: исправьте то, что назовёт srok people check"
        )
    done = Imported(example_people=inputs.example)
    for number, file in enumerate(files, 1):
        plan = folder / f"{plan_id(file, number)}.yaml"
        try:
            with doing(f"Читаем «{one_line(file.name)}», {number} из {len(files)}"):
                done.drafts.append((file, plan, _draft(file, plan, inputs.directory, settings.zone)))
        except ImportRefusedError as error:
            done.refused.append((file, str(error)))
    return done


def plan_id(file: Path, number: int) -> str:
    """Return the id of the plan of *file*: its name, in Latin letters where need be; else a running number."""
    whole = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", file.stem)
    return file.stem if whole else latin(file.stem) or f"plan-{number}"


def _draft(file: Path, plan: Path, directory: Directory, zone: str) -> Draft:
    if plan.exists():
        raise ImportRefusedError(
            file.name,
            f"файл «{plan}» уже есть, решения людей не заменяются: укажите другую папку; изменённый приказ "
            f"вносится в план так: srok import {shlex.quote(str(file))} --onto {shlex.quote(str(plan))} -o ПАПКА",
        )
    draft = draft_plan(read_source(file), directory, plan.stem, zone)
    write_whole(plan, draft.text.encode())
    return draft


def read_source(file: Path) -> Source:
    """Return the document *file*.

    Raises:
        NotFoundError: There is no such file.
        ImportRefusedError: It is too long or cannot be read.
    """
    if not file.is_file():
        raise NotFoundError(f"нет файла «{file}»: проверьте путь")
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ImportRefusedError(file.name, "файл больше 100 МБ: оставьте в нём только приказ и план")
        content = file.read_bytes()
    except OSError as error:
        raise ImportRefusedError(file.name, "файл не читается: проверьте права") from error
    return read_document(content, file.name)


def print_imported(done: Imported) -> None:
    """Say what was written, and what to look at in it."""
    if done.example_people:
        typer.echo("Файла людей нет: роли узнаны по примеру (people.example.yaml).\n")
    for file, plan, draft in done.drafts:
        typer.echo(f"«{file.name}»: мер {len(draft.measures)}, замечаний {len(draft.findings)}. Черновик: {plan}")
        print_findings([one for one in draft.findings if one.code not in CHECKED_AGAIN])
        again = Counter(CHECKED_AGAIN[one.code] for one in draft.findings if one.code in CHECKED_AGAIN)
        if again:
            typer.echo(f"  Скажет srok check: {', '.join(f'{words} — {number}' for words, number in again.items())}.")
    for _, message in done.refused:
        typer.echo(message, err=True)
    plans = [plan for _, plan, _ in done.drafts]
    if plans:
        drafts = plans if len(plans) == 1 else [plans[0].parent]
        say_next(f"сверьте черновик с документом и проверьте его: srok check {quoted(drafts)}")


def print_findings(findings: Sequence[Finding]) -> None:
    """Say what to look at, with its places: one line for what several measures share."""
    out, alike = console(), dict[str, list[Finding]]()
    for one in findings:
        alike.setdefault(one_line(one.message), []).append(one)
    for message, found in alike.items():
        whole = all(one.line is None and one.measure is None for one in found)
        print_hanging(out, Text(message if whole else f"{places(found)}: {message}"), "  ", "    ")
