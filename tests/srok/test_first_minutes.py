"""`srok init` in an empty folder, and the step that each command of the path names next."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import stat
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from engine.settings import load_settings
from srok.next_steps import quoted
from srok.up import _where_letters_go
from tests.srok.conftest import PLANS, ROOT, Done

DOCUMENT = ROOT / "tests" / "documents" / "artem-2020.txt"

NO_ZONE = "часового пояса «{}» нет: запишите имя IANA, например Asia/Yekaterinburg или Europe/Moscow"
NOBODY = (
    "некого спросить: укажите часовой пояс, например --zone Asia/Yekaterinburg; если известны, и --office "
    "(название учреждения), --mail (почта), --owner (id ответственного за установку)"
)


def files(home: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in home.iterdir()}


def at_terminal(home: Path, words: list[str], typed: str, **more: str) -> tuple[int, str]:
    """Run a command at a terminal where a person types *typed*; return its code and what the terminal showed."""
    person, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SROK_") and name != "COLUMNS"}
    env = clean | {"SROK_HOME": str(home), "PYTHONPATH": str(ROOT), "TERM": "xterm"} | more
    with subprocess.Popen(
        [sys.executable, "-m", "srok", *words], env=env, cwd=home, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(person, typed.encode())
        shown = b""
        while True:
            if not select.select([person], [], [], 60)[0]:
                process.kill()
            try:
                part = os.read(person, 4096)
            except OSError:  # the other end is closed: the command has ended
                break
            shown += part
    os.close(person)
    return process.returncode, shown.decode()


def test_init_puts_the_settings_and_the_example_of_people_beside_each_other_and_says_the_way(cli) -> None:
    done = cli("init", "--zone", "Asia/Omsk")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        f"Записано: {cli.home}/srok.toml\n\nДальше:\n  1. скопируйте «{cli.home}/people.example.yaml»"
    )
    commands = [part.split(": srok ")[1] for part in done.out.splitlines() if ": srok " in part]
    assert commands == [
        "people check",
        "import приказ.docx -o черновики",
        "check черновики",
        "rehearse черновики",
        "sync черновики",
        "up",
    ]
    assert stat.S_IMODE((cli.home / "srok.toml").stat().st_mode) == 0o600
    assert (cli.home / "people.example.yaml").read_bytes() == (PLANS / "people.example.yaml").read_bytes()


def test_run_twice_nothing_is_lost(cli) -> None:
    assert cli("init", "--zone", "Asia/Omsk", "--office", "Отдел").code == 0
    (cli.home / "people.example.yaml").write_text("people: []\n", encoding="utf-8")
    before = files(cli.home)
    done = cli("init", "--zone", "Asia/Chita")
    assert (done.code, done.err) == (
        2,
        f"Ошибка: «{cli.home}/srok.toml» уже есть: измените его или повторите с --force (прежний сохранится рядом)\n",
    )
    assert files(cli.home) == before
    for number in (1, 2):
        done = cli("init", "--zone", "Asia/Chita", "--force")
        assert done.out.startswith(f"Записано: {cli.home}/srok.toml; прежний файл: {cli.home}/srok.toml.{number}\n")
    after = files(cli.home)
    assert after["srok.toml.1"] == before["srok.toml"]
    assert after["people.example.yaml"] == before["people.example.yaml"]
    assert stat.S_IMODE((cli.home / "srok.toml.1").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("asked", "code", "sentence"),
    [
        (
            [],
            2,
            NOBODY,
        ),
        (
            ["--zone", "Asia/Ekaterinburg"],
            2,
            f"{NO_ZONE.format('Asia/Ekaterinburg')}; похожи: Asia/Yekaterinburg",
        ),
        (
            ["--zone", "Красноярск"],
            2,
            f"{NO_ZONE.format('Красноярск')}; похожи: Asia/Krasnoyarsk",
        ),
        (
            ["--zone", "Asia/Omsk", "--owner", "Иванова И. И."],
            2,
            "ответственный «Иванова И. И.»: нужен id из people.yaml, без пробелов, например p-ivanova",
        ),
        (
            ["--zone", "Asia/Omsk", "--owner", "p-primerov"],
            2,
            "человека «p-primerov» в «{home}/people.yaml» нет; есть, например: p-primerova",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_nothing_is_written(cli, asked, code, sentence) -> None:
    if "p-primerov" in asked:
        cli.people()
    done = cli("init", *asked)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"Ошибка: {sentence.format(home=cli.home)}")
    assert not (cli.home / "srok.toml").exists()


def test_at_a_terminal_only_what_was_not_given_is_asked(cli) -> None:
    typed = "Отдел образования\nEkaterinburg\nAsia/Yekaterinburg\n\n\n\n"
    code, shown = at_terminal(cli.home, ["init", "--owner", "p-ivanova"], typed)
    assert code == 0, shown
    assert "похожи: Asia/Yekaterinburg" in shown
    assert "Ответственный за установку" not in shown
    assert "1. скопируйте «people.example.yaml» под именем «people.yaml»" in shown  # as seen from the folder
    text = (cli.home / "srok.toml").read_text(encoding="utf-8")
    assert 'office = "Отдел образования"\nzone = "Asia/Yekaterinburg"\n' in text


def test_a_person_who_leaves_the_questions_gets_a_sentence(cli) -> None:
    code, shown = at_terminal(cli.home, ["init"], "Отдел\n\x04")
    assert (code, "Traceback" in shown, "прервано" in shown) == (130, False, True)
    assert not (cli.home / "srok.toml").exists()


def step(done: Done) -> str:
    return done.out.rpartition("\nДальше:")[2]


def test_each_command_of_the_path_names_the_next_one_with_the_paths_of_the_user(cli, tmp_path) -> None:
    drafts = tmp_path / "мои черновики"
    plan = drafts / "artem-2020.yaml"
    done = cli("import", DOCUMENT, "-o", drafts)
    assert step(done) == f" сверьте черновик с документом и проверьте его: srok check '{plan}'\n"
    assert f": srok rehearse '{plan}'\n" in step(cli("check", plan))
    done = cli("rehearse", plan)
    assert f"скопируйте «plans/people.example.yaml» под именем «{cli.home}/people.yaml»" in step(done)
    assert f"внесите план в базу: srok sync '{plan}'\n" in step(done)
    done = cli("sync", plan)
    assert (done.code, "скопируйте people.example.yaml (есть после srok init)" in done.out) == (3, True)
    cli.people()
    assert step(cli("rehearse", plan)) == f" внесите план в базу: srok sync '{plan}'\n"
    assert step(cli("sync", plan)) == " включите напоминания: srok up; положение дел: srok status\n"


@pytest.mark.parametrize("asked", [("check", "--json"), ("rehearse", "--jsonl"), ("import", "--json")])
def test_what_programs_read_has_no_next_step(cli, tmp_path, asked) -> None:
    command, option = asked
    what = (DOCUMENT, "-o", tmp_path) if command == "import" else (PLANS / "artem-2020.yaml",)
    assert "Дальше" not in cli(command, *what, option).out


def test_two_drafts_are_checked_by_their_folder(cli, tmp_path) -> None:
    other = shutil.copy(DOCUMENT.with_name("lysva-2021.txt"), tmp_path / "б.txt")
    done = cli("import", DOCUMENT, other, "-o", tmp_path / "d")
    assert step(done).endswith(f": srok check {tmp_path}/d\n")


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("планы/а.yaml", "планы/а.yaml"),
        ("-о.yaml", "./-о.yaml"),
        ("a b.yaml", "'a b.yaml'"),
        ("$(x).yaml", "'$(x).yaml'"),
    ],
)
def test_a_path_is_quoted_as_the_shell_reads_it(path, typed) -> None:
    assert quoted([Path(path)]) == typed
    assert subprocess.check_output(["sh", "-c", f"printf %s {typed}"], text=True).removeprefix("./") == path


@pytest.mark.parametrize(
    ("mail", "sentence"),
    [
        (None, "Письма складываются в папку: {home}/mail"),
        (
            "smtps://user:secret@mail.example.org:465?from=a@example.org",
            "Письма отправляются через smtps://mail.example.org; судьба каждого: srok outbox",
        ),
    ],
)
def test_up_says_where_letters_go_and_no_password(tmp_path, mail, sentence) -> None:
    settings = load_settings(home=tmp_path, **({"mail_url": mail} if mail else {}))
    assert _where_letters_go(settings) == sentence.format(home=tmp_path)
