"""What a command imports is held without a clock; the bench of commands prints its lines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from bench.commands import FOUR_YEARS, PLAN, ROOT, Row, measure, pairs, print_goal

LISTED = "import atexit, sys; atexit.register(lambda: sys.stderr.write(' '.join(sys.modules))); "
RUN = "sys.argv[0] = 'srok'; from srok.__main__ import main; main()"
STORE = {"sqlmodel", "sqlalchemy", "alembic"}
SERVERS = {"prefect", "fastapi", "uvicorn", "apprise", "requests", "icalendar", "jinja2"}
OTHERS = {"holidays.countries", "sqlalchemy.dialects.postgresql"}
"""All countries and the dialect of the other database."""
SHAPES = {"pydantic", "ruamel"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    shutil.copy(ROOT / "plans" / "people.example.yaml", home / "people.yaml")
    Row("", ("-m", "srok", "sync", PLAN)).run(home)
    return home


@pytest.mark.parametrize(
    ("words", "never"),
    [
        (["--help"], {"rich", "holidays"} | SHAPES | STORE | SERVERS),
        (["explain", "май 2021", "--from", "2021-01-01", "--to", "2021-12-31"], {"rich"} | SHAPES | STORE | SERVERS),
        (["check", PLAN], STORE | SERVERS),
        (["rehearse", PLAN, *FOUR_YEARS], {"alembic"} | SERVERS),
        (["status"], {"alembic"} | SERVERS),
        (["tick"], {"alembic"} | SERVERS - {"jinja2", "requests", "icalendar"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_imports_nothing_it_can_do_without(home, words, never) -> None:
    command = [sys.executable, "-c", LISTED + RUN, *map(str, words)]
    env = os.environ | {"SROK_HOME": str(home), "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert set(done.stderr.split()) & (never | OTHERS) == set()


def test_the_bench_prints_a_line_for_every_goal(home, capsys) -> None:
    found = pairs()
    for pair in found:
        for row in (pair.command, pair.yardstick):
            row.words = ("-c", "pass")
        measure(pair, home, 2)
        print_goal(pair)
    lines = capsys.readouterr().out.splitlines()
    names = [re.match(r"([a-z-]+): ratio \d+\.\d\d ", line)[1] for line in lines]  # type: ignore[index]
    assert names == ["start-help", "start-explain", "start-status", "rehearse-check"]
    assert [pair.at_most for pair in found] == [1.5, 1.3, 1.3, 5]
