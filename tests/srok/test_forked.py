"""The commands of these tests are forked (tests/commands.py): they say what an interpreter of their own says."""

from __future__ import annotations

import os

import pytest

from tests.commands import Commands
from tests.srok.conftest import PLANS, Cli


@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["sync", "--help"],
        ["chek"],
        ["tick", "--now"],
        ["status"],
        ["status", "--json"],
        ["check", PLANS / "lysva-2021.yaml"],
        ["check", "нет-такого.yaml"],
        ["sync", PLANS / "lysva-2021.yaml"],
        ["outbox"],
    ],
    ids=lambda asked: " ".join(map(str, asked)),
)
def test_a_forked_command_says_what_a_new_interpreter_says(office, asked) -> None:
    forked, new = office(*asked), Cli(office.home)(*asked)
    assert forked == new


def test_a_forked_command_that_breaks_ends_with_its_traceback(cli) -> None:
    done = cli("check", "нет-такого.yaml", SROK_DEBUG="1")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Traceback (most recent call last):\n")


def test_one_command_leaves_nothing_to_the_next(office) -> None:
    named = office("people", "check", "--json", SROK_OWNER="p-primerova")
    assert named != office("people", "check", "--json")
    assert named == office("people", "check", "--json", SROK_OWNER="p-primerova")


def test_a_command_reads_what_it_is_given(cli) -> None:
    asked = '{"id": 1, "text": "Май 2021", "horizon": {"start": "2021-01-01", "end": "2021-12-31"}}\n'
    assert cli("explain", "--jsonl", stdin=asked).out.startswith('{"id": 1')


def test_without_who_asks_the_process_ends(cli) -> None:
    other = Commands()
    assert other.run(["--help"], os.environ, "").returncode == 0
    other.close()
    assert other.server.returncode == 0
