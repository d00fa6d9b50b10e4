"""`srok people check`: reads the directory and, where there is a store, the plans; see `srok.people_check`."""

from __future__ import annotations

import json
import sys
from zoneinfo import ZoneInfo

from rich.text import Text

from engine.clock import utc_now
from engine.errors import Level, PeopleError, Problem, StoreError
from engine.people import Directory
from engine.people_file import read_people
from engine.settings import Settings
from engine.store import queries
from engine.store.accounts import with_accounts
from engine.store.installation import open_store
from srok.people_check import Gap, Installed, gaps
from srok.screens import console, print_hanging

_LEVELS = {Level.ERROR: "ошибка", Level.FINDING: "замечание", Level.NOTE: "заметка"}


def run_people_check(settings: Settings, *, as_json: bool) -> int:
    """Print who would not be reached and return the exit code: 3 where a message would reach nobody.

    Raises:
        PeopleError: There is no people file.
    """
    directory, problems = _read(settings)
    found = [_gap_of(one) for one in problems]
    if not problems:
        found += _found(settings, directory)
    if as_json:
        shown = {"people": len(directory.people), "problems": [one.as_json() for one in found]}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(directory, found)
    return PeopleError.exit_code if any(one.level is Level.ERROR for one in found) else 0


def _read(settings: Settings) -> tuple[Directory, list[Problem]]:
    path = settings.people_file
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleError(
            f"нет файла людей «{path}»: скопируйте сюда people.example.yaml (есть после srok init), впишите своих и "
            "повторите"
        ) from error
    return read_people(text, path.name)


def _gap_of(problem: Problem) -> Gap:
    place = f"{problem.file}, строка {problem.line}: " if problem.line else ""
    return Gap(problem.code, problem.level, None, None, place + problem.message)


def _found(settings: Settings, directory: Directory) -> list[Gap]:
    """Return the gaps by the plans synced; by the directory alone where there is no store yet."""
    given = {"telegram": settings.telegram_token, "max": settings.max_token}
    installed = Installed(settings.owner, {name for name, token in given.items() if token is not None})
    today = utc_now().astimezone(ZoneInfo(settings.zone)).date()
    file = settings.database_file
    if file is not None and not file.exists():
        return list(gaps(directory, [], installed, today))
    plans = []
    with open_store(settings) as store, store.reading() as session:
        directory = with_accounts(session, directory)
        for row in queries.plans(session):
            try:
                office = queries.office(row, directory, settings.owner)
            except ValueError as error:
                raise StoreError(f"план «{row.id}» в базе не читается: внесите его снова (srok sync)") from error
            plans.append((office, queries.cases_of(session, office)))
    return list(gaps(directory, plans, installed, today))


def _print(directory: Directory, found: list[Gap]) -> None:
    out = console()
    for one in found:
        print_hanging(out, Text(f"{_LEVELS[one.level]}: {one.message} [{one.code}]"), "", "  ")
    errors = sum(one.level is Level.ERROR for one in found)
    tail = f"ошибок: {errors}, замечаний: {len(found) - errors}" if found else "до всех доходит"
    out.print(f"Людей: {len(directory.people)}; {tail}.")
