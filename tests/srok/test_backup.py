"""`srok backup` and `srok restore` as commands, while others work and while `srok up` does."""

from __future__ import annotations

import re
import subprocess
import sys

from srok.up import only_one
from tests.srok.conftest import ROOT


def counted(office) -> int:
    return len(office("log", "lysva-2021/2.4", "--json").json["rows"])


def test_a_copy_is_taken_and_put_back(office) -> None:
    done = office("backup", "-o", office.home / "copies" / "копия.db")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"Копия записана: {office.home / 'copies' / 'копия.db'}",
        "В ней: планов 1, поручений 45, записей журнала 1.",
        "people.yaml, srok.toml, secret (ключ ссылок) и файлы планов в копию не входят: храните их отдельно.",
    ]
    before = counted(office)
    assert office("report", "lysva-2021/2.4", "--text", "Готово").code == 0
    refused = office("restore", office.home / "copies" / "копия.db")
    assert (refused.code, "уже есть данные: заменить их копией — с --force" in refused.err) == (8, True)
    assert counted(office) > before
    done = office("restore", office.home / "copies" / "копия.db", "--force")
    assert (done.code, done.err) == (0, "")
    said = done.out.splitlines()
    assert said[0].endswith("копия.db»: планов 1, поручений 45, записей журнала 1.")
    assert re.fullmatch(r"Копия снята \d\d\.\d\d\.\d{4} \d\d:\d\d; того, что сделано позже, в базе нет\.", said[1])
    kept = said[2].removeprefix("Что было в базе, сохранено: ")
    assert "Что подошло после снятия копии, могло быть отправлено" in done.out
    assert counted(office) == before
    assert office("restore", kept, "--force").code == 0
    assert counted(office) > before
    assert office("doctor").code == 0


def test_the_name_of_a_copy_says_when_it_was_taken(office) -> None:
    assert office("backup").code == 0
    (path,) = office.home.glob("srok-*.db")
    assert re.fullmatch(r"srok-\d{4}-\d\d-\d\d-\d{6}\.db", path.name)
    refused = office("backup", "-o", path)
    assert (refused.code, refused.err) == (8, f"Ошибка: файл «{path}» уже есть: укажите другое имя (-o)\n")


def test_nothing_is_restored_while_up_works(office) -> None:
    assert office("backup", "-o", office.home / "copy.db").code == 0
    (office.home / "srok.db").unlink()
    with only_one(office.home):
        refused = office("restore", office.home / "copy.db")
    assert (refused.code, refused.err) == (
        9, f"Ошибка: «srok up» уже работает с папкой «{office.home}»: остановите его и повторите\n",
    )  # fmt: skip
    assert not (office.home / "srok.db").exists()


WRITER = """
import sys
from srok.__main__ import main
for n in range(6):
    sys.argv = ["srok", "report", "lysva-2021/2.4", "--interim", "--text", f"{n}"]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, ended.code
"""


def test_copies_taken_while_processes_write_are_what_doctor_accepts(office) -> None:
    env = {"SROK_HOME": str(office.home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", WRITER]
    writers = [subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE) for _ in range(2)]
    taken = [office("backup", "-o", office.home / f"copy-{n}.db") for n in range(2)]
    ends = [one.communicate(timeout=60) for one in writers]
    assert [one.returncode for one in writers] == [0, 0], ends
    assert [one.code for one in taken] == [0, 0]
    for n in range(2):
        (office.home / "srok.db").unlink()
        assert office("restore", office.home / f"copy-{n}.db").code == 0
        assert office("doctor").code == 0


def test_what_is_no_copy_is_refused_in_a_sentence(cli, tmp_path) -> None:
    (tmp_path / "копия.db").write_text("не база")
    for given, code, said in (
        (tmp_path / "копия.db", 8, f"Ошибка: «{tmp_path / 'копия.db'}» — не копия srok: это не база SQLite\n"),
        (tmp_path / "нет.db", 1, f"Ошибка: «{tmp_path / 'нет.db'}»: такого файла или папки нет: проверьте путь\n"),
        (tmp_path, 1, f"Ошибка: «{tmp_path}»: это папка, а нужен файл: укажите имя файла\n"),
    ):
        done = cli("restore", given)
        assert (done.code, done.err) == (code, said)
    assert not (cli.home / "srok.db").exists()
    assert (cli("backup").code, "сначала внесите планы" in cli("backup").err) == (8, True)
