"""What no command may do, whatever it is given: crash, answer in English, colour what is piped, cut a table."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.srok.conftest import PLANS, ROOT, Cli, Done
from tests.srok.test_first_minutes import at_terminal
from tests.srok.test_help import paths

REF = "lysva-2021/2.8"
ASKED = {
    "init": "--zone Asia/Omsk",
    "import": "FILE -o OUT",
    "check": "FILE",
    "rehearse": "FILE --list",
    "sync": "FILE",
    "explain": "Апрель --from 2021-01-01 --to 2021-12-31",
    "diff": "FILE FILE",
    "event set": "lysva-2021/x --start 2021-03-01",
    "event move": "lysva-2021/x --start 2021-03-01",
    "event cancel": "lysva-2021/x",
    "reconcile": "lysva-2021",
    "timeline": "",
    "status": "",
    "start": REF,
    "report": REF,
    "accept": REF,
    "return": f"{REF} --reason x",
    "extend ask": f"{REF} --until 2027-01-01 --reason x",
    "extend grant": REF,
    "extend refuse": REF,
    "close": f"{REF} --not-done --reason x",
    "not-triggered": f"{REF} --reason x",
    "reopen": f"{REF} --reason x",
    "cancel": f"{REF} --basis x",
    "summary": "--docx OUT.docx --xlsx OUT.xlsx",
    "log": "2.8",
    "outbox": "",
    "resend": "--all-uncertain",
    "feed add": "--of p-uslovnova",
    "feed list": "",
    "feed rotate": "x",
    "feed revoke": "x",
    "feed export": "--of p-uslovnova -o OUT.ics",
    "people check": "",
    "people link": "p-uslovnova",
    "substitute": "p-maketov --with p-obraztsova --to 2027-01-01",
    "silence": "p-maketov --to 2027-01-01",
    "tick": "",
    "doctor": "",
    "backup": "-o OUT.db",
    "restore": "FILE",
}
RUN_UNTIL_STOPPED = {"up", "web", "demo"}
"""Tested in test_up, test_serving and test_demo."""
SCREENS = ("status", "outbox", "log", "timeline", "people check", "doctor", "rehearse", "check", "diff", "import")
ENGLISH = re.compile(r"\b(No such|not permitted|Permission|[Ii]nvalid|unable|database disk|file is not|Error)\b")


def test_every_command_is_asked_here() -> None:
    inner = {one for one in paths() if one and not any(other.startswith(f"{one} ") for other in paths())}
    assert inner == set(ASKED) | RUN_UNTIL_STOPPED


def words(command: str, folder: Path, file: Path | str = PLANS / "lysva-2021.yaml", out: Path | None = None) -> list:
    asked = [*command.split(), *ASKED[command].split()]
    return [one.replace("FILE", str(file)).replace("OUT", str(out or folder / "out")) for one in asked]


def assert_a_sentence(done: Done) -> None:
    said = done.out + done.err
    assert "Traceback" not in said
    assert done.code in range(10), said
    assert done.code == 0 or re.search("[а-я]", said)
    assert not ENGLISH.search(said)


def newer(home: Path) -> None:
    database = sqlite3.connect(home / "srok.db")
    with database:
        database.execute("update alembic_version set version_num = '9999_of_the_future'")
    database.close()


def of_noise(name: str) -> Callable[[Path], None]:
    return lambda home: (home / name).write_bytes(bytes(range(256)) * 20) and None


def of_nothing(name: str) -> Callable[[Path], None]:
    return lambda home: (home / name).write_bytes(b"") and None


def a_folder(name: str) -> Callable[[Path], None]:
    def make(home: Path) -> None:
        (home / name).unlink(missing_ok=True)
        (home / name).mkdir()

    return make


BROKEN = {
    "no database": lambda home: (home / "srok.db").unlink(),
    "database of a newer srok": newer,
    "database of noise": of_noise("srok.db"),
    "empty database": of_nothing("srok.db"),
    "folder for the database": a_folder("srok.db"),
    "people of noise": of_noise("people.yaml"),
    "empty people": of_nothing("people.yaml"),
    "folder for the people": a_folder("people.yaml"),
    "settings of noise": of_noise("srok.toml"),
    "folder for the settings": a_folder("srok.toml"),
}
AFTER_ALL_COMMANDS = ("no database", "database of noise", "people of noise", "settings of noise")
SOME = ("status", "sync", "people check", "tick", "feed list", "report", "doctor", "rehearse")


@pytest.mark.parametrize("broken", list(BROKEN))
def test_a_broken_home_is_a_sentence_in_russian(office, tmp_path, broken) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(office.home, whole)
    for number, command in enumerate(ASKED if broken in AFTER_ALL_COMMANDS else SOME):
        home = tmp_path / f"home-{number}"
        shutil.copytree(whole, home)
        BROKEN[broken](home)
        assert_a_sentence(Cli(home, office.commands)(*words(command, tmp_path, out=tmp_path / f"out-{number}")))


@pytest.mark.parametrize("command", [one for one in ASKED if "FILE" in ASKED[one] or "OUT" in ASKED[one]])
def test_a_wrong_path_is_a_sentence_in_russian(office, tmp_path, command) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    contents = {
        "empty.yaml": b"",
        "noise.yaml": bytes(range(256)),
        "list.yaml": b"- 1\n",
        "words.yaml": "просто текст".encode(),
        "noise.docx": bytes(range(256)),
        "noise.pdf": b"%PDF-1.4\n" + bytes(range(256)),
        "noise.xlsx": b"PK\x03\x04" + bytes(range(256)),
        "nul.txt": b"\0" * 100,
        "x.exe": b"MZ",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "empty").mkdir()
    inputs = [*(folder / name for name in contents), folder / "empty", folder / "нет.yaml", folder / ("д" * 300)]
    if "FILE" in ASKED[command]:
        for number, file in enumerate(inputs):
            assert_a_sentence(office(*words(command, tmp_path, file, tmp_path / f"out-{number}")))
    if "OUT" in ASKED[command]:
        for out in (folder / "x.exe" / "below", folder / ("д" * 300)):
            assert_a_sentence(office(*words(command, tmp_path, out=out)))


@pytest.mark.parametrize("command", list(ASKED))
def test_piped_output_has_no_colour(office, tmp_path, command) -> None:
    done = office(*words(command, tmp_path))
    assert "\x1b" not in done.out + done.err
    assert_a_sentence(done)


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("command", SCREENS)
def test_a_screen_is_no_wider_than_the_terminal_and_cuts_nothing(plan, tmp_path, command, columns) -> None:
    for moment in ("2027-04-20T09:00+03:00", "2027-05-24T09:00+03:00"):
        assert plan("tick", "--now", moment).code == 0
    asked = ["log", "4"] if command == "log" else words(command, tmp_path)
    done = plan(*asked, COLUMNS=str(columns))
    table, _, _ = done.out.partition("\nДальше:")
    rows = [row for row in table.splitlines() if str(tmp_path) not in row and not row.startswith("  №")]
    assert max(map(len, rows), default=0) <= columns, [row for row in rows if len(row) > columns]
    if command in {"outbox", "people check", "check", "diff"} and columns > 80:  # the narrow list has no heads
        wide = plan(*asked, COLUMNS="1000")
        assert letters(done.out) == letters(wide.out)


def test_an_empty_outbox_says_what_fills_it(office) -> None:
    assert office("outbox").out == "Сообщений ещё нет: их ставит обход (srok up или srok tick).\n"


def letters(text: str) -> list[str]:
    """The words, in whatever order columns put them."""
    return sorted("".join(re.findall(r"\w", text)))


@pytest.mark.parametrize("command", [*SCREENS, "explain", "--help"])
def test_a_locale_of_ascii_crashes_nothing(office, tmp_path, command) -> None:
    asked = ["--help"] if command == "--help" else words(command, tmp_path)
    env = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert_a_sentence(Cli(office.home)(*asked, **env))


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_colour_gets_none(office, name, value) -> None:
    plain, shown = at_terminal(office.home, ["status"], "", **{name: value}), at_terminal(office.home, ["status"], "")
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7]m")
    assert colour.search(shown[1])
    assert not colour.search(plain[1])


def test_long_work_is_shown_at_a_terminal_and_taken_off(cli, tmp_path) -> None:
    document = ROOT / "tests" / "documents" / "artem-2020.txt"
    code, shown = at_terminal(cli.home, ["import", str(document), "-o", str(tmp_path / "a")], "")
    assert (code, "Читаем «artem-2020.txt», 1 из 1…\r\x1b[K" in shown) == (0, True)
    assert cli("import", document, "-o", tmp_path / "b").err == ""


def test_long_work_that_is_stopped_ends_with_a_sentence(tmp_path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SROK_")}
    env |= {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "srok", "demo", "-o", str(tmp_path / "demo")], cwd=tmp_path, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert "проживаем" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "Ошибка: прервано\n")
