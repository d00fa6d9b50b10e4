"""Mistakes on the command line are said in Russian, with code 2."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.srok.conftest import PLANS, ROOT


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["chek"], "нет команды «chek», может быть, «check»?"),
        (["event", "sett"], "нет команды «sett», может быть, «set»?"),
        (["event"], "не хватает команды: set, move, cancel"),
        (["check"], "не хватает параметра ПУТЬ"),
        (["check", "--foo", "x"], "нет параметра --foo"),
        (["status", "лишнее"], "лишние слова в команде"),
        (["status", "--as-of", "завтра"], "значение --as-of не подходит: дата пишется как 2021-06-21"),
        (["substitute", "p-maketov", "--to", "2020-01-01"], "не хватает параметра --with"),
        (["tick", "--now"], "у параметра --now нет значения"),
        (["start", "lysva"], "нужно план/номер, например lysva-2021/2.4"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_said_in_russian(cli, asked, sentence) -> None:
    done = cli(*asked)
    assert (done.code, done.err) == (2, f"Ошибка: {sentence}; образец покажет --help\n")


def test_without_a_command_the_help_is_shown(cli) -> None:
    done = cli()
    assert done.code == 0
    assert "rehearse" in done.out
    assert "Первые шаги" in done.out


def test_what_the_system_refuses_is_said_in_russian(office, tmp_path) -> None:
    done = office("feed", "export", "--scope", "all", "-o", tmp_path)
    assert (done.code, done.err) == (1, f"Ошибка: «{tmp_path}»: это папка, а нужен файл: укажите имя файла\n")
    (tmp_path / "file").write_text("")
    done = office("feed", "export", "--scope", "all", "-o", tmp_path / "file" / "x.ics")
    assert (done.code, "Ошибка: " in done.err, "Traceback" in done.err) == (1, True, False)


@pytest.mark.parametrize(("redirect", "code"), [(">&-", 0), ("| head -1", 0), ("> /dev/full", 1)])
def test_an_output_that_does_not_take_it_is_no_crash(cli, redirect, code) -> None:
    command = f"set -o pipefail; {sys.executable} -m srok check {PLANS} {redirect}"
    env = os.environ | {"SROK_HOME": str(cli.home)}
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


def test_an_empty_home_says_what_to_do_first(cli) -> None:
    done = cli.people()("outbox")
    assert (done.code, done.err) == (8, "Ошибка: базы данных ещё нет: сначала внесите планы (srok sync)\n")
    assert not (cli.home / "srok.db").exists()
