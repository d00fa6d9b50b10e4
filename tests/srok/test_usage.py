"""Mistakes on the command line are said in Russian, with code 2."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["chek"], "нет команды «chek», может быть, «check»?"),
        (["event", "sett"], "нет команды «sett», может быть, «set»?"),
        (["event"], "не хватает команды: set"),
        (["check"], "не хватает параметра ПУТЬ"),
        (["check", "--foo", "x"], "нет параметра --foo"),
        (["status", "лишнее"], "лишние слова в команде"),
        (["status", "--as-of", "завтра"], "значение --as-of не подходит: дата пишется как 2021-06-21"),
        (["rehearse", "plans", "--from", "2020-01-01"], "не хватает параметра --to"),
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
